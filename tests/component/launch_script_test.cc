// SPDX-License-Identifier: Apache-2.0

// Runs the scripts of `-o openstack` and `-o fedcloud` with sh, a fake client in PATH.

#include "client/handover/launch_script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/support/temp_dir.h"

namespace cis::client {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Records each call, its words ended by byte 1 and the call by byte 2, and answers as the real
// client does. Machines and floating IPs are counted in files, so that a second one gets another
// id.
constexpr char kFakeOpenstack[] = R"sh(#!/bin/sh
for word in "$@"; do printf '%s\001' "$word" >>"$STATE/calls"; done
printf '\002' >>"$STATE/calls"
next() { echo x >>"$STATE/$1"; wc -l <"$STATE/$1" | tr -d ' '; }
case "$*" in
  'token issue'*) echo "${OS_PROJECT_ID:-$FAKE_PROJECT}" ;;
  'keypair show'*|'security group show'*) exit 1 ;;
  *'server create'*)
    rm -f "$STATE/full"
    case "$*" in *"availability-zone=${FAKE_FULL_ZONE:-none}"*) touch "$STATE/full" ;; esac
    echo "server-$(next servers)" ;;
  'server show'*'column=status'*)
    if [ -e "$STATE/full" ]; then echo ERROR; exit 0; fi
    if [ "$(next polls)" -lt 2 ]; then echo BUILD; else echo "${FAKE_STATUS:-ACTIVE}"; fi ;;
  'server show'*'column=fault'*) echo 'No valid host was found.' ;;
  'floating ip show'*'port_id attached'*) echo port-1 ;;
  'floating ip show'*'port_id gone'*) echo 'No FloatingIP found for gone' >&2; exit 1 ;;
  'floating ip show'*port_id*) echo None ;;
  'floating ip show'*floating_ip_address*) echo "198.51.100.$(next addresses)" ;;
  'floating ip create'*"${FAKE_FULL_POOL:-none}") exit 1 ;;
  'port create'*) echo new-port ;;
  'volume create'*) echo new-volume ;;
  'volume show'*) echo available ;;
  'floating ip create'*) [ -z "${FAKE_NO_FIP-}" ] || exit 1; echo "fip-$(next fips)" ;;
  'network create'*) echo new-net ;;
  'subnet create'*) echo new-subnet ;;
  'router create'*) echo new-router ;;
  'port list'*) cat <<'END'
[
  {
    "Fixed IP Addresses": [
      {
        "subnet_id": "1b2c",
        "ip_address": "10.0.0.7"
      },
      {
        "subnet_id": "3d4e",
        "ip_address": "2001:db8::7"
      }
    ]
  }
]
END
  ;;
esac
)sh";

struct ScriptRun {
  int exit_code = -1;
  std::string out;
  std::string err;
  std::vector<std::vector<std::string>> calls;
  std::vector<std::string> files;  // in the folder that it ran in
};

std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

void WriteProgram(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
}

// `settings` are put before the command, as for `env`.
ScriptRun RunScript(const std::string& script, const std::string& settings = "") {
  const TempDir dir;
  std::filesystem::create_directories(dir.File("bin"));
  std::filesystem::create_directories(dir.File("state"));
  std::filesystem::create_directories(dir.File("here"));
  WriteProgram(dir.File("bin/openstack"), kFakeOpenstack);
  WriteProgram(dir.File("bin/sleep"), "#!/bin/sh\n");
  WriteProgram(dir.File("bin/fedcloud"),
               "#!/bin/sh\nshift\necho \"Site: s, VO: v, command: $*\"\n"
               "printf '%s\\n' \"$1\" \"$2\" >\"$STATE/fedcloud\"\nshift 2\n"
               "answer=$(openstack \"$@\" 2>&1) || { echo 'Error code:  1'; "
               "echo \"Error message:  $answer\"; exit 0; }\nprintf '%s\\n\\n' \"$answer\"\n");
  std::ofstream(dir.File("key.pub")) << "ssh-ed25519 AAAA test\n";
  std::ofstream(dir.File("script"), std::ios::binary) << script;
  const std::string command = absl::StrCat(
      "cd ", dir.File("here"), " && env -i PATH=", dir.File("bin"),
      ":/usr/bin:/bin HOME=/nonexistent STATE=", dir.File("state"),
      " OS_USERNAME=somebody CIS_NAME=vm FAKE_PROJECT=p1 CIS_PUBLIC_KEY=", dir.File("key.pub"), " ",
      settings, " sh ", dir.File("script"), " >", dir.File("out"), " 2>", dir.File("err"));
  const int status = std::system(command.c_str());
  ScriptRun run;
  run.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  run.out = ReadAll(dir.File("out"));
  run.err = ReadAll(dir.File("err"));
  for (absl::string_view call :
       absl::StrSplit(ReadAll(dir.File("state/calls")), '\2', absl::SkipEmpty())) {
    if (!call.empty() && call.back() == '\1') call.remove_suffix(1);
    run.calls.push_back(absl::StrSplit(call, '\1'));
  }
  for (const auto& entry : std::filesystem::directory_iterator(dir.File("here"))) {
    run.files.push_back(entry.path().filename());
  }
  return run;
}

