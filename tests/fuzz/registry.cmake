# SPDX-License-Identifier: Apache-2.0
cis_fuzz(gocdb SOURCES gocdb_fuzz.cc LINK cis_registry)
