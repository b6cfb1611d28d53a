// SPDX-License-Identifier: Apache-2.0
#pragma once

// Lists of texts in one column, stored as a JSON array of strings. A general JSON parser is not
// used: a catalog holds a million of these texts and must load in a second.

#include <string>

#include "absl/strings/string_view.h"

namespace cis {

// Appends texts to a JSON array.
class TextListWriter {
 public:
  void Add(absl::string_view text);
  // Returns the array. The writer is empty afterwards.
  std::string Finish();

 private:
  std::string json_;
};

// Reads an array that TextListWriter wrote, text by text.
class TextListReader {
 public:
  // `json` must outlive the reader.
  explicit TextListReader(absl::string_view json);

  // Sets `text` to the next text. Returns false at the end, or if the rest was not written by
  // TextListWriter.
  bool Next(std::string* text);
  // The same without a copy: `text` is valid until the next call and as long as the array.
  bool Next(absl::string_view* text);
  // False once something was read that TextListWriter did not write; check it at the end.
  bool ok() const { return ok_; }
  // Returns the number of texts in the whole array, for reserving memory; exact for an array from
  // TextListWriter.
  static size_t Count(absl::string_view json);

 private:
  bool Fail();
  // Returns what is before the next quotation mark or escape, and goes there.
  absl::string_view TakePlain();
  // Appends the character of an escape to `unescaped_`. Returns false if there is none.
  bool TakeEscape();

  absl::string_view rest_;
  std::string unescaped_;  // the present text, if it has escapes
  bool first_ = true;
  bool ok_ = true;
};

}  // namespace cis
