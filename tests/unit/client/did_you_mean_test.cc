#include "client/did_you_mean.h"

#include <gtest/gtest.h>

namespace cis {
namespace {

const std::vector<std::string>& Commands() {
  static const std::vector<std::string> commands = {"place", "flavors", "images", "networks"};
  return commands;
}

TEST(DidYouMean, FindsMisspellings) {
  EXPECT_EQ(FindNearest("plcae", Commands()), "place");
  EXPECT_EQ(FindNearest("image", Commands()), "images");
  EXPECT_EQ(FindNearest("FLAVOURS", Commands()), "flavors");
  EXPECT_EQ(FindNearest("CESGA", {"IFCA-LCG2", "CESGA-CLOUD"}), "CESGA-CLOUD");
}

TEST(DidYouMean, IsSilentWhenNothingIsNear) {
  EXPECT_EQ(FindNearest("routers", {"place", "vos"}), "");
  EXPECT_EQ(FindNearest("x", {}), "");
  EXPECT_EQ(FindNearest(std::string(5000, 'x'), Commands()), "");
}

}  // namespace
}  // namespace cis
