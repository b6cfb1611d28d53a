# SPDX-License-Identifier: Apache-2.0
cis_test(monitor_test LABEL unit SOURCES monitor_test.cc LINK cis_monitor)
