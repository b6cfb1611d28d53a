// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/os_text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "crawler/normalize/os_purposes.h"
#include "crawler/normalize/os_tables.h"
#include "crawler/normalize/os_version.h"
#include "crawler/normalize/rules.h"
#include "crawler/normalize/tokens.h"

namespace cis::crawler {
namespace {

// How many words may stand between a distribution and its release.
constexpr std::size_t kMaxBridge = 6;

// One place where a text names a distribution.
struct Mention {
  const Distro* distro = nullptr;
  std::string version;
  std::string codename;
  std::size_t begin = 0;     // first token
  std::size_t name_end = 0;  // after the name
  bool in_bracket = false;   // inside "[Distro/Release/Hypervisor]"
};

class Parser {
 public:
  Parser(const Rules& rules, absl::string_view text)
      : rules_(rules), list_(rules.tokenizer.Tokenize(text)), used_(list_.tokens.size()) {
    FindBracket(text);
  }

  OsGuess Parse(absl::string_view assumed) {
    OsGuess guess;
    ReadArchAndDates(&guess);
    FindMentions();
    Choose(assumed, &guess);
    FindPurpose(&guess);
    FindLeftovers(&guess);
    return guess;
  }

 private:
  const std::vector<Token>& tokens() const { return list_.tokens; }

  // The part in square brackets that holds a slash: EGI's "[Ubuntu/22.04/VirtualBox]".
  void FindBracket(absl::string_view text) {
    const std::size_t open = text.rfind('[');
    const std::size_t close = text.find(']', open == absl::string_view::npos ? 0 : open);
    if (open != absl::string_view::npos && close != absl::string_view::npos &&
        absl::StrContains(text.substr(open, close - open), "/")) {
      bracket_begin_ = open;
      bracket_end_ = close;
    }
  }

  // A word size is an architecture only if nothing names one, in whatever order; names that
  // contradict each other or the size give no result.
  void ReadArchAndDates(OsGuess* guess) {
    for (std::size_t i = 0; i < tokens().size(); ++i) {
      used_[i] = used_[i] || tokens()[i].mark != Token::Mark::kNone;
    }
    std::set<std::string> exact;
    std::set<std::string> named;  // also in a usual way
    std::set<std::string> width;
    for (const ArchMention& mention : list_.arches) {
      if (mention.windows_only) {
        windows_arch_ = mention.arch;
      } else if (mention.width) {
        width.insert(mention.arch);
      } else {
        named.insert(mention.arch);
        if (mention.exact) exact.insert(mention.arch);
      }
    }
    if (named.size() == 1 && (!exact.empty() || !ContradictsWidth(*named.begin(), width))) {
      guess->arch = *named.begin();
      guess->arch_exact = !exact.empty();
    } else if (named.empty() && width.size() == 1) {
      guess->arch = *width.begin();
      guess->arch_width = true;
    }
    if (!named.empty()) windows_arch_.clear();
    std::set<std::string> dates;
    for (const NameDate& date : list_.dates) {
      if (date.expired) {
        guess->expired = true;
      } else if (!date.date.empty()) {
        dates.insert(date.date);
      }
    }
    if (dates.size() == 1) {
      guess->build_date = *dates.begin();
    }
  }

  static bool ContradictsWidth(absl::string_view arch, const std::set<std::string>& width) {
    const bool narrow = arch == "i686" || arch == "armv7l" || arch == "armv6l";
    return width.size() == 1 && (*width.begin() == "i686") != narrow;
  }

  // Reads what follows a distribution's name: words without meaning, code names, a release.
  // Returns the release and the token after it.
  std::optional<std::pair<std::string, std::size_t>> ReadVersion(const Distro& distro,
                                                                 std::size_t from, bool glued,
                                                                 std::string* codename) {
    std::size_t at = from;
    std::string found_codename;
    std::size_t bridge = 0;  // an architecture does not count: "x86_64" is three tokens
    for (; bridge <= kMaxBridge && at < tokens().size(); ++at) {
      const Token& token = tokens()[at];
      if (glued && (at != from || !token.gap.empty())) {
        return std::nullopt;
      }
      if (token.mark == Token::Mark::kArch) {
        continue;
      }
      ++bridge;
      if (token.mark != Token::Mark::kNone) {
        break;
      }
      if (IsFillerTail(at)) {
        continue;
      }
      if (std::optional<VersionMatch> match = MatchVersion(distro.scheme, tokens(), at)) {
        *codename = found_codename;
        for (std::size_t k = from; k < at + match->count; ++k) {
          used_[k] = true;
        }
        return std::make_pair(Refine(distro, *match, at + match->count), at + match->count);
      }
      if (token.kind == Token::Kind::kNumber) {
        break;
      }
      if (rules_.os.FindCodename(token.text, distro.id) != nullptr) {
        found_codename = token.text;
        continue;
      }
      if (!IsFiller(at) && !IsNickname(at)) {
        break;
      }
    }
    return std::nullopt;
  }

