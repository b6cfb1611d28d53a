// SPDX-License-Identifier: Apache-2.0
#include "server/placement/relaxation.h"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/placement/query_change.h"

namespace cis::server {
namespace {

// Keeps the answer to one screen.
constexpr size_t kMaxSites = 20;
constexpr size_t kMaxRelaxations = 12;
// Per bound: the nearest values and the one that adds most.
constexpr size_t kMaxOfOneBound = 3;
// Changes that are combined, and combinations that are tried, when no single change helps.
constexpr size_t kMaxTogether = 8;
constexpr size_t kMaxCombinations = 30;

SearchContext WithQuery(const SearchContext& context, const PlacementQuery& query) {
  SearchContext out = context;
  out.query = &query;
  if (query.os != context.query->os) out.systems = FitSystems(*context.index, query);
  if (query.sites.empty()) out.has_site_filter = false;
  if (query.excluded_sites.empty()) out.excluded_sites.clear();
  return out;
}

// A changed request with the search for it.
class ChangedSearch {
 public:
  ChangedSearch(const SearchContext& context, const QueryChange& change)
      : query_(Changed(*context.query, change)),
        context_(WithQuery(context, query_)),
        search_(context_) {}
  ChangedSearch(const ChangedSearch&) = delete;
  ChangedSearch& operator=(const ChangedSearch&) = delete;

  const PlacementQuery& query() const { return query_; }
  QuerySearch& search() { return search_; }

 private:
  static PlacementQuery Changed(const PlacementQuery& query, const QueryChange& change) {
    PlacementQuery out = query;
    change.apply(&out);
    return out;
  }

  const PlacementQuery query_;
  const SearchContext context_;
  QuerySearch search_;
};

// The part of the request that a field is in.
Fields PartOf(absl::string_view field) {
  if (field == "machine.availability_zone") return kMachineFields | kNetworkFields;
  if (absl::StartsWith(field, "machine.")) return kMachineFields;
  if (absl::StartsWith(field, "image.")) return kImageFields;
  if (absl::StartsWith(field, "network.")) return kNetworkFields;
  if (field == "count") return kCountFields;
  return field == "max_age" ? kAgeFields : kSiteFields;
}

// Returns the reasons that a change of the parts of a request may remove; see Fits.
Fields AnsweredByAll(const std::vector<Reason>& reasons, uint16_t parts) {
  Fields answers = ~Fields{0};
  for (const Reason& reason : reasons) {
    // A reason about another group cannot be removed here.
    const bool is_about = parts == 0 ? reason.parts == 0 : (reason.parts & parts) != 0;
    answers &= is_about ? AnsweredBy(reason) : 0;
  }
  return answers;
}

// A share that was rejected, and the fields whose change may admit it: those that answer each of
// its reasons. Changes that cannot help need not be searched.
struct RefusedTry {
  const IndexedShare* share = nullptr;
  Fields whole = 0;           // fields that are no part's
  std::vector<Fields> parts;  // fields of each group or alternative; of one kind: all fields

