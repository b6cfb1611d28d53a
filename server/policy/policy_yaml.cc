// SPDX-License-Identifier: Apache-2.0
#include "server/policy/policy_yaml.h"

#include <yaml-cpp/eventhandler.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "schema/base/spelling.h"
#include "schema/base/status_macros.h"

namespace cis::server {
namespace {

// A document with more, counted with aliases resolved, is an attack, not a policy.
constexpr int kMaxNodes = 100000;
constexpr int kMaxDepth = 20;

absl::string_view TypeOf(const YAML::Node& node) {
  if (node.IsMap()) return "a mapping";
  if (node.IsSequence()) return "a list";
  if (node.IsNull()) return "empty";
  return "a text";
}

// Consumes a document without keeping anything of it.
class SkipDocument : public YAML::EventHandler {
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

// Whether a document follows the first, which YAML::Load would ignore.
bool HasSecondDocument(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  SkipDocument skip;
  return parser.HandleNextDocument(skip) && parser.HandleNextDocument(skip);
}

absl::Status CheckTree(const YAML::Node& node, const std::string& file, int depth, int* count) {
  if (++*count > kMaxNodes || depth > kMaxDepth) {
    return absl::InvalidArgumentError(absl::StrCat(file, ": more than ", kMaxNodes,
                                                   " values, or nested deeper than ", kMaxDepth,
                                                   "; no policy needs that many"));
  }
  if (node.IsSequence()) {
    for (const YAML::Node& item : node) {
      CIS_RETURN_IF_ERROR(CheckTree(item, file, depth + 1, count));
    }
  }
  if (!node.IsMap()) return absl::OkStatus();
  std::set<std::string> keys;
  for (const auto& entry : node) {
    const std::string where = absl::StrCat(file, ":", entry.first.Mark().line + 1, ": ");
    if (!entry.first.IsScalar()) {
      return absl::InvalidArgumentError(
          absl::StrCat(where, "a key is ", TypeOf(entry.first), "; it must be a text"));
    }
    if (!keys.insert(entry.first.Scalar()).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(where, "key \"", entry.first.Scalar(), "\" is given twice; keep one"));
    }
    CIS_RETURN_IF_ERROR(CheckTree(entry.second, file, depth + 1, count));
  }
  return absl::OkStatus();
}

bool IsPlainScalar(const YAML::Node& node) {
  return node.IsScalar() && !node.Scalar().empty() &&
         std::none_of(node.Scalar().begin(), node.Scalar().end(),
                      [](unsigned char c) { return absl::ascii_iscntrl(c); });
}

}  // namespace

YAML::Node FindPolicyKey(const YAML::Node& map, absl::string_view key) {
  for (const auto& entry : map) {
    if (entry.first.Scalar() == key) return entry.second;
  }
  return YAML::Node(YAML::NodeType::Undefined);
}

std::string JoinPolicyPath(absl::string_view path, absl::string_view key) {
  return path.empty() ? std::string(key) : absl::StrCat(path, ".", key);
}

absl::StatusOr<YAML::Node> PolicyYaml::Parse(const std::string& text) const {
  // yaml-cpp reports by exceptions; they end here.
  try {
    YAML::Node root = YAML::Load(text);
    if (HasSecondDocument(text)) {
      return absl::InvalidArgumentError(
          absl::StrCat(file_, ": several YAML documents; a policy is one"));
    }
    if (!root.IsMap()) {
      return absl::InvalidArgumentError(
          absl::StrCat(file_, ":1: the file is ", TypeOf(root), "; a policy is a mapping of keys"));
    }
    int count = 0;
    CIS_RETURN_IF_ERROR(CheckTree(root, file_, 0, &count));
    return root;
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(file_, ":", error.mark.line + 1, ": not valid YAML: ", error.msg));
  }
}

std::string PolicyYaml::Where(const YAML::Node& node) const {
  const int line = node.Mark().line;
  return line < 0 ? file_ : absl::StrCat(file_, ":", line + 1);
}

absl::Status PolicyYaml::status() const {
  if (errors_.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(errors_, "\n"));
}

void PolicyYaml::Error(const YAML::Node& node, absl::string_view text) {
  errors_.push_back(absl::StrCat(Where(node), ": ", text));
}

