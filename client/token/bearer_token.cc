// SPDX-License-Identifier: Apache-2.0
#include "client/token/bearer_token.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/token/oidc_agent.h"
#include "schema/base/read_file.h"
#include "schema/base/status_macros.h"

namespace cis::client {
namespace {

// A token with room for white space around it.
constexpr size_t kMaxTokenFileBytes = 2 * kMaxTokenBytes;

absl::Status NoToken(absl::string_view source, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(source, " cannot be sent: ", why));
}

// Refuses a file as ssh refuses a key: others' files are what their owners make of them.
absl::Status CheckPermissions(const std::string& path) {
  struct stat info {};
  const bool is_own_file =
      stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && info.st_uid == geteuid();
  if (!is_own_file || (info.st_mode & (S_IRWXG | S_IRWXO)) == 0) return absl::OkStatus();
  return absl::PermissionDeniedError(
      absl::StrCat("--token-file: ", path,
                   " can be read or written by other users; make it private with chmod 600"));
}

absl::StatusOr<BearerToken> Parsed(absl::string_view text, std::string source) {
  CIS_ASSIGN_OR_RETURN(std::string value, ParseToken(text, source));
  return BearerToken{std::move(value), std::move(source)};
}

absl::StatusOr<BearerToken> ReadFile(const std::string& path) {
  const bool is_stdin = path == "-";
  if (!is_stdin) CIS_RETURN_IF_ERROR(CheckPermissions(path));
  const absl::StatusOr<std::string> text =
      ReadTextFile(is_stdin ? "/dev/stdin" : path, kMaxTokenFileBytes, FileKind::kRegularOrPipe);
  if (!text.ok()) {
    return absl::Status(text.status().code(),
                        absl::StrCat("--token-file: ", text.status().message()));
  }
  return Parsed(*text, absl::StrCat("the token of ", is_stdin ? "stdin" : path));
}

}  // namespace

absl::StatusOr<std::string> ParseToken(absl::string_view text, absl::string_view source) {
  const absl::string_view token = absl::StripAsciiWhitespace(text);
  if (token.empty()) return NoToken(source, "it is empty");
  if (token.size() > kMaxTokenBytes) return NoToken(source, "it is longer than 16 KiB");
  if (std::any_of(token.begin(), token.end(), absl::ascii_isspace)) {
    return NoToken(source,
                   "it has white space inside; write the token alone, without the word Bearer");
  }
  if (!std::all_of(token.begin(), token.end(), absl::ascii_isgraph)) {
    return NoToken(source, "it has characters that are not printable ASCII");
  }
  return std::string(token);
}

absl::StatusOr<std::optional<BearerToken>> ReadToken(const TokenSources& sources,
                                                     absl::Duration agent_timeout) {
  if (!sources.file.empty()) return ReadFile(sources.file);
  if (!sources.text.empty()) return Parsed(sources.text, "the token of OIDC_ACCESS_TOKEN");
  if (sources.agent_account.empty()) return std::optional<BearerToken>();
  CIS_ASSIGN_OR_RETURN(
      const std::string text,
      RequestAgentToken(sources.agent_socket, sources.agent_account, agent_timeout));
  return Parsed(text, absl::StrCat("the token of oidc-agent's account ", sources.agent_account));
}

}  // namespace cis::client
