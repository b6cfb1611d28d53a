// SPDX-License-Identifier: Apache-2.0
#include "server/monitor/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "schema/model/known.h"

namespace cis::server {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

// From a page of a small catalog to a request that no share of a large one satisfies, in seconds.
const prometheus::Histogram::BucketBoundaries kSeconds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025,
                                                          0.005,  0.01,    0.025,  0.1,   1};

MetricFamily Gauges(std::string name, std::string help, std::vector<ClientMetric> values) {
  MetricFamily family;
  family.name = std::move(name);
  family.help = std::move(help);
  family.type = prometheus::MetricType::Gauge;
  family.metric = std::move(values);
  return family;
}

ClientMetric Value(double value, std::vector<ClientMetric::Label> labels = {}) {
  ClientMetric metric;
  metric.gauge.value = value;
  metric.label = std::move(labels);
  return metric;
}

// No value for an event that never happened: a 0 would mean 1970, and raise an alarm.
std::vector<ClientMetric> Instant(absl::Time time) {
  if (!IsKnown(time)) return {};
  return {Value(absl::ToDoubleSeconds(time - absl::UnixEpoch()))};
}

// "NOT_FOUND" -> "not_found".
std::string CodeLabel(absl::StatusCode code) {
  return absl::AsciiStrToLower(absl::StatusCodeToString(code));
}

void AddCrawl(const Standing& standing, std::vector<MetricFamily>* families) {
  if (!standing.crawl) return;
  const Crawl& crawl = *standing.crawl;
  families->push_back(Gauges("cis_last_crawl_duration_seconds",
                             "Duration of the last finished crawl.",
                             {Value(absl::ToDoubleSeconds(crawl.end_time - crawl.start_time))}));
  families->push_back(
      Gauges("cis_last_crawl_shares", "Shares of the last finished crawl, by result.",
             {Value(static_cast<double>(crawl.refreshed_count), {{"result", "refreshed"}}),
              Value(static_cast<double>(crawl.failed_count - crawl.backing_off_count),
                    {{"result", "failed"}}),
              Value(static_cast<double>(crawl.backing_off_count), {{"result", "backing_off"}})}));
}

void AddSites(const Standing& standing, std::vector<MetricFamily>* families) {
  std::vector<ClientMetric> shares;
  for (const auto& [site, counts] : standing.site_share_count) {
    for (const auto& [state, count] : counts) {
      shares.push_back(Value(static_cast<double>(count),
                             {{"site", site}, {"state", std::string(FormatDataState(state))}}));
    }
  }
  families->push_back(Gauges("cis_site_shares",
                             "Configured shares, by site and the worst state of their data.",
                             std::move(shares)));
  std::vector<ClientMetric> failures;
  for (const auto& [key, count] : standing.site_failure_count) {
    failures.push_back(
        Value(static_cast<double>(count),
              {{"site", key.first}, {"error", std::string(FormatErrorClass(key.second))}}));
  }
  families->push_back(Gauges("cis_site_failures",
                             "Kinds of configured shares whose last attempt failed, by site and "
                             "class of error.",
                             std::move(failures)));
}

void AddConnections(const ConnectionCounts& counts, std::vector<MetricFamily>* families) {
  families->push_back(
      Gauges("cis_connections", "Open connections.", {Value(static_cast<double>(counts.open))}));
  std::vector<ClientMetric> ended;
  for (const auto& [reason, count] : {std::pair<const char*, int64_t>("refused", counts.refused),
                                      {"evicted", counts.evicted},
                                      {"abusive", counts.abusive},
                                      {"slow", counts.slow},
                                      {"exhausted", counts.exhausted}}) {
    ClientMetric metric;
    metric.counter.value = static_cast<double>(count);
    metric.label = {{"reason", reason}};
    ended.push_back(std::move(metric));
  }
  MetricFamily family;
  family.name = "cis_connections_rejected_total";
  family.help = "Connections that were refused or cut off, by reason.";
  family.type = prometheus::MetricType::Counter;
  family.metric = std::move(ended);
  families->push_back(std::move(family));
}

