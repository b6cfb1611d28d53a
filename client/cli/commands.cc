// SPDX-License-Identifier: Apache-2.0
#include "client/cli/commands.h"

#include "absl/strings/str_cat.h"
#include "client/cli/access_advice.h"
#include "client/text/text.h"

namespace cis::client {

namespace {

// A clock that is stopped: ages in an answer about an earlier time are relative to that time.
class StandingClock : public Clock {
 public:
  explicit StandingClock(absl::Time time) : time_(time) {}
  absl::Time Now() const override { return time_; }

 private:
  const absl::Time time_;
};

absl::StatusOr<bool> RunNow(const CommandContext& context) {
  switch (context.options.command) {
    case Command::kPlace:
      return RunPlace(context);
    case Command::kShow:
      return RunShow(context);
    case Command::kChanges:
      return RunChanges(context);
    case Command::kWatch:
      return RunWatch(context);
    default:
      return RunList(context);
  }
}

}  // namespace

absl::StatusOr<bool> RunCommand(const CommandContext& context) {
  if (!context.options.as_of.has_value()) return RunNow(context);
  const StandingClock clock(TimeOf(*context.options.as_of, context.clock.Now()));
  const CommandContext past{context.client, context.options, context.out,  context.err,
                            context.style,  clock,           context.sleep};
  return RunNow(past);
}

int ExitCodeOf(const absl::StatusOr<bool>& result) {
  if (!result.ok()) return 1;
  return *result ? 0 : 2;
}

std::string ErrorText(const absl::Status& status) {
  const std::string reason = ErrorReasonOf(status);
  std::string hint;
  if (reason == "SITE_NOT_FOUND") {
    hint = ". Try: cisquery sites";
  } else if (reason == "VO_NOT_FOUND") {
    hint = ". Try: cisquery vos";
  } else if (reason == "RESUME_TOKEN_EXPIRED" || reason == "RESUME_TOKEN_MISMATCH") {
    hint = ". Try: cisquery changes, then cisquery watch without --resume";
  } else if (reason == "SNAPSHOT_NOT_READY") {
    hint = ". The server is running and waits for its first crawl";
  } else if (const std::string advice =
                 AccessAdvice({reason, ErrorCodeOf(status), TokenSourceOf(status)});
             !advice.empty()) {
    hint = absl::StrCat(". ", advice);
  }
  return CleanText(absl::StrCat("cisquery: ", status.message(), hint));
}

void Note(const CommandContext& context, absl::string_view sentence) {
  if (!context.options.quiet) context.err << CleanText(sentence) << "\n";
}

TableStyle StyleFor(const CommandContext& context) {
  TableStyle style = context.style;
  if (context.options.format == Format::kWide) style.max_width = 0;
  return style;
}

}  // namespace cis::client
