// SPDX-License-Identifier: Apache-2.0

// Parser of the filter language:
//
//   filter     = [ and ]
//   and        = or { "AND" or }
//   or         = unary { "OR" unary }                      OR binds tighter than AND
//   unary      = [ "NOT" | "-" ] ( comparison | "(" and ")" )
//   comparison = field op argument
//   op         = "=" | "!=" | "<" | "<=" | ">" | ">=" | ":"
//   argument   = word | quoted | "*"                       "*" alone only after ":"

#include "server/query/filter.h"

#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "schema/base/utf8.h"
#include "schema/model/known.h"
#include "server/query/query_error.h"

namespace cis::server {
namespace {

// The most of a filter that an error repeats.
constexpr size_t kMaxShownBytes = 60;

bool IsWordByte(char c) {
  return !absl::ascii_isspace(static_cast<unsigned char>(c)) &&
         absl::string_view("()\"'=!<>:,").find(c) == absl::string_view::npos;
}

std::string Show(absl::string_view text) {
  if (text.size() <= kMaxShownBytes) return absl::StrCat("\"", text, "\"");
  return absl::StrCat("\"", CutUtf8(text, kMaxShownBytes), "...\"");
}

std::optional<bool> ParseFlag(absl::string_view text) {
  if (absl::EqualsIgnoreCase(text, "true") || absl::EqualsIgnoreCase(text, "yes")) return true;
  if (absl::EqualsIgnoreCase(text, "false") || absl::EqualsIgnoreCase(text, "no")) return false;
  return std::nullopt;
}

// An argument as written.
struct Argument {
  size_t offset = 0;
  std::string text;  // without quotes, escapes resolved, stars at the ends removed
  bool quoted = false;
  bool open_start = false;
  bool open_end = false;
  bool lone_star = false;  // an unquoted `*`
  bool inner_star = false;
};

}  // namespace

class FilterParser {
 public:
  FilterParser(absl::string_view text, const FieldSpecs& fields) : text_(text), fields_(fields) {}

  absl::StatusOr<Filter> Parse() {
    if (text_.size() > kMaxFilterBytes) {
      return QueryErrorAt(kMaxFilterBytes,
                          absl::StrCat("the filter has ", text_.size(), " bytes; at most ",
                                       kMaxFilterBytes, " are allowed"));
    }
    SkipSpace();
    if (AtEnd()) return std::move(filter_);
    absl::StatusOr<int32_t> root = ParseAnd(0);
    if (!root.ok()) return root.status();
    filter_.root_ = *root;
    SkipSpace();
    if (!AtEnd()) {
      if (Peek() == ')') return QueryErrorAt(pos_, "this ) has no matching (");
      return QueryErrorAt(pos_, absl::StrCat("expected AND, OR or the end, found ", Show(Rest())));
    }
    return std::move(filter_);
  }

 private:
  using NodeKind = Filter::NodeKind;

  bool AtEnd() const { return pos_ == text_.size(); }
  char Peek() const { return text_[pos_]; }
  absl::string_view Rest() const { return text_.substr(pos_); }
  void SkipSpace() {
    while (!AtEnd() && absl::ascii_isspace(static_cast<unsigned char>(Peek()))) ++pos_;
  }
  absl::string_view PeekWord() const {
    size_t end = pos_;
    while (end < text_.size() && IsWordByte(text_[end])) ++end;
    return text_.substr(pos_, end - pos_);
  }
  // Takes `keyword` if it is the next word.
  bool Take(absl::string_view keyword) {
    SkipSpace();
    if (PeekWord() != keyword) return false;
    pos_ += keyword.size();
    return true;
  }
  int32_t Add(Filter::Node node) {
    filter_.nodes_.push_back(std::move(node));
    return static_cast<int32_t>(filter_.nodes_.size() - 1);
  }

  absl::StatusOr<int32_t> ParseAnd(int depth) { return ParseList(NodeKind::kAnd, "AND", depth); }

  absl::StatusOr<int32_t> ParseList(NodeKind kind, absl::string_view keyword, int depth) {
    Filter::Node list;
    list.kind = kind;
    do {
      absl::StatusOr<int32_t> child =
          kind == NodeKind::kAnd ? ParseList(NodeKind::kOr, "OR", depth) : ParseUnary(depth);
      if (!child.ok()) return child;
      list.children.push_back(*child);
    } while (Take(keyword));
    if (list.children.size() == 1) return list.children[0];
    return Add(std::move(list));
  }

