# SPDX-License-Identifier: Apache-2.0
cis_test(token_test LABEL unit SOURCES token_cache_test.cc token_keys_test.cc token_verifier_test.cc
         LINK cis_token OpenSSL::Crypto Threads::Threads)
