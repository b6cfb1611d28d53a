// SPDX-License-Identifier: Apache-2.0

// Normalisation of list bodies as sites send them, on one core: the whole way from bytes to
// records, and the rules alone.
//   build/bench/tests/bench/normalize_bench

#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "crawler/normalize/flavor.h"
#include "crawler/normalize/image.h"
#include "crawler/normalize/normalizer.h"
#include "crawler/normalize/rules.h"
#include "tests/support/compiled_rules.h"

namespace cis::crawler {
namespace {

using nlohmann::json;

constexpr int kRecords = 1000;

// What differs between the images of a site: name, and how much their properties say.
struct ImageSort {
  const char* name;
  const char* distro;   // null = no such property
  const char* version;  // null = no such property
};
constexpr std::array<ImageSort, 12> kImageSorts = {{
    {"Image for EGI Ubuntu 22.04 [Ubuntu/22.04/VirtualBox]", nullptr, nullptr},
    {"registry.egi.eu egi_vm_images/almalinux:9", "almalinux", "9"},
    {"ubuntu-24.04-server-cloudimg-amd64-20250313", "ubuntu", "24.04"},
    {"Rocky-9-GenericCloud-Base-9.4-20240609.1.x86_64", nullptr, nullptr},
    {"debian-12-genericcloud-amd64", "debian", "12"},
    {"CentOS-Stream-GenericCloud-9-20230123.0.x86_64.qcow2", "centos", "9"},
    {"jammy-minimal-cuda-12.2-docker", "ubuntu", "22.04"},
    {"openSUSE Leap 15.6", "opensuse", "15.6"},
    {"Windows Server 2022 Standard Evaluation", "windows", "2022"},
    {"ubuntu-jammy-kube-v1.29.3", nullptr, nullptr},
    {"my analysis machine (do not delete)", nullptr, nullptr},
    {"cirros-0.6.2-x86_64-disk", "cirros", "0.6.2"},
}};

json MakeImage(int i) {
  const ImageSort& sort = kImageSorts[static_cast<size_t>(i) % kImageSorts.size()];
  const std::string id = absl::StrFormat("8f6c0a5e-3c1d-4b52-9d55-%012x", i);
  json image = {
      {"id", id},
      {"name", i % 3 == 0 ? absl::StrCat(sort.name, " ", i) : std::string(sort.name)},
      {"status", "active"},
      {"visibility", i % 4 == 0 ? "shared" : "public"},
      {"os_hidden", false},
      {"protected", false},
      {"owner", "6d7f1d9c1b1e4f0f9a2f4f7f2a1c3e5d"},
      {"min_ram", 0},
      {"min_disk", i % 5 * 5},
      {"size", 361758720 + i},
      {"virtual_size", 2361393152 + i},
      {"disk_format", "qcow2"},
      {"container_format", "bare"},
      {"checksum", "5e4c1e2b7f6d4e5f8a9b0c1d2e3f4a5b"},
      {"os_hash_algo", "sha512"},
      {"os_hash_value", std::string(128, 'a')},
      {"created_at", "2024-05-14T08:12:33Z"},
      {"updated_at", "2024-05-14T08:14:02Z"},
      {"tags", json::array()},
      {"self", "/v2/images/" + id},
      {"file", "/v2/images/" + id + "/file"},
      {"schema", "/v2/schemas/image"},
      {"hw_disk_bus", "scsi"},
      {"hw_scsi_model", "virtio-scsi"},
      {"hw_qemu_guest_agent", "yes"},
      {"hw_rng_model", "virtio"},
      {"stores", "rbd"},
  };
  if (sort.distro != nullptr) {
    image["os_distro"] = sort.distro;
    image["os_version"] = sort.version;
    image["os_type"] = "linux";
    image["architecture"] = "x86_64";
  }
  if (i % 6 == 0) {
    image["eu.egi.cloud.image_ref"] = "registry.egi.eu/egi_vm_images/ubuntu:22.04";
    image["org.openstack.glance.os_distro"] = "ubuntu";
    image["org.openstack.glance.os_version"] = "22.04";
    image["org.openstack.glance.os_admin_user"] = "ubuntu";
  }
  return image;
}

json MakeFlavor(int i) {
  json flavor = {
      {"id", absl::StrCat(i)},
      {"name", absl::StrCat(i % 2 == 0 ? "m1.large." : "SCS-8V-32-100n_", i)},
      {"vcpus", 8},
      {"ram", 32768},
      {"disk", 100},
      {"swap", ""},
      {"OS-FLV-EXT-DATA:ephemeral", 0},
      {"OS-FLV-DISABLED:disabled", false},
      {"os-flavor-access:is_public", true},
      {"rxtx_factor", 1.0},
      {"links",
       json::array({{{"rel", "self"}, {"href", "https://nova.example.org/v2.1/flavors/1"}}})},
      {"extra_specs", {{"hw:cpu_policy", "shared"}, {"hw_rng:allowed", "True"}}}};
  if (i % 8 == 0) {
    flavor["extra_specs"]["pci_passthrough:alias"] = "a100:2";
    flavor["extra_specs"]["accelerator:model"] = "NVIDIA A100 80GB PCIe";
  }
  return flavor;
}

template <typename Make>
std::string Body(const char* kind, const Make& make) {
  json list = json::array();
  for (int i = 0; i < kRecords; ++i) list.push_back(make(i));
  return json{{kind, std::move(list)}}.dump();
}

void Whole(benchmark::State& state, Kind kind, const std::string& body) {
  Observation observation;
  observation.kind = kind;
  Document document;
  document.name = std::string(FormatKind(kind));
  document.status = 200;
  document.body = body;
  observation.documents.push_back(document);
  for (auto _ : state) benchmark::DoNotOptimize(Normalize(CompiledRules(), observation));
  state.SetItemsProcessed(state.iterations() * kRecords);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(body.size()));
}

void BM_ImagesFromBytes(benchmark::State& state) {
  Whole(state, Kind::kImages, Body("images", MakeImage));
}
void BM_FlavorsFromBytes(benchmark::State& state) {
  Whole(state, Kind::kFlavors, Body("flavors", MakeFlavor));
}

void BM_ImageRules(benchmark::State& state) {
  const JsonDocument images = *ParseJson(Body("images", MakeImage));
  for (auto _ : state) {
    for (const JsonValue& image : images.root().Find("images")->elements()) {
      benchmark::DoNotOptimize(NormalizeImage(CompiledRules(), image, "images/0"));
    }
  }
  state.SetItemsProcessed(state.iterations() * kRecords);
}

void BM_FlavorRules(benchmark::State& state) {
  const JsonDocument flavors = *ParseJson(Body("flavors", MakeFlavor));
  for (auto _ : state) {
    for (const JsonValue& flavor : flavors.root().Find("flavors")->elements()) {
      benchmark::DoNotOptimize(NormalizeFlavor(CompiledRules(), flavor, "flavors/0", {}));
    }
  }
  state.SetItemsProcessed(state.iterations() * kRecords);
}

void BM_ParseJsonOnly(benchmark::State& state) {
  const std::string body = Body("images", MakeImage);
  for (auto _ : state) benchmark::DoNotOptimize(ParseJson(body));
  state.SetItemsProcessed(state.iterations() * kRecords);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(body.size()));
}

// All tables parsed and indexed, once for a process.
void BM_MakeRules(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Rules::Compiled());
}

BENCHMARK(BM_MakeRules);
BENCHMARK(BM_ImagesFromBytes);
BENCHMARK(BM_ImageRules);
BENCHMARK(BM_FlavorsFromBytes);
BENCHMARK(BM_FlavorRules);
BENCHMARK(BM_ParseJsonOnly);

}  // namespace
}  // namespace cis::crawler
