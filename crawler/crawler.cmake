# One pass over the sites, and the program's commands.
cis_library(
  cis_crawl
  SOURCES command.cc configuration.cc copy_commands.cc crawl_command.cc crawl_cycle.cc endpoint_gate.cc
          lint/lint.cc lint/lint_flavors.cc
          lint/lint_images.cc lint/lint_networks.cc lock_file.cc options.cc
          rules_folder.cc status_report.cc store_commands.cc
  PUBLIC cis_http cis_model cis_overrides cis_store
  PRIVATE CLI11::CLI11 cis_normalize cis_sites cis_source nlohmann_json::nlohmann_json)

cis_program(cis_crawler SOURCES main.cc LINK cis_crawl OUTPUT cis-crawler)
