// SPDX-License-Identifier: Apache-2.0
#include "client/token/bearer_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/temp_dir.h"

namespace cis::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::Duration kNoWait = absl::ZeroDuration();

std::string TokenError(absl::string_view text) {
  return std::string(ParseToken(text, "the token").status().message());
}

TEST(ParseToken, IgnoresWhiteSpaceAroundIt) {
  EXPECT_EQ(*ParseToken(" \t ab.c-d_e~f+/== \r\n", "the token"), "ab.c-d_e~f+/==");
  EXPECT_TRUE(ParseToken(std::string(kMaxTokenBytes, 'a') + "\n", "the token").ok());
}

TEST(ParseToken, RefusesWhatCannotBeATokenWithoutShowingIt) {
  const std::string too_long(kMaxTokenBytes + 1, 'a');
  const std::string with_nul("sec\0ret", 7);
  EXPECT_THAT(TokenError(""), HasSubstr("it is empty"));
  EXPECT_THAT(TokenError(" \n"), HasSubstr("it is empty"));
  EXPECT_THAT(TokenError(too_long), HasSubstr("longer than 16 KiB"));
  EXPECT_THAT(TokenError("Bearer secret"), HasSubstr("without the word Bearer"));
  EXPECT_THAT(TokenError("sec\r\nret"), HasSubstr("white space inside"));
  for (const std::string& text : {std::string("sec\x1bret"), std::string("sec\xc3\xa9ret"),
                                  std::string("sec\x7fret"), with_nul}) {
    EXPECT_THAT(TokenError(text), HasSubstr("not printable ASCII"));
    EXPECT_THAT(TokenError(text), Not(HasSubstr("sec")));
  }
  EXPECT_THAT(TokenError("Bearer secret"), Not(HasSubstr("secret")));
}

class ReadTokenTest : public ::testing::Test {
 protected:
  std::string MakeFile(const std::string& text, mode_t mode) {
    std::string path = dir_.File("token");
    std::ofstream(path) << text;
    EXPECT_EQ(chmod(path.c_str(), mode), 0);
    return path;
  }

  const TempDir dir_;
};

TEST_F(ReadTokenTest, FindsNoneWhereNoneIsGiven) {
  const auto token = ReadToken({"", "", "", "/run/oidc.sock"}, kNoWait);
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_FALSE(token->has_value());
}

TEST_F(ReadTokenTest, PrefersTheFileAndThenTheVariable) {
  const std::string path = MakeFile("from-file\n", 0600);
  const auto of_file = ReadToken({path, "from-variable", "account", ""}, kNoWait);
  ASSERT_TRUE(of_file.ok()) << of_file.status();
  EXPECT_EQ((*of_file)->value, "from-file");
  EXPECT_EQ((*of_file)->source, "the token of " + path);
  const auto of_variable = ReadToken({"", "from-variable", "account", ""}, kNoWait);
  ASSERT_TRUE(of_variable.ok()) << of_variable.status();
  EXPECT_EQ((*of_variable)->value, "from-variable");
  EXPECT_EQ((*of_variable)->source, "the token of OIDC_ACCESS_TOKEN");
}

TEST_F(ReadTokenTest, RefusesAFileOfTheUserThatOthersMayUse) {
  for (const mode_t mode : {0640, 0604, 0620}) {
    const std::string path = MakeFile("secret", mode);
    const absl::Status status = ReadToken({path, "", "", ""}, kNoWait).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << mode;
    EXPECT_THAT(std::string(status.message()), HasSubstr(path));
    EXPECT_THAT(std::string(status.message()), HasSubstr("chmod 600"));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));
  }
  EXPECT_TRUE(ReadToken({MakeFile("secret", 0400), "", "", ""}, kNoWait).ok());
}

TEST_F(ReadTokenTest, NamesTheFileThatIsNotUsable) {
  const absl::Status missing = ReadToken({dir_.File("none"), "", "", ""}, kNoWait).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.message()), HasSubstr(dir_.File("none")));
  EXPECT_FALSE(ReadToken({dir_.path(), "", "", ""}, kNoWait).ok());
  const std::string large = MakeFile(std::string(3 * kMaxTokenBytes, ' '), 0600);
  EXPECT_EQ(ReadToken({large, "", "", ""}, kNoWait).status().code(),
            absl::StatusCode::kInvalidArgument);
  // The variable does not stand in for a file that was asked for.
  EXPECT_FALSE(ReadToken({MakeFile("\n", 0600), "from-variable", "", ""}, kNoWait).ok());
}

}  // namespace
}  // namespace cis::client
