# SPDX-License-Identifier: Apache-2.0
cis_test(sites_test LABEL unit
         SOURCES sites_auth_test.cc sites_clouds_test.cc sites_file_test.cc
                 sites_keystone_url_test.cc sites_load_test.cc sites_oidc_test.cc
                 sites_real_test.cc
         LINK cis_sites)