  Fields AnswersOf(size_t part) const { return part == QuerySearch::kWhole ? whole : parts[part]; }
};

RefusedTry RefusedOf(const ShareVerdict& verdict, const PlacementQuery& query) {
  RefusedTry out;
  out.share = verdict.share;
  if (query.parts().empty()) {
    out.parts = {AnsweredByAll(verdict.reasons, 0)};
    return out;
  }
  std::vector<Reason> of_share;
  for (const Reason& reason : verdict.reasons) {
    if (reason.parts == 0) of_share.push_back(reason);
  }
  bool may_help = of_share.size() == verdict.reasons.size();
  for (size_t i = 0; i < query.parts().size(); ++i) {
    std::vector<Reason> reasons = verdict.reasons;
    if (query.groups.empty()) {
      // Another alternative need not be possible.
      reasons.erase(std::remove_if(reasons.begin(), reasons.end(),
                                   [i](const Reason& r) { return r.parts != 0 && !IsAbout(r, i); }),
                    reasons.end());
      may_help = may_help || reasons.size() == of_share.size();
    }
    out.parts.push_back(AnsweredByAll(reasons, PartBit(i)));
    // Alternatives have no network of their own.
    if (query.groups.empty()) out.whole |= out.parts.back() & kNetworkFields;
  }
  if (may_help) out.whole |= AnsweredByAll(of_share, 0);
  return out;
}

std::vector<RefusedTry> RefusedOf(const std::vector<ShareVerdict>& verdicts,
                                  const PlacementQuery& query) {
  std::vector<RefusedTry> out;
  for (const ShareVerdict& verdict : verdicts) {
    if (!verdict.fits) out.push_back(RefusedOf(verdict, query));
  }
  return out;
}

struct Tried {
  Relaxation relaxation;
  int64_t size = 0;  // smaller is better among those that add as many shares
  std::string key;   // of the change
};

void AddShare(const IndexedShare& share, std::set<absl::string_view>* sites,
              Relaxation* relaxation) {
  ++relaxation->added_share_count;
  sites->insert(share.view.site->site.name);
}

void SetSites(const std::set<absl::string_view>& sites, Relaxation* relaxation) {
  for (const absl::string_view site : sites) {
    if (relaxation->site_names.size() < kMaxSites) relaxation->site_names.emplace_back(site);
  }
}

// The part of a query that a change is made in.
struct Scope {
  size_t part = QuerySearch::kWhole;  // as QuerySearch::Fits
  Fields fields = 0;
};

// Appends the change with the shares that it adds, if there are any.
void AddIfItHelps(const QueryChange& change, const Scope& scope,
                  const std::vector<RefusedTry>& refused, const SearchContext& context,
                  std::vector<Tried>* tried) {
  ChangedSearch changed(context, change);
  Relaxation relaxation;
  std::set<absl::string_view> sites;
  for (const RefusedTry& one : refused) {
    if (!context.work->Spend(1)) return;
    if ((one.AnswersOf(scope.part) & scope.fields) != 0 &&
        changed.search().Fits(*one.share, scope.part, scope.fields)) {
      AddShare(*one.share, &sites, &relaxation);
    }
  }
  if (relaxation.added_share_count == 0) return;
  SetSites(sites, &relaxation);
  relaxation.query = changed.query();
  relaxation.changed_fields = change.fields;
  tried->push_back({std::move(relaxation), change.size, change.key});
}

// Appends, for each share that one of a series of changes admits, the smallest such change. Each
// change admits what the ones before it admit, so the smallest is found by bisection. `change_at`
// makes the change of a position in [0, count), the smallest first.
void AddLeastThatHelp(int64_t count, const std::function<QueryChange(int64_t)>& change_at,
                      const Scope& scope, const std::vector<RefusedTry>& refused,
                      const SearchContext& context, std::vector<Tried>* tried) {
  std::map<int64_t, std::unique_ptr<ChangedSearch>> searches;
  const auto fits = [&](const RefusedTry& one, int64_t position) {
    std::unique_ptr<ChangedSearch>& search = searches[position];
    if (search == nullptr) {
      search = std::make_unique<ChangedSearch>(context, change_at(position));
    }
    return search->search().Fits(*one.share, scope.part, scope.fields);
  };
  std::map<int64_t, std::vector<const IndexedShare*>> by_least;
  for (const RefusedTry& one : refused) {
    if (!context.work->Spend(1)) return;
    if ((one.AnswersOf(scope.part) & scope.fields) == 0 || !fits(one, count - 1)) continue;
    int64_t below = -1;  // does not let it in
    int64_t least = count - 1;
    while (least - below > 1) {
      const int64_t middle = below + (least - below) / 2;
      (fits(one, middle) ? least : below) = middle;
    }
    by_least[least].push_back(one.share);
  }
  std::vector<Tried> found;
  Relaxation relaxation;
  std::set<absl::string_view> sites;
  for (const auto& [position, shares] : by_least) {
    for (const IndexedShare* share : shares) AddShare(*share, &sites, &relaxation);
    const QueryChange change = change_at(position);
    Relaxation told = relaxation;
    SetSites(sites, &told);
    told.query = searches.at(position)->query();
    told.changed_fields = change.fields;
    found.push_back({std::move(told), change.size, change.key});
  }
  for (size_t i = 0; i < found.size(); ++i) {
    if (i + 1 >= kMaxOfOneBound && i + 1 < found.size()) continue;
    tried->push_back(std::move(found[i]));
  }
}

// The parts of a reason that ChangesFor uses.
using ReasonKey = std::tuple<ReasonCode, int, std::optional<int64_t>, std::optional<int64_t>,
                             absl::string_view, absl::string_view, absl::string_view>;
ReasonKey KeyOfReason(const Reason& reason) {
  const Image* image = reason.image;
  const int quota = reason.quota ? static_cast<int>(*reason.quota) : -1;
  if (image == nullptr) return {reason.code, quota, reason.want, reason.best, "", "", ""};
  return {reason.code,       quota, reason.want, reason.best, image->os_distro, image->os_version,
          image->os_codename};
}

// The changes of one part of a query that may help, each once. Many shares have the same reason.
class Changes {
 public:
  // `query` is the whole; `part` as in QuerySearch::Fits. Changes that can only be made in the
  // whole query are added to `of_whole`, which may be this.
  Changes(const PlacementQuery& query, size_t part, Changes* of_whole)
      : of_whole_(*of_whole),
        whole_(query),
        part_(part),
        is_part_(!query.parts().empty() && part != QuerySearch::kWhole),
        query_(is_part_ ? QueryOfPart(query, query.parts()[part]) : query) {}

