# SPDX-License-Identifier: Apache-2.0
cis_bench(placement_bench SOURCES placement_bench.cc LINK cis_service)
