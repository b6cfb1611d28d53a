// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <bit>
#include <compare>
#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace cis {

// An immutable text in 8 bytes, for records that exist by the hundred thousand and are mostly empty
// or equal to others. Up to 7 bytes are in the object itself; a longer text is on the heap, and
// copies share it. Safe to copy and to read from any number of threads; assignment to one object is
// not. A view of a short text is valid as long as the object, as with std::string.
class SharedText {
 public:
  // The longest text that needs no memory of its own.
  static constexpr size_t kMaxInline = 7;

  SharedText() = default;
  // These conversions are implicit, because a member of a record is assigned from any text.
  SharedText(absl::string_view text);  // NOLINT(google-explicit-constructor)
  SharedText(const std::string& text)  // NOLINT(google-explicit-constructor)
      : SharedText(absl::string_view(text)) {}
  SharedText(const char* text)  // NOLINT(google-explicit-constructor)
      : SharedText(absl::string_view(text)) {}
  SharedText(const SharedText& other) noexcept : word_(other.word_) { Share(); }
  SharedText(SharedText&& other) noexcept : word_(std::exchange(other.word_, 0)) {}
  SharedText& operator=(const SharedText& other) noexcept {
    SharedText copy(other);
    std::swap(word_, copy.word_);
    return *this;
  }
  SharedText& operator=(SharedText&& other) noexcept {
    std::swap(word_, other.word_);
    return *this;
  }
  ~SharedText() { Release(); }

  absl::string_view view() const;
  operator absl::string_view() const { return view(); }  // NOLINT(google-explicit-constructor)
  // So that the text can be an argument of absl::StrCat.
  operator absl::AlphaNum() const {  // NOLINT(google-explicit-constructor)
    return absl::AlphaNum(view());
  }
  explicit operator std::string() const { return std::string(view()); }

  bool empty() const { return word_ == 0; }
  size_t size() const { return view().size(); }

  friend bool operator==(const SharedText& a, const SharedText& b) {
    // A short text has one form only.
    return a.word_ == b.word_ || (a.is_shared() && b.is_shared() && a.view() == b.view());
  }
  friend std::strong_ordering operator<=>(const SharedText& a, const SharedText& b) {
    return a.view().compare(b.view()) <=> 0;
  }
  template <typename Other>
  requires(std::convertible_to<const Other&, absl::string_view> &&
           !std::same_as<Other, SharedText>) friend bool
  operator==(const SharedText& a, const Other& b) {
    return a.view() == absl::string_view(b);
  }
  template <typename Other>
  requires(std::convertible_to<const Other&, absl::string_view> &&
           !std::same_as<Other, SharedText>) friend std::strong_ordering
  operator<=>(const SharedText& a, const Other& b) {
    return a.view().compare(absl::string_view(b)) <=> 0;
  }
  template <typename H>
  friend H AbslHashValue(H state, const SharedText& text) {
    return H::combine(std::move(state), text.view());
  }
  friend std::ostream& operator<<(std::ostream& out, const SharedText& text);

 private:
  // What a text on the heap begins with; its bytes follow.
  struct Block {
    std::atomic<uint32_t> owners;
    uint32_t size;

    char* bytes() { return reinterpret_cast<char*>(this + 1); }
  };

  // A text on the heap is the address of its block, which is even. A short one has its lowest bit
  // set, its size in the bits above, and its bytes in the other 7 bytes. Empty is 0.
  bool is_inline() const { return (word_ & 1U) != 0; }
  bool is_shared() const { return word_ != 0 && !is_inline(); }
  Block* block() const { return reinterpret_cast<Block*>(static_cast<uintptr_t>(word_)); }
  void Share() const {
    if (is_shared()) block()->owners.fetch_add(1, std::memory_order_relaxed);
  }
  void Release() {
    if (is_shared()) ReleaseBlock();
  }
  void ReleaseBlock();

  // Where the bytes of a short text are in the word, whose lowest byte says that it is one.
  static constexpr size_t kInlineOffset = std::endian::native == std::endian::little ? 1 : 0;

  uint64_t word_ = 0;
};

inline absl::string_view SharedText::view() const {
  if (word_ == 0) return {"", 0};  // absl::StrSplit finds no part in a view of nothing
  if (is_inline()) {
    return {reinterpret_cast<const char*>(&word_) + kInlineOffset, (word_ & 0xffU) >> 1U};
  }
  return {block()->bytes(), block()->size};
}

}  // namespace cis
