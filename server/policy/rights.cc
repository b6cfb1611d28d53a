// SPDX-License-Identifier: Apache-2.0
#include "server/policy/rights.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace cis::server {
namespace {

template <typename Texts>
std::string Quoted(const Texts& texts) {
  return absl::StrCat("[",
                      absl::StrJoin(texts, ",",
                                    [](std::string* out, const std::string& text) {
                                      absl::StrAppend(out, "\"", absl::CHexEscape(text), "\"");
                                    }),
                      "]");
}

bool IsIn(const std::vector<std::string>& names, absl::string_view name) {
  return names.empty() || std::binary_search(names.begin(), names.end(), name);
}

}  // namespace

bool Rights::SeesVo(absl::string_view vo) const {
  return may_read && (all_vos || vos.contains(std::string(vo)));
}

PublicKinds Rights::PublicAt(absl::string_view site_name, absl::string_view vo) const {
  PublicKinds kinds = 0;
  if (!may_read || public_facts.empty()) return kinds;
  const std::string site = absl::AsciiStrToLower(site_name);
  for (const PublicFacts& facts : public_facts) {
    if (IsIn(facts.sites, site) && IsIn(facts.vos, vo)) {
      kinds = static_cast<PublicKinds>(kinds | facts.kinds);
    }
  }
  return kinds;
}

std::string Rights::Text() const {
  if (!may_read) return "none";
  std::string out = absl::StrCat("vos=", all_vos ? "all" : Quoted(vos));
  if (operation) absl::StrAppend(&out, ";operation");
  if (report) absl::StrAppend(&out, ";report");
  for (const PublicFacts& facts : public_facts) {
    absl::StrAppend(&out, ";public=", absl::StrJoin(FormatPublicKinds(facts.kinds), "+"), "@",
                    Quoted(facts.sites), Quoted(facts.vos));
  }
  return out;
}

Rights AllRights() {
  Rights rights;
  rights.may_read = true;
  rights.all_vos = true;
  rights.operation = true;
  rights.report = true;
  return rights;
}

}  // namespace cis::server
