// SPDX-License-Identifier: Apache-2.0
#include "client/rpc/target_kind.h"

#include <gtest/gtest.h>

namespace cis::client {
namespace {

TEST(KindOfTarget, KnowsUnixSockets) {
  for (const char* target :
       {"unix:/run/cis.sock", "unix:cis.sock", "unix:///run/cis.sock", "unix-abstract:cis"}) {
    EXPECT_EQ(KindOfTarget(target), TargetKind::kUnixSocket) << target;
  }
}

TEST(KindOfTarget, KnowsAddressesOfLoopback) {
  for (const char* target :
       {"127.0.0.1:50051", "127.0.0.1", "127.255.0.9:1", "localhost:50051", "LOCALHOST", "[::1]:1",
        "[::1]", "::1", "dns:localhost:1", "dns:///127.0.0.1:1", "ipv4:127.0.0.1:1",
        "ipv4:127.0.0.1:1,127.0.0.2:2", "ipv6:[::1]:1"}) {
    EXPECT_EQ(KindOfTarget(target), TargetKind::kLoopback) << target;
  }
}

TEST(KindOfTarget, TakesAllElseForAnotherMachine) {
  for (const char* target : {"cis.example.org:50051",
                             "192.0.2.1:50051",
                             "128.0.0.1:1",
                             "0.0.0.0:1",
                             "[::]:1",
                             "[2001:db8::1]:1",
                             "[fe80::1]:1",
                             "127.0.0.1.example.org:1",
                             "127.example.org:1",
                             "127.1:1",
                             "localhost.example.org:1",
                             "localhost@192.0.2.1:1",
                             "localhost:1@192.0.2.1",
                             "localhost:1,192.0.2.1:1",
                             "[::1].example.org:1",
                             "[::1",
                             "ipv4:127.0.0.1:1,192.0.2.1:1",
                             "ipv4:",
                             "dns://192.0.2.1/localhost:1",
                             "dns:///cis.example.org:1",
                             "xds:///localhost:1",
                             "vsock:1:1",
                             "UNIX:/run/cis.sock",
                             "unix",
                             " localhost:1",
                             ""}) {
    EXPECT_EQ(KindOfTarget(target), TargetKind::kNetwork) << target;
  }
}

}  // namespace
}  // namespace cis::client
