// SPDX-License-Identifier: Apache-2.0
#include "net/http/curl_try.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "net/http/http_error.h"
#include "schema/base/duration_text.h"
#include "schema/base/status_macros.h"

namespace cis {
namespace {

// CURLE_TOO_LARGE of libcurl 8.6, which earlier ones call CURLE_OUT_OF_MEMORY.
constexpr int kCurlTooLarge = 100;

using Code = absl::StatusCode;

bool IsPrintable(absl::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

bool IsInward(absl::string_view host) {
  const HostClass host_class = ClassifyHost(host);
  return host_class == HostClass::kLoopback || host_class == HostClass::kLinkLocal;
}

// Returns "203.0.113.7", "2001:db8::1"; empty for other kinds of addresses.
std::string FormatAddress(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = nullptr;
  if (address.sa_family == AF_INET) {
    bytes = &reinterpret_cast<const sockaddr_in&>(address).sin_addr;
  } else if (address.sa_family == AF_INET6) {
    bytes = &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  }
  if (bytes == nullptr ||
      inet_ntop(address.sa_family, bytes, text.data(), text.size()) == nullptr) {
    return "";
  }
  return text.data();
}

long Milliseconds(absl::Duration duration) {
  return static_cast<long>(
      std::clamp<int64_t>(absl::ToInt64Milliseconds(duration), 1, int64_t{1} << 30));
}

}  // namespace

CurlTry::CurlTry(const CurlTryOptions& options, const HttpRequest& request, const Url& url,
                 absl::Duration timeout)
    : options_(options),
      request_(request),
      url_(url),
      timeout_(timeout),
      proxy_(url.scheme == "https" ? options.https_proxy : options.http_proxy),
      error_text_(CURL_ERROR_SIZE, '\0') {}

CurlTry::~CurlTry() {
  curl_easy_cleanup(static_cast<CURL*>(handle_));
  curl_slist_free_all(static_cast<curl_slist*>(header_list_));
}

absl::StatusOr<std::unique_ptr<CurlTry>> CurlTry::Create(const CurlTryOptions& options,
                                                         const HttpRequest& request, const Url& url,
                                                         bool fresh_connection,
                                                         absl::Duration timeout) {
  std::unique_ptr<CurlTry> made(new CurlTry(options, request, url, timeout));
  CIS_RETURN_IF_ERROR(made->Prepare(fresh_connection));
  return made;
}

absl::Status CurlTry::SetHeaders() {
  // libcurl would wait a second for "100 Continue" before a long body.
  std::vector<std::string> lines = {"Expect:"};
  for (const HttpHeader& header : request_.headers) {
    if (header.name.empty() || !IsPrintable(header.name) || !IsPrintable(header.value) ||
        absl::StrContains(header.name, ":")) {
      // The value may be a token, so it is not shown.
      return MakeError(Code::kInvalidArgument, ErrorClass::kConfig,
                       "a header of the request has a line break, a NUL or an invalid name");
    }
    // libcurl sends a header without a value only if it ends in ";".
    lines.push_back(header.value.empty() ? absl::StrCat(header.name, ";")
                                         : absl::StrCat(header.name, ": ", header.value));
  }
  for (const std::string& line : lines) {
    curl_slist* longer = curl_slist_append(static_cast<curl_slist*>(header_list_), line.c_str());
    if (longer == nullptr) return absl::ResourceExhaustedError("no memory for a header");
    header_list_ = longer;
  }
  return absl::OkStatus();
}

absl::Status CurlTry::Prepare(bool fresh_connection) {
  CURL* handle = curl_easy_init();
  handle_ = handle;
  if (handle == nullptr) return absl::ResourceExhaustedError("no memory for a libcurl handle");
  CIS_RETURN_IF_ERROR(SetHeaders());

  CURLcode first_error = CURLE_OK;
  const auto set = [&](CURLoption option, auto value) {
    const CURLcode code = curl_easy_setopt(handle, option, value);
    if (first_error == CURLE_OK) first_error = code;
  };
  set(CURLOPT_PRIVATE, static_cast<void*>(this));
  set(CURLOPT_ERRORBUFFER, error_text_.data());
  set(CURLOPT_URL, FormatUrl(url_).c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTPHEADER, static_cast<curl_slist*>(header_list_));
  set(CURLOPT_USERAGENT, options_.user_agent.c_str());

  // The transport handles redirects: libcurl's rules would send headers to other hosts.
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NOSIGNAL, 1L);  // no SIGALRM for name lookups; SIGPIPE is ignored by libcurl
  // Set even if empty: otherwise libcurl would look them up in the environment.
  set(CURLOPT_PROXY, proxy_.c_str());
  set(CURLOPT_NOPROXY, options_.no_proxy.c_str());
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);

  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!request_.ca_file.empty()) {
    set(CURLOPT_CAINFO, request_.ca_file.c_str());
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  set(CURLOPT_ACCEPT_ENCODING, "gzip");
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  // A request that must not be sent twice gets a new connection, which the site cannot have half
  // closed.
  set(CURLOPT_FRESH_CONNECT, fresh_connection || !request_.idempotent ? 1L : 0L);

  set(CURLOPT_TIMEOUT_MS, Milliseconds(timeout_));
  set(CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(std::min(options_.connect_timeout, timeout_)));
  set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(CURLOPT_LOW_SPEED_TIME, std::max(1L, Milliseconds(options_.stall_timeout) / 1000));
  set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(request_.max_body_bytes));

  set(CURLOPT_WRITEFUNCTION, &CurlTry::BodyCallback);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_HEADERFUNCTION, &CurlTry::HeaderCallback);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  // Checked before the connection is made, and once more when it is used.
  const curl_opensocket_callback open_socket = [](void* self, curlsocktype purpose,
                                                  curl_sockaddr* address) {
    return OpenSocketCallback(self, purpose, address);
  };
  set(CURLOPT_OPENSOCKETFUNCTION, open_socket);
  set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  set(CURLOPT_PREREQFUNCTION, &CurlTry::ConnectedCallback);
  set(CURLOPT_PREREQDATA, static_cast<void*>(this));

  if (request_.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (request_.method != "GET" || !request_.body.empty()) {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(CURLOPT_POSTFIELDS, request_.body.c_str());
    if (request_.method != "POST") set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  }
  if (first_error != CURLE_OK) {
    return MakeError(Code::kInternal, ErrorClass::kInternal,
                     absl::StrCat("libcurl: ", curl_easy_strerror(first_error)));
  }
  return absl::OkStatus();
}