  absl::StatusOr<int32_t> ParseUnary(int depth) {
    SkipSpace();
    bool negated = Take("NOT");
    if (!negated && !AtEnd() && Peek() == '-') {
      negated = true;
      ++pos_;
    }
    SkipSpace();
    absl::StatusOr<int32_t> child =
        !AtEnd() && Peek() == '(' ? ParseParentheses(depth) : ParseComparison();
    if (!child.ok() || !negated) return child;
    Filter::Node node;
    node.kind = NodeKind::kNot;
    node.children.push_back(*child);
    return Add(std::move(node));
  }

  absl::StatusOr<int32_t> ParseParentheses(int depth) {
    const size_t open = pos_++;
    if (depth + 1 > kMaxFilterDepth) {
      return QueryErrorAt(
          open, absl::StrCat("parentheses may be nested at most ", kMaxFilterDepth, " deep"));
    }
    absl::StatusOr<int32_t> inner = ParseAnd(depth + 1);
    if (!inner.ok()) return inner;
    SkipSpace();
    if (AtEnd()) return QueryErrorAt(open, "this ( has no matching )");
    if (Peek() != ')') {
      return QueryErrorAt(pos_, absl::StrCat("expected AND, OR or ), found ", Show(Rest())));
    }
    ++pos_;
    return inner;
  }

  absl::StatusOr<int32_t> ParseComparison() {
    SkipSpace();
    const size_t offset = pos_;
    const absl::string_view name = PeekWord();
    if (name.empty()) {
      return QueryErrorAt(offset, AtEnd() ? "expected a field, found the end"
                                          : absl::StrCat("expected a field, found ", Show(Rest())));
    }
    if (++term_count_ > kMaxFilterTerms) {
      return QueryErrorAt(offset,
                          absl::StrCat("at most ", kMaxFilterTerms, " comparisons are allowed"));
    }
    Filter::Node node;
    const std::optional<size_t> index = FindField(fields_, name);
    if (!index) {
      return QueryErrorAt(
          offset, absl::StrCat("there is no field ", Show(name), "; the fields are ",
                               FormatFieldNames(fields_, false), SuggestField(fields_, name)));
    }
    node.term.field = *index;
    const FieldSpec& field = fields_[node.term.field];
    node.term.type = field.type;
    pos_ += name.size();
    if (absl::Status status = ParseOp(field, &node.term); !status.ok()) return status;
    absl::StatusOr<Argument> argument = ParseArgument();
    if (!argument.ok()) return argument.status();
    if (absl::Status status = Bind(field, *argument, &node.term); !status.ok()) return status;
    return Add(std::move(node));
  }

  absl::Status ParseOp(const FieldSpec& field, FilterTerm* term) {
    // Longer ones first.
    static constexpr std::array<std::pair<absl::string_view, FilterOp>, 7> kOps{{
        {"!=", FilterOp::kNotEqual},
        {"<=", FilterOp::kLessOrEqual},
        {">=", FilterOp::kGreaterOrEqual},
        {"=", FilterOp::kEqual},
        {"<", FilterOp::kLess},
        {">", FilterOp::kGreater},
        {":", FilterOp::kHas},
    }};
    SkipSpace();
    for (const auto& [sign, op] : kOps) {
      if (Rest().substr(0, sign.size()) != sign) continue;
      const FieldType type = field.type;
      const bool order =
          op != FilterOp::kEqual && op != FilterOp::kNotEqual && op != FilterOp::kHas;
      if (type == FieldType::kTextList && op != FilterOp::kHas) {
        return QueryErrorAt(
            pos_, absl::StrCat(field.name, " is a list; write ", field.name, ":\"value\""));
      }
      if (order && (type == FieldType::kBool || type == FieldType::kWord)) {
        return QueryErrorAt(pos_, absl::StrCat(field.name, " can be compared with = and != only"));
      }
      term->op = op;
      pos_ += sign.size();
      return absl::OkStatus();
    }
    return QueryErrorAt(
        pos_, absl::StrCat("expected = != < <= > >= or : after ", field.name,
                           AtEnd() ? ", found the end" : absl::StrCat(", found ", Show(Rest()))));
  }

