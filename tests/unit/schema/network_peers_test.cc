// SPDX-License-Identifier: Apache-2.0
#include "schema/model/network_peers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cis {
namespace {

// A network that another project provides, as one share sees it.
Network Provided(bool external, Tristate public_v4) {
  Network network;
  network.id = "n";
  network.owner = "admin";
  network.is_external = external;
  network.shared = !external;
  network.usable_as = external ? NetworkUse::kFloatingPool : NetworkUse::kDirect;
  network.public_v4 = public_v4;
  const bool known = public_v4 != Tristate::kUnknown;
  network.provenance.confidence = {
      {"public_v4", known ? Confidence::kVerified : Confidence::kUnknown},
      {"usable_as", external || known ? Confidence::kStrong : Confidence::kUnknown}};
  return network;
}

// An endpoint with one share per network, each of another VO.
EndpointCatalog EndpointWith(const std::vector<Network>& networks) {
  EndpointCatalog endpoint;
  for (const Network& network : networks) {
    ShareCatalog share;
    share.share.vo = "vo" + std::to_string(endpoint.shares.size());
    share.share.project_id = "p" + std::to_string(endpoint.shares.size());
    share.networks.push_back({network});
    endpoint.shares.push_back(share);
  }
  return endpoint;
}

const Network& At(const EndpointCatalog& endpoint, std::size_t share) {
  return endpoint.shares[share].networks[0].record;
}

TEST(NetworkPeers, AddressesThatOneShareSawHoldForAll) {
  EndpointCatalog endpoint =
      EndpointWith({Provided(true, Tristate::kUnknown), Provided(true, Tristate::kYes)});
  JoinNetworkFacts(&endpoint);
  EXPECT_EQ(At(endpoint, 0).public_v4, Tristate::kYes);
  EXPECT_EQ(At(endpoint, 0).provenance.Of("public_v4"), Confidence::kVerified);
  ASSERT_EQ(At(endpoint, 0).provenance.evidence.size(), 1U);
  EXPECT_EQ(At(endpoint, 0).provenance.evidence[0].source, "other_shares");
  EXPECT_TRUE(At(endpoint, 1).provenance.evidence.empty());
}

TEST(NetworkPeers, TheRoleOfASharedNetworkFollows) {
  for (const Tristate known : {Tristate::kYes, Tristate::kNo}) {
    EndpointCatalog endpoint =
        EndpointWith({Provided(false, Tristate::kUnknown), Provided(false, known)});
    JoinNetworkFacts(&endpoint);
    EXPECT_EQ(At(endpoint, 0).usable_as,
              known == Tristate::kYes ? NetworkUse::kDirect : NetworkUse::kTenant);
    EXPECT_EQ(At(endpoint, 0).provenance.Of("usable_as"), Confidence::kStrong);
  }
}

TEST(NetworkPeers, ContradictionsAndGuessesTeachNothing) {
  EndpointCatalog contradicting =
      EndpointWith({Provided(true, Tristate::kUnknown), Provided(true, Tristate::kYes),
                    Provided(true, Tristate::kNo)});
  JoinNetworkFacts(&contradicting);
  EXPECT_EQ(At(contradicting, 0).public_v4, Tristate::kUnknown);

  Network guessed = Provided(true, Tristate::kYes);
  guessed.provenance.confidence.Mutable()[0].confidence = Confidence::kGuess;
  EndpointCatalog guessing = EndpointWith({Provided(true, Tristate::kUnknown), guessed});
  JoinNetworkFacts(&guessing);
  EXPECT_EQ(At(guessing, 0).public_v4, Tristate::kUnknown);
}

TEST(NetworkPeers, OwnPrivateAndDeletedNetworksNeitherGiveNorTake) {
  Network own = Provided(false, Tristate::kUnknown);
  own.owner = "p0";
  EndpointCatalog of_own = EndpointWith({own, Provided(false, Tristate::kYes)});
  JoinNetworkFacts(&of_own);
  EXPECT_EQ(At(of_own, 0).public_v4, Tristate::kUnknown);

  EndpointCatalog gone =
      EndpointWith({Provided(true, Tristate::kUnknown), Provided(true, Tristate::kYes)});
  gone.shares[1].networks[0].active = false;
  JoinNetworkFacts(&gone);
  EXPECT_EQ(At(gone, 0).public_v4, Tristate::kUnknown);
}

TEST(NetworkPeers, ANetworkThatSeveralVosSeeIsTrusted) {
  Network faux = Provided(false, Tristate::kYes);
  faux.provenance.confidence = {{"public_v4", Confidence::kGuess},
                                {"usable_as", Confidence::kGuess}};
  faux.provenance.warnings = {"NET_OWNER_UNTRUSTED: shared by a stranger", "OTHER: stays"};
  EndpointCatalog two = EndpointWith({faux, faux});
  JoinNetworkFacts(&two);
  EXPECT_THAT(At(two, 0).provenance.warnings, testing::ElementsAre("OTHER: stays"));
  EXPECT_EQ(At(two, 0).provenance.Of("usable_as"), Confidence::kStrong);
  EXPECT_EQ(At(two, 0).provenance.Of("public_v4"), Confidence::kVerified);

  EndpointCatalog same_vo = EndpointWith({faux, faux});
  same_vo.shares[1].share.vo = same_vo.shares[0].share.vo;
  JoinNetworkFacts(&same_vo);
  EXPECT_EQ(At(same_vo, 0).provenance.warnings.size(), 2U) << "one VO may share with itself";
}

}  // namespace
}  // namespace cis
