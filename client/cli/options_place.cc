// SPDX-License-Identifier: Apache-2.0
#include "client/cli/options_parser.h"
#include "client/cli/options_values.h"
#include "client/cli/quantity.h"
#include "schema/base/duration_text.h"

namespace cis::client {

void OptionsParser::AddSizeFlags(CLI::App* app, const char* group, Range* vcpus, Range* ram,
                                 Range* disk, Range* gpus) {
  AddParsed(app, "--vcpus", vcpus, ParseCountRange, "Virtual CPUs: at least N, or N..M")
      ->type_name("N")
      ->group(group);
  AddParsed(app, "--ram", ram, ParseSizeRangeMib,
            "RAM: 8G, 512M, 4G..16G; a number alone is in GiB")
      ->type_name("SIZE")
      ->group(group);
  AddParsed(app, "--disk", disk, ParseSizeRangeGib, "Root disk: 20G, 20G..80G")
      ->type_name("SIZE")
      ->group(group);
  AddParsed(app, "--gpus", gpus, ParseCountRange, "GPUs: at least N, or N..M")
      ->type_name("N")
      ->group(group);
}

void OptionsParser::AddPlace() {
  PlaceOptions& p = options_.place;
  CLI::App* app = AddCommand(
      Command::kPlace, "place", "Find where a VO can start a machine, and if nowhere, why",
      "  cisquery place --vo vo.access.egi.eu --vcpus 2 --ram 4G --os 'ubuntu>=22.04' --public-ip\n"
      "  cisquery place --vo ops --gpus 1 --gpu-model A100 --explain");
  AddTexts(app, "--vo", &p.vos, "VO that starts the machine (required, repeatable)");

  constexpr char kMachine[] = "Machine";
  AddSizeFlags(app, kMachine, &p.vcpu_count, &p.ram_mib, &p.disk_gib, &p.gpu_count);
  AddParsed(app, "--ephemeral", &p.ephemeral_gib, ParseSizeRangeGib,
            "Ephemeral disk: 20G, 20G..80G")
      ->type_name("SIZE")
      ->group(kMachine);
  AddText(app, "--gpu-model", &p.gpu_model, "Words of the GPU's model, for example A100")
      ->group(kMachine);
  AddText(app, "--gpu-vendor", &p.gpu_vendor, "Vendor of the GPU: NVIDIA, AMD")->group(kMachine);
  AddParsed(app, "--gpu-memory", &p.gpu_memory_mib, ParseSizeRangeMib, "Memory of one GPU: 40G")
      ->type_name("SIZE")
      ->group(kMachine);
  AddParsed(app, "--total-gpu-memory", &p.total_gpu_memory_mib, ParseSizeRangeMib,
            "Memory of all GPUs of a machine: 160G")
      ->type_name("SIZE")
      ->group(kMachine);
  AddText(app, "--gpu-kind", &p.gpu_kind, "Kind of GPU: passthrough, vgpu or mig")->group(kMachine);
  AddText(app, "--cpu-alloc", &p.cpu_alloc,
          "Allocation of CPUs: dedicated, shared or oversubscribed")
      ->group(kMachine);
  AddText(app, "--arch", &p.arch, "Architecture: x86_64, aarch64")->group(kMachine);
  AddTexts(app, "--flavor", &p.flavors, "Use only flavors of this name; * and ? are wildcards")
      ->group(kMachine);
  AddTexts(app, "--not-flavor", &p.excluded_flavors,
           "Exclude flavors of this name; * and ? are wildcards")
      ->group(kMachine);
  AddText(app, "--like", &p.like, "Require at least what this flavor has")
      ->type_name("SITE/FLAVOR")
      ->group(kMachine);
  AddText(app, "--zone", &p.zone, "Start in this availability zone")->group(kMachine);
  app->add_flag("--no-volume", p.no_volume, "Exclude flavors that boot from a volume")
      ->group(kMachine);
  AddParsed(app, "--count", &p.count, ParseInt32, "Number of machines (default: 1)")
      ->type_name("N")
      ->group(kMachine);

  constexpr char kImage[] = "Image";
  AddTexts(
      app, "--os", &p.os,
      "Any of these operating systems (repeatable): ubuntu, ubuntu:22.04, 'ubuntu>=22.04', el, "
      "linux")
      ->type_name("OS")
      ->group(kImage);
  AddText(app, "--image", &p.image, "Use this image: its name, id or EGI reference")->group(kImage);
  AddTexts(app, "--image-name", &p.images, "Use only images of this name; * and ? are wildcards")
      ->group(kImage);
  AddTexts(app, "--not-image", &p.excluded_images,
           "Exclude images of this name; * and ? are wildcards")
      ->group(kImage);

  constexpr char kNetwork[] = "Network";
  app->add_flag("--public-ip", p.public_ip, "Require a public IPv4 address")->group(kNetwork);
  app->add_flag("--prefer-public-ip", p.prefer_public_ip, "Prefer a public IPv4 address")
      ->group(kNetwork);
  app->add_flag("--no-public-ip", p.no_public_ip, "Forbid public addresses, IPv4 and IPv6")
      ->group(kNetwork);
  app->add_flag("--ipv6", p.ipv6, "Require a public IPv6 address")->group(kNetwork);
  app->add_flag("--prefer-ipv6", p.prefer_ipv6, "Prefer a public IPv6 address")->group(kNetwork);
  app->add_flag("--no-ipv6", p.no_ipv6, "Forbid a public IPv6 address")->group(kNetwork);
  AddText(app, "--network", &p.network, "Use this network: its name or id")->group(kNetwork);

  constexpr char kKinds[] = "Several kinds of machines";
  const auto add_part = [app, &kKinds](const char* flag, std::vector<std::string>* target,
                                       const char* about) {
    app->add_option(flag, *target, about)
        ->allow_extra_args(false)
        ->type_name("NAME:COUNT:KEY=VALUE,...")
        ->group(kKinds);
  };
  add_part("--group", &p.groups,
           "Machines that run together with the other groups at one share (repeatable); the keys "
           "are the flags above: 'head:1:vcpus=2,public-ip=yes' 'workers:8:vcpus=16'");
  add_part("--alternative", &p.alternatives,
           "These machines or, if they are not possible, the next alternative (repeatable): "
           "'H100:8:gpus=1,gpu-model=H100'");

  constexpr char kSites[] = "Sites";
  AddTexts(app, "--site", &p.sites, "Use only these sites")->group(kSites);
  AddTexts(app, "--not-site", &p.excluded_sites, "Exclude these sites")->group(kSites);
  AddTexts(app, "--country", &p.countries, "Use only these countries: ES, PT")
      ->type_name("CC")
      ->group(kSites);
  AddTexts(app, "--not-country", &p.excluded_countries, "Exclude these countries")
      ->type_name("CC")
      ->group(kSites);
  AddParsed(app, "--max-age", &p.max_age, ParseDurationText, "Exclude data that is older: 26h, 7d")
      ->type_name("DURATION")
      ->group(kSites);
  app->add_option("--next", p.next,
                  "Exclude this placement, which failed; NAME is as -o name prints it (repeatable)")
      ->allow_extra_args(false)
      ->type_name("NAME")
      ->group(kSites);
  AddAsOf(app, kSites);

  constexpr char kAnswer[] = "Answer";
  AddText(app, "-f,--file", &p.query_file,
          "Read the query from this file, in the form that -o query prints")
      ->type_name("QUERY.yaml")
      ->group(kAnswer);
  app->add_flag("--all", p.all, "Show every combination, not only the best of each share")
      ->group(kAnswer);
  app->add_flag("--explain", p.explain, "Show for every share whether it fits, and why")
      ->group(kAnswer);
  AddParsed(app, "--limit", &p.limit, ParseLimit,
            "Show at most this many placements; 0 means all (default; 1000 with --all)")
      ->type_name("N")
      ->group(kAnswer);
  AddParsed(app, "--pick", &p.pick, ParsePick,
            "Hand over this placement, with -o openstack and the like (default: 1, the best)")
      ->type_name("N")
      ->group(kAnswer);
  AddText(app, "--sort-by", &p.sort_by,
          "Sort by waste, vcpu_count, ram_mib, site, freshness or os_version")
      ->type_name("KEY")
      ->group(kAnswer);
  AddParsed(app, "--weights", &p.weights, ParseWeights,
            "Weights of the score: fit=0.4,network=0.2,os=0.2")
      ->type_name("KEY=N,...")
      ->group(kAnswer);
  AddParsed(app, "--page-size", &p.page_size, ParseInt32, "Request this many placements per call")
      ->type_name("N")
      ->group(kAnswer);
  AddText(app, "--page-token", &p.page_token, "Continue after the page that returned this token")
      ->group(kAnswer);
}

}  // namespace cis::client
