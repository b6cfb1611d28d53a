# SPDX-License-Identifier: Apache-2.0
cis_test(gocdb_fetch_test LABEL component SOURCES registry_test.cc
         LINK cis_http cis_registry cis_test_loopback)