v1::Placement FloatingPlacement() {
  v1::Placement p;
  p.set_site_name("SITE-A");
  p.set_vo("vo.access.egi.eu");
  p.set_keystone_url("https://site-a/v3");
  p.set_region("RegionOne");
  p.set_project_id("p1");
  p.mutable_machine()->mutable_flavor()->set_upstream_id("flavor-id");
  p.mutable_machine()->mutable_image()->set_upstream_id("image-id");
  p.mutable_machine()->set_login_user("ubuntu");
  v1::NetworkPlan& plan = *p.mutable_machine()->mutable_network();
  plan.set_kind(v1::NETWORK_PLAN_KIND_FLOATING);
  plan.mutable_network()->set_upstream_id("net-id");
  plan.mutable_external_network()->set_upstream_id("pool-id");
  plan.mutable_router()->set_upstream_id("router-id");
  return p;
}

v1::PlacementQuery PublicQuery(int count = 1) {
  v1::PlacementQuery query;
  query.add_vos("vo.access.egi.eu");
  query.mutable_network()->set_public_v4(v1::ADDRESS_REQUIREMENT_REQUIRED);
  query.set_count(count);
  return query;
}

std::string Script(const v1::Placement& placement, const v1::PlacementQuery& query,
                   Launcher launcher = Launcher::kOpenstack) {
  const absl::StatusOr<std::string> script = FormatLaunchScript(placement, query, launcher);
  EXPECT_TRUE(script.ok()) << script.status();
  return script.value_or("");
}

// The calls that begin with these words.
std::vector<std::vector<std::string>> CallsOf(const ScriptRun& run,
                                              const std::vector<std::string>& words) {
  std::vector<std::vector<std::string>> found;
  for (const std::vector<std::string>& call : run.calls) {
    if (call.size() >= words.size() && std::equal(words.begin(), words.end(), call.begin())) {
      found.push_back(call);
    }
  }
  return found;
}

TEST(LaunchScript, StartsTheMachineWithTheIdsAndAttachesAFloatingIp) {
  const ScriptRun run = RunScript(Script(FloatingPlacement(), PublicQuery()));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.out, "ssh ubuntu@198.51.100.1\n");
  const auto created = CallsOf(run, {"server", "create"});
  ASSERT_EQ(created.size(), 1u);
  const std::string key = created[0][5];
  EXPECT_THAT(key, StartsWith("--key-name=cis-"));
  EXPECT_THAT(created[0],
              ElementsAre("server", "create", "--flavor=flavor-id", "--image=image-id",
                          "--network=net-id", key, "--format=value", "--column=id", "vm"));
  EXPECT_EQ(CallsOf(run, {"keypair", "create"}).size(), 1u);
  EXPECT_THAT(run.calls, Contains(ElementsAre("floating", "ip", "create", "--format=value",
                                              "--column=id", "pool-id")));
  EXPECT_THAT(run.calls,
              Contains(ElementsAre("server", "add", "floating", "ip", "server-1", "198.51.100.1")));
  EXPECT_TRUE(CallsOf(run, {"router"}).empty());
  EXPECT_THAT(run.err, HasSubstr("created server server-1\n"));
}

TEST(LaunchScript, TakesTheFirstFloatingIpThatIsStillFree) {
  v1::Placement p = FloatingPlacement();
  for (const char* id : {"gone", "attached", "free"}) {
    p.mutable_machine()->mutable_network()->add_unattached_floating_ip_ids(id);
  }
  const ScriptRun run = RunScript(Script(p, PublicQuery()));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(CallsOf(run, {"floating", "ip", "create"}).empty());
  EXPECT_THAT(run.calls, Contains(ElementsAre("floating", "ip", "show", "--format=value",
                                              "--column=floating_ip_address", "free")));
}

