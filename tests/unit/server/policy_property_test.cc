// SPDX-License-Identifier: Apache-2.0

// Random catalogs and random rights: no answer of any handler has a text that the caller may not
// see, and what the caller may see is answered as to a caller who sees everything.

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schema/model/resource_name.h"
#include "server/placement/serving_state.h"
#include "server/policy/visible_catalog.h"
#include "server/service/inventory_handlers.h"
#include "server/service/placement_handlers.h"
#include "server/service/query_to_proto.h"
#include "server/service/registry_handlers.h"
#include "tests/unit/server/placement_generator.h"

namespace cis::server {
namespace {

constexpr int kSites = 3;
constexpr int kCatalogs = 30;
constexpr int kRightsPerCatalog = 4;
constexpr int kQueries = 3;

// Whose text a secret is: of operation, or of any of the VOs at a site. If there is none, of all
// VOs of the site together.
struct Secret {
  std::string text;
  bool is_operation = false;
  std::string site;
  std::set<std::string> site_vos;
  std::set<std::string> vos;
  PublicKinds kind = 0;  // by which it may be declared public
};

bool MaySee(const Secret& secret, const Rights& rights) {
  if (secret.is_operation) return rights.operation;
  const auto sees = [&](const std::string& vo) {
    return rights.SeesShare(secret.site, vo) ||
           (rights.PublicAt(secret.site, vo) & secret.kind) != 0;
  };
  if (secret.vos.empty()) {
    return std::all_of(secret.site_vos.begin(), secret.site_vos.end(), sees);
  }
  return std::any_of(secret.vos.begin(), secret.vos.end(), sees);
}

// Makes what is not public of a generated catalog unique, and remembers it.
class Marker {
 public:
  explicit Marker(uint64_t seed) : random_(seed) {}

  Catalog Mark(Catalog catalog) {
    for (auto& site : catalog.sites) {
      auto marked = std::make_shared<SiteCatalog>(*site);
      site_ = marked->site.name;
      for (EndpointCatalog& endpoint : marked->endpoints) MarkEndpoint(&endpoint);
      site = marked;
    }
    auto registry = std::make_shared<Registry>();
    for (const auto& site : catalog.sites) {
      registry->problems.push_back(
          {site->site.name, "URL_DIFFERS", Operation("ps"), Operation("pm"), absl::InfinitePast()});
    }
    registry->states.push_back({});
    registry->states.back().error_message = Operation("rs");
    catalog.registry = registry;
    Crawl crawl;
    crawl.id = 4;
    crawl.start_time = crawl.end_time = TestTime();
    catalog.crawls.push_back(crawl);
    CrawlResult result;
    result.crawl_id = 4;
    result.site_name = "SITE-0";
    result.vo = "vo-a";
    result.error = ErrorClass::kServer;
    result.error_message = Operation("cr");
    catalog.crawl_results.push_back(result);
    return catalog;
  }

  const std::vector<Secret>& secrets() const { return secrets_; }

 private:
  // "zq" occurs in no other text, and "x" ends the number.
  std::string Text(absl::string_view what) { return absl::StrCat("zq", what, ++count_, "x"); }

  std::string Operation(absl::string_view what) {
    secrets_.push_back({Text(what), true, "", {}, {}, 0});
    return secrets_.back().text;
  }
  std::string Own(absl::string_view what, const std::set<std::string>& vos, PublicKinds kind = 0) {
    secrets_.push_back({Text(what), false, site_, site_vos_, vos, kind});
    return secrets_.back().text;
  }
  // Amounts that no other number of an answer is: limits, and what is left of them.
  Quota OwnQuota(const Quota& quota, const std::string& vo) {
    Quota out = quota;
    ++count_;
    out.limit = 910000000 + count_;
    out.used = 90000000;
    for (const int64_t amount : {out.limit, out.limit - *out.used}) {
      secrets_.push_back({absl::StrCat(amount), false, site_, site_vos_, {vo}, kQuotas});
    }
    return out;
  }