  // A word without meaning; its number may be glued to it ("AmazonEC2", "qcow2").
  bool IsFiller(std::size_t at) const {
    return !rules_.os.FillerRole(tokens()[at].text).empty() ||
           (at + 1 < tokens().size() && IsFillerTail(at + 1));
  }

  // The number of a word without meaning: "2" of "AmazonEC2".
  bool IsFillerTail(std::size_t at) const {
    return at > 0 && tokens()[at].gap.empty() && tokens()[at].kind == Token::Kind::kNumber &&
           !rules_.os.FillerRole(absl::StrCat(tokens()[at - 1].text, tokens()[at].text)).empty();
  }

  // Vendors' file names have the release twice, first coarse, then complete:
  // "Rocky-9-GenericCloud-Base-9.4".
  std::string Refine(const Distro& distro, const VersionMatch& coarse, std::size_t from) {
    for (std::size_t at = from; at < tokens().size() && at <= from + kMaxBridge; ++at) {
      const Token& token = tokens()[at];
      if (token.mark == Token::Mark::kArch || IsFillerTail(at)) {
        continue;
      }
      if (token.mark != Token::Mark::kNone) {
        break;
      }
      const std::optional<VersionMatch> match = MatchVersion(distro.scheme, tokens(), at);
      if (match.has_value() && match->count >= 2 && match->version.size() > coarse.version.size() &&
          CompatibleVersions(match->version, coarse.version)) {
        for (std::size_t k = at; k < at + match->count; ++k) {
          used_[k] = true;
        }
        return match->version;
      }
      if (token.kind == Token::Kind::kNumber || !IsFiller(at)) {
        break;
      }
    }
    return coarse.version;
  }

  // The animal of Ubuntu's code names: any word right after a code name.
  bool IsNickname(std::size_t at) const {
    return at > 0 && rules_.os.FindCodename(tokens()[at - 1].text, "") != nullptr;
  }

  // Tokens of `pattern` matched at `at`, 0 if none.
  std::optional<Mention> MatchPattern(const Distro& distro, const NamePattern& pattern,
                                      std::size_t at) {
    if (pattern.at_start && at != 0) {
      return std::nullopt;
    }
    Mention mention;
    mention.distro = &distro;
    mention.begin = at;
    std::size_t next = at;
    for (std::size_t i = 0; i < pattern.words.size(); ++i) {
      const std::string& word = pattern.words[i];
      if (next >= tokens().size() || tokens()[next].mark != Token::Mark::kNone) {
        return std::nullopt;
      }
      if (i > 0 && pattern.glued && !tokens()[next].gap.empty()) {
        return std::nullopt;
      }
      if (word == "$v") {
        const std::optional<VersionMatch> match = MatchVersion(distro.scheme, tokens(), next);
        if (!match.has_value()) {
          return std::nullopt;
        }
        mention.version = match->version;
        next += match->count;
      } else if (tokens()[next].text == word) {
        ++next;
      } else {
        return std::nullopt;
      }
    }
    mention.name_end = next;
    return mention;
  }

  // Abbreviations of one or two letters mean a system only if an existing release follows directly
  // with a usual separator ("SL 7", not "SL 8"); one letter only before two digits ("f38").
  bool IsDoubtful(const Distro& distro, const NamePattern& pattern, std::size_t name_end,
                  absl::string_view version) const {
    if (pattern.words.size() != 1 || pattern.words[0].size() > 2) {
      return false;
    }
    const std::string& gap = tokens()[name_end].gap;
    return gap.find_first_not_of(" -_./") != std::string::npos || gap.size() > 1 ||
           (pattern.words[0].size() == 1 && version.size() < 2) ||
           rules_.os.FindRelease(distro.id, version) == nullptr;
  }

  void FindMentions() {
    for (std::size_t at = 0; at < tokens().size();) {
      std::optional<Mention> best;
      for (const NameCandidate& candidate : rules_.os.NamesStartingWith(tokens()[at].text)) {
        const Distro& distro = *candidate.distro;
        const NamePattern& pattern = *candidate.pattern;
        std::optional<Mention> mention = MatchPattern(distro, pattern, at);
        if (!mention.has_value() || (best.has_value() && mention->name_end <= best->name_end)) {
          continue;
        }
        if (mention->version.empty()) {
          std::string codename;
          const auto version = ReadVersion(distro, mention->name_end, pattern.glued, &codename);
          if (version.has_value() &&
              !IsDoubtful(distro, pattern, mention->name_end, version->first)) {
            mention->version = version->first;
            mention->codename = codename;
          } else if (pattern.needs_version) {
            continue;
          }
        }
        best = std::move(mention);
      }
      if (!best.has_value()) {
        ++at;
        continue;
      }
      best->in_bracket = bracket_end_ > bracket_begin_ && tokens()[at].begin > bracket_begin_ &&
                         tokens()[at].end < bracket_end_;
      for (std::size_t k = best->begin; k < best->name_end; ++k) {
        used_[k] = true;
      }
      at = best->name_end;
      mentions_.push_back(*std::move(best));
    }
  }

