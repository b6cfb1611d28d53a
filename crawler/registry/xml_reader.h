// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cis::crawler {

// One element of an XML document. Texts are UTF-8.
struct XmlElement {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::string text;  // its own character data, without that of children and white space around it
  std::vector<XmlElement> children;

  // Returns the value of the attribute; empty if absent.
  absl::string_view Attribute(absl::string_view attribute) const;
  // Returns the first child of that name; nullptr if absent.
  const XmlElement* Child(absl::string_view child) const;
  // Returns the text of the first child of that name; empty if absent.
  absl::string_view ChildText(absl::string_view child) const;
};

// Limits on a document. Exceeding one is RESOURCE_EXHAUSTED naming it.
struct XmlBounds {
  int64_t max_bytes = int64_t{32} << 20;
  size_t max_depth = 16;             // GOCDB's deepest list has 6
  int64_t max_elements = 1'000'000;  // a page of 500 services has some 20,000
};

// Parses a whole document. Pure: nothing outside `bytes` is read, and a document type, which could
// declare entities, is rejected. Returns INVALID_ARGUMENT with line and column if the bytes are not
// well-formed XML or contain a document type; RESOURCE_EXHAUSTED if a limit of XmlBounds is
// exceeded.
absl::StatusOr<XmlElement> ParseXml(absl::string_view bytes, const XmlBounds& bounds = {});

}  // namespace cis::crawler
