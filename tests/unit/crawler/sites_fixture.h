// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "crawler/sites/sites.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temp_dir.h"

namespace cis::crawler {

// Files in a folder of their own, and an environment of their own.
class SitesTest : public testing::Test {
 protected:
  // Writes a file of mode 600 and returns its path.
  std::string Write(absl::string_view name, absl::string_view text) {
    const std::string path = dir_.File(name);
    std::ofstream(path) << text;
    chmod(path.c_str(), 0600);
    return path;
  }

  // Loads the whole folder.
  absl::StatusOr<SitesConfig> Load() {
    if (options_.paths.empty()) options_.paths = {dir_.path()};
    SecretSources secrets;
    if (!oidc_token_.empty()) {
      secrets.fallback.emplace();
      secrets.fallback->type = Credentials::Type::kOidcAccessToken;
      secrets.fallback->grant.access_token = oidc_token_;
    }
    secrets.environment = [this](absl::string_view name) -> std::optional<std::string> {
      const auto it = env_.find(std::string(name));
      if (it == env_.end()) return std::nullopt;
      return it->second;
    };
    return LoadSites(options_, secrets);
  }

  // Loads what must be usable.
  SitesConfig MustLoad() {
    absl::StatusOr<SitesConfig> config = Load();
    EXPECT_TRUE(config.ok()) << config.status();
    return config.ok() ? *std::move(config) : SitesConfig();
  }

  // The messages without the folder's name.
  std::vector<std::string> Short(std::vector<std::string> messages) const {
    for (std::string& message : messages) {
      message = absl::StrReplaceAll(message, {{absl::StrCat(dir_.path(), "/"), ""}});
    }
    return messages;
  }
  // The message of an error, likewise.
  std::string ErrorOf(const absl::StatusOr<SitesConfig>& config) const {
    if (config.ok()) return "OK";
    return absl::StrCat(absl::StatusCodeToString(config.status().code()), " ",
                        Short({std::string(config.status().message())})[0]);
  }

  TempDir dir_;
  SitesOptions options_;
  std::string oidc_token_ = "oidc-token";
  std::map<std::string, std::string> env_;
};

}  // namespace cis::crawler
