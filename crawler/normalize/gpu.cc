// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/gpu.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "crawler/normalize/gpu_claims.h"
#include "crawler/normalize/provenance.h"

namespace cis::crawler {
namespace {

bool IsFromNames(const GpuClaim& claim) {
  return claim.source == "name" || claim.source == "description";
}

bool IsFraction(const GpuClaim& claim) {
  return claim.count.has_value() && *claim.count != std::floor(*claim.count);
}

class GpuInference {
 public:
  GpuInference(const Rules& rules, Flavor* flavor)
      : flavor_(flavor), found_(GatherGpuClaims(rules, *flavor)) {}

  void Run() {
    if (found_.unknown_device) {
      AddEvidence(provenance(), "gpu_count", found_.unknown_source, found_.unknown_value);
    }
    const GpuClaim* strongest = nullptr;
    for (const GpuClaim& claim : found_.claims) {
      if (strongest == nullptr || claim.confidence > strongest->confidence) {
        strongest = &claim;
      }
    }
    if (strongest == nullptr || (!strongest->present && !IsFromNames(*strongest))) {
      return SettleNone(strongest);
    }
    OrderByStrength();
    Corroborate();
    CheckConflicts();
    Take(IsFromNames(*strongest));
  }

 private:
  Provenance* provenance() { return &flavor_->provenance; }

  void OrderByStrength() {
    for (GpuClaim& claim : found_.claims) {
      if (claim.present) {
        ordered_.push_back(&claim);
      }
    }
    std::stable_sort(ordered_.begin(), ordered_.end(), [](const GpuClaim* a, const GpuClaim* b) {
      return a->confidence > b->confidence;
    });
  }

  // A free word next to another mention of a GPU is more than a guess.
  void Corroborate() {
    for (GpuClaim* claim : ordered_) {
      if (claim->confidence != Confidence::kGuess ||
          claim->source != "extra_spec:pci_passthrough:alias") {
        continue;
      }
      for (const GpuClaim* other : ordered_) {
        const bool same_model =
            claim->base.empty() || other->base.empty() || claim->base == other->base;
        if (other != claim && same_model) {
          claim->confidence = Confidence::kProbable;
          claim->model_confidence = Confidence::kProbable;
        }
      }
    }
  }

  // Claims that contradict each other are shown and make the result a guess. A part of a card and
  // the number of virtual devices that it is provided as do not contradict each other.
  void CheckConflicts() {
    const GpuClaim* counter = nullptr;
    const GpuClaim* namer = nullptr;
    for (const GpuClaim* claim : ordered_) {
      if (IsFromNames(*claim) || claim->source == "scs_name") {
        continue;
      }
      if (claim->count.has_value() && counter == nullptr) counter = claim;
      if (!claim->base.empty() && namer == nullptr) namer = claim;
      if (claim->count.has_value() && claim->count != counter->count && !IsFraction(*claim) &&
          !IsFraction(*counter)) {
        count_conflict_ = true;
        AddWarning(provenance(), "GPU_CONFLICT",
                   absl::StrCat(counter->source, " says ", *counter->count, ", ", claim->source,
                                " says ", *claim->count));
      }
      if (!claim->base.empty() && claim->base != namer->base) {
        model_conflict_ = true;
        AddWarning(provenance(), "GPU_CONFLICT",
                   absl::StrCat(namer->source, " says ", namer->model, ", ", claim->source,
                                " says ", claim->model));
      }
    }
  }

