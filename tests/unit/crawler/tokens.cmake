# SPDX-License-Identifier: Apache-2.0
cis_test(tokens_test LABEL unit
         SOURCES tokens_access_test.cc tokens_messages_test.cc tokens_unscoped_test.cc
         LINK cis_tokens nlohmann_json::nlohmann_json)
