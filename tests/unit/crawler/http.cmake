# SPDX-License-Identifier: Apache-2.0
cis_test(http_test LABEL unit
         SOURCES http_backoff_test.cc http_in_flight_queue_test.cc http_limit_test.cc http_status_test.cc
                 http_registered_domain_test.cc http_url_test.cc
         LINK cis_http)
