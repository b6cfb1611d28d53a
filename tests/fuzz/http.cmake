# SPDX-License-Identifier: Apache-2.0
cis_fuzz(http_request SOURCES http_request_fuzz.cc LINK cis_server_http)
