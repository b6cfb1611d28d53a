#pragma once

// Lists of texts in one column, as a JSON array of strings. A general JSON parser is not used:
// a catalog holds a million of these texts and must load in a second.

#include <string>

#include "absl/strings/string_view.h"

namespace cis {

// Appends texts to a JSON array.
class TextListWriter {
 public:
  void Add(absl::string_view text);
  // The array. The writer is empty again.
  std::string Finish();

 private:
  std::string json_;
};

// Reads an array that TextListWriter wrote, text by text.
class TextListReader {
 public:
  // `json` must outlive the reader.
  explicit TextListReader(absl::string_view json);

  // Sets `text` to the next one; false at the end or if the rest is not what a writer wrote.
  bool Next(std::string& text);
  // False once something else than a written array was met; ask at the end.
  bool ok() const { return ok_; }
  // Number of texts in the whole array, for reserving memory; exact for a written array.
  static size_t Count(absl::string_view json);

 private:
  bool Fail();

  absl::string_view rest_;
  bool first_ = true;
  bool ok_ = true;
};

}  // namespace cis
