// SPDX-License-Identifier: Apache-2.0
#include "server/tls/certificate.h"

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schema/base/read_file.h"
#include "tests/support/temp_dir.h"

namespace cis::server {
namespace {

using ::testing::HasSubstr;

constexpr size_t kMaxBytes = 1 << 20;

// Certificates that sign themselves, made by the openssl command.
class CertificateTest : public ::testing::Test {
 protected:
  TlsMaterial Make(const std::string& name, const std::string& key_options = "-nodes") {
    const std::string command = absl::StrCat(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 2 -subj /CN=",
        name, " ", key_options, " -keyout ", dir_.File(name + ".key"), " -out ",
        dir_.File(name + ".pem"), " 2>/dev/null");
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return {ReadTextFile(dir_.File(name + ".pem"), kMaxBytes).value_or(""),
            ReadTextFile(dir_.File(name + ".key"), kMaxBytes).value_or(""), ""};
  }
  static std::string Problem(const TlsMaterial& material, absl::Duration later = absl::Hours(1)) {
    const absl::Status status = CheckMaterial(material, absl::Now() + later).status();
    EXPECT_TRUE(status.ok() || absl::IsInvalidArgument(status)) << status;
    return std::string(status.message());
  }

  const TempDir dir_;
};

TEST_F(CertificateTest, APairIsValidForItsDays) {
  const TlsMaterial material = Make("server");
  const auto validity = CheckMaterial(material, absl::Now());
  ASSERT_TRUE(validity.ok()) << validity.status();
  EXPECT_EQ(validity->expire_time - validity->begin_time, absl::Hours(48));
  EXPECT_THAT(Problem(material, absl::Hours(49)), HasSubstr("the certificate expired at 20"));
  EXPECT_THAT(Problem(material, -absl::Hours(2)), HasSubstr("is not valid before 20"));
  EXPECT_TRUE(ReadMaterial(material).ok());
}

TEST_F(CertificateTest, AChainIsReadWhole) {
  TlsMaterial material = Make("server");
  material.certificate_chain += Make("above").certificate_chain;
  EXPECT_EQ(Problem(material), "");
  material.certificate_chain += "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  EXPECT_EQ(Problem(material), "the certificate is damaged after certificate 2");
}

TEST_F(CertificateTest, WhatCannotBeUsedIsNamed) {
  const TlsMaterial good = Make("server");
  TlsMaterial material = good;
  material.private_key = Make("other").private_key;
  EXPECT_EQ(Problem(material), "the key does not belong to the certificate");
  material.private_key = "no key";
  EXPECT_THAT(Problem(material), HasSubstr("the key is no private key; it must be PEM"));
  material.private_key = Make("locked", "-passout pass:secret").private_key;
  EXPECT_EQ(Problem(material), "the key is encrypted; decrypt it");
  material = good;
  material.certificate_chain = good.private_key;
  EXPECT_THAT(Problem(material), HasSubstr("the certificate has no certificate; it must be PEM"));
  material = good;
  material.client_ca = "no CA";
  EXPECT_THAT(Problem(material), HasSubstr("the client CA has no certificate"));
  material.client_ca = good.certificate_chain;
  EXPECT_EQ(Problem(material), "");
}

}  // namespace
}  // namespace cis::server
