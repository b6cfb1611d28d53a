# SPDX-License-Identifier: Apache-2.0
cis_test(
  base_test
  LABEL unit
  SOURCES check_test.cc columns_test.cc duration_text_test.cc evidence_level_test.cc flag_file_test.cc fnv1a_test.cc glob_test.cc log_test.cc mutex_test.cc os_alias_test.cc os_family_test.cc read_file_test.cc remedy_test.cc shared_list_test.cc shared_vector_test.cc shared_text_test.cc shell_quote_test.cc spelling_test.cc status_macros_test.cc text_list_test.cc text_map_test.cc text_pool_test.cc unicode_test.cc utf8_test.cc
  LINK cis_base)
