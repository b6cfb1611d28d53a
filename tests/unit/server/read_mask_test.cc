// SPDX-License-Identifier: Apache-2.0
#include "server/query/read_mask.h"

#include "cis/v1/inventory.pb.h"
#include "gtest/gtest.h"

namespace cis::server {
namespace {

google::protobuf::FieldMask Mask(std::initializer_list<const char*> paths) {
  google::protobuf::FieldMask mask;
  for (const char* path : paths) mask.add_paths(path);
  return mask;
}

v1::Flavor FullFlavor() {
  v1::Flavor flavor;
  flavor.set_name("sites/a/flavors/b");
  flavor.set_vcpu_count(4);
  flavor.mutable_provenance()->add_warnings()->set_code("W");
  flavor.mutable_provenance()->add_evidence()->set_field("arch");
  return flavor;
}

TEST(ReadMask, EmptyAndStarKeepEverything) {
  for (const auto& mask : {Mask({}), Mask({"*"}), Mask({"name", "*"})}) {
    EXPECT_EQ(FindUnknownPath(mask, *v1::Flavor::descriptor()), "");
    v1::Flavor flavor = FullFlavor();
    ApplyReadMask(mask, &flavor);
    EXPECT_EQ(flavor.SerializeAsString(), FullFlavor().SerializeAsString());
  }
}

TEST(ReadMask, KeepsWhatIsNamed) {
  v1::Flavor flavor = FullFlavor();
  ApplyReadMask(Mask({"vcpu_count", "provenance.warnings"}), &flavor);
  EXPECT_EQ(flavor.name(), "");
  EXPECT_EQ(flavor.vcpu_count(), 4);
  EXPECT_EQ(flavor.provenance().warnings_size(), 1);
  EXPECT_EQ(flavor.provenance().evidence_size(), 0);
}

TEST(ReadMask, FindsPathsThatDoNotExist) {
  const auto& type = *v1::Flavor::descriptor();
  EXPECT_EQ(FindUnknownPath(Mask({"name", "vcpus"}), type), "vcpus");
  EXPECT_EQ(FindUnknownPath(Mask({"provenance.colour"}), type), "provenance.colour");
  EXPECT_EQ(FindUnknownPath(Mask({"name.x"}), type), "name.x");
  EXPECT_EQ(FindUnknownPath(Mask({""}), type), "\"\"");
  EXPECT_EQ(FindUnknownPath(Mask({"provenance.warnings"}), type), "");
}

}  // namespace
}  // namespace cis::server
