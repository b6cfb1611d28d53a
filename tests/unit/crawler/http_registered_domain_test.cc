// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "net/http/registered_domain.h"

namespace cis::crawler {
namespace {

TEST(RegisteredDomain, IsTheDomainBelowAPublicSuffix) {
  const struct {
    const char* host;
    const char* domain;
  } kCases[] = {
      {"nova.cesga.es", "cesga.es"},
      {"a.b.CESGA.es.", "cesga.es"},
      {"identity.ceni.org.cn", "ceni.org.cn"},
      {"keystone.physics.example.ac.uk", "example.ac.uk"},
      // Regional and private suffixes.
      {"cloud.uj.krakow.pl", "uj.krakow.pl"},
      {"api.one.github.io", "one.github.io"},
      // Exceptions of the list: "*.ck" but "!www.ck".
      {"a.b.www.ck", "www.ck"},
      {"a.b.c.ck", "b.c.ck"},
      // Non-ASCII names in their ASCII form.
      {"nova.xn--bcher-kva.de", "xn--bcher-kva.de"},
      {"a.b.xn--p1ai", "b.xn--p1ai"},
      // Top-level domains that nobody can register under.
      {"keystone.cloud.internal", "cloud.internal"},
      {"cloud.internal", "cloud.internal"},
      // What has none.
      {"es", ""},
      {"krakow.pl", ""},
      {"github.io", ""},
      {"localhost", ""},
      {"controller", ""},
      {"", ""},
      {".", ""},
      {"10.0.0.1", ""},
      {"2001:db8::1", ""},
      {"[2001:db8::1]", ""},
      {"a..cesga.es", ""},
      {".cesga.es", ""},
      {"nova.cesga.es..", ""},
      {"nova.cesga.es:8774", ""},
      {"nova.b\xC3\xBC"
       "cher.de",
       ""},
  };
  for (const auto& [host, domain] : kCases) EXPECT_EQ(RegisteredDomain(host), domain) << host;
}

TEST(IsSameSite, HoldsWithinARegisteredDomainOnly) {
  EXPECT_TRUE(IsSameSite("keystone.cesga.es", "nova.cesga.es"));
  EXPECT_TRUE(IsSameSite("cesga.es", "a.b.CESGA.es."));
  EXPECT_TRUE(IsSameSite("identity.ceni.org.cn", "nova.ceni.org.cn"));
  EXPECT_TRUE(IsSameSite("a.uj.krakow.pl", "b.uj.krakow.pl"));
  EXPECT_TRUE(IsSameSite("a.one.github.io", "one.github.io"));
  EXPECT_TRUE(IsSameSite("keystone.cloud.internal", "nova.cloud.internal"));

  EXPECT_FALSE(IsSameSite("keystone.cesga.es", "nova.ifca.es"));
  EXPECT_FALSE(IsSameSite("a.ceni.org.cn", "b.evil.org.cn"));
  EXPECT_FALSE(IsSameSite("a.ac.uk", "b.ac.uk"));
  EXPECT_FALSE(IsSameSite("cloud.krakow.pl", "evil.krakow.pl"));
  EXPECT_FALSE(IsSameSite("krakow.pl", "evil.krakow.pl"));
  EXPECT_FALSE(IsSameSite("one.github.io", "two.github.io"));
  EXPECT_FALSE(IsSameSite("evilcesga.es", "cesga.es"));
  EXPECT_FALSE(IsSameSite("cesga.es.evil.org", "cesga.es"));
  EXPECT_FALSE(IsSameSite("a.internal", "b.internal"));
  EXPECT_FALSE(IsSameSite("a..cesga.es", "b.cesga.es"));
}

TEST(IsSameSite, WhatHasNoDomainMatchesOnlyItself) {
  for (const char* host : {"127.0.0.11", "::1", "localhost", "krakow.pl", "controller"}) {
    EXPECT_TRUE(IsSameSite(host, host)) << host;
  }
  EXPECT_FALSE(IsSameSite("10.0.0.1", "11.0.0.1"));
  EXPECT_FALSE(IsSameSite("1.2.3.4", "9.9.3.4"));
  EXPECT_FALSE(IsSameSite("2001:db8::1", "2001:db8::2"));
  EXPECT_FALSE(IsSameSite("localhost", "otherhost"));
  EXPECT_FALSE(IsSameSite("", "example"));
  EXPECT_FALSE(IsSameSite("", ""));
}

}  // namespace
}  // namespace cis::crawler
