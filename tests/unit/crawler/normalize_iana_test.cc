// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "crawler/normalize/iana.h"
#include "tests/support/compiled_rules.h"

namespace cis::crawler {
namespace {

TEST(Iana, ClassifiesIpv4) {
  const std::vector<std::pair<const char*, const char*>> rows = {
      {"8.8.8.8", "global"},
      {"141.51.0.0/24", "global"},
      {"0.1.2.3", "reserved"},
      {"10.255.0.1", "private"},
      {"172.15.255.255", "global"},
      {"172.16.0.0/12", "private"},
      {"172.32.0.0", "global"},
      {"192.168.1.0/24", "private"},
      {"100.63.255.255", "global"},
      {"100.64.0.0/10", "shared-cgn"},
      {"100.128.0.0", "global"},
      {"127.0.0.1", "loopback"},
      {"169.254.169.254", "link-local"},
      {"192.0.0.8", "reserved"},
      {"192.0.0.9", "global"},
      {"192.0.0.10/32", "global"},
      {"192.0.2.1", "documentation"},
      {"198.51.100.0/25", "documentation"},
      {"203.0.113.0/24", "documentation"},
      {"198.18.0.0/15", "benchmark"},
      {"198.20.0.0", "global"},
      {"192.88.99.1", "reserved"},
      {"224.0.0.1", "multicast"},
      {"240.0.0.0/4", "reserved"},
      {"255.255.255.255", "reserved"}};
  for (const auto& [text, name] : rows) {
    const AddressClass got = CompiledRules().addresses.Classify(text);
    EXPECT_EQ(got.ip_version, 4) << text;
    EXPECT_EQ(got.name, name) << text;
    EXPECT_EQ(got.global, std::string(name) == "global") << text;
  }
}

TEST(Iana, ClassifiesIpv6) {
  const std::vector<std::pair<const char*, const char*>> rows = {
      {"2001:620::/64", "global"},  {"2a00:1450::1", "global"}, {"2001:db8::/32", "documentation"},
      {"3fff::1", "documentation"}, {"2002::1", "transition"},  {"2001::1", "reserved"},
      {"2001:1::1", "global"},      {"2001:20::5", "global"},   {"fd00::/8", "ula"},
      {"fe80::1", "link-local"},    {"ff02::1", "multicast"},   {"::1", "loopback"},
      {"64:ff9b::1", "transition"}, {"4000::1", "reserved"},    {"::ffff:10.0.0.1", "transition"}};
  for (const auto& [text, name] : rows) {
    const AddressClass got = CompiledRules().addresses.Classify(text);
    EXPECT_EQ(got.ip_version, 6) << text;
    EXPECT_EQ(got.name, name) << text;
    EXPECT_EQ(got.global, std::string(name) == "global") << text;
  }
}

TEST(Iana, ARangeIsGlobalOnlyAsAWhole) {
  EXPECT_EQ(CompiledRules().addresses.Classify("0.0.0.0/0").name, "mixed");
  EXPECT_EQ(CompiledRules().addresses.Classify("203.0.112.0/22").name, "mixed");
  EXPECT_EQ(CompiledRules().addresses.Classify("203.0.114.0/23").name, "global");
  EXPECT_EQ(CompiledRules().addresses.Classify("2001:d00::/24").name, "mixed");
  EXPECT_FALSE(CompiledRules().addresses.Classify("203.0.112.0/22").global);
}

TEST(Iana, OtherTextIsNoAddress) {
  for (const char* text :
       {"", "x", "10.0.0", "10.0.0.0/33", "10.0.0.0/-1", "::/129", "10.0.0.0/"}) {
    EXPECT_EQ(CompiledRules().addresses.Classify(text), AddressClass()) << text;
  }
}

}  // namespace
}  // namespace cis::crawler
