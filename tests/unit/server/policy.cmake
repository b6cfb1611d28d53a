# SPDX-License-Identifier: Apache-2.0
cis_test(policy_test LABEL unit
         SOURCES policy_entitlement_test.cc policy_fields_test.cc policy_file_test.cc policy_rights_test.cc
                 policy_states_test.cc
         LINK cis_policy)
cis_test(policy_property_test LABEL unit
         SOURCES policy_property_test.cc placement_generator.cc
         LINK cis_policy cis_service)
