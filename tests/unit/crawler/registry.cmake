# SPDX-License-Identifier: Apache-2.0
cis_test(registry_test LABEL unit
         SOURCES registry_files_test.cc registry_gocdb_test.cc registry_problems_test.cc registry_xml_test.cc
         LINK cis_registry)
