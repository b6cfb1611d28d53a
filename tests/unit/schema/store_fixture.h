// SPDX-License-Identifier: Apache-2.0
#pragma once

// A store in a folder of its own, and shorthand for what a crawl does to it.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "schema/store/sqlite_store.h"
#include "schema/store/store.h"
#include "tests/support/builders.h"
#include "tests/support/temp_dir.h"

namespace cis {

// An observation with one small document, fetched at `time`.
inline Observation MakeObservation(const Share& share, Kind kind, absl::Time time) {
  Observation observation;
  observation.share = share;
  observation.kind = kind;
  observation.fetch_time = time;
  Document document;
  document.name = std::string(FormatKind(kind));
  document.url = share.endpoint.keystone_url + "/" + document.name;
  document.status = 200;
  // Another answer each time, unlike that of a site where only the rules changed.
  document.body =
      absl::StrCat("{\"", document.name, "\": [], \"time\": ", absl::ToUnixMicros(time), "}");
  document.fetch_time = time;
  observation.documents.push_back(document);
  return observation;
}

inline RecordSet MakeRecords(const Share& share, Kind kind, absl::Time time) {
  RecordSet records;
  records.share = share;
  records.kind = kind;
  records.observe_time = time;
  return records;
}

class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override { Reopen(); }

  // Closes the writer and opens the file again.
  void Reopen() {
    writer_.reset();
    absl::StatusOr<std::unique_ptr<StoreWriter>> writer = OpenStoreWriter(path());
    ASSERT_TRUE(writer.ok()) << writer.status();
    writer_ = *std::move(writer);
  }

  std::string path() const { return dir_.File("cis.db"); }
  StoreWriter& writer() { return *writer_; }
  void UseWriter(std::unique_ptr<StoreWriter> writer) { writer_ = std::move(writer); }
  void CloseWriter() { writer_.reset(); }

  // Everything that a new reader sees.
  Catalog Load(const Catalog* previous = nullptr) {
    absl::StatusOr<std::unique_ptr<StoreReader>> reader = OpenStoreReader(path());
    EXPECT_TRUE(reader.ok()) << reader.status();
    if (!reader.ok()) return {};
    absl::StatusOr<Catalog> catalog = (*reader)->Load(previous);
    EXPECT_TRUE(catalog.ok()) << catalog.status();
    return catalog.ok() ? *std::move(catalog) : Catalog();
  }

  int64_t BeginCrawl(absl::Time time = TestTime()) {
    absl::StatusOr<int64_t> crawl_id = writer().BeginCrawl(time);
    EXPECT_TRUE(crawl_id.ok()) << crawl_id.status();
    return crawl_id.value_or(0);
  }

  void Put(const RecordSet& records) {
    const Observation observation =
        MakeObservation(records.share, records.kind, records.observe_time);
    const absl::Status status = writer().ReplaceRecords(crawl_id(), observation, records, 1);
    ASSERT_TRUE(status.ok()) << status;
  }
  void PutFlavors(const Share& share, std::vector<Flavor> flavors, absl::Time time = TestTime()) {
    RecordSet records = MakeRecords(share, Kind::kFlavors, time);
    records.flavors = std::move(flavors);
    Put(records);
  }
  void PutImages(const Share& share, std::vector<Image> images, absl::Time time = TestTime()) {
    RecordSet records = MakeRecords(share, Kind::kImages, time);
    records.images = std::move(images);
    Put(records);
  }
  void PutNetworks(const Share& share, NetworkSet set, absl::Time time = TestTime()) {
    RecordSet records = MakeRecords(share, Kind::kNetworks, time);
    records.network_set = std::move(set);
    Put(records);
  }
  void PutQuotas(const Share& share, std::vector<Quota> quotas, absl::Time time = TestTime()) {
    RecordSet records = MakeRecords(share, Kind::kQuotas, time);
    records.limit_set.quotas = std::move(quotas);
    Put(records);
  }

  // A crawl that all Put calls belong to.
  int64_t crawl_id() {
    if (crawl_id_ == 0) crawl_id_ = BeginCrawl();
    return crawl_id_;
  }
  void SetCrawl(int64_t crawl_id) { crawl_id_ = crawl_id; }

  const TempDir dir_;

 private:
  std::unique_ptr<StoreWriter> writer_;
  int64_t crawl_id_ = 0;
};

// The only endpoint and share of a catalog with one of each.
inline const EndpointCatalog& OnlyEndpoint(const Catalog& catalog) {
  EXPECT_EQ(catalog.sites.size(), 1u);
  EXPECT_EQ(catalog.sites.at(0)->endpoints.size(), 1u);
  return catalog.sites.at(0)->endpoints.at(0);
}
inline const ShareCatalog& OnlyShare(const Catalog& catalog) {
  EXPECT_EQ(OnlyEndpoint(catalog).shares.size(), 1u);
  return OnlyEndpoint(catalog).shares.at(0);
}

// The state of `kind`, or a default one if it was never tried.
inline KindState StateOf(const ShareCatalog& share, Kind kind) {
  for (const KindState& state : share.kinds) {
    if (state.kind == kind) return state;
  }
  return {};
}

}  // namespace cis
