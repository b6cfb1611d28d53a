// SPDX-License-Identifier: Apache-2.0
#include "server/service/to_proto.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schema/model/resource_name.h"
#include "tests/unit/server/service_fixture.h"

namespace cis::server {
namespace {

// Every field of `message` that has a value when the record is full; repeated ones have an entry.
std::vector<std::string> UnsetFields(const google::protobuf::Message& message) {
  std::vector<std::string> unset;
  const auto& type = *message.GetDescriptor();
  const auto& reflection = *message.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const auto* field = type.field(i);
    const bool is_set = field->is_repeated() ? reflection.FieldSize(message, field) > 0
                                             : reflection.HasField(message, field);
    if (!is_set) unset.push_back(field->name());
  }
  return unset;
}

Provenance FullProvenance() {
  Provenance provenance;
  provenance.evidence = {{"arch", "name", "amd64"}};
  provenance.confidence = {{"arch", Confidence::kStrong}};
  provenance.warnings = {"W: text"};
  return provenance;
}

Flavor FullFlavor() {
  Flavor flavor = MakeFlavor("full");
  flavor.description = "d";
  flavor.ephemeral_gib = 1;
  flavor.swap_mib = 2;
  flavor.gpu_count = 0.5;
  flavor.gpu_vendor = "NVIDIA";
  flavor.gpu_model = "A100";
  flavor.gpu_kind = "mig";
  flavor.gpu_memory_mib = 40960;
  flavor.cpu_alloc = "shared";
  flavor.boot_from_volume = true;
  flavor.baremetal = true;
  flavor.extra_specs.emplace();
  flavor.extra_specs->Set("a:b", "c");
  flavor.provenance = FullProvenance();
  return flavor;
}

Image FullImage() {
  Image image = MakeImage("full");
  image.hidden = false;
  image.os_codename = "jammy";
  image.is_snapshot = true;
  image.min_ram_mib = 512;
  image.min_disk_gib = 3;
  image.build_date = "2024-05-01";
  image.eol_date = "2027-06-01";
  image.egi_ref = "ref";
  image.bootable = false;
  image.expire_date = "2026-01-01";
  image.image_source = "https://cloud-images.ubuntu.com/jammy/";
  image.uuid_validity = "last-3";
  image.replace_frequency = "monthly";
  image.provided_until = "notice";
  image.hotfix_hours = 0;
  image.boot_properties.emplace().Set("hw_cpu_policy", "dedicated");
  image.volume_count = 1;
  image.volume_gib = 20;
  image.member_status = "pending";
  image.tags = {"t"};
  image.provenance = FullProvenance();
  return image;
}

Network FullNetwork() {
  Network network = MakeNetwork("full", NetworkUse::kDirect);
  network.is_default = true;
  network.also_floating_pool = true;
  network.subnets = {MakeSubnet("s", "147.251.124.0/24")};
  Subnet& subnet = network.subnets[0];
  subnet.gateway_ip = "147.251.124.1";
  subnet.enable_dhcp = true;
  subnet.service_types = {"compute:nova"};
  subnet.address_count = 253;
  subnet.used_count = 1;
  subnet.has_dhcp_port = true;
  subnet.gateway_holder = "router";
  subnet.is_public = Tristate::kYes;
  network.provenance = FullProvenance();
  return network;
}

std::shared_ptr<const Snapshot> FullSnapshot() {
  KindState failed = MakeKindState(Kind::kQuotas);
  failed.error = ErrorClass::kTimeout;
  failed.error_message = "timed out";
  failed.failing_since = TestTime();
  failed.failure_count = 2;
  failed.skipped_count = 1;
  KindState down = MakeKindState(Kind::kAuth);
  down.error = ErrorClass::kConnect;
  down.attempt_time = TestTime();
  down.failing_since = TestTime() - absl::Hours(100);
  down.failure_count = 5;
  CatalogBuilder builder;
  builder.Select("SITE-A", "ops")
      .AddFlavor(FullFlavor())
      .AddImage(FullImage())
      .AddNetwork(FullNetwork())
      .AddFloatingIp(MakeFloatingIp("f1", "n", false))
      .AddFloatingIp(MakeFloatingIp("f2", "n", true))
      .AddQuota(MakeQuota("cores", 8, 2))
      .SetKind(failed);
  builder.share().share.discovered = true;
  SubnetPool pool;
  pool.id = "pool";
  builder.share().subnet_pools = {pool};
  builder.share().zones = {{"nova", "compute", true}};
  builder.share().volume_types = {{"t", "ssd", true, {}}};
  // A discovered share fails and recovers with those that are configured.
  builder.Select("SITE-A", "vo.access.egi.eu").SetKind(down);
  return Snapshot::Build(builder.Build());
}

const SiteIndex& Only(const Snapshot& snapshot) { return *snapshot.sites()[0]; }

// A field that to_proto forgets is noticed here.
TEST(ToProto, ConvertsEveryField) {
  using ::testing::IsEmpty;
  const auto snapshot = FullSnapshot();
  const SiteIndex& site = Only(*snapshot);
  v1::Flavor flavor;
  FlavorToProto(site.flavors()[0], &flavor);
  EXPECT_THAT(UnsetFields(flavor), IsEmpty());
  v1::Image image;
  ImageToProto(site.images()[0], &image);
  EXPECT_THAT(UnsetFields(image), IsEmpty());
  v1::Network network;
  NetworkToProto(site.networks()[0], &network);
  EXPECT_THAT(UnsetFields(network), IsEmpty());
  EXPECT_THAT(UnsetFields(network.subnets(0)), IsEmpty());
  v1::Share share;
  ShareToProto(TestContext(), site.shares()[0], &share);
  EXPECT_THAT(UnsetFields(share), IsEmpty());
  v1::Endpoint endpoint;
  EndpointToProto(site.endpoints()[0], &endpoint);
  EXPECT_THAT(UnsetFields(endpoint), IsEmpty());
}

TEST(ToProto, FlavorKeepsValuesAndTheDifferenceOfZeroAndUnknown) {
  Flavor flavor = MakeFlavor("f", 2, 4096, 0);
  flavor.gpu_count.reset();
  flavor.extra_specs.reset();
  const auto snapshot = Snapshot::Build(CatalogBuilder().AddFlavor(flavor).Build());
  v1::Flavor proto;
  FlavorToProto(Only(*snapshot).flavors()[0], &proto);
  EXPECT_EQ(proto.vcpu_count(), 2);
  EXPECT_EQ(proto.ram_mib(), 4096);
  EXPECT_TRUE(proto.has_disk_gib());
  EXPECT_EQ(proto.disk_gib(), 0);
  EXPECT_FALSE(proto.has_gpu_count());
  EXPECT_FALSE(proto.extra_specs_known());
  EXPECT_TRUE(proto.boot_from_volume());
  EXPECT_EQ(proto.name(), FormatFlavorName(MakeEndpoint("SITE-A"), "id-f"));
  EXPECT_EQ(proto.first_seen_time().seconds(), absl::ToUnixSeconds(TestTime()));
}

TEST(ToProto, ShareHasEveryKindTriedOrNot) {
  CatalogBuilder builder;
  builder.Select("SITE-A", "ops");
  builder.share().kinds = {MakeKindState(Kind::kImages)};
  builder.share().floating_ips_known = false;
  const auto snapshot = Snapshot::Build(builder.Build());
  v1::Share share;
  ShareToProto(TestContext(), Only(*snapshot).shares()[0], &share);
  ASSERT_EQ(share.kinds_size(), 5);
  EXPECT_EQ(share.kinds(0).kind(), v1::DATA_KIND_AUTH);
  EXPECT_EQ(share.kinds(0).state(), v1::DATA_STATE_MISSING);
  EXPECT_EQ(share.kinds(2).kind(), v1::DATA_KIND_IMAGES);
  EXPECT_EQ(share.kinds(2).state(), v1::DATA_STATE_FRESH);
  EXPECT_EQ(share.state(), v1::DATA_STATE_MISSING);
  EXPECT_FALSE(share.has_observe_time());
  EXPECT_FALSE(share.has_unattached_floating_ip_count());
}

TEST(ToProto, ShareCountsFreeFloatingIpsAndUsage) {
  const auto snapshot = FullSnapshot();
  v1::Share share;
  ShareToProto(TestContext(), Only(*snapshot).shares()[0], &share);
  EXPECT_EQ(share.unattached_floating_ip_count(), 1);
  EXPECT_EQ(share.quotas(0).used().value(), 2);
  EXPECT_EQ(share.state(), v1::DATA_STATE_STALE);
  EXPECT_EQ(share.kinds(4).error_class(), v1::ERROR_CLASS_TIMEOUT);
  EXPECT_EQ(share.kinds(4).failure_count(), 2);
  EXPECT_EQ(share.keystone_url(), "https://site-a.example.org:5000/v3");
}

TEST(ToProto, NothingThatIsUnknownIsSet) {
  const auto snapshot = Snapshot::Build(CatalogBuilder().AddImage(Image()).Build());
  v1::Image image;
  ImageToProto(Only(*snapshot).images()[0], &image);
  EXPECT_FALSE(image.has_hidden());
  EXPECT_FALSE(image.has_size_bytes());
  EXPECT_FALSE(image.has_create_time());
  EXPECT_EQ(image.os_distro(), "");
}

}  // namespace
}  // namespace cis::server