void AddRefresh(const RefreshState& refresh, std::vector<MetricFamily>* families) {
  families->push_back(
      Gauges("cis_snapshot_publish_timestamp_seconds",
             "Time when the snapshot that is served was published, in seconds since 1970.",
             Instant(refresh.publish_time)));
  families->push_back(Gauges("cis_snapshot_build_seconds",
                             "Time that reading and indexing the snapshot took.",
                             {Value(absl::ToDoubleSeconds(refresh.build_duration))}));
  families->push_back(Gauges("cis_refresh_failing_since_timestamp_seconds",
                             "Time since which the database could not be read, in seconds since "
                             "1970; absent while it can.",
                             Instant(refresh.failing_since)));
}

}  // namespace

struct Metrics::Parts {
  std::string version;
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>* requests = nullptr;
  prometheus::Family<prometheus::Histogram>* seconds = nullptr;
  prometheus::Family<prometheus::Counter>* refusals = nullptr;
  prometheus::Family<prometheus::Counter>* tokens = nullptr;
};

Metrics::Metrics(absl::string_view version) : parts_(std::make_unique<Parts>()) {
  parts_->version = std::string(version);
  parts_->requests = &prometheus::BuildCounter()
                          .Name("cis_requests_total")
                          .Help("Requests answered, by method and status code.")
                          .Register(parts_->registry);
  parts_->seconds = &prometheus::BuildHistogram()
                         .Name("cis_request_seconds")
                         .Help("Time spent in the handler, without the network, by method.")
                         .Register(parts_->registry);
  parts_->refusals = &prometheus::BuildCounter()
                          .Name("cis_requests_refused_total")
                          .Help("Requests that were not worked on, by reason.")
                          .Register(parts_->registry);
  parts_->tokens = &prometheus::BuildCounter()
                        .Name("cis_token_verifications_total")
                        .Help("Bearer tokens of requests, by result.")
                        .Register(parts_->registry);
}

Metrics::~Metrics() = default;

void Metrics::Count(absl::string_view method, absl::StatusCode code, absl::Duration took) {
  const std::string name(method);
  parts_->requests->Add({{"method", name}, {"code", CodeLabel(code)}}).Increment();
  parts_->seconds->Add({{"method", name}}, kSeconds).Observe(absl::ToDoubleSeconds(took));
}

void Metrics::CountRefusal(absl::string_view reason) {
  parts_->refusals->Add({{"reason", absl::AsciiStrToLower(reason)}}).Increment();
}

void Metrics::CountToken(absl::string_view result) {
  parts_->tokens->Add({{"result", absl::AsciiStrToLower(result)}}).Increment();
}

std::string Metrics::Text(const Standing& standing) const {
  std::vector<MetricFamily> families = parts_->registry.Collect();
  families.push_back(Gauges("cis_build_info", "Always 1; the label has the version.",
                            {Value(1, {{"version", parts_->version}})}));
  families.push_back(Gauges("cis_serving",
                            "1 if the server answers requests from a snapshot, else 0.",
                            {Value(standing.is_serving ? 1 : 0)}));
  families.push_back(Gauges("cis_snapshot_generation", "Generation of the database that is served.",
                            {Value(static_cast<double>(standing.generation))}));
  families.push_back(
      Gauges("cis_sites", "Configured sites.", {Value(static_cast<double>(standing.site_count))}));
  std::vector<ClientMetric> shares;
  for (const auto& [state, count] : standing.share_count) {
    shares.push_back(
        Value(static_cast<double>(count), {{"state", std::string(FormatDataState(state))}}));
  }
  families.push_back(
      Gauges("cis_shares", "Configured shares, by the worst state of their data.", shares));
  families.push_back(
      Gauges("cis_oldest_observation_timestamp_seconds",
             "Time when the oldest data that is served was read, in seconds since 1970.",
             Instant(standing.oldest_observe_time)));
  families.push_back(
      Gauges("cis_last_crawl_end_timestamp_seconds",
             "Time when the last finished crawl ended, in seconds since 1970.",
             Instant(standing.crawl ? standing.crawl->end_time : absl::InfinitePast())));
  AddCrawl(standing, &families);
  AddSites(standing, &families);
  AddRefresh(standing.refresh, &families);
  AddConnections(standing.connections, &families);
  families.push_back(Gauges("cis_certificate_expiry_timestamp_seconds",
                            "Time when the server's certificate expires, in seconds since 1970.",
                            Instant(standing.certificate_expire_time)));
  families.push_back(Gauges("cis_certificate_renewal_failed",
                            "1 if the files hold a certificate that cannot be used, and the one "
                            "before is used, else 0.",
                            {Value(standing.certificate_failed ? 1 : 0)}));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace cis::server
