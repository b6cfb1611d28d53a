# SPDX-License-Identifier: Apache-2.0
cis_fuzz(jwt SOURCES jwt_fuzz.cc LINK cis_token)
cis_fuzz(jwks SOURCES jwks_fuzz.cc LINK cis_token)
