# SPDX-License-Identifier: Apache-2.0
cis_test(crawler_overrides_test LABEL unit SOURCES overrides_test.cc LINK cis_overrides)
