# SPDX-License-Identifier: Apache-2.0
cis_test(client_component_test LABEL component SOURCES client_test.cc client_token_test.cc launch_script_test.cc
  LINK cis_client_cli cis_client_answer cis_client_handover)
