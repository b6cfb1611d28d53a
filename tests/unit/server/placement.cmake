# SPDX-License-Identifier: Apache-2.0
cis_test(placement_test LABEL unit
         SOURCES placement_boot_test.cc placement_choice_test.cc placement_groups_test.cc placement_headline_test.cc placement_network_test.cc
                 placement_nova_rules_test.cc placement_os_requirement_test.cc placement_reason_test.cc
                 placement_property_test.cc placement_relaxation_test.cc placement_sentences_test.cc placement_wants_test.cc placement_work_test.cc placement_generator.cc
                 placement_reference.cc
         LINK cis_placement)
cis_test(placement_handlers_test LABEL unit SOURCES placement_handlers_test.cc LINK cis_service)