int CurlTry::OpenSocketCallback(void* self, int purpose, void* address) {
  const auto* to = static_cast<const curl_sockaddr*>(address);
  if (purpose == CURLSOCKTYPE_IPCXN &&
      !static_cast<CurlTry*>(self)->MayConnect(FormatAddress(to->addr))) {
    return CURL_SOCKET_BAD;
  }
  return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

size_t CurlTry::BodyCallback(char* data, size_t size, size_t count, void* self) {
  return static_cast<CurlTry*>(self)->OnBody(data, size * count);
}

size_t CurlTry::HeaderCallback(char* data, size_t size, size_t count, void* self) {
  return static_cast<CurlTry*>(self)->OnHeader(data, size * count);
}

int CurlTry::ConnectedCallback(void* self, char* peer, char* /*local*/, int /*peer_port*/,
                               int /*local_port*/) {
  return static_cast<CurlTry*>(self)->OnConnected(peer);
}

size_t CurlTry::OnBody(const char* data, size_t size) {
  if (static_cast<int64_t>(response_.body.size() + size) > request_.max_body_bytes) {
    limit_ = Limit::kBodyBytes;
    return 0;  // ends the transfer
  }
  // libcurl may count bytes only after they were decoded.
  constexpr int64_t kReadBytes = CURL_MAX_WRITE_SIZE;
  if (static_cast<int64_t>(response_.body.size() + size) >
      options_.max_gzip_ratio * (WireBytes() + kReadBytes)) {
    limit_ = Limit::kGzipRatio;
    return 0;
  }
  response_.body.append(data, size);
  return size;
}

int64_t CurlTry::WireBytes() const {
  curl_off_t bytes = 0;
  curl_easy_getinfo(static_cast<CURL*>(handle_), CURLINFO_SIZE_DOWNLOAD_T, &bytes);
  return bytes;
}

size_t CurlTry::OnHeader(const char* data, size_t size) {
  header_bytes_ += static_cast<int64_t>(size);
  if (header_bytes_ > options_.max_header_bytes) {
    limit_ = Limit::kHeaderBytes;
    return 0;
  }
  const absl::string_view line = absl::StripTrailingAsciiWhitespace(absl::string_view(data, size));
  if (absl::StartsWith(line, "HTTP/")) {  // of a new answer; those before were 1xx
    response_.headers.clear();
    return size;
  }
  const size_t colon = line.find(':');
  if (colon != absl::string_view::npos) {
    response_.headers.push_back({std::string(line.substr(0, colon)),
                                 std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)))});
  }
  return size;
}

