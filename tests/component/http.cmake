# SPDX-License-Identifier: Apache-2.0
find_package(ZLIB REQUIRED)
cis_test(http_transport_test LABEL component
         SOURCES http_transport_test.cc http_faults_test.cc
         LINK cis_http cis_test_loopback ZLIB::ZLIB)
