#include "tests/cases/federations.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/unit/server/placement_scenes.h"

namespace cis::server {
namespace {

// Floating IPs used up by quota, some unattached; a foreign network; hidden external subnets.
void AddWest(CatalogBuilder& builder) {
  builder.SetSite(MakeSite("WEST", "ES")).Select("WEST", kFederationVo);
  builder.AddFlavor(MakeFlavor("cor1mem1hd10", 1, 1024, 10));
  builder.AddFlavor(MakeFlavor("cor2mem4hd20", 2, 4096, 20));
  builder.AddFlavor(MakeFlavor("cor16mem32hd20", 16, 32766, 20));
  builder.AddImage(SureImage("Ubuntu 20.04", "ubuntu", "20.04"));
  builder.AddImage(SureImage("CentOS 7", "centos", "7"));
  AddRoutedNetworks(builder, "net-vo.access.egi.eu", "public00");
  builder.AddFloatingIp(MakeFloatingIp("fip-1", "id-public00", false));
  builder.AddFloatingIp(MakeFloatingIp("fip-2", "id-public00", true));
  builder.AddQuota(MakeQuota("floating_ips", 2, 2));
  builder.AddQuota(MakeQuota("cores", 40, 4));
  for (const char* resource : {"instances", "ram_mib", "ports"}) {
    builder.AddQuota(MakeQuota(resource, -1, 0));
  }
}

// A flavor whose disk is smaller than the only image; a pool with private addresses.
void AddSouth(CatalogBuilder& builder) {
  builder.SetSite(MakeSite("SOUTH", "IT")).Select("SOUTH", kFederationVo);
  builder.AddFlavor(MakeFlavor("m1.tiny", 1, 512, 1));
  builder.AddFlavor(MakeFlavor("m1.medium", 2, 4096, 40));
  Image image = SureImage("Ubuntu 18.04", "ubuntu", "18.04");
  image.size_bytes = 2361393152;
  image.virtual_size_bytes.reset();
  builder.AddImage(image);
  AddRoutedNetworks(builder, "int-vo", "ext-net");
  for (auto& network : builder.share().networks) network.record.public_v4 = Tristate::kNo;
  AddQuotas(builder);
}

// Direct public addresses, GPUs, a flavor without disk, images of two architectures.
void AddNorth(CatalogBuilder& builder) {
  builder.SetSite(MakeSite("NORTH", "DE")).Select("NORTH", kFederationVo);
  builder.AddFlavor(MakeFlavor("volume.only", 2, 4096, 0));
  Flavor gpu = MakeFlavor("gpu.a100", 16, 131072, 200);
  gpu.gpu_count = 2;
  gpu.gpu_vendor = "NVIDIA";
  gpu.gpu_model = "A100 80GB PCIe";
  SetConfidence(gpu.provenance, "gpu_count");
  SetConfidence(gpu.provenance, "gpu_model");
  builder.AddFlavor(gpu);
  builder.AddImage(SureImage("Rocky 9", "rocky", "9.4"));
  Image arm = SureImage("Debian 12 arm", "debian", "12");
  arm.arch = "aarch64";
  builder.AddImage(arm);
  builder.AddNetwork(SureNetwork("provider", NetworkUse::kDirect));
  AddQuotas(builder);
}

CatalogBuilder SmallFederation() {
  CatalogBuilder builder;
  AddWest(builder);
  AddSouth(builder);
  AddNorth(builder);
  return builder;
}

Flavor GpuFlavor(const std::string& name, const std::string& model, int64_t gpu_memory_mib) {
  Flavor flavor = MakeFlavor(name, 8, 65536, 100);
  flavor.gpu_count = 1;
  flavor.gpu_vendor = "NVIDIA";
  flavor.gpu_model = model;
  flavor.gpu_memory_mib = gpu_memory_mib;
  for (const char* field : {"gpu_count", "gpu_model"}) SetConfidence(flavor.provenance, field);
  return flavor;
}

// A site for clusters with 120 cores left, and two with GPUs, of which one has many and one few.
CatalogBuilder ClusterSites() {
  CatalogBuilder builder;
  builder.SetSite(MakeSite("ALPHA", "ES")).Select("ALPHA", kFederationVo);
  builder.AddFlavor(MakeFlavor("m1.medium", 2, 4096, 40));
  builder.AddFlavor(MakeFlavor("m1.huge", 16, 32768, 40));
  builder.AddImage(SureImage("Ubuntu 22.04", "ubuntu", "22.04"));
  AddRoutedNetworks(builder);
  builder.AddNetwork(SureNetwork("storage", NetworkUse::kTenant, builder.share().share.project_id));
  builder.AddFloatingIp(MakeFloatingIp("fip-1", "id-public00", false));
  builder.AddQuota(MakeQuota("floating_ips", 1, 1));
  builder.AddQuota(MakeQuota("cores", 128, 8));
  builder.SetSite(MakeSite("BETA", "DE")).Select("BETA", kFederationVo);
  builder.AddFlavor(GpuFlavor("gpu.v100", "V100", 32768));
  builder.AddFlavor(GpuFlavor("gpu.a100", "A100 80GB PCIe", 81920));
  builder.AddImage(SureImage("Rocky 9", "rocky", "9.4"));
  builder.AddNetwork(SureNetwork("provider", NetworkUse::kDirect));
  AddQuotas(builder);
  builder.SetSite(MakeSite("GAMMA", "IT")).Select("GAMMA", kFederationVo);
  builder.AddFlavor(GpuFlavor("gpu.h100", "H100", 81920));
  builder.AddImage(SureImage("Rocky 9", "rocky", "9.4"));
  builder.AddNetwork(SureNetwork("provider", NetworkUse::kDirect));
  builder.AddQuota(MakeQuota("instances", 4, 0));
  return builder;
}

// A site whose plans and names are long: its network has no router.
void AddLong(CatalogBuilder& builder) {
  builder.SetSite(MakeSite("INFN-PADOVA-STACK", "IT")).Select("INFN-PADOVA-STACK", kFederationVo);
  builder.AddFlavor(MakeFlavor("a-rather-long-flavor-name", 2, 4096, 20));
  builder.AddImage(SureImage("Ubuntu 22.04", "ubuntu", "22.04"));
  builder.AddNetwork(
      SureNetwork("net-vo.access.egi.eu", NetworkUse::kTenant, builder.share().share.project_id));
  builder.AddNetwork(SureNetwork("public00", NetworkUse::kFloatingPool));
  AddQuotas(builder);
}

// A site whose data are three days old. The user of its image is not known, its flavor has GPUs
// and boots from a volume, and nothing tells which of its networks is meant.
void AddOld(CatalogBuilder& builder) {
  builder.SetSite(MakeSite("OLD", "FR")).Select("OLD", kFederationVo);
  Flavor gpu = GpuFlavor("g1", "A100", 40960);
  gpu.vcpu_count = 8;
  gpu.ram_mib = 7800;
  gpu.disk_gib = 0;
  gpu.boot_from_volume = true;
  gpu.gpu_count = 2;
  builder.AddFlavor(gpu);
  Image image = MakeImage("my image", "", "", "");
  builder.AddImage(image);
  Network unnamed = SureNetwork("0123", NetworkUse::kTenant, builder.share().share.project_id);
  unnamed.name = "";
  builder.AddNetwork(unnamed);
  builder.AddNetwork(SureNetwork("4567", NetworkUse::kTenant, builder.share().share.project_id));
  AddQuotas(builder);
  for (const Kind kind : kAllKinds) {
    builder.SetKind(MakeKindState(kind, TestTime() - absl::Hours(72)));
  }
}

// A site with an image that it hides from lists, and a share of a second VO without quotas.
void AddHiding(CatalogBuilder& builder) {
  for (const char* vo : {kFederationVo, "ops"}) {
    builder.SetSite(MakeSite("HIDING", "PL")).Select("HIDING", vo);
    builder.AddFlavor(MakeFlavor("m1", 2, 4096, 20));
    Image image = SureImage("old", "debian", "10");
    image.hidden = true;
    image.login_user = "";
    builder.AddImage(image);
    AddRoutedNetworks(builder, "n", "public");
  }
  builder.Select("HIDING", kFederationVo);
  AddQuotas(builder);
}

// A site where each network has yet to be made.
void AddBare(CatalogBuilder& builder) {
  builder.SetSite(MakeSite("BARE", "NL")).Select("BARE", kFederationVo);
  builder.AddFlavor(MakeFlavor("m1.small", 1, 2048, 20));
  builder.AddImage(SureImage("Ubuntu 24.04", "ubuntu", "24.04"));
  builder.AddNetwork(SureNetwork("public", NetworkUse::kFloatingPool));
  AddQuotas(builder);
}

CatalogBuilder UnusualSites() {
  CatalogBuilder builder;
  AddBare(builder);
  AddLong(builder);
  AddOld(builder);
  AddHiding(builder);
  return builder;
}

// Thirty sites that refuse 8 GiB with a public address: every third for its addresses, the others
// for 392 MiB of RAM.
CatalogBuilder CrowdOfSites() {
  CatalogBuilder builder;
  for (int i = 0; i < 30; ++i) {
    const std::string site = absl::StrCat("SITE-", i);
    const bool is_private = i % 3 == 0;
    builder.SetSite(MakeSite(site)).Select(site, kFederationVo);
    builder.AddFlavor(MakeFlavor("m1.medium", 2, is_private ? 16384 : 7800, 40));
    builder.AddImage(SureImage("Ubuntu 22.04", "ubuntu", "22.04"));
    AddRoutedNetworks(builder);
    if (is_private) {
      for (auto& network : builder.share().networks) network.record.public_v4 = Tristate::kNo;
    }
    AddQuotas(builder);
  }
  return builder;
}

// One site whose names have a meaning to the shell, Terraform and Ansible.
CatalogBuilder HostileNames() {
  CatalogBuilder builder;
  builder.SetSite(MakeSite("A")).Select("A", kFederationVo);
  builder.AddFlavor(MakeFlavor("it's ${HOME} {{ m1 }}", 2, 4096, 20));
  builder.AddImage(SureImage("Ubuntu \"22.04\"", "ubuntu", "22.04"));
  AddRoutedNetworks(builder, "net", "public");
  builder.AddFloatingIp(MakeFloatingIp("fip-1", "id-public", false));
  AddQuotas(builder);
  return builder;
}

// The federation `small` after WEST replaced its flavors by one with less RAM.
CatalogBuilder SmallFederationLater() {
  CatalogBuilder builder;
  AddSouth(builder);
  AddNorth(builder);
  builder.SetSite(MakeSite("WEST", "ES")).Select("WEST", kFederationVo);
  for (const char* name : {"cor1mem1hd10", "cor2mem4hd20"}) {
    builder.AddFlavor(MakeFlavor(name, 1, 1024, 10));
  }
  builder.AddImage(SureImage("Ubuntu 20.04", "ubuntu", "20.04"));
  AddRoutedNetworks(builder, "net-vo.access.egi.eu", "public00");
  AddQuotas(builder);
  return builder;
}

}  // namespace

std::optional<CatalogBuilder> FederationNamed(absl::string_view name) {
  if (name == "small") return SmallFederation();
  if (name == "small-later") return SmallFederationLater();
  if (name == "clusters") return ClusterSites();
  if (name == "unusual") return UnusualSites();
  if (name == "crowd") return CrowdOfSites();
  if (name == "hostile") return HostileNames();
  return std::nullopt;
}

}  // namespace cis::server
