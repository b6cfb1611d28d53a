// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "grpcpp/security/server_credentials.h"
#include "server/snapshot/holder.h"
#include "server/tls/certificate.h"

namespace cis::server {

// Returns credentials that use the material that `material` holds when a connection begins, so that
// a certificate is renewed without a restart. It must hold one that ReadMaterial accepts, and
// whether it has a client CA must not change. Both `material` and the credentials must outlive the
// server, which does not keep them.
std::shared_ptr<grpc::ServerCredentials> RenewableCredentials(const Holder<TlsMaterial>* material);

}  // namespace cis::server
