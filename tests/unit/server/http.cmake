# SPDX-License-Identifier: Apache-2.0
cis_test(http_parts_test LABEL unit SOURCES http_parts_test.cc http_wire_test.cc LINK cis_server_http)
