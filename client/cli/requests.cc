// SPDX-License-Identifier: Apache-2.0
#include "client/cli/requests.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/cli/group_option.h"
#include "client/cli/query_file.h"
#include "client/format/os_text.h"
#include "client/format/proto_json.h"
#include "schema/base/os_family.h"
#include "schema/base/os_requirement.h"
#include "schema/base/status_macros.h"

namespace cis::client {
namespace {

// Rows per call unless the user sets it: few calls, as an image with evidence or a placement is
// some kB.
constexpr int64_t kPageSize = 500;
// Placements of `--all` unless the user sets a limit: more than a person reads.
constexpr int64_t kAllLimit = 1000;

// Returns the user's page size, else no more than the `limit` (0 = none) needs.
int32_t PageSize(int32_t wanted, int64_t limit) {
  if (wanted != 0) return wanted;
  return static_cast<int32_t>(limit > 0 ? std::min(limit, kPageSize) : kPageSize);
}

void SetRange(const Range& range, v1::Int64Range* (v1::MachineRequirements::*mutable_field)(),
              v1::MachineRequirements* machine) {
  if (!range.min.has_value() && !range.max.has_value()) return;
  v1::Int64Range* field = (machine->*mutable_field)();
  if (range.min.has_value()) field->set_min(*range.min);
  if (range.max.has_value()) field->set_max(*range.max);
}

// Returns the value of an enum by its word in any case. Returns INVALID_ARGUMENT naming the flag
// and the words that exist.
template <typename Enum>
absl::StatusOr<Enum> EnumOfWord(absl::string_view flag, const std::string& word) {
  const google::protobuf::EnumDescriptor& type = *google::protobuf::GetEnumDescriptor<Enum>();
  std::vector<std::string> words;
  for (int i = 0; i < type.value_count(); ++i) {
    const int number = type.value(i)->number();
    words.push_back(EnumWord(type, number));
    if (absl::EqualsIgnoreCase(words.back(), word)) return static_cast<Enum>(number);
  }
  words.erase(words.begin());  // of the value that means "not reported"
  return absl::InvalidArgumentError(absl::StrCat(
      flag, ": \"", word, "\" is not valid; write one of ", absl::StrJoin(words, ", ")));
}

absl::Status SetMachine(const PlaceOptions& options, v1::MachineRequirements* machine) {
  using M = v1::MachineRequirements;
  SetRange(options.vcpu_count, &M::mutable_vcpu_count, machine);
  SetRange(options.ram_mib, &M::mutable_ram_mib, machine);
  SetRange(options.disk_gib, &M::mutable_disk_gib, machine);
  SetRange(options.ephemeral_gib, &M::mutable_ephemeral_gib, machine);
  SetRange(options.gpu_count, &M::mutable_gpu_count, machine);
  SetRange(options.gpu_memory_mib, &M::mutable_gpu_memory_mib, machine);
  SetRange(options.total_gpu_memory_mib, &M::mutable_total_gpu_memory_mib, machine);
  machine->set_availability_zone(options.zone);
  machine->set_like(options.like);
  machine->set_gpu_model(options.gpu_model);
  machine->set_gpu_vendor(options.gpu_vendor);
  CIS_ASSIGN_OR_RETURN(const v1::GpuKind kind,
                       EnumOfWord<v1::GpuKind>("--gpu-kind", options.gpu_kind));
  machine->set_gpu_kind(kind);
  CIS_ASSIGN_OR_RETURN(const v1::CpuAllocation allocation,
                       EnumOfWord<v1::CpuAllocation>("--cpu-alloc", options.cpu_alloc));
  machine->set_cpu_allocation(allocation);
  machine->set_arch(options.arch);
  machine->mutable_flavors()->Assign(options.flavors.begin(), options.flavors.end());
  machine->mutable_excluded_flavors()->Assign(options.excluded_flavors.begin(),
                                              options.excluded_flavors.end());
  if (options.no_volume) machine->set_allow_boot_from_volume(false);
  return absl::OkStatus();
}

// Sets nothing if nothing is required. `Proto` has requirements for an image.
template <typename Proto>
absl::Status SetImage(const PlaceOptions& options, Proto* query) {
  v1::ImageRequirements image;
  for (const std::string& text : options.os) {
    const absl::StatusOr<v1::OsRequirement> os = ParseOsText(text);
    if (!os.ok()) return absl::InvalidArgumentError(absl::StrCat("--os: ", os.status().message()));
    *image.add_os() = *os;
  }
  image.set_image(options.image);
  image.mutable_images()->Assign(options.images.begin(), options.images.end());
  image.mutable_excluded_images()->Assign(options.excluded_images.begin(),
                                          options.excluded_images.end());
  if (image.ByteSizeLong() > 0) *query->mutable_image() = std::move(image);
  return absl::OkStatus();
}

// Sets the placements to leave out, each as `-o name` prints it: share, flavor and what follows.
absl::Status SetExcludedPlacements(const std::vector<std::string>& names,
                                   v1::PlacementQuery* query) {
  for (const std::string& name : names) {
    const std::vector<std::string> parts =
        absl::StrSplit(name, absl::ByAnyChar(" \t,"), absl::SkipEmpty());
    if (parts.empty() || !absl::StrContains(parts[0], "/shares/")) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--next: \"", name,
          "\" is not the name of a placement; write it as cisquery place -o name prints it"));
    }
    v1::ExcludedPlacement& excluded = *query->add_excluded_placements();
    excluded.set_share(parts[0]);
    if (parts.size() > 1 && absl::StrContains(parts[1], "/flavors/")) {
      excluded.set_flavor(parts[1]);
    }
  }
  return absl::OkStatus();
}

