#include "crawler/normalize/gpu.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crawler/normalize/gpu_claims.h"
#include "crawler/normalize/provenance.h"

namespace cis {
namespace {

class GpuInference {
 public:
  explicit GpuInference(Flavor* flavor) : flavor_(flavor), found_(GatherGpuClaims(*flavor)) {}

  void Run() {
    if (found_.unknown_device) {
      AddEvidence(&flavor_->provenance, "gpu_count", found_.unknown_source, found_.unknown_value);
    }
    Merge();
  }

 private:
  // Stronger evidence comes first; each field is taken from the first claim that knows it.
  void Merge() {
    Provenance* provenance = &flavor_->provenance;
    const GpuClaim* strongest = nullptr;
    for (const GpuClaim& claim : found_.claims) {
      if (strongest == nullptr || claim.confidence > strongest->confidence) {
        strongest = &claim;
      }
    }
    const bool only_names =
        strongest != nullptr && (strongest->source == "name" || strongest->source == "description");
    if (strongest == nullptr || (!strongest->present && !only_names)) {
      Settle(strongest);
      return;
    }
    Confidence count_confidence = Confidence::kUnknown;
    std::vector<const GpuClaim*> ordered;
    for (const GpuClaim& claim : found_.claims) {
      if (claim.present) ordered.push_back(&claim);
    }
    std::stable_sort(ordered.begin(), ordered.end(), [](const GpuClaim* a, const GpuClaim* b) {
      return a->confidence > b->confidence;
    });
    for (const GpuClaim* claim : ordered) {
      AddEvidence(provenance, "gpu_count", claim->source, claim->value);
      // A free-text guess never adds a number to a certain GPU of unknown number.
      const bool may_count =
          claim->confidence > Confidence::kGuess || only_names || claim->source != "name";
      if (claim->count.has_value() && !flavor_->gpu_count.has_value() && may_count) {
        flavor_->gpu_count = claim->count;
        count_confidence = claim->confidence;
      }
      if (flavor_->gpu_model.empty() && !claim->model.empty()) {
        flavor_->gpu_model = claim->model;
        SetConfidence(provenance, "gpu_model", claim->confidence);
      }
      if (flavor_->gpu_vendor.empty()) flavor_->gpu_vendor = claim->vendor;
      if (flavor_->gpu_kind.empty()) flavor_->gpu_kind = claim->kind;
      if (!flavor_->gpu_memory_mib.has_value()) flavor_->gpu_memory_mib = claim->memory_mib;
    }
    if (!flavor_->gpu_count.has_value() && found_.unknown_device) {
      // ":category=vgpu" with the alias "Inference_Small:1": the alias tells the number.
      flavor_->gpu_count = found_.unknown_count;
      count_confidence = Confidence::kGuess;
    }
    if (only_names && flavor_->extra_specs.has_value() && !found_.unknown_device) {
      // Everything is shown and nothing but the name speaks of a GPU: a flavor with a GPU that the
      // scheduler does not know of is pinned by host aggregates, so it is possible but not told.
      flavor_->gpu_count.reset();
      count_confidence = Confidence::kUnknown;
      AddWarning(provenance, "GPU_ONLY_IN_NAME",
                 absl::StrCat("no extra spec of \"", flavor_->name, "\" asks for a GPU"));
    }
    SetConfidence(provenance, "gpu_count", count_confidence);
  }

  // No GPU is asked for: none, if we were shown everything.
  void Settle(const GpuClaim* claim) {
    if (claim != nullptr) {
      AddEvidence(&flavor_->provenance, "gpu_count", claim->source, claim->value);
    }
    if (!flavor_->extra_specs.has_value() || found_.unknown_device) {
      SetConfidence(&flavor_->provenance, "gpu_count", Confidence::kUnknown);
      return;
    }
    flavor_->gpu_count = 0;
    AddEvidence(&flavor_->provenance, "gpu_count", "extra_specs", "no key asks for a GPU");
    SetConfidence(&flavor_->provenance, "gpu_count", Confidence::kStrong);
  }

  Flavor* flavor_;
  GpuClaims found_;
};

}  // namespace

void InferGpu(Flavor* flavor) { GpuInference(flavor).Run(); }

}  // namespace cis
