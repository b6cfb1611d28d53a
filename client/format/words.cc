// SPDX-License-Identifier: Apache-2.0
#include "client/format/words.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/format/proto_json.h"
#include "client/text/text.h"

namespace cis::client {

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

Cell AgeCell(v1::DataState state, bool has_time, const google::protobuf::Timestamp& time,
             absl::Time now) {
  if (state == v1::DATA_STATE_MISSING || !has_time) return {"never read", Tone::kBad};
  const std::string age = FormatAge(now - ToTime(time));
  if (state == v1::DATA_STATE_STALE) return {absl::StrCat(age, ", stale"), Tone::kWarning};
  if (state == v1::DATA_STATE_EXPIRED) return {absl::StrCat(age, ", expired"), Tone::kBad};
  return {age, Tone::kPlain};
}

std::string GpuText(bool known, double count, absl::string_view vendor, absl::string_view model) {
  if (!known) return "?";
  if (count == 0) return "";
  std::string text = absl::StrFormat("%g x", count);
  if (vendor.empty() && model.empty()) absl::StrAppend(&text, " ?");
  if (!vendor.empty()) absl::StrAppend(&text, " ", vendor);
  if (!model.empty()) absl::StrAppend(&text, " ", model);
  return text;
}

std::string OsText(absl::string_view distro, absl::string_view version) {
  if (distro.empty()) return "";
  return absl::StrCat(distro, version.empty() ? "" : " ", version);
}

std::string ConfidenceText(v1::Confidence confidence) {
  const std::string word = EnumWord(confidence);
  return word.empty() ? "unknown" : word;
}

std::string WarningText(const v1::Warning& warning) {
  return absl::StrCat(warning.code(), warning.message().empty() ? "" : ": ", warning.message());
}

std::string AmountText(const v1::Amount& amount) {
  if (amount.unlimited()) return "unlimited";
  std::string number = absl::StrFormat("%.15g", amount.value());
  switch (amount.unit()) {
    case v1::UNIT_BYTE:
      return absl::StrCat(number, " bytes");
    case v1::UNIT_MIB:
      return absl::StrCat(number, " MiB");
    case v1::UNIT_GIB:
      return absl::StrCat(number, " GiB");
    case v1::UNIT_SECOND:
      return absl::StrCat(number, " s");
    default:
      return number;
  }
}

std::string DowntimeText(const v1::Downtime& downtime) {
  const auto& time = downtime.is_running() ? downtime.end_time() : downtime.start_time();
  return absl::StrCat(downtime.is_outage() ? "outage" : "at risk",
                      downtime.is_running() ? " until " : " from ",
                      absl::FormatTime("%Y-%m-%d %H:%M", ToTime(time), absl::UTCTimeZone()));
}

}  // namespace cis::client