void SetNetwork(const PlaceOptions& options, v1::NetworkRequirements* network) {
  if (options.public_ip) network->set_public_v4(v1::ADDRESS_REQUIREMENT_REQUIRED);
  if (options.prefer_public_ip) network->set_public_v4(v1::ADDRESS_REQUIREMENT_PREFERRED);
  if (options.no_public_ip) {
    network->set_public_v4(v1::ADDRESS_REQUIREMENT_FORBIDDEN);
    network->set_public_v6(v1::ADDRESS_REQUIREMENT_FORBIDDEN);
  }
  if (options.ipv6) network->set_public_v6(v1::ADDRESS_REQUIREMENT_REQUIRED);
  if (options.prefer_ipv6) network->set_public_v6(v1::ADDRESS_REQUIREMENT_PREFERRED);
  if (options.no_ipv6) network->set_public_v6(v1::ADDRESS_REQUIREMENT_FORBIDDEN);
  network->set_network(options.network);
}

void SetWeight(absl::string_view criterion, double weight, v1::ScoreWeights* weights) {
  if (criterion == "fit") weights->set_fit(weight);
  if (criterion == "network") weights->set_network(weight);
  if (criterion == "os") weights->set_os(weight);
  if (criterion == "health") weights->set_health(weight);
  if (criterion == "freshness") weights->set_freshness(weight);
}

// Parses the value of a flag with a group or an alternative.
absl::StatusOr<GroupOption> ParsePart(absl::string_view flag, const std::string& text) {
  absl::StatusOr<GroupOption> option = ParseGroupOption(text);
  if (option.ok()) return option;
  return absl::InvalidArgumentError(absl::StrCat(flag, ": ", option.status().message()));
}

absl::Status SetGroups(const PlaceOptions& options, v1::PlacementQuery* query) {
  for (const std::string& text : options.groups) {
    CIS_ASSIGN_OR_RETURN(const GroupOption option, ParsePart("--group", text));
    v1::MachineGroup& group = *query->add_groups();
    group.set_display_name(option.name);
    group.set_count(option.count);
    CIS_RETURN_IF_ERROR(SetMachine(option.machine, group.mutable_machine()));
    CIS_RETURN_IF_ERROR(SetImage(option.machine, &group));
    if (option.has_network) SetNetwork(option.machine, group.mutable_network());
  }
  return absl::OkStatus();
}

absl::Status SetAlternatives(const PlaceOptions& options, v1::PlacementQuery* query) {
  for (const std::string& text : options.alternatives) {
    CIS_ASSIGN_OR_RETURN(const GroupOption option, ParsePart("--alternative", text));
    if (option.has_network) {
      return absl::InvalidArgumentError(
          absl::StrCat("--alternative: \"", text,
                       "\" has requirements for the network, which is the same for all "
                       "alternatives; write them as flags of place, such as --public-ip"));
    }
    v1::MachineAlternative& alternative = *query->add_alternatives();
    alternative.set_display_name(option.name);
    alternative.set_count(option.count);
    CIS_RETURN_IF_ERROR(SetMachine(option.machine, alternative.mutable_machine()));
    CIS_RETURN_IF_ERROR(SetImage(option.machine, &alternative));
  }
  return absl::OkStatus();
}

