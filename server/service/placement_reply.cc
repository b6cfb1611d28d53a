#include "server/service/placement_reply.h"

#include <cstdint>
#include <utility>

#include "absl/strings/string_view.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/message_lite.h"
#include "google/protobuf/wire_format_lite.h"
#include "server/service/placement_to_proto.h"

namespace cis {
namespace {

using google::protobuf::MessageLite;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedOutputStream;

constexpr size_t kUsualReply = size_t{16} << 10;
constexpr size_t kMaxPrefix = 10;  // of a tag and a length

// The tag of a message field and the length of what follows.
void AppendPrefix(int field, size_t size, std::string* out) {
  uint8_t prefix[kMaxPrefix];
  uint8_t* end = CodedOutputStream::WriteTagToArray(
      WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED), prefix);
  end = CodedOutputStream::WriteVarint32ToArray(static_cast<uint32_t>(size), end);
  out->append(prefix, end);
}

// The fields of `message`, without a prefix.
void AppendFields(const MessageLite& message, size_t size, std::string* out) {
  const size_t begin = out->size();
  out->resize(begin + size);
  message.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(out->data()) + begin);
}
void AppendFields(const MessageLite& message, std::string* out) {
  AppendFields(message, message.ByteSizeLong(), out);
}

void AppendMessage(int field, const MessageLite& message, std::string* out) {
  const size_t size = message.ByteSizeLong();
  AppendPrefix(field, size, out);
  AppendFields(message, size, out);
}

void AppendPart(int field, absl::string_view part, std::string* out) {
  AppendPrefix(field, part.size(), out);
  out->append(part.data(), part.size());
}

}  // namespace

PlacementReply::PlacementReply(const PlacementQuery& query, absl::Time now)
    : query_(query), now_(now) {
  bytes_.reserve(kUsualReply);
}

void PlacementReply::AddVerdict(const ShareVerdict& verdict, size_t max_refused_pairs) {
  part_.clear();
  verdict_.Clear();
  VerdictToProto(verdict, query_, max_refused_pairs, verdict_);
  AppendFields(verdict_, &part_);
  const auto append_reason = [this](int field, const Reason& reason) {
    reason_.Clear();
    ReasonToProto(reason, query_, reason_);
    AppendMessage(field, reason_, &part_);
  };
  if (verdict.blocking() != nullptr) {
    append_reason(v1::ShareVerdict::kBlockingFieldNumber, *verdict.blocking());
  }
  for (const Reason& reason : verdict.also()) {
    append_reason(v1::ShareVerdict::kAlsoFieldNumber, reason);
  }
  AppendPart(v1::FindPlacementsResponse::kVerdictsFieldNumber, part_, &bytes_);
}

void PlacementReply::AddPlacement(const Placement& placement) {
  part_.clear();
  placement_.Clear();
  flavor_.Clear();
  image_.Clear();
  plan_.Clear();
  PlacementToProto(placement, query_, now_, placement_);
  PlacedFlavorToProto(placement, flavor_);
  PlacedImageToProto(placement, image_);
  NetworkPlanToProto(placement, query_, plan_);
  AppendFields(placement_, &part_);
  AppendMessage(v1::Placement::kFlavorFieldNumber, flavor_, &part_);
  AppendMessage(v1::Placement::kImageFieldNumber, image_, &part_);
  AppendMessage(v1::Placement::kNetworkFieldNumber, plan_, &part_);
  AppendPart(v1::FindPlacementsResponse::kPlacementsFieldNumber, part_, &bytes_);
}

void PlacementReply::Add(const v1::FindPlacementsResponse& rest) { AppendFields(rest, &bytes_); }

std::string PlacementReply::Take() { return std::exchange(bytes_, {}); }

}  // namespace cis
