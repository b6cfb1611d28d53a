# SPDX-License-Identifier: Apache-2.0
cis_test(query_test LABEL unit
         SOURCES filter_test.cc order_by_test.cc page_token_test.cc read_mask_test.cc
         LINK cis_query)
