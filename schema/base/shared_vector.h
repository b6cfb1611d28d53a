// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace cis {

// A vector whose copies share the items until one of them is changed, for long lists that several
// values have in common. Safe to copy and to read from any number of threads; changing one object
// is not.
template <typename T>
class SharedVector {
 public:
  SharedVector() = default;
  // Implicit, because a list is assigned from a vector.
  SharedVector(std::vector<T> items)  // NOLINT(google-explicit-constructor)
      : items_(std::make_shared<std::vector<T>>(std::move(items))) {}

  const std::vector<T>& items() const {
    static const auto* const kEmpty = new std::vector<T>();
    return items_ == nullptr ? *kEmpty : *items_;
  }
  bool empty() const { return items().empty(); }
  size_t size() const { return items().size(); }
  const T& operator[](size_t index) const { return items()[index]; }
  const T& front() const { return items().front(); }
  const T& back() const { return items().back(); }
  auto begin() const { return items().begin(); }
  auto end() const { return items().end(); }

  // Returns the items for changes. Copies them first if another object has them too.
  std::vector<T>* Mutable() {
    if (items_ == nullptr) {
      items_ = std::make_shared<std::vector<T>>();
    } else if (items_.use_count() > 1) {
      items_ = std::make_shared<std::vector<T>>(*items_);
    }
    return items_.get();
  }

 private:
  std::shared_ptr<std::vector<T>> items_;  // null = empty
};

}  // namespace cis
