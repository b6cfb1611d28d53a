# SPDX-License-Identifier: Apache-2.0
cis_library(cis_test_loopback SOURCES loopback_server.cc
            PUBLIC cis_base Threads::Threads absl::strings absl::time)