// Returns the part of a query that the flags make.
absl::StatusOr<v1::PlacementQuery> QueryOfFlags(const PlaceOptions& options) {
  v1::PlacementQuery query;
  query.mutable_vos()->Assign(options.vos.begin(), options.vos.end());
  CIS_RETURN_IF_ERROR(SetMachine(options, query.mutable_machine()));
  CIS_RETURN_IF_ERROR(SetImage(options, &query));
  SetNetwork(options, query.mutable_network());
  query.set_count(options.count);
  CIS_RETURN_IF_ERROR(SetGroups(options, &query));
  CIS_RETURN_IF_ERROR(SetAlternatives(options, &query));
  query.mutable_sites()->Assign(options.sites.begin(), options.sites.end());
  query.mutable_excluded_sites()->Assign(options.excluded_sites.begin(),
                                         options.excluded_sites.end());
  for (const std::string& country : options.countries) {
    query.add_countries(absl::AsciiStrToUpper(country));
  }
  for (const std::string& country : options.excluded_countries) {
    query.add_excluded_countries(absl::AsciiStrToUpper(country));
  }
  for (const auto& [criterion, weight] : options.weights) {
    SetWeight(criterion, weight, query.mutable_weights());
  }
  CIS_RETURN_IF_ERROR(SetExcludedPlacements(options.next, &query));
  if (options.max_age.has_value()) {
    query.mutable_max_age()->set_seconds(absl::ToInt64Seconds(*options.max_age));
    const absl::Duration rest = *options.max_age - absl::Trunc(*options.max_age, absl::Seconds(1));
    query.mutable_max_age()->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  }
  return query;
}

void AddRangeTerms(absl::string_view field, const Range& range, std::vector<std::string>* terms) {
  if (range.min.has_value()) terms->push_back(absl::StrCat(field, " >= ", *range.min));
  if (range.max.has_value()) terms->push_back(absl::StrCat(field, " <= ", *range.max));
}

void AddTerm(std::string term, std::vector<std::string>* terms) {
  if (!term.empty()) terms->push_back(std::move(term));
}

// The fields with the site and the VO of each noun; empty if it has no such field.
template <typename T>
absl::string_view SiteField() {
  if constexpr (std::is_same_v<T, v1::Site>) return "display_name";
  constexpr bool kOfRegistry = std::is_same_v<T, v1::SiteProblem> || std::is_same_v<T, v1::Offer>;
  if constexpr (Noun<T>::kHasParent || kOfRegistry) return "site_name";
  return "";
}

// The default order, in which people look for things.
template <typename T>
absl::string_view UsualOrder() {
  if constexpr (std::is_same_v<T, v1::Site> || std::is_same_v<T, v1::Vo>) return "display_name";
  if constexpr (std::is_same_v<T, v1::Endpoint>) return "site_name, region";
  if constexpr (std::is_same_v<T, v1::Share>) return "site_name, vo";
  if constexpr (std::is_same_v<T, v1::Flavor>) return "site_name, gpu_count, vcpu_count, ram_mib";
  if constexpr (std::is_same_v<T, v1::Image>) return "site_name, display_name";
  if constexpr (std::is_same_v<T, v1::Network>) return "site_name, vo, display_name";
  if constexpr (std::is_same_v<T, v1::Crawl>) return "start_time desc";
  if constexpr (std::is_same_v<T, v1::SiteProblem>) return "site_name, code, subject";
  if constexpr (std::is_same_v<T, v1::Offer>) return "site_name, service_type";
  return "";
}

template <typename T>
std::string VoTerm(const std::vector<std::string>& vos) {
  if constexpr (std::is_same_v<T, v1::Share> || std::is_same_v<T, v1::Network>) {
    return MakeAnyOf("vo", "=", vos);
  }
  if constexpr (std::is_same_v<T, v1::Site> || std::is_same_v<T, v1::Flavor> ||
                std::is_same_v<T, v1::Image>) {
    return MakeAnyOf("vos", ":", vos);
  }
  return "";
}