  // Stronger evidence comes first; each field is taken from the first claim that has it.
  void Take(bool only_names) {
    Confidence count_confidence = Confidence::kUnknown;
    const GpuClaim* modelled = nullptr;
    for (const GpuClaim* claim : ordered_) {
      AddEvidence(provenance(), "gpu_count", claim->source, claim->value);
      // A free-text guess never adds a number to a certain GPU of unknown number.
      const bool may_count =
          claim->confidence > Confidence::kGuess || only_names || !IsFromNames(*claim);
      const bool finer = flavor_->gpu_count.has_value() && IsFraction(*claim) &&
                         *claim->count < *flavor_->gpu_count;
      if (claim->count.has_value() && may_count && (!flavor_->gpu_count.has_value() || finer)) {
        flavor_->gpu_count = claim->count;
        count_confidence = claim->confidence;
      }
      if (!claim->model.empty() && modelled == nullptr) modelled = claim;
      // "A100" and "A100 80GB PCIe" are one card: the longer name is more specific.
      if (modelled != nullptr && !claim->base.empty() && claim->base == modelled->base &&
          claim->model.size() > modelled->model.size() && !IsFromNames(*claim)) {
        modelled = claim;
      }
      if (flavor_->gpu_vendor.empty()) flavor_->gpu_vendor = claim->vendor;
      // Placement counts instances of a divided card as VGPU; the trait says what they are.
      const bool finer_kind =
          flavor_->gpu_kind == "vgpu" && claim->kind == "mig" && !IsFromNames(*claim);
      if (flavor_->gpu_kind.empty() || finer_kind) flavor_->gpu_kind = claim->kind;
      if (!flavor_->gpu_memory_mib.has_value()) flavor_->gpu_memory_mib = claim->memory_mib;
    }
    if (flavor_->gpu_kind == "passthrough" && flavor_->gpu_count.has_value() &&
        *flavor_->gpu_count != std::floor(*flavor_->gpu_count)) {
      flavor_->gpu_kind = "";  // a part of a card is no card
    }
    if (modelled != nullptr) {
      if (!flavor_->gpu_memory_mib.has_value() && flavor_->gpu_kind == "passthrough") {
        flavor_->gpu_memory_mib = modelled->card_memory_mib;
      }
      flavor_->gpu_model = modelled->model;
      SetConfidence(provenance(), "gpu_model",
                    model_conflict_ ? Confidence::kGuess : modelled->model_confidence);
    }
    if (count_conflict_) count_confidence = std::min(count_confidence, Confidence::kGuess);
    if (!flavor_->gpu_count.has_value() && found_.unknown_device && found_.unknown_count > 0) {
      // ":category=vgpu" with the alias "Inference_Small:1": the alias has the number.
      flavor_->gpu_count = found_.unknown_count;
      count_confidence = Confidence::kGuess;
    }
    if (only_names && flavor_->extra_specs.has_value() && !found_.unknown_device) {
      // All extra specs are shown and only the name mentions a GPU: a flavor with a GPU that the
      // scheduler does not know of is pinned by host aggregates, so a GPU is possible but not
      // reported.
      flavor_->gpu_count.reset();
      count_confidence = Confidence::kUnknown;
      AddWarning(provenance(), "GPU_ONLY_IN_NAME",
                 absl::StrCat("no extra spec of \"", flavor_->name, "\" asks for a GPU"));
    }
    SetConfidence(provenance(), "gpu_count", count_confidence);
  }

  // No GPU is requested: there is none, if all extra specs are shown.
  void SettleNone(const GpuClaim* claim) {
    if (claim != nullptr) {
      AddEvidence(provenance(), "gpu_count", claim->source, claim->value);
    }
    // Extra specs do not describe the hardware of a whole machine.
    if (!flavor_->extra_specs.has_value() || found_.unknown_device || flavor_->baremetal) {
      SetConfidence(provenance(), "gpu_count", Confidence::kUnknown);
      return;
    }
    flavor_->gpu_count = 0;
    AddEvidence(provenance(), "gpu_count", "extra_specs", "no key asks for a GPU");
    SetConfidence(provenance(), "gpu_count", Confidence::kStrong);
  }

  Flavor* flavor_;
  GpuClaims found_;
  std::vector<GpuClaim*> ordered_;  // of those present, stronger ones first
  bool count_conflict_ = false;
  bool model_conflict_ = false;
};

}  // namespace

void InferGpu(const Rules& rules, Flavor* flavor) { GpuInference(rules, flavor).Run(); }

}  // namespace cis::crawler
