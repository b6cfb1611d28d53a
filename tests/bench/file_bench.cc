// SPDX-License-Identifier: Apache-2.0

// A federation of twenty times today's size in a file, written through the store as a crawl writes
// it, from bodies as sites answer them: 800 endpoints, 5,000 shares, 140,000 flavors and images.
//
//   file_bench FILE [TIMES]
//
// Makes FILE (TIMES of 40 endpoints, 250 shares and 7,000 flavors and images; 20 by default) unless
// it is there, then prints how long it takes to load it and to have its indexes, and how long after
// one site was crawled again. serve_bench.py asks servers over the same file.

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "crawler/normalize/normalizer.h"
#include "schema/base/status_macros.h"
#include "schema/store/store.h"
#include "server/placement/serving_state.h"
#include "server/snapshot/snapshot.h"
#include "tests/support/builders.h"
#include "tests/support/compiled_rules.h"

namespace cis::server {
namespace {

using nlohmann::json;

constexpr int kSites = 40;
constexpr int kShares = 250;
constexpr int kFlavorsPerSite = 60;
constexpr int kImagesPerSite = 115;
constexpr int kRefreshes = 5;

// Returns a word that no other site has: names differ between sites, and so does the evidence of
// facts.
std::string WordOf(int site, int i) {
  return absl::StrFormat("%05x", static_cast<uint32_t>(site * 2654435761U + i * 40503U) >> 12U);
}

json FlavorBody(int site, int i) {
  return {{"id", absl::StrFormat("%08x-0000-4000-9000-%012x", site, i)},
          {"name", absl::StrCat("m", i % 8, ".c", 1 << (i % 6), ".", i, ".", WordOf(site, i))},
          {"vcpus", 1 << (i % 6)},
          {"ram", 1024 << (i % 8)},
          {"disk", i % 5 == 0 ? 0 : 20 * (i % 4 + 1)},
          {"swap", ""},
          {"OS-FLV-EXT-DATA:ephemeral", 0},
          {"os-flavor-access:is_public", true},
          {"extra_specs", {{"hw:cpu_policy", "shared"}, {"hw_rng:allowed", "True"}}}};
}

json ImageBody(int site, int i) {
  const std::string version = i % 2 == 0 ? absl::StrCat(16 + i % 5 * 2, ".04") : "12";
  const std::string distro = i % 2 == 0 ? "ubuntu" : "debian";
  const std::string word = WordOf(site, i);
  return {{"id", absl::StrFormat("%08x-0000-4000-8000-%012x", site, i)},
          {"name", absl::StrCat("Image for EGI ", distro, " ", version, " build ", i, " ", word)},
          {"status", "active"},
          {"visibility", "public"},
          {"min_ram", 512},
          {"min_disk", 8},
          {"size", 361758720 + i},
          {"virtual_size", 2361393152 + i},
          {"disk_format", "qcow2"},
          {"container_format", "bare"},
          {"created_at", "2026-05-14T08:12:33Z"},
          {"os_distro", distro},
          {"os_version", version},
          {"architecture", "x86_64"},
          {"hw_disk_bus", "scsi"},
          {"hw_firmware_type", "uefi"},
          {"eu.egi.cloud.image_ref", absl::StrCat("https://images.egi.eu/", distro, "/", word)},
          {"os_admin_user", i % 3 == 0 ? absl::StrCat("user-", word) : distro},
          {"owner_specified.openstack.md5", absl::StrCat(word, std::string(27, 'a'))}};
}

template <typename Make>
std::string ListBody(const char* kind, int site, int count, Make make) {
  json list = json::array();
  for (int i = 0; i < count; ++i) list.push_back(make(site, i));
  return json{{kind, std::move(list)}}.dump();
}

// Networks are records already: this benchmark does not measure what they say about addresses.
RecordSet NetworksOf(const Share& share, int number) {
  RecordSet records;
  records.share = share;
  records.kind = Kind::kNetworks;
  Network pool =
      MakeNetwork(absl::StrCat("public-", share.endpoint.site_name), NetworkUse::kFloatingPool);
  Network own = MakeNetwork(absl::StrCat("own-", number), NetworkUse::kTenant);
  own.owner = share.project_id;
  pool.subnets = {MakeSubnet(absl::StrCat("s-", pool.id), "147.251.124.0/24")};
  pool.subnet_ids = {pool.subnets[0].id};
  own.subnets = {MakeSubnet(absl::StrCat("s-", own.id), "10.0.0.0/24")};
  own.subnet_ids = {own.subnets[0].id};
  records.network_set.routers = {
      MakeRouter(absl::StrCat("r-", number), pool.id, {std::string(own.id)})};
  records.network_set.networks = {std::move(pool), std::move(own)};
  records.network_set.routers_known = true;
  records.network_set.floating_ips_known = true;
  return records;
}

struct Bodies {
  std::string flavors;
  std::string images;
};

absl::Status WriteShare(StoreWriter& store, int64_t crawl_id, const Share& share, int number,
                        const Bodies& bodies) {
  const absl::Time now = absl::Now();
  CIS_RETURN_IF_ERROR(store.RecordLogin(crawl_id, share, now, 2));
  const auto write = [&](Kind kind, const std::string& body, RecordSet records) {
    Observation observation;
    observation.share = share;
    observation.kind = kind;
    observation.fetch_time = now;
    observation.documents.push_back(
        {std::string(FormatKind(kind)), "https://site.example.org/", 200, body, now});
    records.share = share;
    records.observe_time = now;
    return store.ReplaceRecords(crawl_id, observation, records, 1);
  };
  for (const auto& [kind, body] :
       {std::pair{Kind::kFlavors, &bodies.flavors}, {Kind::kImages, &bodies.images}}) {
    Observation observation;
    observation.share = share;
    observation.kind = kind;
    observation.fetch_time = now;
    observation.documents.push_back({std::string(FormatKind(kind)), "", 200, *body, now});
    CIS_ASSIGN_OR_RETURN(RecordSet records,
                         crawler::Normalize(crawler::CompiledRules(), observation));
    CIS_RETURN_IF_ERROR(write(kind, *body, std::move(records)));
  }
  CIS_RETURN_IF_ERROR(write(Kind::kNetworks, "{}", NetworksOf(share, number)));
  RecordSet quotas;
  quotas.kind = Kind::kQuotas;
  for (const char* resource : {"instances", "cores", "ram_mib", "floating_ips"}) {
    quotas.limit_set.quotas.push_back(MakeQuota(resource, 100000, 10));
  }
  return write(Kind::kQuotas, "{}", std::move(quotas));
}

// Shares of site `number`, with their own numbers.
std::vector<std::pair<int, Share>> SharesOf(int number, int times) {
  std::vector<std::pair<int, Share>> shares;
  for (int s = number; s < kShares * times; s += kSites * times) {
    Share share = MakeShare(absl::StrCat("SITE-", number), absl::StrCat("vo-", s % 40));
    share.project_id = share.project_key = absl::StrCat("project-", s);
    shares.emplace_back(s, share);
  }
  return shares;
}

absl::Status WriteSite(StoreWriter& store, int64_t crawl_id, int number, int times) {
  const Bodies bodies{ListBody("flavors", number, kFlavorsPerSite, FlavorBody),
                      ListBody("images", number, kImagesPerSite, ImageBody)};
  for (const auto& [s, share] : SharesOf(number, times)) {
    CIS_RETURN_IF_ERROR(WriteShare(store, crawl_id, share, s, bodies));
  }
  return absl::OkStatus();
}

absl::Status Make(const std::string& path, int times) {
  CIS_ASSIGN_OR_RETURN(const std::unique_ptr<StoreWriter> store, OpenStoreWriter(path));
  std::vector<Site> sites;
  std::vector<Share> shares;
  for (int i = 0; i < kSites * times; ++i) {
    sites.push_back(MakeSite(absl::StrCat("SITE-", i)));
    for (const auto& [s, share] : SharesOf(i, times)) shares.push_back(share);
  }
  CIS_RETURN_IF_ERROR(store->ReplaceConfiguration(sites, shares));
  CIS_ASSIGN_OR_RETURN(const int64_t crawl_id, store->BeginCrawl(absl::Now()));
  for (int i = 0; i < kSites * times; ++i) {
    CIS_RETURN_IF_ERROR(WriteSite(*store, crawl_id, i, times));
  }
  Crawl crawl;
  crawl.id = crawl_id;
  crawl.end_time = absl::Now();
  crawl.share_count = crawl.refreshed_count = static_cast<int64_t>(shares.size());
  return store->EndCrawl(crawl);
}

double Milliseconds(absl::Time start) { return absl::ToDoubleMilliseconds(absl::Now() - start); }

// The CPU time of this process. On a machine with other load it is more meaningful than the elapsed
// time.
double CpuMilliseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return absl::ToDoubleMilliseconds(absl::DurationFromTimespec(now));
}

absl::StatusOr<ServingState> Load(StoreReader& reader, const char* what,
                                  const ServingState* before) {
  const Snapshot* const earlier = before == nullptr ? nullptr : before->snapshot.get();
  const absl::Time start = absl::Now();
  const double cpu_start = CpuMilliseconds();
  CIS_ASSIGN_OR_RETURN(Catalog catalog,
                       reader.Load(earlier == nullptr ? nullptr : &earlier->catalog()));
  const double loaded = CpuMilliseconds();
  std::shared_ptr<const Snapshot> snapshot = Snapshot::Build(std::move(catalog), earlier);
  const double built = CpuMilliseconds();
  ServingState state = ServingState::Build(std::move(snapshot), before);
  const double end = CpuMilliseconds();
  std::printf("%s: %.0f ms, CPU %.0f ms (rows %.0f, indexes %.0f, index of placements %.0f)\n",
              what, Milliseconds(start), end - cpu_start, loaded - cpu_start, built - loaded,
              end - built);
  return state;
}

absl::Status Measure(const std::string& path, int times) {
  CIS_ASSIGN_OR_RETURN(const std::unique_ptr<StoreReader> reader, OpenStoreReader(path));
  CIS_ASSIGN_OR_RETURN(ServingState state, Load(*reader, "whole file", nullptr));
  CIS_ASSIGN_OR_RETURN(const std::unique_ptr<StoreWriter> store, OpenStoreWriter(path));
  for (int i = 0; i < kRefreshes; ++i) {
    CIS_ASSIGN_OR_RETURN(const int64_t crawl_id, store->BeginCrawl(absl::Now()));
    CIS_RETURN_IF_ERROR(WriteSite(*store, crawl_id, 7 + i, times));
    CIS_ASSIGN_OR_RETURN(state, Load(*reader, "one site", &state));
  }
  return absl::OkStatus();
}

absl::Status Run(const std::string& path, int times) {
  if (!std::filesystem::exists(path)) {
    const absl::Time start = absl::Now();
    CIS_RETURN_IF_ERROR(Make(path, times));
    std::printf("made %s in %.1f s\n", path.c_str(), Milliseconds(start) / 1000);
  }
  return Measure(path, times);
}

}  // namespace
}  // namespace cis::server

int main(int argc, char** argv) {
  int times = 20;
  if (argc < 2 || (argc > 2 && (!absl::SimpleAtoi(argv[2], &times) || times < 1))) {
    std::fprintf(stderr, "usage: file_bench FILE [TIMES]\n");
    return 2;
  }
  const absl::Status status = cis::server::Run(argv[1], times);
  if (!status.ok()) std::fprintf(stderr, "file_bench: %s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
