#include "client/cli/options_parser.h"
#include "client/cli/options_values.h"
#include "client/cli/quantity.h"

namespace cis::client {

void OptionsParser::AddSizeFlags(CLI::App* app, const char* group, Range* vcpus, Range* ram,
                                 Range* disk, Range* gpus) {
  AddParsed(app, "--vcpus", vcpus, ParseCountRange, "Virtual CPUs: N (at least), N..M")
      ->type_name("N")
      ->group(group);
  AddParsed(app, "--ram", ram, ParseSizeRangeMib, "Memory: 8G, 512M, 4G..16G; G without a unit")
      ->type_name("SIZE")
      ->group(group);
  AddParsed(app, "--disk", disk, ParseSizeRangeGib, "Root disk: 20G, 20G..80G")
      ->type_name("SIZE")
      ->group(group);
  AddParsed(app, "--gpus", gpus, ParseCountRange, "GPUs: N (at least), N..M")
      ->type_name("N")
      ->group(group);
}

void OptionsParser::AddPlace() {
  PlaceOptions& p = options_.place;
  CLI::App* app = AddCommand(
      Command::kPlace, "place", "Where can a VO start this machine, and if nowhere, why?",
      "  cisquery place --vo vo.access.egi.eu --vcpus 2 --ram 4G --os 'ubuntu>=22.04' --public-ip\n"
      "  cisquery place --vo ops --gpus 1 --gpu-model A100 --explain");
  AddTexts(app, "--vo", &p.vos, "VO that starts it (required; may be repeated)");

  constexpr char kMachine[] = "Machine";
  AddSizeFlags(app, kMachine, &p.vcpu_count, &p.ram_mib, &p.disk_gib, &p.gpu_count);
  AddParsed(app, "--ephemeral", &p.ephemeral_gib, ParseSizeRangeGib, "Ephemeral disk, as --disk")
      ->type_name("SIZE")
      ->group(kMachine);
  AddText(app, "--gpu-model", &p.gpu_model, "Words of the GPU's model: A100")->group(kMachine);
  AddText(app, "--gpu-vendor", &p.gpu_vendor, "NVIDIA, AMD")->group(kMachine);
  AddParsed(app, "--gpu-memory", &p.gpu_memory_mib, ParseSizeRangeMib, "Memory of one GPU: 40G")
      ->type_name("SIZE")
      ->group(kMachine);
  AddParsed(app, "--total-gpu-memory", &p.total_gpu_memory_mib, ParseSizeRangeMib,
            "Memory of all GPUs of a machine: 160G")
      ->type_name("SIZE")
      ->group(kMachine);
  AddText(app, "--gpu-kind", &p.gpu_kind, "passthrough, vgpu, mig")->group(kMachine);
  AddText(app, "--cpu-alloc", &p.cpu_alloc, "dedicated, shared, oversubscribed")->group(kMachine);
  AddText(app, "--arch", &p.arch, "x86_64, aarch64")->group(kMachine);
  AddTexts(app, "--flavor", &p.flavors, "Only flavors of this name; * and ? match any text")
      ->group(kMachine);
  AddTexts(app, "--not-flavor", &p.excluded_flavors, "No flavors of this name; * and ? as above")
      ->group(kMachine);
  AddText(app, "--like", &p.like, "At least what this flavor of another site has")
      ->type_name("SITE/FLAVOR")
      ->group(kMachine);
  AddText(app, "--zone", &p.zone, "In this availability zone")->group(kMachine);
  app->add_flag("--no-volume", p.no_volume, "No flavors that boot from a volume")->group(kMachine);
  AddParsed(app, "--count", &p.count, ParseInt32, "Machines at the same time, default 1")
      ->type_name("N")
      ->group(kMachine);

  constexpr char kImage[] = "Image";
  AddTexts(app, "--os", &p.os, "ubuntu, ubuntu:22.04, 'ubuntu>=22.04', el, linux; repeat: any")
      ->type_name("OS")
      ->group(kImage);
  AddText(app, "--image", &p.image, "This image: its name, id, or EGI reference")->group(kImage);

  AddTexts(app, "--image-name", &p.images, "Only images of this name; * and ? match any text")
      ->group(kImage);
  AddTexts(app, "--not-image", &p.excluded_images, "No images of this name; * and ? as above")
      ->group(kImage);

  constexpr char kNetwork[] = "Network";
  app->add_flag("--public-ip", p.public_ip, "Must have a public IPv4 address")->group(kNetwork);
  app->add_flag("--prefer-public-ip", p.prefer_public_ip, "Better with a public IPv4 address")
      ->group(kNetwork);
  app->add_flag("--no-public-ip", p.no_public_ip, "Must have none")->group(kNetwork);
  app->add_flag("--ipv6", p.ipv6, "Must have a public IPv6 address")->group(kNetwork);
  app->add_flag("--prefer-ipv6", p.prefer_ipv6, "Better with a public IPv6 address")
      ->group(kNetwork);
  app->add_flag("--no-ipv6", p.no_ipv6, "Must have no public IPv6 address")->group(kNetwork);
  AddText(app, "--network", &p.network, "On this network: its name or id")->group(kNetwork);

  constexpr char kKinds[] = "Several kinds of machines";
  const auto add_part = [app, &kKinds](const char* flag, std::vector<std::string>* target,
                                       const char* about) {
    app->add_option(flag, *target, about)
        ->allow_extra_args(false)
        ->type_name("NAME:COUNT:KEY=VALUE,...")
        ->group(kKinds);
  };
  add_part("--group", &p.groups,
           "Machines that run together with the other groups at one share: repeat; keys are the "
           "flags above: 'head:1:vcpus=2,public-ip=yes' 'workers:8:vcpus=16'");
  add_part("--alternative", &p.alternatives,
           "These machines, or else the next alternative: repeat, the preferred first: "
           "'H100:8:gpus=1,gpu-model=H100'");

  constexpr char kSites[] = "Sites";
  AddTexts(app, "--site", &p.sites, "Only these sites")->group(kSites);
  AddTexts(app, "--not-site", &p.excluded_sites, "Not these sites")->group(kSites);
  AddTexts(app, "--country", &p.countries, "Only these countries: ES, PT")
      ->type_name("CC")
      ->group(kSites);
  AddTexts(app, "--not-country", &p.excluded_countries, "Not these countries")
      ->type_name("CC")
      ->group(kSites);
  AddParsed(app, "--max-age", &p.max_age, ParseAge, "Refuse older data: 26h, 7d")
      ->type_name("TIME")
      ->group(kSites);
  app->add_option("--next", p.next,
                  "Not this placement, which failed: its name as -o name prints it; repeat")
      ->allow_extra_args(false)
      ->type_name("NAME")
      ->group(kSites);
  AddAsOf(app, kSites);

  constexpr char kAnswer[] = "Answer";
  AddText(app, "-f,--file", &p.query_file, "Read the query from this file, as -o query prints it")
      ->type_name("QUERY.yaml")
      ->group(kAnswer);
  app->add_flag("--all", p.all, "Every combination, not only the best of each share")
      ->group(kAnswer);
  app->add_flag("--explain", p.explain, "What became of every share, and why")->group(kAnswer);
  AddParsed(app, "--limit", &p.limit, ParseLimit, "At most this many placements, 0 = all")
      ->type_name("N")
      ->group(kAnswer);
  AddParsed(app, "--pick", &p.pick, ParsePick, "With -o openstack and its like: which, default 1")
      ->type_name("N")
      ->group(kAnswer);
  AddText(app, "--sort-by", &p.sort_by, "waste, vcpu_count, ram_mib, site, freshness, os_version")
      ->type_name("KEY")
      ->group(kAnswer);
  AddParsed(app, "--weights", &p.weights, ParseWeights, "Of the score: fit=0.4,network=0.2,os=0.2")
      ->type_name("KEY=N,...")
      ->group(kAnswer);
  AddParsed(app, "--page-size", &p.page_size, ParseInt32, "Placements of one call")
      ->type_name("N")
      ->group(kAnswer);
  AddText(app, "--page-token", &p.page_token, "Go on after the page that gave this token")
      ->group(kAnswer);
}

}  // namespace cis::client
