# SPDX-License-Identifier: Apache-2.0
cis_test(crawl_cycle_test LABEL component SOURCES crawl_cycle_test.cc
         LINK cis_crawl cis_normalize cis_registry cis_source cis_store)