bool PolicyYaml::CheckKeys(const YAML::Node& node, absl::string_view path,
                           absl::Span<const absl::string_view> keys) {
  if (!node.IsMap()) {
    Error(node, absl::StrCat(path, " is ", TypeOf(node), "; it must be a mapping with keys of ",
                             absl::StrJoin(keys, ", ")));
    return false;
  }
  for (const auto& entry : node) {
    const std::string& key = entry.first.Scalar();
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    const std::vector<std::string> near =
        NearestNames(key, std::vector<std::string>(keys.begin(), keys.end()), 1);
    Error(entry.first,
          absl::StrCat(JoinPolicyPath(path, key), " is not a key; ",
                       near.empty() ? absl::StrCat("it must be one of ", absl::StrJoin(keys, ", "))
                                    : absl::StrCat("did you mean ", near.front(), "?")));
  }
  return true;
}

std::optional<std::string> PolicyYaml::Text(const YAML::Node& map, absl::string_view key,
                                            absl::string_view path, absl::string_view form) {
  const YAML::Node value = FindPolicyKey(map, key);
  if (!value.IsDefined()) return std::nullopt;
  if (!IsPlainScalar(value)) {
    Error(value,
          absl::StrCat(JoinPolicyPath(path, key), " is ",
                       value.IsScalar() ? "an empty text or has control characters" : TypeOf(value),
                       "; ", form));
    return std::nullopt;
  }
  return value.Scalar();
}

std::string PolicyYaml::Needed(const YAML::Node& map, absl::string_view key, absl::string_view path,
                               absl::string_view form) {
  if (!FindPolicyKey(map, key).IsDefined()) {
    Error(map, absl::StrCat(JoinPolicyPath(path, key), " is missing; ", form));
  }
  return Text(map, key, path, form).value_or("");
}

std::optional<bool> PolicyYaml::Flag(const YAML::Node& map, absl::string_view key,
                                     absl::string_view path) {
  const YAML::Node value = FindPolicyKey(map, key);
  if (!value.IsDefined()) return std::nullopt;
  if (value.IsScalar() && value.Scalar() == "true") return true;
  if (value.IsScalar() && value.Scalar() == "false") return false;
  Error(value, absl::StrCat(JoinPolicyPath(path, key), " is ",
                            value.IsScalar() ? absl::StrCat("\"", value.Scalar(), "\"")
                                             : std::string(TypeOf(value)),
                            "; it must be true or false"));
  return std::nullopt;
}

std::optional<std::vector<std::string>> PolicyYaml::Texts(const YAML::Node& map,
                                                          absl::string_view key,
                                                          absl::string_view path,
                                                          absl::string_view form) {
  const YAML::Node value = FindPolicyKey(map, key);
  if (!value.IsDefined()) return std::nullopt;
  std::vector<std::string> texts;
  bool is_list_of_texts = value.IsSequence() && value.size() > 0;
  if (is_list_of_texts) {
    for (const YAML::Node& item : value) {
      is_list_of_texts = is_list_of_texts && IsPlainScalar(item);
      if (item.IsScalar()) texts.push_back(item.Scalar());
    }
  }
  if (!is_list_of_texts) {
    Error(value, absl::StrCat(JoinPolicyPath(path, key), " is ",
                              value.IsSequence() ? "an empty list, or an entry is not a text"
                                                 : TypeOf(value),
                              "; ", form));
    return std::nullopt;
  }
  std::vector<std::string> sorted = texts;
  std::sort(sorted.begin(), sorted.end());
  if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end()) {
    Error(value, absl::StrCat(JoinPolicyPath(path, key), " has \"", *twice, "\" twice; keep one"));
  }
  return texts;
}

std::vector<YAML::Node> PolicyYaml::Items(const YAML::Node& map, absl::string_view key,
                                          absl::string_view path, absl::string_view form) {
  const YAML::Node value = FindPolicyKey(map, key);
  if (!value.IsDefined()) return {};
  if (!value.IsSequence()) {
    Error(value, absl::StrCat(JoinPolicyPath(path, key), " is ", TypeOf(value), "; ", form));
    return {};
  }
  return std::vector<YAML::Node>(value.begin(), value.end());
}

}  // namespace cis::server