bool CurlTry::MayConnect(const std::string& address) {
  // With a proxy, the peer is the proxy, which the operator chose.
  if (request_.allow_loopback || !proxy_.empty() || !IsInward(address)) return true;
  refused_ = address;
  return false;
}

int CurlTry::OnConnected(const char* peer_address) {
  // A reused connection may have been made for a request that is allowed to connect there.
  return MayConnect(peer_address) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

std::string CurlTry::ErrorText(int curl_code) const {
  absl::string_view text(error_text_.data());
  if (text.empty()) text = curl_easy_strerror(static_cast<CURLcode>(curl_code));
  std::string clean(text.substr(0, 200));
  for (char& c : clean) {
    if (!absl::ascii_isprint(static_cast<unsigned char>(c))) c = '?';
  }
  return clean;
}

void CurlTry::Classify(int curl_code, CurlTryEnd* end) const {
  CURL* handle = static_cast<CURL*>(handle_);
  const auto fail = [&](TryResult result, Code code, ErrorClass error, absl::string_view text) {
    end->result = result;
    end->status = MakeError(code, error, text);
  };
  const auto broken = [&] {
    if (header_bytes_ > 0) {
      fail(TryResult::kBrokenAnswer, Code::kDataLoss, ErrorClass::kConnect,
           absl::StrCat("the connection broke after ", response_.body.size(),
                        " bytes of the answer's body"));
    } else if (end->connection_count == 0) {
      fail(TryResult::kReusedClosed, Code::kUnavailable, ErrorClass::kConnect,
           "the site closed an idle connection while CIS was reusing it");
    } else {
      fail(TryResult::kNoAnswer, Code::kUnavailable, ErrorClass::kConnect,
           "the connection was closed before an answer arrived");
    }
  };
  switch (curl_code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return fail(TryResult::kNotSent, Code::kUnavailable, ErrorClass::kDns,
                  absl::StrCat("no address is known for ",
                               curl_code == CURLE_COULDNT_RESOLVE_PROXY ? "the proxy" : url_.host));
    case CURLE_COULDNT_CONNECT: {
      long error_number = 0;
      curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &error_number);
      return fail(TryResult::kNotSent, Code::kUnavailable, ErrorClass::kConnect,
                  absl::StrCat("no connection to ", url_.host, ":", url_.port, ": ",
                               error_number == 0 ? ErrorText(curl_code)
                                                 : std::generic_category().message(
                                                       static_cast<int>(error_number))));
    }
    case CURLE_OPERATION_TIMEDOUT: {
      curl_off_t before_request_us = 0;
      curl_off_t total_us = 0;
      curl_easy_getinfo(handle, CURLINFO_PRETRANSFER_TIME_T, &before_request_us);
      curl_easy_getinfo(handle, CURLINFO_TOTAL_TIME_T, &total_us);
      if (before_request_us == 0) {
        end->limit = Limit::kConnectTime;
        return fail(TryResult::kTimeout, Code::kUnavailable, ErrorClass::kConnect,
                    absl::StrCat("no connection to ", url_.host, ":", url_.port, " within ",
                                 FormatDurationText(std::min(options_.connect_timeout, timeout_))));
      }
      const bool stalled = absl::Microseconds(total_us) + absl::Milliseconds(50) < timeout_;
      end->limit = stalled ? Limit::kStallTime : Limit::kTryTime;
      return fail(
          TryResult::kTimeout, Code::kDeadlineExceeded, ErrorClass::kTimeout,
          stalled ? absl::StrCat("no byte arrived for ", FormatDurationText(options_.stall_timeout))
                  : absl::StrCat("no complete answer within ", FormatDurationText(timeout_), "; ",
                                 response_.body.size(), " bytes of the body arrived"));
    }
    case CURLE_SSL_CONNECT_ERROR:  // a handshake that broke off may go well the next time
      return fail(TryResult::kNotSent, Code::kFailedPrecondition, ErrorClass::kTls,
                  absl::StrCat("TLS: ", ErrorText(curl_code)));
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
      return fail(TryResult::kFinal, Code::kFailedPrecondition, ErrorClass::kTls,
                  absl::StrCat("TLS: ", ErrorText(curl_code)));
    case CURLE_SSL_CACERT_BADFILE:
      return fail(TryResult::kFinal, Code::kFailedPrecondition, ErrorClass::kTls,
                  absl::StrCat("TLS: CA file \"", request_.ca_file,
                               "\" is not a readable file of PEM certificates"));
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return broken();
    case CURLE_BAD_CONTENT_ENCODING:
      return fail(TryResult::kBrokenAnswer, Code::kDataLoss, ErrorClass::kParse,
                  "the answer's body does not match its Content-Encoding");
    case CURLE_UNSUPPORTED_PROTOCOL:  // "HTTP/0.9 when not allowed"
    case CURLE_WEIRD_SERVER_REPLY:
      return fail(TryResult::kFinal, Code::kUnavailable, ErrorClass::kParse,
                  "the answer is not HTTP");
    default:
      return fail(TryResult::kFinal, Code::kInternal, ErrorClass::kInternal,
                  absl::StrCat("libcurl error ", curl_code, ": ", ErrorText(curl_code)));
  }
}

