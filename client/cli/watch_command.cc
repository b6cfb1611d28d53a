// SPDX-License-Identifier: Apache-2.0

// One line for each change, as it is found.

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/answer/change_text.h"
#include "client/cli/commands.h"
#include "client/cli/requests.h"
#include "client/format/proto_json.h"
#include "client/text/text.h"
#include "schema/base/status_macros.h"

namespace cis::client {
namespace {

// Time between polls of what gRPC has read: fast enough for a person, with ten wake-ups per second.
constexpr absl::Duration kTick = absl::Milliseconds(100);
// Waits before a lost connection is tried again, doubled each time.
constexpr absl::Duration kFirstWait = absl::Seconds(1);
constexpr absl::Duration kLongestWait = absl::Seconds(30);

class Watcher {
 public:
  explicit Watcher(const CommandContext& context)
      : context_(context), token_(context.options.resume_token) {}

  // Returns whether any change was written, or an error that trying again cannot fix.
  absl::StatusOr<bool> Run() {
    absl::Duration wait = kFirstWait;
    while (true) {
      CIS_ASSIGN_OR_RETURN(const std::optional<absl::Status> lost, RunStream());
      if (!lost.has_value()) break;
      if (!connected_) return *lost;
      if (has_message_) wait = kFirstWait;
      // Said once for each loss, not for each try.
      if (has_message_) Note(context_, absl::StrCat(ErrorText(*lost), ". Reconnecting."));
      has_message_ = false;
      if (!context_.sleep(wait)) break;
      wait = std::min(2 * wait, kLongestWait);
    }
    if (!token_.empty()) Note(context_, absl::StrCat("To continue from here: --resume ", token_));
    return count_ > 0;
  }

 private:
  bool Done() const {
    const int64_t limit = context_.options.list.limit;
    return limit > 0 && count_ >= limit;
  }

  // Watches until the connection is lost (the reason is returned) or until the watch should end
  // (nullopt).
  absl::StatusOr<std::optional<absl::Status>> RunStream() {
    CIS_ASSIGN_OR_RETURN(const v1::WatchChangesRequest request,
                         MakeWatchRequest(context_.options, token_));
    const std::unique_ptr<ChangeStream> stream = context_.client.WatchChanges(request);
    while (true) {
      for (const v1::WatchChangesResponse& message : stream->Take()) {
        connected_ = true;
        has_message_ = true;
        Write(message);
        if (Done()) return std::optional<absl::Status>();
      }
      if (const std::optional<absl::Status> end = stream->Ended()) {
        const bool may_pass = absl::IsUnavailable(*end) || absl::IsResourceExhausted(*end);
        if (!may_pass) return *end;
        return end;
      }
      if (!context_.sleep(kTick)) return std::optional<absl::Status>();
    }
  }

  void Write(const v1::WatchChangesResponse& message) {
    for (const v1::Change& change : message.changes()) {
      if (context_.options.format == Format::kNdjson) {
        context_.out << DumpJson(MessageToJson(change), -1) << "\n";
      } else {
        context_.out << CleanText(ChangeLine(change)) << "\n";
      }
      ++count_;
    }
    context_.out.flush();
    token_ = message.resume_token();
  }

  const CommandContext& context_;
  std::string token_;
  int64_t count_ = 0;
  bool connected_ = false;    // a server answered once
  bool has_message_ = false;  // on this connection
};

}  // namespace

absl::StatusOr<bool> RunWatch(const CommandContext& context) {
  const Format format = context.options.format;
  if (format != Format::kTable && format != Format::kWide && format != Format::kNdjson) {
    return absl::InvalidArgumentError(
        "watch does not end by itself and writes only table, wide or ndjson; choose one with -o");
  }
  return Watcher(context).Run();
}

}  // namespace cis::client
