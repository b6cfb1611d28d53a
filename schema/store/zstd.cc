// SPDX-License-Identifier: Apache-2.0
#include "schema/store/zstd.h"

#include <zstd.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace cis {
namespace {

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

}  // namespace

absl::StatusOr<std::string> Compress(absl::string_view text) {
  // zstd's own default: JSON lists shrink about tenfold and more effort gains little.
  constexpr int kLevel = 3;
  const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  if (context == nullptr) return absl::ResourceExhaustedError("no memory to compress");
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string frame(ZSTD_compressBound(text.size()), '\0');
  const size_t size =
      ZSTD_compress2(context.get(), frame.data(), frame.size(), text.data(), text.size());
  if (ZSTD_isError(size) != 0) {
    return absl::ResourceExhaustedError(absl::StrCat("compression: ", ZSTD_getErrorName(size)));
  }
  frame.resize(size);
  return frame;
}

absl::StatusOr<std::string> Decompress(absl::string_view frame, size_t byte_count) {
  // The frame contains its size, so that a damaged count cannot request an arbitrary amount of
  // memory.
  if (ZSTD_getFrameContentSize(frame.data(), frame.size()) != byte_count) {
    return absl::DataLossError(
        absl::StrCat("a compressed observation does not hold its ", byte_count, " bytes"));
  }
  std::string text(byte_count, '\0');
  const size_t size = ZSTD_decompress(text.data(), text.size(), frame.data(), frame.size());
  if (ZSTD_isError(size) != 0 || size != byte_count) {
    return absl::DataLossError("a compressed observation is damaged");
  }
  return text;
}

}  // namespace cis