  // Drops mentions whose distribution is only a broader label of another mention's.
  void DropLabels() {
    std::vector<Mention> kept;
    for (const Mention& mention : mentions_) {
      const bool broader =
          std::any_of(mentions_.begin(), mentions_.end(), [&](const Mention& other) {
            return rules_.os.MayBeLabelled(other.distro->id, mention.distro->id);
          });
      if (!broader) {
        kept.push_back(mention);
      }
    }
    mentions_ = std::move(kept);
  }

  bool SameDistro() const {
    return std::all_of(mentions_.begin(), mentions_.end(), [&](const Mention& mention) {
      return mention.distro == mentions_.front().distro;
    });
  }

  // Keeps only the mentions in the bracket, if there are any.
  void PreferBracket() {
    if (std::any_of(mentions_.begin(), mentions_.end(),
                    [](const Mention& mention) { return mention.in_bracket; })) {
      mentions_.erase(std::remove_if(mentions_.begin(), mentions_.end(),
                                     [](const Mention& mention) { return !mention.in_bracket; }),
                      mentions_.end());
    }
  }

  void Choose(absl::string_view assumed, OsGuess* guess) {
    DropLabels();
    if (!mentions_.empty() && !SameDistro()) {
      PreferBracket();
      if (!SameDistro()) {
        guess->conflict = true;
        return;
      }
    }
    const Distro* distro = nullptr;
    if (!mentions_.empty()) {
      distro = mentions_.front().distro;
    } else if (!assumed.empty()) {
      distro = rules_.os.FindDistro(assumed);
      ReadBareVersion(*distro, guess);
    } else if (const Release* release = BareCodename(&guess->doubtful)) {
      distro = rules_.os.FindDistro(release->distro);
    }
    if (distro == nullptr) {
      guess->doubtful = false;
      return;
    }
    guess->distro = distro->id;
    ChooseVersion(guess);
    ReadCodename(guess);
    if (guess->arch.empty() && distro->id == "windows") {
      guess->arch = windows_arch_;
    }
  }

  // The value of a version property: "22.04.4 LTS", "v9", "jammy".
  void ReadBareVersion(const Distro& distro, OsGuess* guess) {
    std::string codename;
    const auto version = ReadVersion(distro, 0, false, &codename);
    if (version.has_value()) {
      guess->version = version->first;
    }
  }

  void ChooseVersion(OsGuess* guess) {
    const auto merge = [&](const Mention& mention) {
      if (mention.version.empty()) {
        return true;
      }
      if (guess->version.empty()) {
        guess->version = mention.version;
        return true;
      }
      if (!CompatibleVersions(guess->version, mention.version)) {
        return false;
      }
      if (mention.version.size() > guess->version.size()) {
        guess->version = mention.version;
      }
      return true;
    };
    for (const Mention& mention : mentions_) {
      if (!merge(mention)) {
        guess->conflict = true;
      }
    }
    if (guess->conflict) {
      guess->version.clear();
      for (const Mention& mention : mentions_) {
        if (mention.in_bracket) {
          guess->version = mention.version;
        }
      }
    }
  }

  void ReadCodename(OsGuess* guess) {
    std::set<std::string> codenames;
    for (std::size_t i = 0; i < tokens().size(); ++i) {
      const Token& token = tokens()[i];
      if (token.kind == Token::Kind::kWord && token.mark == Token::Mark::kNone &&
          rules_.os.FindCodename(token.text, guess->distro) != nullptr) {
        codenames.insert(token.text);
        used_[i] = true;
        if (i + 1 < used_.size() && tokens()[i + 1].gap == " ") {
          nickname_ = i + 1;
        }
      }
    }
    if (codenames.size() == 1) {
      const Release* release = rules_.os.FindCodename(*codenames.begin(), guess->distro);
      if (guess->version.empty() && !guess->conflict) {
        guess->version = release->version;
        guess->codename_only = true;
      } else if (!CompatibleVersions(guess->version, release->version)) {
        guess->conflict = true;
        guess->version.clear();
      } else if (guess->version.size() < release->version.size()) {
        guess->version = release->version;  // "Ubuntu 22 jammy"
      }
    } else if (codenames.size() > 1 && guess->version.empty()) {
      guess->conflict = true;
    }
    if (!guess->version.empty()) {
      const Release* release = rules_.os.FindRelease(guess->distro, guess->version);
      guess->codename = release == nullptr ? "" : release->codename;
    }
  }

