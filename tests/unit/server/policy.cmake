# SPDX-License-Identifier: Apache-2.0
cis_test(policy_test LABEL unit
         SOURCES policy_entitlement_test.cc policy_file_test.cc policy_rights_test.cc
         LINK cis_policy)