template <typename T>
absl::StatusOr<std::string> MakeFilter(const ListOptions& options) {
  std::vector<std::string> terms;
  if (!SiteField<T>().empty()) AddTerm(MakeAnyOf(SiteField<T>(), "=", options.sites), &terms);
  AddTerm(VoTerm<T>(options.vos), &terms);
  if constexpr (std::is_same_v<T, v1::Flavor>) {
    AddRangeTerms("vcpu_count", options.vcpu_count, &terms);
    AddRangeTerms("ram_mib", options.ram_mib, &terms);
    AddRangeTerms("disk_gib", options.disk_gib, &terms);
    AddRangeTerms("gpu_count", options.gpu_count, &terms);
  }
  if constexpr (std::is_same_v<T, v1::Image>) {
    std::vector<std::string> alternatives;
    for (const std::string& os : options.os) {
      CIS_ASSIGN_OR_RETURN(std::string alternative, MakeOsFilter(os));
      alternatives.push_back(absl::StrCat("(", alternative, ")"));
    }
    if (!alternatives.empty()) {
      terms.push_back(absl::StrCat("(", absl::StrJoin(alternatives, " OR "), ")"));
    }
  }
  if constexpr (std::is_same_v<T, v1::Network>) {
    if (options.public_only) terms.push_back("(public_v4 = \"yes\" OR public_v6 = \"yes\")");
    if (!options.usable_as.empty()) {
      terms.push_back(absl::StrCat("usable_as = ", QuoteFilterValue(options.usable_as)));
    }
  }
  if (terms.empty()) return options.filter;
  if (!absl::StripAsciiWhitespace(options.filter).empty()) {
    terms.push_back(absl::StrCat("(", options.filter, ")"));
  }
  return absl::StrJoin(terms, " AND ");
}

template <typename Request>
absl::Status SetChangeFilters(const Options& options, Request* request) {
  request->set_parent("sites/-");
  request->mutable_sites()->Assign(options.list.sites.begin(), options.list.sites.end());
  request->mutable_vos()->Assign(options.list.vos.begin(), options.list.vos.end());
  for (const std::string& word : options.kinds) {
    // The plural is accepted: "flavors".
    const std::string one(absl::StripSuffix(word, "s"));
    CIS_ASSIGN_OR_RETURN(const v1::ChangeKind kind, EnumOfWord<v1::ChangeKind>("--kind", one));
    request->add_kinds(kind);
  }
  return absl::OkStatus();
}

void SetTime(absl::Time time, google::protobuf::Timestamp* proto) {
  const timespec parts = absl::ToTimespec(time);
  proto->set_seconds(parts.tv_sec);
  proto->set_nanos(static_cast<int32_t>(parts.tv_nsec));
}

}  // namespace

int64_t PlacementLimit(const PlaceOptions& options) {
  return options.limit.value_or(options.all ? kAllLimit : 0);
}

absl::StatusOr<v1::ListChangesRequest> MakeChangesRequest(const Options& options, absl::Time now) {
  v1::ListChangesRequest request;
  CIS_RETURN_IF_ERROR(SetChangeFilters(options, &request));
  SetTime(TimeOf(options.since, now), request.mutable_start_time());
  if (options.until) SetTime(TimeOf(*options.until, now), request.mutable_end_time());
  request.set_page_size(PageSize(0, options.list.limit));
  return request;
}

absl::StatusOr<v1::WatchChangesRequest> MakeWatchRequest(const Options& options,
                                                         absl::string_view resume_token) {
  v1::WatchChangesRequest request;
  CIS_RETURN_IF_ERROR(SetChangeFilters(options, &request));
  request.set_resume_token(std::string(resume_token));
  return request;
}

absl::StatusOr<v1::PlacementQuery> MakeQuery(const PlaceOptions& options) {
  v1::PlacementQuery query;
  if (!options.query_file.empty()) {
    CIS_ASSIGN_OR_RETURN(query, ReadQueryFile(options.query_file));
  }
  CIS_ASSIGN_OR_RETURN(const v1::PlacementQuery flags, QueryOfFlags(options));
  query.MergeFrom(flags);
  return query;
}

absl::StatusOr<v1::FindPlacementsRequest> MakeFindRequest(const PlaceOptions& options) {
  v1::FindPlacementsRequest request;
  CIS_ASSIGN_OR_RETURN(*request.mutable_query(), MakeQuery(options));
  request.set_page_token(options.page_token);
  request.set_order_by(options.sort_by);
  request.set_page_size(PageSize(options.page_size, PlacementLimit(options)));
  request.set_all_combinations(options.all);
  return request;
}

std::string QuoteFilterValue(absl::string_view text) {
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
}

std::string MakeAnyOf(absl::string_view field, absl::string_view op,
                      const std::vector<std::string>& values) {
  std::vector<std::string> terms;
  for (const std::string& value : values) {
    terms.push_back(absl::StrCat(field, op == ":" ? "" : " ", op, op == ":" ? "" : " ",
                                 QuoteFilterValue(value)));
  }
  if (terms.size() <= 1) return absl::StrJoin(terms, "");
  return absl::StrCat("(", absl::StrJoin(terms, " OR "), ")");
}