TEST(LaunchScript, StartsNothingIfTheFloatingIpIsRefused) {
  const ScriptRun run = RunScript(Script(FloatingPlacement(), PublicQuery()), "FAKE_NO_FIP=1");
  EXPECT_NE(run.exit_code, 0);
  EXPECT_EQ(run.out, "");
  EXPECT_TRUE(CallsOf(run, {"server", "create"}).empty());
}

TEST(LaunchScript, StartsEachOfSeveralMachines) {
  const ScriptRun run = RunScript(Script(FloatingPlacement(), PublicQuery(3)));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.out, "ssh ubuntu@198.51.100.1\nssh ubuntu@198.51.100.2\nssh ubuntu@198.51.100.3\n");
  const auto created = CallsOf(run, {"server", "create"});
  ASSERT_EQ(created.size(), 3u);
  EXPECT_EQ(created[2].back(), "vm-3");
}

TEST(LaunchScript, MakesTheRouterThatIsMissing) {
  v1::Placement p = FloatingPlacement();
  v1::NetworkPlan& plan = *p.mutable_machine()->mutable_network();
  plan.set_kind(v1::NETWORK_PLAN_KIND_FLOATING_NEEDS_ROUTER);
  plan.mutable_router()->clear_upstream_id();
  plan.set_subnet_id("subnet-id");
  const ScriptRun run = RunScript(Script(p, PublicQuery()));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(
      CallsOf(run, {"router"}),
      ElementsAre(ElementsAre("router", "create", "--format=value", "--column=id", "vm-router"),
                  ElementsAre("router", "set", "--external-gateway=pool-id", "new-router"),
                  ElementsAre("router", "add", "subnet", "new-router", "subnet-id")));
}

TEST(LaunchScript, GivesARouterThatIsThereItsGateway) {
  v1::Placement p = FloatingPlacement();
  p.mutable_machine()->mutable_network()->set_kind(v1::NETWORK_PLAN_KIND_FLOATING_NEEDS_ROUTER);
  p.mutable_machine()->mutable_network()->set_router_needs_gateway(true);
  const ScriptRun run = RunScript(Script(p, PublicQuery()));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(CallsOf(run, {"router"}),
              ElementsAre(ElementsAre("router", "set", "--external-gateway=pool-id", "router-id")));
}

TEST(LaunchScript, SwitchesARouterOn) {
  v1::Placement p = FloatingPlacement();
  p.mutable_machine()->mutable_network()->set_kind(v1::NETWORK_PLAN_KIND_FLOATING_NEEDS_ROUTER);
  p.mutable_machine()->mutable_network()->set_router_needs_enabling(true);
  const ScriptRun run = RunScript(Script(p, PublicQuery()));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(CallsOf(run, {"router"}),
              ElementsAre(ElementsAre("router", "set", "--enable", "router-id")));
}

TEST(LaunchScript, MakesAPortInTheSubnetsThatThePlanNames) {
  v1::Placement p = FloatingPlacement();
  p.mutable_machine()->mutable_network()->add_port_subnet_ids("subnet-4");
  p.mutable_machine()->mutable_network()->add_port_subnet_ids("subnet-6");
  const ScriptRun run = RunScript(Script(p, PublicQuery()));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(
      CallsOf(run, {"port", "create"}),
      ElementsAre(ElementsAre("port", "create", "--format=value", "--column=id", "--network=net-id",
                              "--fixed-ip=subnet=subnet-4", "--fixed-ip=subnet=subnet-6", "vm")));
  EXPECT_THAT(CallsOf(run, {"server", "create"}),
              ElementsAre(ElementsAre("server", "create", testing::_, testing::_, "--port=new-port",
                                      testing::_, testing::_, testing::_, "vm")));
}

TEST(LaunchScript, TakesTheNextPoolWhereOneHasNoAddressLeft) {
  v1::Placement p = FloatingPlacement();
  p.mutable_machine()->mutable_network()->clear_unattached_floating_ip_ids();
  v1::NetworkPlan& other = *p.mutable_machine()->mutable_network()->add_fallbacks();
  other.set_kind(v1::NETWORK_PLAN_KIND_FLOATING);
  other.mutable_external_network()->set_upstream_id("second-pool");
  other.mutable_network()->set_upstream_id("second-network");
  const ScriptRun run = RunScript(Script(p, PublicQuery()), "FAKE_FULL_POOL=pool-id");
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(CallsOf(run, {"server", "create"}),
              ElementsAre(testing::Contains("--network=second-network")));
  const ScriptRun first = RunScript(Script(p, PublicQuery()));
  EXPECT_THAT(CallsOf(first, {"server", "create"}),
              ElementsAre(testing::Contains("--network=net-id")));
}

