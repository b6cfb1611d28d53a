// SPDX-License-Identifier: Apache-2.0
#pragma once

// One set of rules: all tables, with the indexes in which the rules' code looks up words.

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "crawler/normalize/arch.h"
#include "crawler/normalize/egi_image.h"
#include "crawler/normalize/flavor_keys.h"
#include "crawler/normalize/gpu_keys.h"
#include "crawler/normalize/gpu_model.h"
#include "crawler/normalize/gpu_tokens.h"
#include "crawler/normalize/gpu_words.h"
#include "crawler/normalize/iana.h"
#include "crawler/normalize/image_keys.h"
#include "crawler/normalize/image_sources.h"
#include "crawler/normalize/network_words.h"
#include "crawler/normalize/os_purposes.h"
#include "crawler/normalize/os_tables.h"
#include "crawler/normalize/retirement.h"
#include "crawler/normalize/scs_gpus.h"
#include "crawler/normalize/site_logins.h"
#include "crawler/normalize/table.h"
#include "crawler/normalize/tokens.h"
#include "crawler/normalize/vendor_builds.h"

namespace cis::crawler {

// A text that replaces a compiled table.
struct TableFile {
  std::string path;  // for messages
  std::string text;
};

// Immutable, and therefore safe to use from any thread. Every table is parsed once, when the rules
// are made. A process may have several sets. Each member holds the tables that its header names,
// and uses only members above it.
class Rules {
 public:
  // Returns the rules of the compiled tables.
  static std::unique_ptr<const Rules> Compiled();

  // Returns the rules of the compiled tables, of which those named in `files` are replaced. Returns
  // INVALID_ARGUMENT with "FILE:LINE: what is wrong; what is right" for the first row that is not
  // valid (see table_check.h), also in a compiled table that does not fit the replaced table of
  // distributions, and for a name that no table has.
  static absl::StatusOr<std::unique_ptr<const Rules>> Replacing(
      const std::map<std::string, TableFile>& files);

  Rules(const Rules&) = delete;
  Rules& operator=(const Rules&) = delete;

  // The result of Tables::Version, for history and logs.
  const std::string version;

  // Names.
  const ArchRules arch;
  const RetirementRules retirement;
  const Tokenizer tokenizer;

  // Operating systems.
  const OsRules os;
  const PurposeRules purposes;

  // Images.
  const ImageKeyRules image_keys;
  const ImageSourceRules image_sources;
  const EgiImageRules egi_images;
  const VendorBuildRules vendor_builds;
  const SiteLoginRules site_logins;

  // Flavors.
  const FlavorKeyRules flavor_keys;
  const GpuKeyRules gpu_keys;
  const GpuWordRules gpu_words;
  const DeviceTokenizer device_tokenizer;
  const GpuModelRules gpu_models;
  const ScsGpuRules scs_gpus;

  // Networks.
  const AddressRules addresses;
  const NetworkWordRules network_words;

 private:
  explicit Rules(const Tables& tables);
};

}  // namespace cis::crawler
