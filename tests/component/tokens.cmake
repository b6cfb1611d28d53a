# SPDX-License-Identifier: Apache-2.0
cis_test(token_sources_test LABEL component SOURCES tokens_test.cc
         LINK cis_http cis_tokens cis_test_loopback)
