cis_library(cis_sites
            SOURCES sites/auth_config.cc sites/clouds_file.cc sites/credentials_file.cc
                    sites/keystone_url.cc sites/oidc_auth.cc
                    sites/secret_file.cc sites/site_file.cc sites/site_options.cc sites/sites.cc
                    sites/yaml_reader.cc
            PUBLIC cis_http absl::function_ref
            PRIVATE yaml-cpp)