TEST(LaunchScript, NamesZonesTypeAndConfigDriveAndTriesTheOtherZone) {
  v1::Placement p = FloatingPlacement();
  p.mutable_machine()->set_availability_zone("az1");
  p.mutable_machine()->add_fallback_availability_zones("az2");
  p.mutable_machine()->set_volume_availability_zone("az1");
  p.mutable_machine()->set_volume_type("ssd");
  p.mutable_machine()->set_boot_volume_gib(20);
  p.mutable_machine()->mutable_network()->set_needs_config_drive(true);
  const ScriptRun run = RunScript(Script(p, PublicQuery()), "FAKE_FULL_ZONE=az1");
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(CallsOf(run, {"volume", "create"}),
              ElementsAre(testing::IsSupersetOf({"--image=image-id", "--size=20", "--type=ssd",
                                                 "--availability-zone=az1"}),
                          testing::IsSupersetOf({"--type=ssd", "--availability-zone=az2"})));
  EXPECT_THAT(CallsOf(run, {"server", "create"}),
              ElementsAre(testing::IsSupersetOf({"--volume=new-volume", "--availability-zone=az1",
                                                 "--config-drive=True"}),
                          testing::Contains("--availability-zone=az2")));
  EXPECT_THAT(CallsOf(run, {"server", "delete"}), testing::SizeIs(1));
  EXPECT_THAT(CallsOf(run, {"volume", "delete"}), testing::SizeIs(1));
}

TEST(LaunchScript, TakesSubnetsOfAPool) {
  v1::Placement p = FloatingPlacement();
  v1::NetworkPlan& plan = *p.mutable_machine()->mutable_network();
  plan.set_kind(v1::NETWORK_PLAN_KIND_ROUTED_NEEDS_NETWORK);
  plan.clear_network();
  plan.clear_router();
  plan.clear_unattached_floating_ip_ids();
  plan.mutable_subnet_pool()->set_upstream_id("subnet-pool-id");
  plan.set_new_subnet_ip_version(6);
  plan.set_public_v6(true);
  plan.set_public_v4(false);
  v1::PlacementQuery query;
  query.mutable_network()->set_public_v6(v1::ADDRESS_REQUIREMENT_REQUIRED);
  const ScriptRun run = RunScript(Script(p, query));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(CallsOf(run, {"subnet", "create"}),
              ElementsAre(testing::IsSupersetOf({"--network=new-net",
                                                 "--subnet-pool=subnet-pool-id", "--ip-version=6",
                                                 "--prefix-length=64", "--ipv6-ra-mode=slaac"})));
  EXPECT_THAT(CallsOf(run, {"router", "set"}), testing::SizeIs(1));
  EXPECT_THAT(CallsOf(run, {"floating"}), testing::IsEmpty());
}

TEST(LaunchScript, MakesTheNetworkThatIsMissingAndStartsOnIt) {
  v1::Placement p = FloatingPlacement();
  v1::NetworkPlan& plan = *p.mutable_machine()->mutable_network();
  plan.set_kind(v1::NETWORK_PLAN_KIND_FLOATING_NEEDS_NETWORK);
  plan.clear_network();
  plan.clear_router();
  const ScriptRun run = RunScript(Script(p, PublicQuery()));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.calls, Contains(ElementsAre("subnet", "create", "--format=value", "--column=id",
                                              "--network=new-net",
                                              "--subnet-range=192.168.199.0/24", "vm-subnet")));
  EXPECT_THAT(run.calls,
              Contains(ElementsAre("router", "add", "subnet", "new-router", "new-subnet")));
  EXPECT_THAT(CallsOf(run, {"server", "create"})[0], Contains("--network=new-net"));
}

TEST(LaunchScript, BootsFromAVolumeWhereTheFlavorHasNoDisk) {
  v1::Placement p = FloatingPlacement();
  p.mutable_machine()->set_boot_volume_gib(12);
  const ScriptRun run = RunScript(Script(p, PublicQuery()));
  EXPECT_THAT(CallsOf(run, {"server", "create"})[0], Contains("--boot-from-volume=12"));
}

