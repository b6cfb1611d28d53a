#include "crawler/command.h"

namespace cis {

CommandResult FailedCommand(const absl::Status& status) {
  CommandResult result;
  result.error = std::string(status.message());
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kDataLoss:
      result.exit_code = 2;
      break;
    default:
      result.exit_code = 1;
  }
  return result;
}

CommandResult RunCommand(const CrawlerOptions& options, const ProcessContext& context) {
  switch (options.command) {
    case CrawlerCommand::kCrawl:
      return RunCrawl(options, context);
    case CrawlerCommand::kStatus:
      return RunStatus(options, context);
    case CrawlerCommand::kNormalize:
      return RunNormalize(options, context.read_stdin());
    case CrawlerCommand::kRenormalize:
      return RunRenormalize(options);
    case CrawlerCommand::kLint:
      return RunLint(options);
    case CrawlerCommand::kHelp:
    case CrawlerCommand::kVersion:
      break;
  }
  return {0, options.text, ""};
}

}  // namespace cis
