# SPDX-License-Identifier: Apache-2.0
cis_test(snapshot_test LABEL unit SOURCES refresher_test.cc snapshot_test.cc
         LINK cis_refresh)