  template <typename Record>
  std::set<std::string> VosOfRecord(const EndpointCatalog& endpoint, size_t index,
                                    std::vector<int32_t> ShareCatalog::*links) {
    std::set<std::string> vos;
    for (const ShareCatalog& share : endpoint.shares) {
      const std::vector<int32_t>& list = share.*links;
      if (std::find(list.begin(), list.end(), static_cast<int32_t>(index)) != list.end()) {
        vos.insert(share.share.vo);
      }
    }
    return vos;
  }

  void MarkEndpoint(EndpointCatalog* endpoint) {
    site_vos_.clear();
    for (const ShareCatalog& share : endpoint->shares) site_vos_.insert(share.share.vo);
    endpoint->endpoint.service_bases["http://x"] = Operation("sb");
    endpoint->offered_projects.push_back({Operation("oi"), Operation("on"), "vo-a"});
    for (ShareCatalog& share : endpoint->shares) MarkShare(&share);
    for (size_t i = 0; i < endpoint->flavors.size(); ++i) {
      MarkFlavor(VosOfRecord<Flavor>(*endpoint, i, &ShareCatalog::flavor_indexes),
                 &(*endpoint->flavors.Mutable())[i]);
    }
    for (size_t i = 0; i < endpoint->images.size(); ++i) {
      MarkImage(*endpoint, VosOfRecord<Image>(*endpoint, i, &ShareCatalog::image_indexes),
                &(*endpoint->images.Mutable())[i]);
    }
  }

  void MarkFlavor(std::set<std::string> vos, Stored<Flavor>* stored) {
    if (random_.OneIn(2)) return;
    Unlink(stored, &vos);
    Flavor& flavor = stored->record;
    flavor.is_public = false;
    if (random_.OneIn(3)) flavor.is_public.reset();
    // Ids keep their order, by which the catalog is sorted.
    flavor.id = absl::StrCat(flavor.id, Own("f", vos, kPrivateFlavors));
    flavor.name = Own("fn", vos, kPrivateFlavors);
    flavor.description = Own("fd", vos, kPrivateFlavors);
    if (random_.OneIn(3)) flavor.gpu_model = Own("fg", vos, kPrivateFlavors);
    flavor.extra_specs.emplace().Set("key", Own("fe", vos, kPrivateFlavors));
    flavor.provenance.evidence.push_back({"arch", "name", Own("fv", vos, kPrivateFlavors)});
  }

  void MarkImage(const EndpointCatalog& endpoint, std::set<std::string> vos,
                 Stored<Image>* stored) {
    Image& image = stored->record;
    const bool is_plain = !image.is_snapshot && image.visibility == "public";
    if (is_plain && random_.OneIn(2)) {
      // A public image of a project that others may not know.
      const ShareCatalog& share =
          endpoint
              .shares[static_cast<size_t>(random_.Below(static_cast<int>(endpoint.shares.size())))];
      if (!image.volume_count && random_.OneIn(2)) image.owner = share.share.project_id;
      return;
    }
    Unlink(stored, &vos);
    const char* const kVisibilities[] = {"private", "shared", "", "community"};
    if (is_plain) image.visibility = kVisibilities[random_.Below(4)];
    image.id = absl::StrCat(image.id, Own("i", vos, kPrivateImages));
    image.name = Own("in", vos, kPrivateImages);
    image.tags = {Own("it", vos, kPrivateImages)};
    image.os_codename = Own("ic", vos, kPrivateImages);
    image.provenance.warnings = {absl::StrCat("OS_CONFLICT: ", Own("iw", vos, kPrivateImages))};
  }

  // A record that no share sees any more is of nobody in particular.
  template <typename Record>
  void Unlink(Stored<Record>* stored, std::set<std::string>* vos) {
    if (vos->empty()) stored->active = false;
  }

  std::string MarkedNetwork(const ShareCatalog& share, Stored<Network>* stored,
                            std::map<std::string, std::string>* ids) {
    const std::set<std::string> vo{share.share.vo};
    Network& network = stored->record;
    const std::string id(network.id);
    std::string& marked = (*ids)[id];
    marked = absl::StrCat(id, Own("n", vo));
    network.id = marked;
    network.name = Own("nn", vo);
    for (Subnet& subnet : network.subnets) MarkSubnet(vo, &subnet, ids);
    SharedList<SharedText> subnet_ids;
    for (const SharedText& subnet : network.subnet_ids) {
      const auto it = ids->find(std::string(subnet));
      subnet_ids.push_back(it == ids->end() ? subnet : SharedText(it->second));
    }
    network.subnet_ids = subnet_ids;
    network.provenance.evidence.push_back({"usable_as", "name", Own("nv", vo)});
    return marked;
  }

