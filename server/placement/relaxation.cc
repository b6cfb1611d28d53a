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
#include "absl/strings/str_join.h"
#include "server/placement/query_change.h"
#include "server/placement/share_search.h"

namespace cis {
namespace {

// Keeps the answer to one screen.
constexpr size_t kMaxSites = 20;
constexpr size_t kMaxRelaxations = 12;
// Of the same bound: the nearest ones and the one that adds most.
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
  ShareSearch& search() { return search_; }

 private:
  static PlacementQuery Changed(const PlacementQuery& query, const QueryChange& change) {
    PlacementQuery out = query;
    change.apply(&out);
    return out;
  }

  const PlacementQuery query_;
  const SearchContext context_;
  ShareSearch search_;
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

// A share that was refused, and the parts of the request of which a change may let it in: those
// that answer each of its reasons. What a change cannot help need not be searched.
struct Refused {
  const IndexedShare* share = nullptr;
  Fields answers = 0;
};

std::vector<Refused> RefusedOf(const std::vector<ShareVerdict>& verdicts) {
  std::vector<Refused> out;
  for (const ShareVerdict& verdict : verdicts) {
    if (verdict.fits) continue;
    Fields answers = ~Fields{0};
    for (const Reason& reason : verdict.reasons) answers &= AnsweredBy(reason);
    out.push_back({verdict.share, answers});
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

// Appends the change with the shares that it adds, if there are any. `fields`: the parts of the
// request that it changes.
void AddIfItHelps(const QueryChange& change, Fields fields, const std::vector<Refused>& refused,
                  const SearchContext& context, std::vector<Tried>* tried) {
  ChangedSearch changed(context, change);
  Relaxation relaxation;
  std::set<absl::string_view> sites;
  for (const Refused& one : refused) {
    if (!context.work->Spend(1)) return;
    if ((one.answers & fields) != 0 && changed.search().Fits(*one.share, fields)) {
      AddShare(*one.share, &sites, &relaxation);
    }
  }
  if (relaxation.added_share_count == 0) return;
  SetSites(sites, &relaxation);
  relaxation.query = changed.query();
  relaxation.changed_fields = change.fields;
  tried->push_back({std::move(relaxation), change.size, change.key});
}

// Appends the least of a row of changes for each share that one of them lets in. Each change lets
// in what the ones before it let in, so that the least is found by halving. `change_at` makes the
// change of a position in [0, count), the smallest first.
void AddLeastThatHelp(int64_t count, const std::function<QueryChange(int64_t)>& change_at,
                      Fields fields, const std::vector<Refused>& refused,
                      const SearchContext& context, std::vector<Tried>* tried) {
  std::map<int64_t, std::unique_ptr<ChangedSearch>> searches;
  const auto fits = [&](const Refused& one, int64_t position) {
    std::unique_ptr<ChangedSearch>& search = searches[position];
    if (search == nullptr) {
      search = std::make_unique<ChangedSearch>(context, change_at(position));
    }
    return search->search().Fits(*one.share, fields);
  };
  std::map<int64_t, std::vector<const IndexedShare*>> by_least;
  for (const Refused& one : refused) {
    if (!context.work->Spend(1)) return;
    if ((one.answers & fields) == 0 || !fits(one, count - 1)) continue;
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

// All of a reason that ChangesFor looks at.
using ReasonKey = std::tuple<ReasonCode, int, std::optional<int64_t>, std::optional<int64_t>,
                             absl::string_view, absl::string_view, absl::string_view>;
ReasonKey KeyOf(const Reason& reason) {
  const Image* image = reason.image;
  const int quota = reason.quota ? static_cast<int>(*reason.quota) : -1;
  if (image == nullptr) return {reason.code, quota, reason.want, reason.best, "", "", ""};
  return {reason.code,       quota, reason.want, reason.best, image->os_distro, image->os_version,
          image->os_codename};
}

// The changes that may help, each once. Many shares have the same reason.
class Changes {
 public:
  explicit Changes(const PlacementQuery& query) : query_(query) {}

  void Answer(const Reason& reason) {
    if (!answered_.insert(KeyOf(reason)).second) return;
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
      single_.emplace(std::move(key), std::move(change));
    }
  }
  void Add(const NearValue& near) { bounds_[near.check].insert(near.value); }

  void Try(const std::vector<Refused>& refused, const SearchContext& context,
           std::vector<Tried>* tried) const {
    for (const auto& [key, change] : single_) {
      AddIfItHelps(change, PartOf(change.fields.front()), refused, context, tried);
    }
    for (const auto& [check, set] : bounds_) {
      std::vector<QueryChange> changes;
      for (const int64_t value : set) changes.push_back(SetBound(check, value, query_));
      std::sort(changes.begin(), changes.end(),
                [](const QueryChange& a, const QueryChange& b) { return a.size < b.size; });
      AddLeastThatHelp(
          static_cast<int64_t>(changes.size()),
          [&changes](int64_t i) { return changes[static_cast<size_t>(i)]; }, kMachineFields,
          refused, context, tried);
    }
    if (fewer_machines_) {
      AddLeastThatHelp(
          query_.count - 1, [this](int64_t i) { return SetCount(query_.count - 1 - i, query_); },
          kCountFields, refused, context, tried);
    }
  }

 private:
  const PlacementQuery& query_;
  absl::flat_hash_set<ReasonKey> answered_;
  std::map<std::pair<std::string, std::string>, QueryChange> single_;  // by fields and key
  std::map<FlavorCheck, std::set<int64_t>> bounds_;
  bool fewer_machines_ = false;
};

// Answers what blocks one share, then what blocks it next, until it fits. Returns nothing if it
// takes more than `at_most` changes, or if none helps.
std::optional<QueryChange> GiveWay(const ShareVerdict& verdict, const SearchContext& context,
                                   size_t at_most) {
  PlacementQuery query = *context.query;
  std::vector<QueryChange> made;
  std::optional<Reason> reason = verdict.reasons.front();
  for (size_t steps = 0; reason && steps < kMaxTogether; ++steps) {
    if (!context.work->Spend(1)) return std::nullopt;
    std::vector<QueryChange> answers = ChangesFor(*reason, query);
    if (answers.empty()) return std::nullopt;
    QueryChange& change = answers.front();
    change.apply(&query);
    // What is changed twice counts once, as it ends.
    const auto before = std::find_if(made.begin(), made.end(), [&change](const QueryChange& one) {
      return one.fields == change.fields;
    });
    if (before != made.end()) {
      *before = std::move(change);
    } else if (made.size() == at_most) {
      return std::nullopt;
    } else {
      made.push_back(std::move(change));
    }
    const SearchContext changed = WithQuery(context, query);
    reason = ShareSearch(changed).WhyNot(*verdict.share);
  }
  if (reason) return std::nullopt;
  QueryChange out;
  std::vector<std::string> keys;
  for (const QueryChange& change : made) {
    out.fields.insert(out.fields.end(), change.fields.begin(), change.fields.end());
    keys.push_back(change.key);
  }
  out.key = absl::StrJoin(keys, ";");
  out.size = static_cast<int64_t>(made.size());
  out.apply = [query](PlacementQuery* q) { *q = query; };
  return out;
}

// For requests that no single change helps: the fewest changes that help together.
std::vector<Tried> Together(const std::vector<ShareVerdict>& verdicts, std::vector<Refused> refused,
                            const SearchContext& context) {
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
  for (Refused& one : refused) one.answers = ~Fields{0};
  std::vector<Tried> tried;
  for (const auto& [key, way] : found) {
    if (static_cast<size_t>(way.size) > fewest) continue;
    AddIfItHelps(way, ~Fields{0}, refused, context, &tried);
  }
  return tried;
}

}  // namespace

std::vector<Relaxation> FindRelaxations(const std::vector<ShareVerdict>& verdicts,
                                        const NearMisses& near_misses,
                                        const SearchContext& context) {
  Changes changes(*context.query);
  bool none_fits = true;
  for (const ShareVerdict& verdict : verdicts) {
    if (verdict.fits) none_fits = false;
    if (!verdict.reasons.empty()) changes.Answer(verdict.reasons.front());
  }
  for (const Reason& reason : near_misses.reasons) changes.Answer(reason);
  for (const NearValue& value : near_misses.values) changes.Add(value);
  const std::vector<Refused> refused = RefusedOf(verdicts);
  std::vector<Tried> tried;
  changes.Try(refused, context, &tried);
  if (tried.empty() && none_fits) tried = Together(verdicts, refused, context);
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

}  // namespace cis
