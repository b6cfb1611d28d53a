// SPDX-License-Identifier: Apache-2.0
#include "crawler/registry/xml_reader.h"

#include <expat.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace cis::crawler {
namespace {

// Receives what expat finds. Open elements are on the stack and are moved into their parents when
// they end.
class Builder {
 public:
  Builder(XML_Parser parser, const XmlBounds& bounds) : parser_(parser), bounds_(bounds) {
    XML_SetUserData(parser_, this);
    XML_SetElementHandler(parser_, OnStart, OnEnd);
    XML_SetCharacterDataHandler(parser_, OnText);
    XML_SetStartDoctypeDeclHandler(parser_, OnDoctype);
  }

  const absl::Status& status() const { return status_; }
  XmlElement TakeRoot() { return std::move(root_); }

 private:
  static Builder& Self(void* data) { return *static_cast<Builder*>(data); }

  static void OnStart(void* data, const XML_Char* name, const XML_Char** attributes) {
    Builder& self = Self(data);
    if (self.open_.size() >= self.bounds_.max_depth) {
      self.Stop(absl::ResourceExhaustedError(absl::StrCat(
          "elements are nested deeper than ", self.bounds_.max_depth, " (XmlBounds.max_depth)")));
      return;
    }
    if (++self.element_count_ > self.bounds_.max_elements) {
      self.Stop(absl::ResourceExhaustedError(absl::StrCat("there are more than ",
                                                          self.bounds_.max_elements,
                                                          " elements (XmlBounds.max_elements)")));
      return;
    }
    XmlElement element;
    element.name = name;
    for (const XML_Char** it = attributes; it[0] != nullptr && it[1] != nullptr; it += 2) {
      element.attributes.emplace_back(it[0], it[1]);
    }
    self.open_.push_back(std::move(element));
  }

  static void OnEnd(void* data, const XML_Char* /*name*/) {
    Builder& self = Self(data);
    if (!self.status_.ok() || self.open_.empty()) return;
    XmlElement element = std::move(self.open_.back());
    self.open_.pop_back();
    element.text = std::string(absl::StripAsciiWhitespace(element.text));
    (self.open_.empty() ? self.root_ : self.open_.back().children.emplace_back()) =
        std::move(element);
  }

  static void OnText(void* data, const XML_Char* text, int length) {
    Builder& self = Self(data);
    if (!self.open_.empty()) self.open_.back().text.append(text, static_cast<size_t>(length));
  }

  static void OnDoctype(void* data, const XML_Char* /*name*/, const XML_Char* /*system_id*/,
                        const XML_Char* /*public_id*/, int /*has_internal_subset*/) {
    Self(data).Stop(
        absl::InvalidArgumentError("the document declares a document type (DOCTYPE), which is not "
                                   "allowed in lists of a registry"));
  }

  void Stop(absl::Status status) {
    if (status_.ok()) status_ = std::move(status);
    XML_StopParser(parser_, XML_FALSE);
  }

  XML_Parser parser_;
  const XmlBounds& bounds_;
  std::vector<XmlElement> open_;
  XmlElement root_;
  int64_t element_count_ = 0;
  absl::Status status_;
};

// Returns "line 3, column 7", counted from 1. Expat 2.9 (Debian 13) deprecates the functions that
// Expat 2.5 (Debian 12) has. A template, so that functions that do not exist need not be declared.
template <typename Parser>
std::string PositionOf(Parser parser) {
  uint64_t line = 0;
  uint64_t column = 0;
  if constexpr (requires { XML_GetCurrentLineNumber64(parser); }) {
    line = XML_GetCurrentLineNumber64(parser);
    column = XML_GetCurrentColumnNumber64(parser);
  } else {
    line = XML_GetCurrentLineNumber(parser);
    column = XML_GetCurrentColumnNumber(parser);
  }
  return absl::StrCat("line ", line, ", column ", column + 1);
}

}  // namespace

absl::string_view XmlElement::Attribute(absl::string_view attribute) const {
  for (const auto& [key, value] : attributes) {
    if (key == attribute) return value;
  }
  return "";
}

const XmlElement* XmlElement::Child(absl::string_view child) const {
  for (const XmlElement& element : children) {
    if (element.name == child) return &element;
  }
  return nullptr;
}

absl::string_view XmlElement::ChildText(absl::string_view child) const {
  const XmlElement* element = Child(child);
  return element == nullptr ? absl::string_view() : absl::string_view(element->text);
}

absl::StatusOr<XmlElement> ParseXml(absl::string_view bytes, const XmlBounds& bounds) {
  if (static_cast<int64_t>(bytes.size()) > bounds.max_bytes ||
      bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max())) {
    return absl::ResourceExhaustedError(absl::StrCat("the document has ", bytes.size(),
                                                     " bytes, more than ", bounds.max_bytes,
                                                     " (XmlBounds.max_bytes)"));
  }
  const std::unique_ptr<std::remove_pointer_t<XML_Parser>, decltype(&XML_ParserFree)> parser(
      XML_ParserCreate(nullptr), &XML_ParserFree);
  if (parser == nullptr) return absl::ResourceExhaustedError("no memory for an XML parser");
  Builder builder(parser.get(), bounds);
  const XML_Status parsed =
      XML_Parse(parser.get(), bytes.data(), static_cast<int>(bytes.size()), XML_TRUE);
  if (!builder.status().ok()) return builder.status();
  if (parsed != XML_STATUS_OK) {
    return absl::InvalidArgumentError(absl::StrCat(
        PositionOf(parser.get()), ": ", XML_ErrorString(XML_GetErrorCode(parser.get()))));
  }
  return builder.TakeRoot();
}

}  // namespace cis::crawler
