// SPDX-License-Identifier: Apache-2.0
#include "schema/base/shared_text.h"

#include <cstring>
#include <limits>
#include <new>
#include <ostream>

namespace cis {
SharedText::SharedText(absl::string_view text) {
  if (text.empty()) return;
  if (text.size() <= kMaxInline) {
    word_ = (text.size() << 1U) | 1U;
    std::memcpy(reinterpret_cast<char*>(&word_) + kInlineOffset, text.data(), text.size());
    return;
  }
  if (text.size() > std::numeric_limits<uint32_t>::max()) throw std::bad_alloc();
  auto* block = static_cast<Block*>(::operator new(sizeof(Block) + text.size()));
  new (block) Block{.owners = 1, .size = static_cast<uint32_t>(text.size())};
  std::memcpy(block->bytes(), text.data(), text.size());
  word_ = reinterpret_cast<uintptr_t>(block);
}

void SharedText::ReleaseBlock() {
  if (block()->owners.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  block()->~Block();
  ::operator delete(block());
}

std::ostream& operator<<(std::ostream& out, const SharedText& text) { return out << text.view(); }

}  // namespace cis
