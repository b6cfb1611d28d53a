# SPDX-License-Identifier: Apache-2.0
cis_test(
  model_test
  LABEL unit
  SOURCES back_off_test.cc builders_test.cc data_state_test.cc fact_test.cc fields_test.cc list_text_test.cc network_peers_test.cc os_version_test.cc registry_test.cc records_test.cc resource_name_test.cc split_shares_test.cc stored_diff_test.cc
  LINK cis_model)
