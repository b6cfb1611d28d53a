// SPDX-License-Identifier: Apache-2.0
#include "server/pool/load_gate.h"

#include <algorithm>

namespace cis::server {
namespace {

// A server that refuses everything would not notice that it could work again.
constexpr double kLeast = 0.02;
constexpr double kShrink = 0.8;
constexpr double kGrow = 0.02;
// A pause of the machine, or one large request, is no overload: so many observations are.
constexpr int kPatience = 10;

}  // namespace

void LoadGate::Observe(absl::Duration wait) {
  const double part = part_;
  above_ = wait > kTarget ? above_ + 1 : 0;
  if (above_ == 0) {
    part_ = std::min(1.0, part + kGrow);
  } else if (part < 1 || above_ >= kPatience) {
    part_ = std::max(kLeast, part * kShrink);
  }
}

bool LoadGate::Admits() {
  const double part = part_;
  if (part >= 1) return true;
  double credit = credit_;
  while (true) {
    const bool admits = credit + part >= 1;
    const double next = credit + part - (admits ? 1 : 0);
    if (credit_.compare_exchange_weak(credit, next)) return admits;
  }
}

}  // namespace cis::server
