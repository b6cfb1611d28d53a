# SPDX-License-Identifier: Apache-2.0
cis_fuzz(filter SOURCES filter_fuzz.cc LINK cis_service)
cis_fuzz(page_token SOURCES page_token_fuzz.cc LINK cis_service)
cis_fuzz(resource_name SOURCES resource_name_fuzz.cc LINK cis_service)
