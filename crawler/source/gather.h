// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "crawler/source/exchange.h"
#include "crawler/source/paging.h"

namespace cis::crawler {

// Joins concurrent requests: `done` gets the documents of all parts, in the order in which the
// parts were added, or the first error. Used through a shared_ptr that each part holds.
class Gather {
 public:
  explicit Gather(DocumentsDone done) : done_(std::move(done)) {}

  // Announces a part. Returns its number. Call Seal() after the last one.
  size_t Add() {
    parts_.emplace_back();
    ++open_count_;
    return parts_.size() - 1;
  }
  void Seal() {
    sealed_ = true;
    FinishIfComplete();
  }

  void Put(size_t part, absl::StatusOr<std::vector<Document>> documents) {
    --open_count_;
    if (documents.ok()) {
      parts_[part] = *std::move(documents);
    } else if (error_.ok()) {
      error_ = documents.status();
    }
    FinishIfComplete();
  }
  // Continuations for FetchList and FetchDocument.
  static auto ListPart(const std::shared_ptr<Gather>& gather) {
    return [gather, part = gather->Add()](absl::StatusOr<ListResult> list) {
      if (list.ok()) {
        gather->Put(part, std::move(list->documents));
      } else {
        gather->Put(part, list.status());
      }
    };
  }
  static auto DocumentPart(const std::shared_ptr<Gather>& gather) {
    return [gather, part = gather->Add()](Document document, const absl::Status&) {
      gather->Put(part, std::vector<Document>{std::move(document)});
    };
  }

 private:
  // Waits for every part even after an error, so that no answer arrives for a finished kind.
  void FinishIfComplete() {
    if (!sealed_ || open_count_ != 0) return;
    if (!error_.ok()) {
      done_(error_);
      return;
    }
    std::vector<Document> all;
    for (std::vector<Document>& part : parts_) {
      for (Document& document : part) all.push_back(std::move(document));
    }
    done_(std::move(all));
  }

  DocumentsDone done_;
  std::vector<std::vector<Document>> parts_;
  size_t open_count_ = 0;
  bool sealed_ = false;
  absl::Status error_;
};

}  // namespace cis::crawler
