// SPDX-License-Identifier: Apache-2.0
#include "server/process/certificate_renewal.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "schema/base/log.h"
#include "schema/base/read_file.h"
#include "schema/base/status_macros.h"

namespace cis::server {
namespace {

constexpr size_t kMaxPemBytes = 4 << 20;

absl::StatusOr<std::string> ReadPem(absl::string_view flag, const std::string& path) {
  if (path.empty()) return "";
  absl::StatusOr<std::string> text = ReadTextFile(path, kMaxPemBytes, FileKind::kRegularOrPipe);
  if (text.ok() && !text->empty()) return text;
  return absl::InvalidArgumentError(
      absl::StrCat(flag, ": ", text.ok() ? absl::StrCat(path, ": empty") : text.status().message(),
                   "; write the path of a PEM file"));
}

bool IsRegular(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

}  // namespace

absl::StatusOr<TlsMaterial> ReadCertificateFiles(const CertificatePaths& paths) {
  TlsMaterial material;
  CIS_ASSIGN_OR_RETURN(material.certificate_chain, ReadPem("--tls-cert", paths.certificate));
  CIS_ASSIGN_OR_RETURN(material.private_key, ReadPem("--tls-key", paths.key));
  CIS_ASSIGN_OR_RETURN(material.client_ca, ReadPem("--client-ca", paths.client_ca));
  material.client_certificate_optional = paths.client_certificate_optional;
  return material;
}

CertificateRenewal::CertificateRenewal(CertificatePaths paths, TlsMaterial used, Replace replace)
    : paths_(std::move(paths)),
      replace_(std::move(replace)),
      is_renewable_(IsRegular(paths_.certificate) && IsRegular(paths_.key) &&
                    (paths_.client_ca.empty() || IsRegular(paths_.client_ca))),
      used_(std::move(used)) {}

absl::Status CertificateRenewal::Renew() {
  CIS_ASSIGN_OR_RETURN(TlsMaterial material, ReadCertificateFiles(paths_));
  if (material == used_) return absl::OkStatus();
  CIS_RETURN_IF_ERROR(replace_(material));
  used_ = std::move(material);
  Log(LogLevel::kInfo, "certificate.replaced", {{"file", paths_.certificate}});
  return absl::OkStatus();
}

void CertificateRenewal::Poll() {
  if (!is_renewable_) return;
  const absl::Status status = Renew();
  failed_ = !status.ok();
  const std::string problem(status.message());
  if (!problem.empty() && problem != reported_) {
    Log(LogLevel::kWarning, "certificate.not_replaced",
        {{"file", paths_.certificate}, {"error", problem}});
  }
  reported_ = problem;
}

}  // namespace cis::server
