// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/types/span.h"

namespace cis {

// A list in 8 bytes whose copies share their items until one of them is changed. For records that
// exist by the hundred thousand, where a std::vector would be 24 bytes, mostly empty, and copied
// with every record. Safe to copy and to read from any number of threads; changing one object is
// not. A change invalidates iterators and references.
template <typename T>
class SharedList {
  static_assert(std::is_nothrow_move_constructible_v<T>);

 public:
  using value_type = T;
  using const_iterator = const T*;
  using iterator = const T*;

  SharedList() = default;
  SharedList(std::initializer_list<T> items) { Append(items.begin(), items.end()); }
  template <typename Other>
  requires(std::convertible_to<const Other&, T> && !std::same_as<Other, T>)
      SharedList(const std::vector<Other>& items) {  // NOLINT(google-explicit-constructor)
    Append(items.begin(), items.end());
  }
  template <typename Iterator>
  requires(!std::convertible_to<Iterator, T>) SharedList(Iterator begin, Iterator end) {
    Append(begin, end);
  }
  // These conversions are implicit, because a list is made item by item in a vector.
  SharedList(std::vector<T> items) {  // NOLINT(google-explicit-constructor)
    Append(std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
  }
  SharedList(const SharedList& other) noexcept : block_(other.block_) {
    if (block_ != nullptr) block_->owners.fetch_add(1, std::memory_order_relaxed);
  }
  SharedList(SharedList&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  SharedList& operator=(const SharedList& other) noexcept { return *this = SharedList(other); }
  SharedList& operator=(SharedList&& other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~SharedList() { Release(); }

  const T* data() const { return block_ == nullptr ? nullptr : block_->items(); }
  size_t size() const { return block_ == nullptr ? 0 : block_->size; }
  bool empty() const { return size() == 0; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size(); }
  const T& operator[](size_t i) const { return data()[i]; }
  const T& front() const { return data()[0]; }
  const T& back() const { return data()[size() - 1]; }

  // The items of this list alone, which may be changed.
  absl::Span<T> Mutable() {
    if (block_ == nullptr) return {};
    MakeOwn(size());
    return absl::MakeSpan(block_->items(), size());
  }
  void push_back(T item) { insert(size(), std::move(item)); }
  // Inserts `item` before the item at `position`, which is at most size().
  void insert(size_t position, T item) {
    const size_t capacity = block_ == nullptr ? 0 : block_->capacity;
    MakeOwn(size() < capacity ? capacity : std::max<size_t>(4, 2 * size()));
    new (block_->items() + size()) T(std::move(item));
    ++block_->size;
    std::rotate(block_->items() + position, block_->items() + size() - 1, block_->items() + size());
  }
  // Removes the items for which `is_unwanted` returns true.
  template <typename Predicate>
  void EraseIf(Predicate is_unwanted) {
    const absl::Span<T> items = Mutable();
    T* const kept_end = std::remove_if(items.begin(), items.end(), is_unwanted);
    std::destroy(kept_end, items.end());
    if (block_ != nullptr) block_->size = static_cast<uint32_t>(kept_end - items.begin());
  }
  void clear() { *this = SharedList(); }

  friend bool operator==(const SharedList& a, const SharedList& b) {
    return a.block_ == b.block_ || std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  // What the items on the heap begin with.
  struct alignas(std::max(alignof(T), alignof(uint64_t))) Block {
    std::atomic<uint32_t> owners;
    uint32_t size;
    uint32_t capacity;

    T* items() { return reinterpret_cast<T*>(this + 1); }
  };

  static Block* NewBlock(size_t capacity) {
    auto* block = static_cast<Block*>(::operator new(sizeof(Block) + capacity * sizeof(T)));
    return new (block) Block{.owners = 1, .size = 0, .capacity = static_cast<uint32_t>(capacity)};
  }

  template <typename Iterator>
  void Append(Iterator begin, Iterator end) {
    if (begin == end) return;
    block_ = NewBlock(static_cast<size_t>(end - begin));
    std::uninitialized_copy(begin, end, block_->items());
    block_->size = block_->capacity;
  }

  // Makes the items of this object its own, with room for `capacity` of them, at least size().
  void MakeOwn(size_t capacity) {
    const bool is_own = block_ != nullptr && block_->owners.load(std::memory_order_acquire) == 1;
    if (is_own && block_->capacity == capacity) return;
    Block* const own = NewBlock(capacity);
    if (is_own) {
      std::uninitialized_move(block_->items(), block_->items() + size(), own->items());
    } else {
      std::uninitialized_copy(begin(), end(), own->items());
    }
    own->size = static_cast<uint32_t>(size());
    Release();
    block_ = own;
  }

  void Release() {
    if (block_ == nullptr || block_->owners.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    std::destroy_n(block_->items(), block_->size);
    block_->~Block();
    ::operator delete(block_);
  }

  Block* block_ = nullptr;
};

}  // namespace cis
