// SPDX-License-Identifier: Apache-2.0
#pragma once

// The flags of every command as CLI11 reads them. For options*.cc only.

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/cli/options.h"

namespace cis::client {

// Which of the flags that lists share a command has.
struct ListFlags {
  bool sites = true;
  bool vos = true;
  bool inactive = false;
  bool server_side = true;  // --filter, --order-by, --fields, --page-size
};

// Collects flags as text; their values are checked after all are read, so that CIS words each error
// as one sentence. The checks refer to `options`, which therefore must not move.
class OptionsParser {
 public:
  explicit OptionsParser(absl::string_view default_server);
  ParsedArguments Parse(std::vector<std::string> arguments);

 private:
  using Check = std::function<absl::Status()>;

  CLI::App* AddCommand(Command command, const char* name, const char* about, const char* examples);
  void AddGlobalFlags(absl::string_view default_server);
  void AddPlace();
  void AddLists();
  void AddOthers();
  void AddListFlags(CLI::App* app, const ListFlags& flags);
  void AddKinds(CLI::App* app);
  void AddAsOf(CLI::App* app, const char* group);
  void AddSizeFlags(CLI::App* app, const char* group, Range* vcpus, Range* ram, Range* disk,
                    Range* gpus);

  // Adds a flag. `parse` converts the text to `target`; errors are prefixed with the flag.
  template <typename T, typename Parse>
  CLI::Option* AddParsed(CLI::App* app, const char* flag, T* target, Parse parse,
                         const char* about) {
    auto text = std::make_shared<std::string>();
    CLI::Option* option = app->add_option(flag, *text, about);
    checks_.push_back([=]() -> absl::Status {
      if (option->count() == 0) return absl::OkStatus();
      auto value = parse(*text);
      if (!value.ok()) {
        return absl::InvalidArgumentError(
            absl::StrCat(option->get_name(), ": ", value.status().message()));
      }
      *target = *std::move(value);
      return absl::OkStatus();
    });
    return option;
  }
  static CLI::Option* AddText(CLI::App* app, const char* flag, std::string* target,
                              const char* about) {
    return app->add_option(flag, *target, about)->type_name("TEXT");
  }
  // Adds a flag that may be repeated, or take several values separated by commas.
  static CLI::Option* AddTexts(CLI::App* app, const char* flag, std::vector<std::string>* target,
                               const char* about) {
    return app->add_option(flag, *target, about)
        ->allow_extra_args(false)
        ->delimiter(',')
        ->type_name("NAME");
  }

  absl::Status Finish();
  absl::Status UnknownArgument(const CLI::App& app, const std::string& argument) const;

  CLI::App app_{"Find where (site, flavor, image, network) a VO can start a machine.", "cisquery"};
  std::map<const CLI::App*, Command> commands_;
  std::vector<Check> checks_;
  Options options_;
};

}  // namespace cis::client
