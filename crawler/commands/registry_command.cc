// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "crawler/commands/command.h"
#include "crawler/commands/lock_file.h"
#include "crawler/commands/transport_options.h"
#include "crawler/crawl/registry_refresh.h"
#include "crawler/registry/limits.h"
#include "net/http/curl_transport.h"
#include "schema/base/log.h"
#include "schema/base/status_macros.h"
#include "schema/store/store.h"

namespace cis::crawler {
namespace {

absl::StatusOr<CommandResult> ReadRegistry(const CrawlerOptions& options,
                                           const ProcessContext& context) {
  CIS_ASSIGN_OR_RETURN(const LockFile lock, LockFile::Acquire(absl::StrCat(options.db, ".lock")));
  CIS_ASSIGN_OR_RETURN(const std::unique_ptr<StoreWriter> store, OpenStoreWriter(options.db));
  CIS_ASSIGN_OR_RETURN(
      const std::unique_ptr<CurlTransport> transport,
      CurlTransport::Create(MakeTransportOptions(options, context), context.clock));
  const absl::Time start_time = context.clock->Steady();
  RegistryRefresh refresh(transport.get(), store.get(), context.clock);
  refresh.Start(options.gocdb, options.timeout);
  if (context.on_transport) context.on_transport(transport.get());
  const absl::Status driven = transport->Run(start_time + kRegistryDeadline);
  if (context.on_transport) context.on_transport(nullptr);
  CIS_RETURN_IF_ERROR(refresh.Finish());
  CommandResult result;
  if (driven.code() == absl::StatusCode::kCancelled) {
    result.exit_code = 1;
    result.error = "interrupted; lists that were complete are stored";
    return result;
  }
  CIS_RETURN_IF_ERROR(RefreshSiteProblems(options.db, store.get(), context.clock->Now()));
  Log(LogLevel::kInfo, "registry.done",
      {{"refreshed", refresh.refreshed_count()},
       {"failed", refresh.failed_count()},
       {"requests", refresh.request_count()},
       {"seconds",
        absl::StrFormat("%.2f", absl::ToDoubleSeconds(context.clock->Steady() - start_time))}});
  if (refresh.failed_count() > 0) result.exit_code = refresh.refreshed_count() > 0 ? 3 : 4;
  return result;
}

}  // namespace

CommandResult RunRegistry(const CrawlerOptions& options, const ProcessContext& context) {
  absl::StatusOr<CommandResult> result = ReadRegistry(options, context);
  return result.ok() ? *std::move(result) : FailedCommand(result.status());
}

}  // namespace cis::crawler