  void Answer(const Reason& reason) {
    if (!answered_.insert(KeyOfReason(reason)).second) return;
    if (const std::optional<FlavorCheck> check = BoundOf(reason.code); check && reason.best) {
      Add({*check, *reason.best});
      return;
    }
    for (QueryChange& change : ChangesFor(reason, query_)) {
      if (change.fields.front() == "count") {
        fewer_machines_ = true;
        continue;
      }
      auto key = std::make_pair(absl::StrJoin(change.fields, ","), change.key);
      if (is_part_ && IsOfAllAlternatives(change, whole_)) {
        of_whole_.single_.emplace(std::move(key), OfPart(std::move(change), whole_, part_));
      } else {
        single_.emplace(std::move(key), std::move(change));
      }
    }
  }
  void Add(const NearValue& near) { bounds_[near.check].insert(near.value); }

  void Try(const std::vector<RefusedTry>& refused, const SearchContext& context,
           std::vector<Tried>* tried) const {
    for (const auto& [key, change] : single_) {
      AddIfItHelps(Whole(change), {part_, PartOf(change.fields.front())}, refused, context, tried);
    }
    for (const auto& [check, set] : bounds_) {
      std::vector<QueryChange> changes;
      for (const int64_t value : set) changes.push_back(Whole(SetBound(check, value, query_)));
      std::sort(changes.begin(), changes.end(),
                [](const QueryChange& a, const QueryChange& b) { return a.size < b.size; });
      AddLeastThatHelp(
          static_cast<int64_t>(changes.size()),
          [&changes](int64_t i) { return changes[static_cast<size_t>(i)]; },
          {part_, kMachineFields}, refused, context, tried);
    }
    if (fewer_machines_) {
      AddLeastThatHelp(
          query_.count - 1,
          [this](int64_t i) { return Whole(SetCount(query_.count - 1 - i, query_)); },
          {part_, kCountFields}, refused, context, tried);
    }
  }

 private:
  // The change as one of the whole query.
  QueryChange Whole(QueryChange change) const {
    return is_part_ ? OfPart(std::move(change), whole_, part_) : change;
  }