TEST(LaunchScript, PrintsTheAddressOfThePort) {
  v1::Placement p = FloatingPlacement();
  v1::NetworkPlan& plan = *p.mutable_machine()->mutable_network();
  plan.clear_external_network();
  plan.set_kind(v1::NETWORK_PLAN_KIND_DIRECT);
  plan.set_public_v4(true);
  plan.set_public_v6(true);
  EXPECT_EQ(RunScript(Script(p, PublicQuery())).out, "ssh ubuntu@10.0.0.7\n");
  plan.set_public_v4(false);
  EXPECT_EQ(RunScript(Script(p, PublicQuery())).out, "ssh ubuntu@2001:db8::7\n");
}

TEST(LaunchScript, ThePortNamesTheOwnerThatItsSubnetIsFor) {
  v1::Placement p = FloatingPlacement();
  p.mutable_machine()->mutable_network()->add_port_subnet_ids("subnet-4");
  p.mutable_machine()->mutable_network()->set_port_device_owner("compute:az1");
  EXPECT_THAT(CallsOf(RunScript(Script(p, PublicQuery())), {"port", "create"}),
              ElementsAre(Contains("--device-owner=compute:az1")));
}

TEST(LaunchScript, PrintsTheIpv6AddressWhereNoFloatingIpWasRequested) {
  v1::Placement p = FloatingPlacement();
  p.mutable_machine()->mutable_network()->set_public_v4(true);
  p.mutable_machine()->mutable_network()->set_public_v6(true);
  v1::PlacementQuery query;
  query.mutable_network()->set_public_v6(v1::ADDRESS_REQUIREMENT_REQUIRED);
  EXPECT_EQ(RunScript(Script(p, query)).out, "ssh ubuntu@2001:db8::7\n");
}

TEST(LaunchScript, AsksForNoNetworkWhereThereIsNone) {
  v1::Placement p = FloatingPlacement();
  p.mutable_machine()->clear_network();
  const ScriptRun run = RunScript(Script(p, {}));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(CallsOf(run, {"--os-compute-api-version=2.37", "server", "create"})[0],
              Contains("--nic=none"));
}

TEST(LaunchScript, PrintsWhyTheSiteCouldNotStartTheMachine) {
  const ScriptRun run = RunScript(Script(FloatingPlacement(), PublicQuery()), "FAKE_STATUS=ERROR");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, HasSubstr("No valid host was found."));
  EXPECT_TRUE(CallsOf(run, {"server", "add", "floating"}).empty());
}

TEST(LaunchScript, RefusesALoginOfAnotherProject) {
  const ScriptRun run =
      RunScript(Script(FloatingPlacement(), PublicQuery()), "OS_CLOUD=mine FAKE_PROJECT=p2");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("this login is for project p2"));
  EXPECT_TRUE(CallsOf(run, {"server", "create"}).empty());
}

TEST(LaunchScript, FederatedLoginNeedsAToken) {
  v1::Placement p = FloatingPlacement();
  p.set_protocol("openid");
  const ScriptRun run = RunScript(Script(p, PublicQuery()), "OS_USERNAME=");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("set OS_ACCESS_TOKEN"));
  EXPECT_EQ(RunScript(Script(p, PublicQuery()), "OS_USERNAME= OS_ACCESS_TOKEN=t").exit_code, 0);
}

TEST(LaunchScript, OpensSshOnlyIfWanted) {
  const std::string script = Script(FloatingPlacement(), PublicQuery());
  EXPECT_EQ(CallsOf(RunScript(script), {"security", "group", "rule", "create"}).size(), 2u);
  EXPECT_TRUE(CallsOf(RunScript(script, "CIS_SECURITY_GROUP="), {"security"}).empty());
}

TEST(LaunchScript, FedcloudGetsTheSameCommands) {
  v1::Placement p = FloatingPlacement();
  p.set_site_name("SITE $(touch canary)");
  const ScriptRun run = RunScript(Script(p, PublicQuery(), Launcher::kFedcloud));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.out, "ssh ubuntu@198.51.100.1\n");
  EXPECT_EQ(CallsOf(run, {"server", "create"}).size(), 1u);
  EXPECT_TRUE(run.files.empty());
}