std::string CurlTry::DescribeSize(Limit limit, int64_t wire_bytes) const {
  if (limit == Limit::kGzipRatio) {
    return absl::StrCat("the answer's body expands from ", wire_bytes, " bytes to more than ",
                        response_.body.size(), ", over ", options_.max_gzip_ratio,
                        " times as much, the limit (", FormatLimit(limit), ")");
  }
  const bool is_body = limit == Limit::kBodyBytes;
  return absl::StrCat("the answer's ", is_body ? "body" : "headers", " would exceed ",
                      is_body ? request_.max_body_bytes : options_.max_header_bytes,
                      " bytes, the limit (", FormatLimit(limit), ")");
}

CurlTryEnd CurlTry::Finish(int curl_code) {
  CURL* handle = static_cast<CURL*>(handle_);
  CurlTryEnd end;
  long connects = 0;
  curl_easy_getinfo(handle, CURLINFO_NUM_CONNECTS, &connects);
  end.connection_count = connects;
  end.wire_bytes = WireBytes();

  // libcurl's own limits on one header line, and on the declared length of a body.
  const bool is_too_large = curl_code == kCurlTooLarge || curl_code == CURLE_OUT_OF_MEMORY;
  if (is_too_large && response_.body.empty()) limit_ = Limit::kHeaderBytes;
  if (curl_code == CURLE_FILESIZE_EXCEEDED) limit_ = Limit::kBodyBytes;
  if (curl_code != CURLE_OK && limit_.has_value()) {
    end.limit = limit_;
    end.status = MakeLimitError(Code::kResourceExhausted, ErrorClass::kLimit, *limit_,
                                DescribeSize(*limit_, end.wire_bytes));
  } else if (!refused_.empty() &&
             (curl_code == CURLE_ABORTED_BY_CALLBACK || curl_code == CURLE_COULDNT_CONNECT)) {
    end.limit = Limit::kInwardAddress;
    end.status = MakeLimitError(
        Code::kFailedPrecondition, ErrorClass::kPolicy, Limit::kInwardAddress,
        absl::StrCat(url_.host, " resolves to ", refused_,
                     ", a loopback or link-local address; nothing was sent; to allow it, set "
                     "cis: {allow_loopback: true}"));
  } else if (curl_code != CURLE_OK) {
    Classify(curl_code, &end);
  } else {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
    long version = 0;
    curl_easy_getinfo(handle, CURLINFO_HTTP_VERSION, &version);
    end.http2 = version == CURL_HTTP_VERSION_2_0;
    end.result = TryResult::kAnswer;
    end.response = std::move(response_);
  }
  return end;
}

}  // namespace cis