  void MarkSubnet(const std::set<std::string>& vo, Subnet* subnet,
                  std::map<std::string, std::string>* ids) {
    std::string& marked = (*ids)[std::string(subnet->id)];
    marked = absl::StrCat(subnet->id, Own("s", vo));
    subnet->id = marked;
    subnet->name = Own("sn", vo);
    subnet->cidr = Own("sc", vo);
    subnet->gateway_ip = Own("sg", vo);
  }

  void MarkShare(ShareCatalog* catalog) {
    Share& share = catalog->share;
    const std::set<std::string> vo{share.vo};
    const std::string project = share.project_id;
    share.project_id = Own("p", vo, kProjectIds);
    share.project_key = random_.OneIn(2) ? share.project_id : Own("pk", vo, kProjectIds);
    share.project_name = Own("pn", vo, kProjectIds);
    share.user_domain = Own("ud", vo);
    for (KindState& kind : catalog->kinds) {
      kind.error_message = Operation("em");
      if (random_.OneIn(8)) {
        kind.error = ErrorClass::kServer;
        kind.failing_since = kind.attempt_time = TestTime() + absl::Minutes(5);
        kind.failure_count = 2;
      }
      kind.remarks = {Operation("rm")};
    }
    std::map<std::string, std::string> ids;
    for (Stored<Network>& stored : catalog->networks) {
      Network& network = stored.record;
      if (network.owner == project) network.owner = share.project_id;
      if (network.is_external.value_or(false)) {
        // Known from what the project has on the external network.
        network.provenance.evidence.push_back({"public_v4", "floatingips", Own("ne", vo)});
        Subnet own = MakeSubnet("own", Own("oc", vo));
        own.source = "floatingips";
        network.subnets.push_back(own);
        for (Subnet& subnet : network.subnets) subnet.gateway_holder = Own("gh", vo);
        continue;
      }
      // The others are the VO's, except those that both VOs see under the same id.
      if (!network.shared.value_or(false) || random_.OneIn(2))
        MarkedNetwork(*catalog, &stored, &ids);
    }
    const auto rename = [&ids](std::string* id) {
      if (const auto it = ids.find(*id); it != ids.end()) *id = it->second;
    };
    for (Router& router : catalog->routers) {
      std::string& marked = ids[router.id];
      marked = Own("r", vo);
      router.id = marked;
      router.name = Own("rn", vo);
      for (std::string& id : router.network_ids) rename(&id);
      for (std::string& id : router.subnet_ids) rename(&id);
    }
    for (FloatingIp& ip : catalog->floating_ips) {
      ip.id = Own("ip", vo, kFloatingIps);
      rename(&ip.router_id);
    }
    for (SubnetPool& pool : catalog->subnet_pools) {
      pool.id = absl::StrCat(pool.id, Own("sp", vo));
      pool.name = Own("spn", vo);
    }
    catalog->volume_types.push_back({Own("vt", vo), Own("vtn", vo), true, {}});
    for (Quota& quota : catalog->quotas) quota = OwnQuota(quota, share.vo);
    Quota of_type = MakeQuota(absl::StrCat("volumes.", Own("vq", vo)), 9, 1);
    catalog->quotas.push_back(of_type);
  }

