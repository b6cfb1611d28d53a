#pragma once

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
  std::string text;  // its own character data, children's left out; without white space around it
  std::vector<XmlElement> children;

  // Value of the attribute; empty if absent.
  absl::string_view Attribute(absl::string_view attribute) const;
  // The first child of that name; nullptr if absent.
  const XmlElement* Child(absl::string_view child) const;
  // Text of the first child of that name; empty if absent.
  absl::string_view ChildText(absl::string_view child) const;
};

// What a document may be at most. Exceeding one is RESOURCE_EXHAUSTED and names it.
struct XmlBounds {
  int64_t max_bytes = int64_t{32} << 20;
  int max_depth = 16;                // GOCDB's deepest list has 6
  int64_t max_elements = 1'000'000;  // a page of 500 services has some 20,000
};

// Reads a whole document. Pure: nothing outside of `bytes` is read, and a document type, which
// could declare entities, is refused. Returns INVALID_ARGUMENT with line and column if the bytes
// are no well-formed XML or hold a document type; RESOURCE_EXHAUSTED as XmlBounds says.
absl::StatusOr<XmlElement> ParseXml(absl::string_view bytes, const XmlBounds& bounds = {});

}  // namespace cis::crawler
