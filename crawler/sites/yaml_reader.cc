// SPDX-License-Identifier: Apache-2.0
#include "crawler/sites/yaml_reader.h"

#include <yaml-cpp/eventhandler.h>

#include <algorithm>
#include <cstdint>
#include <sstream>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace cis::crawler {
namespace {

// A document with this many nodes, counted with aliases resolved, is an attack, not a site.
constexpr int64_t kMaxNodes = 200000;
constexpr int kMaxDepth = 50;

std::string Join(absl::string_view path, absl::string_view key) {
  return path.empty() ? std::string(key) : absl::StrCat(path, ".", key);
}

// What a value is, for messages.
absl::string_view TypeName(const YAML::Node& node) {
  if (node.IsMap()) return "a mapping";
  if (node.IsSequence()) return "a list";
  return "a string";
}

// 1-based line of the first tab that indents `text`; 0 if there is none.
int TabLine(const std::string& text) {
  int line = 0;
  for (absl::string_view content : absl::StrSplit(text, '\n')) {
    ++line;
    const size_t first = content.find_first_not_of(" \t");
    if (first != absl::string_view::npos && absl::StrContains(content.substr(0, first), "\t")) {
      return line;
    }
  }
  return 0;
}

// Consumes a document without keeping anything of it.
class Ignore : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

// Returns how many documents `text` contains; counts up to `most`. YAML::LoadAll is not used: it
// never ends if a document starts with a comma.
int CountDocuments(const std::string& text, int most) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  Ignore ignore;
  int count = 0;
  while (count < most && parser.HandleNextDocument(ignore)) ++count;
  return count;
}

class Checker {
 public:
  explicit Checker(absl::string_view file) : file_(file) {}

  absl::Status Check(const YAML::Node& node, int depth) {
    if (++count_ > kMaxNodes || depth > kMaxDepth) {
      return absl::InvalidArgumentError(absl::StrCat(file_, ": more than ", kMaxNodes,
                                                     " values, or nested deeper than ", kMaxDepth,
                                                     "; no file of CIS needs that many"));
    }
    if (node.IsSequence()) {
      for (const YAML::Node& item : node) {
        if (absl::Status status = Check(item, depth + 1); !status.ok()) return status;
      }
    }
    if (!node.IsMap()) return absl::OkStatus();
    std::set<std::string> keys;
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) {
        return absl::InvalidArgumentError(absl::StrCat(file_, ":", entry.first.Mark().line + 1,
                                                       ": a key is ", TypeName(entry.first),
                                                       "; it must be a string"));
      }
      if (!keys.insert(entry.first.Scalar()).second) {
        return absl::InvalidArgumentError(absl::StrCat(file_, ":", entry.first.Mark().line + 1,
                                                       ": key \"", entry.first.Scalar(),
                                                       "\" is given twice; keep one"));
      }
      if (absl::Status status = Check(entry.second, depth + 1); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

 private:
  const std::string file_;
  int64_t count_ = 0;
};

}  // namespace

YAML::Node FindKey(const YAML::Node& map, absl::string_view key) {
  if (!map.IsMap()) return YAML::Node(YAML::NodeType::Null);
  for (const auto& entry : map) {
    if (entry.first.IsScalar() && entry.first.Scalar() == key) return entry.second;
  }
  return YAML::Node(YAML::NodeType::Null);
}

absl::StatusOr<YAML::Node> YamlReader::Parse(const std::string& text) const {
  // yaml-cpp reports by exceptions; they end here.
  try {
    constexpr int kMostCounted = 10;
    const int count = CountDocuments(text, kMostCounted);
    const YAML::Node document = YAML::Load(text);
    if (count == kMostCounted && document.IsNull()) {
      return absl::InvalidArgumentError(
          absl::StrCat(file_, ": not valid YAML; it must hold a mapping of keys"));
    }
    if (count > 1) {
      return absl::InvalidArgumentError(
          absl::StrCat(file_, ": ", count, " YAML documents; a file must hold one"));
    }
    if (document.IsNull()) {
      return absl::InvalidArgumentError(absl::StrCat(file_, ": the file is empty"));
    }
    if (!document.IsMap()) {
      return absl::InvalidArgumentError(absl::StrCat(file_, ":", document.Mark().line + 1,
                                                     ": the file holds ", TypeName(document),
                                                     "; it must hold a mapping of keys"));
    }
    if (absl::Status status = Checker(file_).Check(document, 0); !status.ok()) return status;
    return document;
  } catch (const YAML::Exception& error) {
    // The parser's own error message about tabs does not mention tabs.
    if (const int line = TabLine(text); line > 0 && line <= error.mark.line + 1) {
      return absl::InvalidArgumentError(
          absl::StrCat(file_, ":", line, ": a tab indents the line; YAML allows only spaces"));
    }
    return absl::InvalidArgumentError(
        absl::StrCat(file_, ":", error.mark.line + 1, ": not valid YAML: ", error.msg));
  }
}