  absl::StatusOr<Argument> ParseArgument() {
    SkipSpace();
    Argument argument;
    argument.offset = pos_;
    if (AtEnd()) return QueryErrorAt(pos_, "expected a value, found the end");
    std::vector<size_t> stars;  // where unescaped stars stand in argument.text
    if (Peek() == '"' || Peek() == '\'') {
      const char quote = Peek();
      argument.quoted = true;
      ++pos_;
      while (!AtEnd() && Peek() != quote) {
        if (Peek() == '\\') {
          if (++pos_ == text_.size()) break;
        } else if (Peek() == '*') {
          stars.push_back(argument.text.size());
        }
        argument.text += Peek();
        ++pos_;
      }
      if (AtEnd()) return QueryErrorAt(argument.offset, "this quote is not closed");
      ++pos_;
    } else {
      const absl::string_view word = PeekWord();
      if (word.empty()) {
        return QueryErrorAt(
            pos_, absl::StrCat("expected a value, found ", Show(Rest()),
                               "; put quotes around a text that contains ( ) , : = ! < or >"));
      }
      argument.text = std::string(word);
      pos_ += word.size();
      argument.lone_star = word == "*";
      for (size_t i = 0; i < word.size(); ++i) {
        if (word[i] == '*') stars.push_back(i);
      }
    }
    for (const size_t star : stars) {
      if (star == 0) {
        argument.open_start = true;
      } else if (star + 1 == argument.text.size()) {
        argument.open_end = true;
      } else {
        argument.inner_star = true;
      }
    }
    if (argument.text.size() == 1 && argument.open_start) argument.open_end = true;
    if (argument.open_end) argument.text.pop_back();
    if (argument.open_start && !argument.text.empty()) argument.text.erase(0, 1);
    return argument;
  }

  // Checks the argument against the field's type and puts it into the term.
  absl::Status Bind(const FieldSpec& field, const Argument& argument, FilterTerm* term) {
    const std::string& name = field.name;
    if (argument.lone_star && term->op == FilterOp::kHas) {
      term->asks = FilterAsks::kKnown;
      return absl::OkStatus();
    }
    const auto wrong = [&argument, &name](absl::string_view form) {
      return QueryErrorAt(argument.offset, absl::StrCat(name, " is compared with ", form,
                                                        ", not with ", Show(argument.text)));
    };
    term->text = argument.text;
    term->pattern = {absl::AsciiStrToLower(argument.text), argument.open_start, argument.open_end};
    const bool open = argument.open_start || argument.open_end || argument.inner_star;
    switch (field.type) {
      case FieldType::kText:
      case FieldType::kVersion:
      case FieldType::kTextList:
        if (argument.inner_star) {
          return QueryErrorAt(
              argument.offset,
              "* is allowed only at the start and the end of a text; write \\* for a literal *");
        }
        if (open && term->op != FilterOp::kEqual && term->op != FilterOp::kNotEqual &&
            term->op != FilterOp::kHas) {
          return QueryErrorAt(argument.offset, "* can be used with = != and : only");
        }
        return absl::OkStatus();
      case FieldType::kNumber:
        if (open || !absl::SimpleAtod(argument.text, &term->number) ||
            !std::isfinite(term->number)) {
          return wrong("a number");
        }
        return absl::OkStatus();
      case FieldType::kBool: {
        if (!open && absl::EqualsIgnoreCase(argument.text, "unknown")) {
          term->asks = term->op == FilterOp::kNotEqual ? FilterAsks::kKnown : FilterAsks::kUnknown;
          return absl::OkStatus();
        }
        const std::optional<bool> flag = open ? std::nullopt : ParseFlag(argument.text);
        if (!flag.has_value()) return wrong("true, false or unknown");
        term->flag = *flag;
        return absl::OkStatus();
      }
      case FieldType::kWord: {
        const absl::string_view* word = open ? nullptr : field.words->Find(argument.text);
        if (word == nullptr) {
          return wrong(absl::StrCat("one of ", absl::StrJoin(field.words->words, ", ")));
        }
        term->pattern.text = std::string(*word);
        return absl::OkStatus();
      }
      case FieldType::kTime:
        if (open ||
            (!absl::ParseTime(absl::RFC3339_full, argument.text, &term->time, nullptr) &&
             !absl::ParseTime("%Y-%m-%d", argument.text, &term->time, nullptr)) ||
            !IsKnown(term->time)) {
          return wrong("a time such as \"2026-01-02T03:04:05Z\" or 2026-01-02");
        }
        return absl::OkStatus();
    }
    return absl::OkStatus();
  }

  absl::string_view text_;
  const FieldSpecs& fields_;
  size_t pos_ = 0;
  int term_count_ = 0;
  Filter filter_;
};

absl::StatusOr<Filter> ParseFilter(absl::string_view text, const FieldSpecs& fields) {
  return FilterParser(text, fields).Parse();
}

}  // namespace cis::server
