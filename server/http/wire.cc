// SPDX-License-Identifier: Apache-2.0
#include "server/http/wire.h"

#include <algorithm>
#include <array>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <optional>
#include <sstream>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "schema/base/check.h"
#include "server/http/target.h"

namespace cis::server {
namespace {

namespace http = boost::beast::http;

using Progress = RequestReader::Progress;
using Parser = http::request_parser<http::string_body>;

// The smallest end of a body in chunks, "0\r\n\r\n". Beast asserts that it is given that much.
constexpr size_t kMinChunkedBytes = 5;
// Of the line before a chunk, with those around it: a number of at most 16 digits, and some room
// for leading zeros. Beast is given a body in chunks in pieces of this size, and must get on with
// each.
constexpr size_t kMaxChunkLineBytes = 64;

template <typename BoostText>
absl::string_view ToView(const BoostText& text) {
  return {text.data(), text.size()};
}

Refusal RefusalOf(const boost::system::error_code& error, const RequestLimits& limits) {
  if (error == http::error::body_limit) {
    return {413, absl::StrCat("the body is larger than ", limits.body_bytes, " bytes")};
  }
  if (error == http::error::bad_version) return {505, "this server speaks HTTP/1.1"};
  return {400, absl::StrCat("the request is not valid HTTP/1.1: ", error.message())};
}

// Headers of which one is enough, and two could be read differently.
constexpr std::array<absl::string_view, 6> kSingle = {
    "Authorization", "Content-Length", "Content-Type", "Expect", "Host", "Transfer-Encoding"};

constexpr std::array<absl::string_view, 7> kMethods = {"GET",   "HEAD",   "POST",   "PUT",
                                                       "PATCH", "DELETE", "OPTIONS"};

bool IsHost(absl::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return absl::ascii_isalnum(c) || absl::StrContains("-._~:[]%", absl::string_view(&c, 1));
  });
}

// Checks what Beast leaves open. Returns nullopt if nothing is wrong.
std::optional<Refusal> CheckHeader(const http::request_header<>& header,
                                   const RequestLimits& limits) {
  const bool is_1_0 = header.version() < 11;
  const auto value = [&header](http::field name) { return ToView(header[name]); };
  if (static_cast<size_t>(std::distance(header.begin(), header.end())) > limits.header_count) {
    return Refusal{431, absl::StrCat("there are more than ", limits.header_count, " headers")};
  }
  for (const absl::string_view name : kSingle) {
    if (header.count({name.data(), name.size()}) > 1) {
      return Refusal{400, absl::StrCat("there are several headers ", name)};
    }
  }
  const absl::string_view method = ToView(header.method_string());
  if (std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end()) {
    return Refusal{501, "the method is not known"};
  }
  // HTTP/1.0, as probes of load balancers speak it, needs no host.
  if ((!is_1_0 || header.count(http::field::host) == 1) && !IsHost(value(http::field::host))) {
    return Refusal{400, "the header Host is missing or not valid"};
  }
  const absl::string_view length = value(http::field::content_length);
  if (!std::all_of(length.begin(), length.end(), absl::ascii_isdigit)) {
    return Refusal{400, "Content-Length is not a number"};
  }
  if (header.count(http::field::transfer_encoding) == 1) {
    if (is_1_0) return Refusal{400, "HTTP/1.0 has no Transfer-Encoding"};
    if (!absl::EqualsIgnoreCase(value(http::field::transfer_encoding), "chunked")) {
      return Refusal{501, "the only known Transfer-Encoding is chunked"};
    }
  }
  if (header.count(http::field::expect) == 1 &&
      (is_1_0 || !absl::EqualsIgnoreCase(value(http::field::expect), "100-continue"))) {
    return Refusal{417, "the only known Expect is 100-continue, of HTTP/1.1"};
  }
  return std::nullopt;
}

size_t FieldCount(const http::fields& fields) {
  return static_cast<size_t>(std::distance(fields.begin(), fields.end()));
}

bool IsFieldValue(absl::string_view value) {
  return std::none_of(value.begin(), value.end(),
                      [](char c) { return absl::ascii_iscntrl(c) && c != '\t'; });
}