namespace {

std::vector<std::string> TextsOf(absl::Span<const absl::string_view> words) {
  return {words.begin(), words.end()};
}

// The point releases of `version`: 9 includes every 9.x, as people mean it.
std::string IsPointRelease(absl::string_view version) {
  return absl::StrCat("os_version = ", QuoteFilterValue(absl::StrCat(version, ".*")));
}

std::string IsOfLine(absl::string_view version) {
  return absl::StrCat("(os_version = ", QuoteFilterValue(version), " OR ", IsPointRelease(version),
                      ")");
}

}  // namespace

absl::StatusOr<std::string> MakeOsFilter(absl::string_view os) {
  const absl::StatusOr<OsRequirement> parsed = ParseOsRequirement(os);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("--os: ", parsed.status().message()));
  }
  std::string filter;
  if (parsed->distro == "el") {
    filter = MakeAnyOf("os_distro", "=", TextsOf(EnterpriseLinuxDistros()));
  } else if (parsed->distro == "linux") {
    filter = absl::StrCat("os_distro:* AND NOT ",
                          MakeAnyOf("os_distro", "=", TextsOf(NotLinuxDistros())));
  } else {
    filter = absl::StrCat("os_distro = ", QuoteFilterValue(parsed->distro));
  }
  const std::string version = QuoteFilterValue(parsed->version);
  switch (parsed->relation) {
    case OsRelation::kAny:
      return filter;
    case OsRelation::kIs:
    case OsRelation::kSameLine: {
      if (!parsed->codename.empty() || IsRollingRelease(parsed->version)) {
        const std::string word = QuoteFilterValue(
            absl::AsciiStrToLower(absl::StrCat(parsed->version, parsed->codename)));
        return absl::StrCat(filter, " AND (os_codename = ", word, " OR os_version = ", word, ")");
      }
      return absl::StrCat(filter, " AND ",
                          IsOfLine(parsed->relation == OsRelation::kSameLine
                                       ? ReleaseLineOf(parsed->distro, parsed->version)
                                       : parsed->version));
    }
    case OsRelation::kAtLeast:
      return absl::StrCat(filter, " AND os_version >= ", version);
    case OsRelation::kAbove:
      return absl::StrCat(filter, " AND os_version > ", version, " AND NOT ",
                          IsPointRelease(parsed->version));
    case OsRelation::kAtMost:
      return absl::StrCat(filter, " AND (os_version <= ", version, " OR ",
                          IsPointRelease(parsed->version), ")");
    case OsRelation::kBelow:
      return absl::StrCat(filter, " AND os_version < ", version);
  }
  return filter;
}

template <typename T>
absl::StatusOr<typename Noun<T>::ListRequest> MakeListRequest(const ListOptions& options,
                                                              Format format) {
  typename Noun<T>::ListRequest request;
  if constexpr (requires { request.parent(); }) request.set_parent("sites/-");
  if constexpr (Noun<T>::kHasParent) {
    // One site by its resource name: the server reports if it does not exist.
    if (options.sites.size() == 1 && absl::StartsWith(options.sites[0], "sites/")) {
      request.set_parent(options.sites[0]);
    }
  }
  ListOptions used = options;
  if constexpr (Noun<T>::kHasParent) {
    if (request.parent() != "sites/-") used.sites.clear();
  }
  CIS_ASSIGN_OR_RETURN(*request.mutable_filter(), MakeFilter<T>(used));
  request.set_order_by(options.order_by.empty() ? std::string(UsualOrder<T>()) : options.order_by);
  request.set_page_size(PageSize(options.page_size, options.limit));
  request.set_page_token(options.page_token);
  if (format == Format::kName) {
    request.mutable_read_mask()->add_paths("name");
  } else {
    for (const std::string& field : options.fields) request.mutable_read_mask()->add_paths(field);
  }
  if constexpr (std::is_same_v<T, v1::Share> || std::is_same_v<T, v1::Flavor> ||
                std::is_same_v<T, v1::Image> || std::is_same_v<T, v1::Network>) {
    request.set_show_inactive(options.show_inactive);
  }
  return request;
}

#define CIS_INSTANTIATE(Type)                                                     \
  template absl::StatusOr<Noun<v1::Type>::ListRequest> MakeListRequest<v1::Type>( \
      const ListOptions&, Format)

CIS_INSTANTIATE(Site);
CIS_INSTANTIATE(Endpoint);
CIS_INSTANTIATE(Vo);
CIS_INSTANTIATE(Share);
CIS_INSTANTIATE(Flavor);
CIS_INSTANTIATE(Image);
CIS_INSTANTIATE(Network);
CIS_INSTANTIATE(Crawl);
CIS_INSTANTIATE(SiteProblem);
CIS_INSTANTIATE(Offer);

#undef CIS_INSTANTIATE

}  // namespace cis::client
