// Counts right, unknown and wrong answers of the normalisation on labelled lists.
//
// A folder may hold images.tsv (name distro version arch login), flavors.tsv (name extra_specs
// gpu_vendor gpu_model gpu_count gpu_kind) and networks.tsv (name role router_external); columns
// are found by their heading, an empty label is not counted.

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "crawler/normalize/normalizer.h"

namespace cis {
namespace {

using nlohmann::json;
using Row = std::map<std::string, std::string>;

std::vector<Row> ReadRows(const std::string& path) {
  std::vector<Row> rows;
  std::ifstream file(path);
  std::vector<std::string> heading;
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> cells = absl::StrSplit(absl::StripSuffix(line, "\r"), '\t');
    if (heading.empty()) {
      heading = cells;
      continue;
    }
    Row row;
    for (std::size_t i = 0; i < heading.size() && i < cells.size(); ++i) {
      row[heading[i]] = cells[i];
    }
    rows.push_back(row);
  }
  return rows;
}

// The normalised record of one raw record.
json NormalizeOne(Kind kind, const json& record) {
  const auto lines = NormalizeToJsonLines(kind, json::array({record}).dump());
  return lines.ok() && !lines->empty() ? json::parse(*lines) : json::object();
}

std::string Answer(const json& record, const std::string& field) {
  const auto found = record.find(field);
  if (found == record.end() || found->is_null()) {
    return "";
  }
  return found->is_string() ? found->get<std::string>() : found->dump();
}

// Lower case, without the brand words that people leave out.
std::string Plain(std::string text) {
  std::string plain;
  for (absl::string_view word : absl::StrSplit(absl::AsciiStrToLower(text), ' ')) {
    if (word != "tesla" && word != "geforce" && word != "rtx" && word != "gtx") {
      absl::StrAppend(&plain, plain.empty() ? "" : " ", word);
    }
  }
  return plain == "oracle" ? "ol" : plain;
}

bool SameNumber(const std::string& a, const std::string& b) {
  char* end_a = nullptr;
  char* end_b = nullptr;
  const double x = std::strtod(a.c_str(), &end_a);
  const double y = std::strtod(b.c_str(), &end_b);
  return *end_a == 0 && *end_b == 0 && x == y;
}

class Score {
 public:
  void Count(const std::string& field, const std::string& name, const std::string& label,
             const std::string& got) {
    if (label.empty()) {
      return;
    }
    if (got.empty()) {
      ++counts_[field].unknown;
    } else if (Plain(label) == Plain(got) || (field == "gpu_count" && SameNumber(label, got))) {
      ++counts_[field].right;
    } else if (field == "version" &&
               (absl::StartsWith(label, got + ".") || absl::StartsWith(got, label + "."))) {
      ++counts_[field].coarse;
    } else {
      ++counts_[field].wrong;
      std::cout << "wrong " << field << ": " << name << " is " << label << ", not " << got << "\n";
    }
  }

  int Print() const {
    int wrong = 0;
    for (const auto& [field, count] : counts_) {
      std::cout << field << ": " << count.right << " right, " << count.coarse
                << " coarser or finer, " << count.unknown << " unknown, " << count.wrong
                << " wrong\n";
      wrong += count.wrong;
    }
    return wrong;
  }

  bool empty() const { return counts_.empty(); }

 private:
  struct Counts {
    int right = 0;
    int coarse = 0;
    int unknown = 0;
    int wrong = 0;
  };
  std::map<std::string, Counts> counts_;
};

void MeasureImages(const std::string& folder, Score* score) {
  for (Row& row : ReadRows(folder + "/images.tsv")) {
    const json got = NormalizeOne(Kind::kImages, {{"id", "1"}, {"name", row["name"]}});
    score->Count("distro", row["name"], row["distro"], Answer(got, "os_distro"));
    score->Count("version", row["name"], row["version"], Answer(got, "os_version"));
    score->Count("arch", row["name"], row["arch"], Answer(got, "arch"));
    score->Count("login", row["name"], row["login"], Answer(got, "login_user"));
  }
}

void MeasureFlavors(const std::string& folder, Score* score) {
  for (Row& row : ReadRows(folder + "/flavors.tsv")) {
    json record = {{"id", "1"}, {"name", row["name"]}};
    const json specs = json::parse(row["extra_specs"], nullptr, false);
    if (specs.is_object()) {
      record["extra_specs"] = specs;
    }
    const json got = NormalizeOne(Kind::kFlavors, record);
    const bool gpu = !row["gpu_vendor"].empty() || !row["gpu_model"].empty() ||
                     !row["gpu_count"].empty() || !row["gpu_kind"].empty();
    score->Count("gpu_count", row["name"], gpu ? row["gpu_count"] : "0", Answer(got, "gpu_count"));
    score->Count("gpu_model", row["name"], row["gpu_model"], Answer(got, "gpu_model"));
    score->Count("gpu_kind", row["name"], row["gpu_kind"], Answer(got, "gpu_kind"));
  }
}

void MeasureNetworks(const std::string& folder, Score* score) {
  const std::map<std::string, std::string> roles = {{"external-public", "floating-pool"},
                                                    {"external-nonpublic", "floating-pool"},
                                                    {"tenant", "tenant"},
                                                    {"provider-direct", "direct"}};
  for (Row& row : ReadRows(folder + "/networks.tsv")) {
    json record = {{"id", "1"}, {"name", row["name"]}};
    if (!row["router_external"].empty()) {
      record["router:external"] = row["router_external"];
      record["shared"] = row["role"] == "provider-direct";
    }
    const auto role = roles.find(row["role"]);
    if (role != roles.end()) {
      const json got = NormalizeOne(Kind::kNetworks, record);
      score->Count("usable_as", row["name"], role->second, Answer(got, "usable_as"));
    }
  }
}

int Main(const std::vector<std::string>& args) {
  const bool strict = !args.empty() && args.front() == "--fail-on-wrong";
  if (args.size() != (strict ? 2U : 1U)) {
    std::cerr << "usage: cis_accuracy [--fail-on-wrong] FOLDER\n";
    return 2;
  }
  Score score;
  MeasureImages(args.back(), &score);
  MeasureFlavors(args.back(), &score);
  MeasureNetworks(args.back(), &score);
  if (score.empty()) {
    std::cerr << args.back() << " holds no labelled list; images.tsv, flavors.tsv or networks.tsv"
              << " is needed\n";
    return 2;
  }
  return score.Print() > 0 && strict ? 1 : 0;
}

}  // namespace
}  // namespace cis

int main(int argc, char** argv) { return cis::Main({argv + 1, argv + argc}); }
