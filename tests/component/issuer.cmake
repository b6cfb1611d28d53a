# SPDX-License-Identifier: Apache-2.0
cis_test(issuer_fetch_test LABEL component SOURCES issuer_fetch_test.cc
         LINK cis_token cis_test_loopback OpenSSL::Crypto Threads::Threads)
