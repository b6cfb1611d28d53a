# One pass over the sites, and the program's commands.
cis_library(
  cis_crawl
  SOURCES command.cc compare_rules_command.cc configuration.cc copy_commands.cc core_dumps.cc crawl_command.cc crawl_cycle.cc crawl_reporter.cc
          crawl_secrets.cc dry_run_command.cc endpoint_gate.cc
          lint/lint.cc lint/lint_flavors.cc
          lint/lint_images.cc lint/lint_networks.cc lock_file.cc options.cc project_discovery.cc prune_command.cc registry_command.cc registry_refresh.cc
          rules_folder.cc report/crawl_plan.cc report/crawl_plan_text.cc report/crawl_summary_text.cc
          report/notable_changes.cc report/report_words.cc report/rules_comparison.cc
          report/status_report.cc store_commands.cc transport_options.cc
  PUBLIC cis_http cis_model cis_overrides cis_registry cis_store cis_tokens
  PRIVATE CLI11::CLI11 cis_normalize cis_sites nlohmann_json::nlohmann_json)
set_source_files_properties(options.cc PROPERTIES COMPILE_DEFINITIONS CIS_VERSION="${PROJECT_VERSION}")

cis_program(cis_crawler SOURCES main.cc LINK cis_crawl OUTPUT cis-crawler)