  Changes& of_whole_;
  const PlacementQuery& whole_;
  const size_t part_;
  const bool is_part_;
  const PlacementQuery query_;
  absl::flat_hash_set<ReasonKey> answered_;
  std::map<std::pair<std::string, std::string>, QueryChange> single_;  // by fields and key
  std::map<FlavorCheck, std::set<int64_t>> bounds_;
  bool fewer_machines_ = false;
};

// Returns the changes of a query that answer a reason: of the parts that it is about, the largest
// first.
std::vector<QueryChange> AllChangesFor(const Reason& reason, const PlacementQuery& query) {
  if (reason.parts == 0) return ChangesFor(reason, query);
  std::vector<size_t> parts;
  for (size_t i = 0; i < query.parts().size(); ++i) {
    if (IsAbout(reason, i)) parts.push_back(i);
  }
  std::stable_sort(parts.begin(), parts.end(), [&query](size_t a, size_t b) {
    return query.parts()[a].count > query.parts()[b].count;
  });
  std::vector<QueryChange> out;
  for (const size_t part : parts) {
    for (QueryChange& change : ChangesFor(reason, QueryOfPart(query, query.parts()[part]))) {
      out.push_back(OfPart(std::move(change), query, part));
    }
  }
  return out;
}

// If `query` requires fewer machines than `asked`, raises the numbers to the most that the share
// has, one after the other, up to what was asked for, if other changes are enough.
void AskForMore(const PlacementQuery& asked, const IndexedShare& share,
                const SearchContext& context, PlacementQuery* query) {
  const auto raise = [&](int64_t most, int64_t* count) {
    int64_t fits = *count;
    for (int64_t above = most + 1; above - fits > 1;) {
      if (!context.work->Spend(1)) break;
      *count = fits + (above - fits) / 2;
      const SearchContext changed = WithQuery(context, *query);
      const bool is_enough = QuerySearch(changed).Fits(share, QuerySearch::kWhole, ~Fields{0});
      (is_enough ? fits : above) = *count;
    }
    *count = fits;
  };
  raise(asked.count, &query->count);
  for (size_t i = 0; i < asked.parts().size(); ++i) {
    raise(asked.parts()[i].count, &query->parts()[i].count);
  }
}

// Whether a change asked for fewer machines and AskForMore found room for all that were asked for.
bool IsUndone(const QueryChange& change, const PlacementQuery& asked, const PlacementQuery& query) {
  if (change.fields.front() == "count") return query.count == asked.count;
  for (size_t i = 0; i < asked.parts().size(); ++i) {
    if (change.target != TargetOf(i, "count")) continue;
    return query.parts()[i].count == asked.parts()[i].count;
  }
  return false;
}

// Changes what blocks one share, then what blocks it next, until it fits. Returns nothing if it
// takes more than `at_most` changes, or if none helps.
std::optional<QueryChange> GiveWay(const ShareVerdict& verdict, const SearchContext& context,
                                   size_t at_most) {
  PlacementQuery query = *context.query;
  std::vector<QueryChange> made;
  std::optional<Reason> reason = verdict.reasons.front();
  for (size_t steps = 0; reason && steps < kMaxTogether; ++steps) {
    if (!context.work->Spend(1)) return std::nullopt;
    std::vector<QueryChange> answers = AllChangesFor(*reason, query);
    if (answers.empty()) return std::nullopt;
    QueryChange& change = answers.front();
    change.apply(&query);
    // A field that is changed twice counts once, with its last value.
    const auto before = std::find_if(made.begin(), made.end(), [&change](const QueryChange& one) {
      return one.fields == change.fields && one.target == change.target;
    });
    if (before != made.end()) {
      *before = std::move(change);
    } else if (made.size() == at_most) {
      return std::nullopt;
    } else {
      made.push_back(std::move(change));
    }
    const SearchContext changed = WithQuery(context, query);
    reason = QuerySearch(changed).WhyNot(*verdict.share);
  }
  if (reason) return std::nullopt;
  AskForMore(*context.query, *verdict.share, context, &query);
  QueryChange out;
  std::vector<std::string> keys;
  for (const QueryChange& change : made) {
    const bool is_undone = IsUndone(change, *context.query, query);
    for (const std::string& field : change.fields) {
      if (is_undone) continue;
      const auto end = out.fields.end();
      if (std::find(out.fields.begin(), end, field) == end) out.fields.push_back(field);
    }
    keys.push_back(change.key);
  }
  keys.push_back(absl::StrCat(query.count));
  for (const MachineRequest& part : query.parts()) keys.push_back(absl::StrCat(part.count));
  out.key = absl::StrJoin(keys, ";");
  out.size = static_cast<int64_t>(made.size());
  out.apply = [query](PlacementQuery* q) { *q = query; };
  return out;
}

// For requests that no single change helps: the fewest changes that help together.
std::vector<Tried> TriedTogether(const std::vector<ShareVerdict>& verdicts,
                                 std::vector<RefusedTry> refused, const SearchContext& context) {
  std::map<std::pair<std::string, std::string>, QueryChange> found;
  size_t fewest = kMaxTogether;
  for (const ShareVerdict& verdict : verdicts) {
    if (verdict.reasons.empty() || found.size() >= kMaxCombinations) continue;
    std::optional<QueryChange> way = GiveWay(verdict, context, fewest);
    if (!way) continue;
    fewest = std::min(fewest, static_cast<size_t>(way->size));
    auto key = std::make_pair(absl::StrJoin(way->fields, ","), way->key);
    found.emplace(std::move(key), *std::move(way));
  }
  // Several fields may answer several reasons.
  for (RefusedTry& one : refused) one.whole = ~Fields{0};
  std::vector<Tried> tried;
  for (const auto& [key, way] : found) {
    if (static_cast<size_t>(way.size) > fewest) continue;
    AddIfItHelps(way, {QuerySearch::kWhole, ~Fields{0}}, refused, context, &tried);
  }
  return tried;
}

}  // namespace

std::vector<Relaxation> FindRelaxations(const std::vector<ShareVerdict>& verdicts,
                                        const QuerySearch& search, const SearchContext& context) {
  const PlacementQuery& query = *context.query;
  const bool has_parts = !query.parts().empty();
  std::vector<std::unique_ptr<Changes>> of_parts;
  Changes of_whole(query, QuerySearch::kWhole, &of_whole);
  for (size_t i = 0; i < search.part_count(); ++i) {
    of_parts.push_back(std::make_unique<Changes>(query, i, &of_whole));
  }
  const auto answer = [&](const Reason& reason) {
    if (!has_parts) return of_parts.front()->Answer(reason);
    if (reason.parts == 0) of_whole.Answer(reason);
    for (size_t i = 0; i < of_parts.size(); ++i) {
      if (IsAbout(reason, i)) of_parts[i]->Answer(reason);
    }
  };
  bool none_fits = true;
  for (const ShareVerdict& verdict : verdicts) {
    if (verdict.fits) none_fits = false;
    uint16_t answered = 0;
    for (const Reason& reason : verdict.reasons) {
      const bool is_first = &reason == &verdict.reasons.front();
      // Whether the reason blocks each of several alternatives.
      const bool blocks = !query.alternatives.empty() && (reason.parts & ~answered) != 0;
      if (is_first || blocks) answer(reason);
      answered |= reason.parts;
    }
  }
  for (size_t i = 0; i < of_parts.size(); ++i) {
    for (const Reason& reason : search.near_misses(i).reasons) of_parts[i]->Answer(reason);
    for (const NearValue& value : search.near_misses(i).values) of_parts[i]->Add(value);
  }
  const std::vector<RefusedTry> refused = RefusedOf(verdicts, query);
  std::vector<Tried> tried;
  of_whole.Try(refused, context, &tried);
  for (const auto& changes : of_parts) changes->Try(refused, context, &tried);
  if (tried.empty() && none_fits) tried = TriedTogether(verdicts, refused, context);
  std::sort(tried.begin(), tried.end(), [](const Tried& a, const Tried& b) {
    return std::tie(b.relaxation.added_share_count, a.size, a.relaxation.changed_fields, a.key) <
           std::tie(a.relaxation.added_share_count, b.size, b.relaxation.changed_fields, b.key);
  });
  std::vector<Relaxation> out;
  for (Tried& t : tried) {
    if (out.size() < kMaxRelaxations) out.push_back(std::move(t.relaxation));
  }
  return out;
}

}  // namespace cis::server
