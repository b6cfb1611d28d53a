# SPDX-License-Identifier: Apache-2.0
cis_test(
  crawl_test
  LABEL unit
  SOURCES core_dumps_test.cc crawl_comparison_test.cc crawl_lint_test.cc crawl_options_test.cc crawl_plan_test.cc crawl_report_test.cc crawl_rules_folder_test.cc crawl_summary_test.cc
  LINK cis_commands cis_lint cis_report cis_normalize nlohmann_json::nlohmann_json)