std::string YamlReader::Where(const YAML::Node& node) const {
  const int line = node.Mark().line;
  return line < 0 ? file_ : absl::StrCat(file_, ":", line + 1);
}

void YamlReader::Error(const YAML::Node& node, absl::string_view text) {
  findings_->errors.push_back(absl::StrCat(Where(node), ": ", text));
}

void YamlReader::Warn(const YAML::Node& node, absl::string_view text) {
  findings_->warnings.push_back(absl::StrCat(Where(node), ": ", text));
}

std::string YamlReader::Text(const YAML::Node& map, absl::string_view key, absl::string_view path) {
  const YAML::Node value = FindKey(map, key);
  if (value.IsNull()) return "";
  if (!value.IsScalar()) {
    Error(value, absl::StrCat(Join(path, key), " is ", TypeName(value), "; it must be a string"));
    return "";
  }
  return std::string(absl::StripAsciiWhitespace(value.Scalar()));
}

std::string YamlReader::Needed(const YAML::Node& map, absl::string_view key, absl::string_view path,
                               absl::string_view hint) {
  std::string text = Text(map, key, path);
  const YAML::Node value = FindKey(map, key);
  if (text.empty() && (value.IsNull() || value.IsScalar())) {
    Error(map, absl::StrCat(Join(path, key), " is missing; ", hint));
  }
  return text;
}

bool YamlReader::Flag(const YAML::Node& map, absl::string_view key, absl::string_view path,
                      bool fallback) {
  const YAML::Node value = FindKey(map, key);
  if (value.IsNull()) return fallback;
  bool flag = fallback;
  if (!value.IsScalar() || !YAML::convert<bool>::decode(value, flag)) {
    Error(value, absl::StrCat(Join(path, key), " is ",
                              value.IsScalar() ? absl::StrCat("\"", value.Scalar(), "\"")
                                               : std::string(TypeName(value)),
                              "; it must be true or false"));
  }
  return flag;
}

std::vector<std::string> YamlReader::Texts(const YAML::Node& map, absl::string_view key,
                                           absl::string_view path) {
  const YAML::Node value = FindKey(map, key);
  if (value.IsNull()) return {};
  if (value.IsScalar()) return {std::string(absl::StripAsciiWhitespace(value.Scalar()))};
  std::vector<std::string> texts;
  if (value.IsSequence() &&
      std::all_of(value.begin(), value.end(), [](const auto& item) { return item.IsScalar(); })) {
    for (const YAML::Node& item : value) texts.push_back(item.Scalar());
  } else {
    Error(value, absl::StrCat(Join(path, key), " must be a string or a list of strings"));
  }
  return texts;
}

YAML::Node YamlReader::Map(const YAML::Node& map, absl::string_view key, absl::string_view path) {
  YAML::Node value = FindKey(map, key);
  if (!value.IsNull() && !value.IsMap()) {
    Error(value,
          absl::StrCat(Join(path, key), " is ", TypeName(value), "; it must be a mapping of keys"));
    return YAML::Node(YAML::NodeType::Null);
  }
  return value;
}

void YamlReader::NoteUnknown(const YAML::Node& map, const std::set<std::string>& known,
                             absl::string_view path) {
  if (!map.IsMap()) return;
  for (const auto& entry : map) {
    if (known.contains(entry.first.Scalar())) continue;
    std::string name;  // the path without "[3]"
    bool inside = false;
    for (const char c : Join(path, entry.first.Scalar())) {
      if (c == '[') inside = true;
      if (!inside) name += c;
      if (c == ']') inside = false;
    }
    Findings::UnknownKey& unknown = findings_->unknown_keys[name];
    if (unknown.count++ == 0) {
      unknown.first_place = Where(entry.first);
      unknown.known = absl::StrJoin(known, ", ");
    }
  }
}

}  // namespace cis::crawler