bool IsFieldName(absl::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_';
  });
}

// Headers of a reply that only the server writes.
bool IsOwnField(absl::string_view name) {
  constexpr std::array<absl::string_view, 5> kOwn = {"Connection", "Content-Length", "Content-Type",
                                                     "Transfer-Encoding", "X-Content-Type-Options"};
  return std::any_of(kOwn.begin(), kOwn.end(),
                     [name](absl::string_view own) { return absl::EqualsIgnoreCase(own, name); });
}

}  // namespace

// Goes through the bytes of a header before Beast does, which joins continued lines.
class HeaderScan {
 public:
  enum class Result { kGoesOn, kEnds, kContinuedLine, kBadByte };

  Result Take(char c) {
    if (is_first_ && !absl::ascii_isalpha(c)) return Result::kBadByte;
    if (last_ == '\r' ? c != '\n' : c == '\n') return Result::kBadByte;
    if (absl::ascii_iscntrl(c) && c != '\r' && c != '\n' && c != '\t') return Result::kBadByte;
    if (last_ == '\n' && (c == ' ' || c == '\t')) return Result::kContinuedLine;
    const bool is_end = c == '\n' && line_bytes_ == 1;
    line_bytes_ = c == '\n' ? 0 : line_bytes_ + 1;
    is_first_ = false;
    last_ = c;
    return is_end ? Result::kEnds : Result::kGoesOn;
  }

 private:
  char last_ = '\0';
  size_t line_bytes_ = 0;
  bool is_first_ = true;
};

struct RequestReader::Parts {
  explicit Parts(const RequestLimits& the_limits) : limits(the_limits) {
    parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes + 1));
    parser.body_limit(limits.body_bytes);
    parser.eager(false);  // one step per call, so that kMinChunkedBytes holds for each
    parser.on_chunk_header(refuse_extension);
  }

  void Refuse(Refusal why) {
    refusal = std::move(why);
    progress = Progress::kRefused;
  }

  // Returns the bytes that follow the header.
  absl::string_view FeedHeader(absl::string_view bytes) {
    for (size_t i = 0; i < bytes.size(); ++i) {
      if (header.size() == limits.header_bytes) {
        Refuse({431, absl::StrCat("the header is longer than ", limits.header_bytes, " bytes")});
        return {};
      }
      header.push_back(bytes[i]);
      switch (scan.Take(bytes[i])) {
        case HeaderScan::Result::kGoesOn:
          break;
        case HeaderScan::Result::kBadByte:
          Refuse({400, "the header has a byte that may not be there"});
          return {};
        case HeaderScan::Result::kContinuedLine:
          Refuse({400, "a line of the header continues the one before"});
          return {};
        case HeaderScan::Result::kEnds:
          EndHeader();
          return bytes.substr(i + 1);
      }
    }
    return {};
  }

  void EndHeader() {
    boost::system::error_code error;
    parser.put(boost::asio::buffer(header), error);
    header.clear();
    if (error && error != http::error::need_more) return Refuse(RefusalOf(error, limits));
    if (!parser.is_header_done()) return Refuse({400, "the header ends before it is complete"});
    const http::request_header<>& fields = parser.get().base();
    if (std::optional<Refusal> wrong = CheckHeader(fields, limits)) return Refuse(*wrong);
    absl::StatusOr<Target> parsed = ParseTarget(ToView(fields.target()));
    if (!parsed.ok()) return Refuse({400, std::string(parsed.status().message())});
    target = *std::move(parsed);
    field_count = FieldCount(fields);
    expects_continue = fields.count(http::field::expect) == 1 && !parser.is_done();
    progress = parser.is_done() ? Progress::kDone : Progress::kBody;
  }

  void FeedBody(absl::string_view bytes) {
    expects_continue = false;
    rest.append(bytes.data(), bytes.size());
    const bool is_chunked = parser.chunked();
    size_t begin = 0;
    while (!parser.is_done() && rest.size() - begin >= (is_chunked ? kMinChunkedBytes : 1)) {
      const size_t size =
          std::min(rest.size() - begin, is_chunked ? kMaxChunkLineBytes : rest.size());
      boost::system::error_code error;
      const size_t taken = parser.put(boost::asio::buffer(rest.data() + begin, size), error);
      begin += taken;
      if (error && error != http::error::need_more) return Refuse(RefusalOf(error, limits));
      if (taken > 0) continue;
      if (size == kMaxChunkLineBytes) return Refuse({400, "the line before a chunk is too long"});
      break;
    }
    rest.erase(0, begin);
    if (!parser.is_done()) return;
    // Trailers would come among the headers, of which some are checked by now.
    if (FieldCount(parser.get()) != field_count) {
      return Refuse({400, "headers after the body are not known"});
    }
    has_surplus = !rest.empty();
    progress = Progress::kDone;
  }

  const RequestLimits limits;
  Progress progress = Progress::kHeader;
  bool is_untouched = true;
  HeaderScan scan;
  std::string header;
  Parser parser;
  Target target;
  size_t field_count = 0;
  bool expects_continue = false;
  std::string rest;          // of the body, not taken by the parser yet
  bool has_surplus = false;  // bytes came that do not belong to the request
  Refusal refusal;
  std::function<void(std::uint64_t, boost::beast::string_view, boost::system::error_code&)>
      refuse_extension =
          [](std::uint64_t, boost::beast::string_view extension, boost::system::error_code& error) {
            if (!extension.empty()) error = http::error::bad_chunk_extension;
          };
};