  Generator random_;
  int64_t count_ = 0;
  std::string site_;
  std::set<std::string> site_vos_;
  std::vector<Secret> secrets_;
};

Rights AnyRights(Generator& random) {
  Rights rights;
  rights.may_read = true;
  if (random.OneIn(2)) rights.vos.insert("vo-a");
  if (random.OneIn(4)) rights.vos.insert("vo-b");
  rights.operation = random.OneIn(4);
  if (random.OneIn(3)) {
    PublicFacts facts;
    facts.kinds = static_cast<PublicKinds>(1 + random.Below(63));
    if (random.OneIn(2)) facts.sites = {absl::StrCat("site-", random.Below(kSites))};
    if (random.OneIn(2)) facts.vos = {random.OneIn(2) ? "vo-a" : "vo-b"};
    rights.public_facts.push_back(facts);
  }
  return rights;
}

RequestContext At() { return {TestTime() + absl::Hours(1), FreshnessPolicy()}; }

// Adds the answer or the error of one request to what is searched for secrets.
template <typename State, typename Request, typename Response>
Response Ask(absl::Status (*handler)(const RequestContext&, const State&, const Request&,
                                     Response&),
             const State& state, const Request& request, std::vector<std::string>* texts) {
  Response response;
  const absl::Status status = handler(At(), state, request, response);
  std::string text = absl::StrCat(response.GetDescriptor()->name(), " ",
                                  status.ToString(absl::StatusToStringMode::kWithEverything), "\n",
                                  response.DebugString());
  texts->push_back(std::move(text));
  return response;
}

template <typename Request>
Request ListRequest() {
  Request request;
  request.set_page_size(1000);
  if constexpr (requires { request.set_parent("sites/-"); }) request.set_parent("sites/-");
  if constexpr (requires { request.set_show_inactive(true); }) request.set_show_inactive(true);
  return request;
}

// The answers about the inventory: every list, and each resource by its name.
std::vector<std::string> InventoryAnswers(const Snapshot& snapshot) {
  std::vector<std::string> texts;
  const auto sites = Ask(&ListSites, snapshot, ListRequest<v1::ListSitesRequest>(), &texts);
  for (const v1::Site& site : sites.sites()) {
    v1::GetSiteRequest request;
    request.set_name(site.name());
    Ask(&GetSite, snapshot, request, &texts);
  }
  Ask(&ListEndpoints, snapshot, ListRequest<v1::ListEndpointsRequest>(), &texts);
  Ask(&ListVos, snapshot, ListRequest<v1::ListVosRequest>(), &texts);
  const auto shares = Ask(&ListShares, snapshot, ListRequest<v1::ListSharesRequest>(), &texts);
  for (const v1::Share& share : shares.shares()) {
    v1::GetShareRequest request;
    request.set_name(share.name());
    Ask(&GetShare, snapshot, request, &texts);
  }
  const auto flavors = Ask(&ListFlavors, snapshot, ListRequest<v1::ListFlavorsRequest>(), &texts);
  for (const v1::Flavor& flavor : flavors.flavors()) {
    v1::GetFlavorRequest request;
    request.set_name(absl::StrCat(flavor.name(), "9"));  // the error names similar ones
    Ask(&GetFlavor, snapshot, request, &texts);
  }
  const auto images = Ask(&ListImages, snapshot, ListRequest<v1::ListImagesRequest>(), &texts);
  for (const v1::Image& image : images.images()) {
    v1::GetImageRequest request;
    request.set_name(image.name());
    Ask(&GetImage, snapshot, request, &texts);
  }
  Ask(&ListNetworks, snapshot, ListRequest<v1::ListNetworksRequest>(), &texts);
  Ask(&ListCrawls, snapshot, ListRequest<v1::ListCrawlsRequest>(), &texts);
  v1::GetCrawlRequest crawl;
  crawl.set_name("crawls/4");
  Ask(&GetCrawl, snapshot, crawl, &texts);
  Ask(&ListSiteProblems, snapshot, ListRequest<v1::ListSiteProblemsRequest>(), &texts);
  Ask(&ListOffers, snapshot, ListRequest<v1::ListOffersRequest>(), &texts);
  return texts;
}

// What is answered about one query.
struct PlacementAnswers {
  v1::FindPlacementsResponse found;
  v1::ExplainPlacementsResponse explained;
  std::vector<std::string> texts;
};

PlacementAnswers AskForPlacements(const ServingState& state, const PlacementQuery& query) {
  PlacementAnswers out;
  v1::FindPlacementsRequest find;
  *find.mutable_query() = QueryToProto(query);
  find.set_page_size(1000);
  out.found = Ask(&FindPlacements, state, find, &out.texts);
  for (const v1::Placement& placement : out.found.placements()) {
    v1::GetPlacementRequest get;
    get.set_name(placement.name());
    Ask(&GetPlacement, state, get, &out.texts);
  }
  v1::ExplainPlacementsRequest explain;
  *explain.mutable_query() = QueryToProto(query);
  explain.set_page_size(1000);
  explain.set_with_candidates(true);
  out.explained = Ask(&ExplainPlacements, state, explain, &out.texts);
  return out;
}

ServingState StateOfCatalog(const Catalog& catalog) {
  return ServingState::Build(Snapshot::Build(catalog));
}

// The first secret that a text has and the caller may not see; empty if there is none.
std::string LeakIn(const std::string& text, const std::vector<Secret>& secrets,
                   const Rights& rights) {
  for (const Secret& secret : secrets) {
    if (!MaySee(secret, rights) && absl::StrContains(text, secret.text)) return secret.text;
  }
  return "";
}

TEST(VisibleCatalog, NoAnswerHasWhatTheCallerMayNotSee) {
  int64_t hidden = 0;
  int64_t shown = 0;
  for (uint64_t seed = 1; seed <= kCatalogs; ++seed) {
    Generator random(seed);
    Marker marker(seed);
    const Catalog catalog = marker.Mark(random.Catalogs(kSites, seed).Build(7));
    const ServingState whole = StateOfCatalog(catalog);
    for (int i = 0; i < kRightsPerCatalog; ++i) {
      const Rights rights = AnyRights(random);
      const ServingState state = StateOfCatalog(VisibleCatalog(catalog, rights));
      std::vector<std::string> texts = InventoryAnswers(*state.snapshot);
      for (int q = 0; q < kQueries; ++q) {
        const PlacementAnswers answers = AskForPlacements(state, random.AnyQuery());
        texts.insert(texts.end(), answers.texts.begin(), answers.texts.end());
      }
      // The names of placements that others were given.
      PlacementQuery query;
      query.vos = {"vo-a", "vo-b"};
      const PlacementAnswers others = AskForPlacements(whole, query);
      for (const v1::Placement& placement : others.found.placements()) {
        v1::GetPlacementRequest get;
        get.set_name(placement.name());
        Ask(&GetPlacement, state, get, &texts);
      }
      for (const std::string& text : texts) {
        const std::string leak = LeakIn(text, marker.secrets(), rights);
        ASSERT_EQ(leak, "") << "seed " << seed << ", rights " << rights.Text() << "\n" << text;
      }
      // The test can fail: the answers to all rights have most of the secrets.
      const std::vector<std::string> all = InventoryAnswers(*whole.snapshot);
      for (const Secret& secret : marker.secrets()) {
        const auto has = [&secret](const std::string& text) {
          return absl::StrContains(text, secret.text);
        };
        if (!std::any_of(all.begin(), all.end(), has)) continue;
        const bool is_shown = std::any_of(texts.begin(), texts.end(), has);
        ++(is_shown ? shown : hidden);
        EXPECT_TRUE(is_shown || !MaySee(secret, rights))
            << "seed " << seed << ", rights " << rights.Text() << ": " << secret.text;
      }
    }
  }
  EXPECT_GT(hidden, 1000);
  EXPECT_GT(shown, 1000);
}

TEST(VisibleCatalog, AMembersPlacementsAreThoseOfACallerWhoSeesEverything) {
  int placements = 0;
  for (uint64_t seed = 1; seed <= kCatalogs; ++seed) {
    Generator random(seed);
    const Catalog catalog = Marker(seed).Mark(random.Catalogs(kSites, seed).Build(7));
    const ServingState whole = StateOfCatalog(catalog);
    Rights rights;
    rights.may_read = true;
    rights.operation = true;  // reasons repeat error messages
    rights.vos = {"vo-a"};
    const ServingState state = StateOfCatalog(VisibleCatalog(catalog, rights));
    for (int q = 0; q < 2 * kQueries; ++q) {
      PlacementQuery query = random.AnyQuery();
      query.vos = {"vo-a"};
      PlacementAnswers expected = AskForPlacements(whole, query);
      PlacementAnswers actual = AskForPlacements(state, query);
      placements += expected.found.placements_size();
      for (PlacementAnswers* answers : {&expected, &actual}) {
        // Both name systems that only images of other VOs have.
        answers->found.clear_warnings();
        answers->explained.clear_suggestions();
      }
      ASSERT_EQ(actual.found.DebugString(), expected.found.DebugString()) << "seed " << seed;
      ASSERT_EQ(actual.explained.DebugString(), expected.explained.DebugString())
          << "seed " << seed;
    }
  }
  EXPECT_GT(placements, 40);
}

TEST(VisibleCatalog, AMembersRecordsAreThoseOfACallerWhoSeesEverything) {
  int64_t records = 0;
  for (uint64_t seed = 1; seed <= kCatalogs; ++seed) {
    Generator random(seed);
    const Catalog catalog = Marker(seed).Mark(random.Catalogs(kSites, seed).Build(7));
    Rights rights;
    rights.may_read = true;
    rights.operation = true;
    rights.vos = {"vo-a"};
    const auto whole = Snapshot::Build(catalog);
    const auto state = Snapshot::Build(VisibleCatalog(catalog, rights));
    for (const ShareView& expected : whole->SharesOfVo("vo-a")) {
      const SiteIndex* site = state->FindSiteIndex(FormatSlug(expected.site->site.name));
      ASSERT_NE(site, nullptr);
      const ShareView* actual = site->FindShare(ResourceIdOf(expected));
      ASSERT_NE(actual, nullptr);
      EXPECT_EQ(actual->share->share, expected.share->share);
      EXPECT_EQ(actual->share->kinds, expected.share->kinds);
      EXPECT_EQ(actual->share->routers, expected.share->routers);
      EXPECT_EQ(actual->share->quotas, expected.share->quotas);
      EXPECT_EQ(actual->share->floating_ips, expected.share->floating_ips);
      ASSERT_EQ(actual->share->flavor_indexes.size(), expected.share->flavor_indexes.size());
      for (size_t i = 0; i < actual->share->flavor_indexes.size(); ++i, ++records) {
        EXPECT_EQ(actual->flavor(actual->share->flavor_indexes[i]),
                  expected.flavor(expected.share->flavor_indexes[i]));
      }
      ASSERT_EQ(actual->share->image_indexes.size(), expected.share->image_indexes.size());
      for (size_t i = 0; i < actual->share->image_indexes.size(); ++i, ++records) {
        Image image = expected.image(expected.share->image_indexes[i]);
        const Image& seen = actual->image(actual->share->image_indexes[i]);
        if (seen.owner.empty()) image.owner = SharedText();  // of the other VO
        EXPECT_EQ(seen, image);
      }
      ASSERT_EQ(actual->share->networks.size(), expected.share->networks.size());
      for (size_t i = 0; i < actual->share->networks.size(); ++i, ++records) {
        EXPECT_EQ(actual->share->networks[i].record, expected.share->networks[i].record);
      }
    }
  }
  EXPECT_GT(records, 500);
}

TEST(VisibleCatalog, AHiddenVoIsNamedAndHasNoPlacements) {
  CatalogBuilder builder;
  builder.Select("SITE-A", "vo-a").AddFlavor(MakeFlavor("f")).AddImage(MakeImage("i"));
  builder.Select("SITE-A", "vo-b").AddFlavor(MakeFlavor("f")).AddImage(MakeImage("i"));
  Rights rights;
  rights.may_read = true;
  rights.vos = {"vo-a"};
  const ServingState state = StateOfCatalog(VisibleCatalog(builder.Build(), rights));
  PlacementQuery query;
  query.vos = {"VO-B"};
  PlacementAnswers answers = AskForPlacements(state, query);
  EXPECT_EQ(answers.found.placements_size(), 0);
  EXPECT_EQ(answers.explained.verdicts_size(), 0);
  ASSERT_EQ(answers.found.warnings_size(), 1);
  EXPECT_EQ(answers.found.warnings(0).code(), "VO_NOT_VISIBLE");
  EXPECT_EQ(answers.found.warnings(0).message(),
            "What VO VO-B can start is shown to its members only.");
  query.vos = {"vo-a"};
  answers = AskForPlacements(state, query);
  EXPECT_EQ(answers.explained.verdicts_size(), 1);
  EXPECT_EQ(answers.found.warnings_size(), 0);
}

}  // namespace
}  // namespace cis::server