TEST(LaunchScript, ReportsFailuresThatFedcloudPrintsWithExitCodeZero) {
  const ScriptRun run =
      RunScript(Script(FloatingPlacement(), PublicQuery(), Launcher::kFedcloud), "FAKE_NO_FIP=1");
  EXPECT_NE(run.exit_code, 0);
  EXPECT_EQ(run.out, "");
  EXPECT_TRUE(CallsOf(run, {"server", "create"}).empty());
}

constexpr absl::string_view kHostile[] = {
    "$(touch canary)",
    "`touch canary`",
    "'; touch canary; '",
    "\"; touch canary; \"",
    "a\ntouch canary\n",
    "a\r\ntouch canary",
    "-rf",
    "--help",
    "a\\",
    "\\'; touch canary #",
    "$HOME ${PATH} * ? ~ & | > canary",
    "#{x} \x1b[2J \xe2\x80\xae",
};

TEST(LaunchScript, HostileNamesAndIdsStayWords) {
  for (const absl::string_view hostile : kHostile) {
    v1::Placement p = FloatingPlacement();
    const std::string text(hostile);
    p.set_site_name(text);
    p.set_vo(text);
    p.set_keystone_url(text);
    p.set_region(text);
    p.set_protocol(text);
    p.mutable_machine()->mutable_flavor()->set_upstream_id(text);
    p.mutable_machine()->mutable_flavor()->set_display_name(text);
    p.mutable_machine()->mutable_image()->set_upstream_id(text);
    p.mutable_machine()->mutable_image()->set_display_name(text);
    p.mutable_machine()->mutable_network()->mutable_external_network()->set_display_name(text);
    p.mutable_machine()->mutable_network()->mutable_network()->set_display_name(text);
    p.mutable_machine()->mutable_network()->mutable_router()->set_display_name(text);
    p.mutable_machine()->set_login_user(text);
    p.add_notes(text);
    v1::PlacementQuery query = PublicQuery();
    query.mutable_image()->set_image(text);
    const ScriptRun run = RunScript(Script(p, query));
    EXPECT_EQ(run.exit_code, 0) << text << "\n" << run.err;
    EXPECT_EQ(run.out, "ssh USER@198.51.100.1\n") << text;
    EXPECT_TRUE(run.files.empty()) << text;
    const auto created = CallsOf(run, {"server", "create"});
    ASSERT_EQ(created.size(), 1u) << text;
    EXPECT_EQ(created[0][2], absl::StrCat("--flavor=", text));
    EXPECT_EQ(created[0][3], absl::StrCat("--image=", text));
  }
}

// A placement of groups named "workers", of 2 machines, and "head", of one, with these plans.
v1::Placement GroupPlacement(v1::NetworkPlanKind workers, v1::NetworkPlanKind head) {
  v1::Placement p = FloatingPlacement();
  const v1::PlacedMachine machine = p.machine();
  p.clear_machine();
  const auto add = [&](const char* name, int count, v1::NetworkPlanKind kind) {
    v1::PlacedGroup& group = *p.add_groups();
    group.set_display_name(name);
    group.set_count(count);
    *group.mutable_machine() = machine;
    group.mutable_machine()->mutable_flavor()->set_upstream_id(absl::StrCat("flavor-of-", name));
    group.mutable_machine()->mutable_network()->set_kind(kind);
  };
  add("workers", 2, workers);
  add("head", 1, head);
  return p;
}

// Only the head needs a public address.
v1::PlacementQuery GroupQuery() {
  v1::PlacementQuery query;
  query.add_groups()->set_count(2);
  query.add_groups()->mutable_network()->set_public_v4(v1::ADDRESS_REQUIREMENT_REQUIRED);
  return query;
}

std::vector<std::string> LastWords(const std::vector<std::vector<std::string>>& calls) {
  std::vector<std::string> words;
  for (const auto& call : calls) words.push_back(call.back());
  return words;
}