RequestReader::RequestReader(const RequestLimits& limits)
    : parts_(std::make_unique<Parts>(limits)) {}

RequestReader::~RequestReader() = default;

Progress RequestReader::Feed(absl::string_view bytes) {
  if (bytes.empty()) return parts_->progress;
  parts_->is_untouched = false;
  if (parts_->progress == Progress::kHeader) bytes = parts_->FeedHeader(bytes);
  if (bytes.empty()) return parts_->progress;
  if (parts_->progress == Progress::kBody) {
    parts_->FeedBody(bytes);
  } else if (parts_->progress == Progress::kDone) {
    parts_->has_surplus = true;
  }
  return parts_->progress;
}

Progress RequestReader::progress() const { return parts_->progress; }
bool RequestReader::is_untouched() const { return parts_->is_untouched; }
bool RequestReader::expects_continue() const { return parts_->expects_continue; }

bool RequestReader::keeps_alive() const {
  return parts_->progress == Progress::kDone && !parts_->has_surplus &&
         parts_->parser.get().version() >= 11 && parts_->parser.keep_alive();
}

HttpRequest RequestReader::TakeRequest() {
  CIS_CHECK(parts_->progress == Progress::kDone, "there is a request");
  HttpRequest request;
  auto& message = parts_->parser.get();
  request.method = std::string(ToView(message.method_string()));
  request.path = std::move(parts_->target.path);
  request.query = std::move(parts_->target.query);
  for (const auto& field : message) {
    request.headers.emplace_back(ToView(field.name_string()), ToView(field.value()));
  }
  request.body = std::move(message.body());
  return request;
}

const Refusal& RequestReader::refusal() const {
  CIS_CHECK(parts_->progress == Progress::kRefused, "there is a refusal");
  return parts_->refusal;
}

bool HasBody(int status) { return status != 204 && status != 304; }

std::string ReplyHead(const HttpReply& reply, bool closes) {
  if (reply.status < 200 || reply.status > 599) return "";
  http::response_header<> header;
  header.version(11);
  header.result(static_cast<unsigned>(reply.status));
  if (HasBody(reply.status)) {
    header.set(http::field::content_type, reply.content_type);
    header.set(http::field::content_length, std::to_string(reply.body.size()));
  }
  header.set(http::field::cache_control, "no-store");
  header.set("X-Content-Type-Options", "nosniff");
  if (closes) header.set(http::field::connection, "close");
  if (!IsFieldValue(reply.content_type)) return "";
  for (const auto& [name, value] : reply.headers) {
    if (!IsFieldName(name) || IsOwnField(name) || !IsFieldValue(value)) return "";
    if (absl::EqualsIgnoreCase(name, "Cache-Control")) header.erase(http::field::cache_control);
    header.insert(name, value);
  }
  std::ostringstream text;
  text << header;
  return text.str();
}

}  // namespace cis::server