  // Finds a code name without its distribution. It is certain where file names of vendors have it,
  // before "server", "cloudimg", an architecture and the like, or alone; code names that hardly
  // occur in any other text (data/codenames.tsv) are certain anywhere. The others are words of
  // common language: they count, in doubt, where names of builds have them, "base-focal" or
  // "noble-20250502".
  const Release* BareCodename(bool* doubtful) const {
    const Release* found = nullptr;
    *doubtful = true;
    for (std::size_t i = 0; i < tokens().size(); ++i) {
      const Release* release = tokens()[i].mark == Token::Mark::kNone
                                   ? rules_.os.FindCodename(tokens()[i].text, "")
                                   : nullptr;
      if (release == nullptr) {
        continue;
      }
      const bool sure =
          StandsWhereVendorsPutIt(i) || rules_.os.CodenameStandsAlone(tokens()[i].text);
      if (!sure && !StandsWhereBuildsPutIt(i)) {
        continue;
      }
      if (found != nullptr && found != release) {
        return nullptr;
      }
      found = release;
      *doubtful = *doubtful && !sure;
    }
    return found;
  }

  bool StandsWhereVendorsPutIt(std::size_t at) const {
    if (tokens().size() == 1) return true;
    if (at + 1 == tokens().size()) return false;
    const Token& next = tokens()[at + 1];
    return next.mark == Token::Mark::kArch || next.text == "server" || next.text == "cloudimg" ||
           next.text == "minimal" || next.text == "genericcloud" || next.text == "live";
  }

  bool StandsWhereBuildsPutIt(std::size_t at) const {
    constexpr std::array<absl::string_view, 13> kBefore = {
        "base", "server", "cloud", "cloudimg", "image", "img",    "golden",
        "gold", "os",     "vm",    "template", "daily", "minimal"};
    constexpr std::array<absl::string_view, 5> kAfter = {"lts", "cloud", "daily", "desktop",
                                                         "generic"};
    const auto has = [](const auto& words, const Token& token) {
      return std::find(words.begin(), words.end(), token.text) != words.end();
    };
    if (at > 0 && has(kBefore, tokens()[at - 1])) return true;
    return at + 1 < tokens().size() &&
           (tokens()[at + 1].mark == Token::Mark::kDate || has(kAfter, tokens()[at + 1]));
  }

  void FindPurpose(OsGuess* guess) {
    const PurposePhrase* first = nullptr;
    for (std::size_t at = 0; at < tokens().size(); ++at) {
      for (const PurposePhrase& phrase : rules_.purposes.PhrasesStartingWith(tokens()[at].text)) {
        if (!StandsAt(phrase, at)) {
          continue;
        }
        for (std::size_t i = at; i < at + phrase.words.size(); ++i) {
          used_[i] = true;
        }
        if (first == nullptr || phrase.rank < first->rank) {
          first = &phrase;
        }
      }
    }
    if (first != nullptr) {
      guess->purpose = first->purpose;
    }
  }

  bool StandsAt(const PurposePhrase& phrase, std::size_t at) const {
    for (std::size_t k = 0; k < phrase.words.size(); ++k) {
      if (at + k >= tokens().size() || tokens()[at + k].text != phrase.words[k]) {
        return false;
      }
    }
    return true;
  }

  void FindLeftovers(OsGuess* guess) {
    for (std::size_t i = 0; i < tokens().size(); ++i) {
      const Token& token = tokens()[i];
      if (!used_[i] && token.kind == Token::Kind::kWord && !IsFiller(i) && i != nickname_) {
        guess->leftovers.push_back(token.text);
      }
    }
  }

  const Rules& rules_;
  TokenList list_;
  std::vector<bool> used_;
  std::vector<Mention> mentions_;
  std::string windows_arch_;  // what "x86" means if this is Windows
  std::size_t bracket_begin_ = 0;
  std::size_t bracket_end_ = 0;
  std::size_t nickname_ = absl::string_view::npos;
};

}  // namespace

OsGuess ParseOsText(const Rules& rules, absl::string_view text) {
  return Parser(rules, text).Parse("");
}

OsGuess ParseOsTextOf(const Rules& rules, absl::string_view distro, absl::string_view text) {
  return Parser(rules, text).Parse(distro);
}

bool CompatibleVersions(absl::string_view a, absl::string_view b) {
  if (a.size() > b.size()) {
    std::swap(a, b);
  }
  return absl::StartsWith(b, a) && (a.size() == b.size() || b[a.size()] == '.');
}

}  // namespace cis::crawler