TEST(LaunchScript, StartsAllMachinesOfAllGroups) {
  v1::Placement p = GroupPlacement(v1::NETWORK_PLAN_KIND_PRIVATE, v1::NETWORK_PLAN_KIND_FLOATING);
  p.mutable_groups(0)->mutable_machine()->mutable_network()->clear_external_network();
  const ScriptRun run = RunScript(Script(p, GroupQuery()));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  const auto created = CallsOf(run, {"server", "create"});
  EXPECT_THAT(LastWords(created), ElementsAre("vm-workers-1", "vm-workers-2", "vm-head"));
  ASSERT_EQ(created.size(), 3u);
  EXPECT_EQ(created[0][2], "--flavor=flavor-of-workers");
  EXPECT_EQ(created[2][2], "--flavor=flavor-of-head");
  for (const auto& call : created) EXPECT_THAT(call, Contains("--network=net-id"));
  EXPECT_EQ(CallsOf(run, {"floating", "ip", "create"}).size(), 1u);
  EXPECT_EQ(CallsOf(run, {"server", "add", "floating"}).size(), 1u);
  EXPECT_EQ(run.out, "ssh ubuntu@10.0.0.7\nssh ubuntu@10.0.0.7\nssh ubuntu@198.51.100.1\n");
}

TEST(LaunchScript, MakesTheNetworkOfSeveralGroupsOnce) {
  v1::Placement p = GroupPlacement(v1::NETWORK_PLAN_KIND_PRIVATE_NEEDS_NETWORK,
                                   v1::NETWORK_PLAN_KIND_FLOATING_NEEDS_NETWORK);
  p.mutable_groups(0)->set_prepared_by("head");
  for (v1::PlacedGroup& group : *p.mutable_groups()) {
    group.mutable_machine()->mutable_network()->clear_network();
    group.mutable_machine()->mutable_network()->clear_router();
  }
  p.mutable_groups(0)->mutable_machine()->mutable_network()->clear_external_network();
  const ScriptRun run = RunScript(Script(p, GroupQuery()));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(CallsOf(run, {"network", "create"}).size(), 1u);
  EXPECT_EQ(CallsOf(run, {"router", "create"}).size(), 1u);
  const auto created = CallsOf(run, {"server", "create"});
  // The network of the head is created before the workers.
  EXPECT_THAT(LastWords(created), ElementsAre("vm-head", "vm-workers-1", "vm-workers-2"));
  for (const auto& call : created) EXPECT_THAT(call, Contains("--network=new-net"));
}

TEST(LaunchScript, GroupsWithFloatingIpsShareTheRouterThatIsMade) {
  v1::Placement p = GroupPlacement(v1::NETWORK_PLAN_KIND_FLOATING_NEEDS_ROUTER,
                                   v1::NETWORK_PLAN_KIND_FLOATING_NEEDS_ROUTER);
  p.mutable_groups(1)->set_prepared_by("workers");
  for (v1::PlacedGroup& group : *p.mutable_groups()) {
    group.mutable_machine()->mutable_network()->clear_router();
    group.mutable_machine()->mutable_network()->set_subnet_id("subnet-id");
  }
  v1::PlacementQuery query = GroupQuery();
  *query.mutable_groups(0)->mutable_network() = query.groups(1).network();
  const ScriptRun run = RunScript(Script(p, query));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(CallsOf(run, {"router", "create"}).size(), 1u);
  EXPECT_EQ(CallsOf(run, {"floating", "ip", "create"}).size(), 3u);
  EXPECT_EQ(CallsOf(run, {"server", "add", "floating"}).size(), 3u);
}

TEST(LaunchScript, NamesOfGroupsArePlainWordsInNamesOfMachines) {
  v1::Placement p = GroupPlacement(v1::NETWORK_PLAN_KIND_PRIVATE, v1::NETWORK_PLAN_KIND_PRIVATE);
  p.mutable_groups(1)->set_display_name("$(touch x) `y`\n;");
  const ScriptRun run = RunScript(Script(p, {}));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(run.files.empty());
  EXPECT_THAT(LastWords(CallsOf(run, {"server", "create"})), Contains("vm-group2"));
}

TEST(LaunchScript, AnIdIsNeverReadAsAFlag) {
  v1::Placement p = FloatingPlacement();
  p.mutable_machine()->mutable_network()->mutable_external_network()->set_upstream_id("--debug");
  const auto script = FormatLaunchScript(p, PublicQuery(), Launcher::kOpenstack);
  EXPECT_EQ(script.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(script.status().message()), HasSubstr("\"--debug\""));
}

TEST(LaunchScript, NulIsRefused) {
  v1::Placement p = FloatingPlacement();
  p.mutable_machine()->mutable_flavor()->set_upstream_id(std::string("a\0b", 3));
  EXPECT_FALSE(FormatLaunchScript(p, PublicQuery(), Launcher::kOpenstack).ok());
}

}  // namespace
}  // namespace cis::client
