cis_library(cis_placement
            SOURCES placement/address_room.cc placement/boot_choice.cc placement/candidate_text.cc
                    placement/candidates.cc placement/describe.cc
                    placement/flavor_fit.cc placement/flavor_reasons.cc placement/gpu_kinds.cc placement/group_search.cc
                    placement/image_fit.cc placement/image_notes.cc placement/image_reasons.cc placement/joint_choice.cc placement/joint_plan.cc placement/like.cc
                    placement/machine_needs.cc placement/machine_subnets.cc placement/network_fit.cc
                    placement/network_names.cc placement/network_plan.cc placement/nova_rules.cc placement/nova_words.cc
                    placement/os_match.cc placement/placement.cc
                    placement/placement_index.cc placement/placement_list.cc placement/placement_query.cc placement/plan_order.cc
                    placement/query_change.cc placement/query_search.cc placement/quota_book.cc placement/reason.cc placement/recheck.cc placement/reason_text.cc
                    placement/reason_words.cc placement/relaxation.cc
                    placement/score.cc placement/search_context.cc placement/share_search.cc placement/share_standing.cc
                    placement/text.cc
            PUBLIC cis_snapshot absl::flat_hash_map absl::span)
