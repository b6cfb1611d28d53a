#include "client/answer/explain.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "cis/v1/common.pb.h"
#include "cis/v1/inventory.pb.h"
#include "client/format/csv.h"
#include "client/format/proto_json.h"
#include "client/format/words.h"
#include "client/text/text.h"
#include "schema/base/shell_quote.h"

namespace cis::client {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// What an administrator can do about a field. "$value" and "$id" are filled in; if the value is not
// known, the placeholder is used. Texts that are not a command start with a lower-case word.
struct Remedy {
  absl::string_view field;
  absl::string_view change;
  absl::string_view stand_in;
};

constexpr char kFollowsRelease[] = "follows os_distro and os_version";
constexpr char kFixedFlavor[] = "fixed when a flavor is created: openstack flavor create";
constexpr char kAddresses[] =
    "follows the addresses: let projects see the subnets, or load Neutron's floatingip-pools";

constexpr std::array<Remedy, 21> kImageRemedies = {{
    {"os_distro", "openstack image set --property os_distro=$value $id", "DISTRO"},
    {"os_version", "openstack image set --property os_version=$value $id", "VERSION"},
    {"os_codename", kFollowsRelease, ""},
    {"arch", "openstack image set --property architecture=$value $id", "ARCHITECTURE"},
    {"login_user", "openstack image set --property os_admin_user=$value $id", "USER"},
    {"purpose", "follows the words of the name: openstack image set --name NAME $id", ""},
    {"is_snapshot", "openstack image unset --property image_type $id", ""},
    {"usable",
     "follows status, format and visibility: openstack image set --activate --unhidden $id", ""},
    {"min_ram_mib", "openstack image set --min-ram $value $id", "MIB"},
    {"min_disk_gib", "openstack image set --min-disk $value $id", "GIB"},
    {"virtual_size_bytes", "measured by Glance when the image is stored", ""},
    {"build_date", "openstack image set --property image_build_date=$value $id", "YYYY-MM-DD"},
    {"eol_date", kFollowsRelease, ""},
    {"egi_ref", "openstack image set --property eu.egi.cloud.image_ref=$value $id", "REFERENCE"},
    {"bootable", "fixed when an image is created, by its formats and contents", ""},
    {"expire_date",
     "reported by the publisher; else: openstack image set --property uuid_validity=$value $id",
     "YYYY-MM-DD"},
    {"image_source", "openstack image set --property image_source=$value $id", "URL"},
    {"uuid_validity", "openstack image set --property uuid_validity=$value $id", "VALIDITY"},
    {"replace_frequency", "openstack image set --property replace_frequency=$value $id",
     "FREQUENCY"},
    {"provided_until", "openstack image set --property provided_until=$value $id", "YYYY-MM-DD"},
    {"hotfix_hours", "openstack image set --property hotfix_hours=$value $id", "HOURS"},
}};
constexpr std::array<Remedy, 14> kFlavorRemedies = {{
    {"vcpu_count", kFixedFlavor, ""},
    {"ram_mib", kFixedFlavor, ""},
    {"disk_gib", kFixedFlavor, ""},
    {"ephemeral_gib", kFixedFlavor, ""},
    {"swap_mib", kFixedFlavor, ""},
    {"gpu_count",
     "openstack flavor set --property Accelerator:Type=GPU --property Accelerator:Number=$value "
     "$id",
     "NUMBER"},
    {"gpu_vendor", "openstack flavor set --property Accelerator:Vendor=$value $id", "VENDOR"},
    {"gpu_model", "openstack flavor set --property Accelerator:Model=$value $id", "MODEL"},
    {"gpu_kind",
     "follows the extra specs that request the device: pci_passthrough:alias, resources:VGPU", ""},
    {"gpu_memory_mib", "openstack flavor set --property Accelerator:Memory=GIB $id", ""},
    {"arch", "openstack flavor set --property hw:architecture=$value $id", "ARCHITECTURE"},
    {"cpu_allocation", "openstack flavor set --property hw:cpu_policy=POLICY $id", ""},
    {"boot_from_volume", "follows disk_gib", ""},
    {"baremetal", "follows the resource class that extra specs request", ""},
}};
constexpr std::array<Remedy, 7> kNetworkRemedies = {{
    {"is_external", "openstack network set --external $id, or --internal", ""},
    {"shared", "openstack network set --share $id, or --no-share", ""},
    {"is_default", "openstack network set --default $id, or --no-default", ""},
    {"usable_as", "follows is_external, shared, the owner and the addresses", ""},
    {"attachable", "follows shared and the owner", ""},
    {"public_v4", kAddresses, ""},
    {"public_v6", kAddresses, ""},
}};

const Remedy* FindRemedy(const Message& message, absl::string_view field) {
  const auto find = [field](const auto& remedies) -> const Remedy* {
    const auto* found = std::find_if(remedies.begin(), remedies.end(),
                                     [field](const Remedy& one) { return one.field == field; });
    return found == remedies.end() ? nullptr : found;
  };
  if (message.GetDescriptor() == v1::Image::descriptor()) return find(kImageRemedies);
  if (message.GetDescriptor() == v1::Flavor::descriptor()) return find(kFlavorRemedies);
  if (message.GetDescriptor() == v1::Network::descriptor()) return find(kNetworkRemedies);
  return nullptr;
}

// Returns the text of a field that is known; empty otherwise.
std::string TextOf(const Message& message, const FieldDescriptor& field) {
  if (field.has_presence() && !message.GetReflection()->HasField(message, &field)) return "";
  CsvColumn column;
  column.path.push_back(&field);
  return CsvCells(message, {column})[0];
}

std::string StringOf(const Message& message, const char* name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  return message.GetReflection()->GetString(message, field);
}

std::string ChangeOf(const Remedy& remedy, absl::string_view value, absl::string_view id) {
  const std::string word = ShellQuoteShown(value.empty() ? remedy.stand_in : value);
  return absl::StrReplaceAll(remedy.change, {{"$value", word}, {"$id", ShellOperandShown(id)}});
}

v1::Provenance ProvenanceOf(const Message& message) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName("provenance");
  v1::Provenance provenance;
  provenance.CopyFrom(message.GetReflection()->GetMessage(message, field));
  return provenance;
}

}  // namespace

char EvidenceLevel(absl::string_view source) {
  constexpr std::array<absl::string_view, 8> kPublisher = {
      "org.openstack.glance.", "eu.egi.cloud.", "appliance_attributes", "vmcatcher_",
      "property:ad:",          "property:sl:",  "property:dc:",         "cloudkeeper_"};
  constexpr std::array<absl::string_view, 7> kObserved = {
      "subnets", "floatingip_pools", "floatingips", "router_gateway",
      "ports",   "addresses",        "resources"};
  if (absl::StartsWith(source, "override:")) return 'A';
  const std::string lower = absl::AsciiStrToLower(source);
  for (const absl::string_view part : kPublisher) {
    if (absl::StrContains(lower, part)) return 'A';
  }
  if (source == "name" || source == "description" || source == "title") return 'E';
  for (const absl::string_view word : kObserved) {
    if (source == word || absl::StartsWith(source, absl::StrCat(word, ":")) ||
        absl::StrContains(source, absl::StrCat(":", word, ":"))) {
      return 'B';
    }
  }
  if (source == "routers" || source == "tag" || absl::StartsWith(source, "table:")) return 'D';
  return 'C';
}

bool IsExplainable(const Message& message) {
  return FindRemedy(message, "arch") != nullptr || FindRemedy(message, "usable_as") != nullptr;
}

std::vector<ExplainedFact> Explain(const Message& message) {
  std::vector<ExplainedFact> facts;
  if (!IsExplainable(message)) return facts;
  const v1::Provenance provenance = ProvenanceOf(message);
  const std::string id = StringOf(message, "upstream_id");
  const auto& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const Remedy* remedy = FindRemedy(message, field.name());
    if (remedy == nullptr) continue;
    ExplainedFact fact;
    fact.field = field.name();
    fact.value = TextOf(message, field);
    for (const v1::Evidence& evidence : provenance.evidence()) {
      if (evidence.field() != fact.field) continue;
      fact.sources.push_back(
          {EvidenceLevel(evidence.source()), evidence.source(), evidence.value()});
    }
    std::stable_sort(fact.sources.begin(), fact.sources.end(),
                     [](const FactSource& a, const FactSource& b) { return a.level < b.level; });
    for (const v1::FieldConfidence& entry : provenance.confidences()) {
      if (entry.field() == fact.field) fact.confidence = ConfidenceText(entry.confidence());
    }
    fact.change = ChangeOf(*remedy, fact.value, id);
    facts.push_back(std::move(fact));
  }
  return facts;
}

std::string ExplanationText(const Message& message, const TableStyle& style) {
  const std::vector<ExplainedFact> facts = Explain(message);
  size_t width = 0;
  for (const ExplainedFact& fact : facts) width = std::max(width, fact.field.size());
  const std::string indent(width + 2, ' ');
  std::string text = absl::StrCat(CleanText(StringOf(message, "name")), "  ",
                                  CleanText(StringOf(message, "display_name")), "\n");
  for (const ExplainedFact& fact : facts) {
    absl::StrAppend(&text, PadRight(fact.field, width), "  ",
                    fact.value.empty() ? "unknown" : CleanText(fact.value),
                    fact.confidence.empty() ? "" : absl::StrCat("  (", fact.confidence, ")"), "\n");
    for (const FactSource& source : fact.sources) {
      absl::StrAppend(&text, indent, absl::string_view(&source.level, 1), "  ",
                      CleanText(absl::StrCat(source.source, " \"", source.value, "\"")), "\n");
    }
    absl::StrAppend(&text,
                    Paint(absl::StrCat(indent, "to change: ", CleanText(fact.change)), Tone::kDim,
                          style.colour),
                    "\n");
  }
  const v1::Provenance provenance = ProvenanceOf(message);
  for (const v1::Warning& warning : provenance.warnings()) {
    absl::StrAppend(&text, "warning: ",
                    Paint(CleanText(WarningText(warning)), Tone::kWarning, style.colour), "\n");
  }
  absl::StrAppend(
      &text,
      "Evidence: A asserted by an operator or the publisher, B observed, C stated by the "
      "API, D inferred,\nE read from names. An operator of CIS can override each fact: "
      "cis-crawler --overrides.\n");
  return text;
}

nlohmann::ordered_json ExplanationJson(const Message& message) {
  nlohmann::ordered_json facts = nlohmann::ordered_json::array();
  const auto or_null = [](const std::string& text) {
    return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(text);
  };
  for (const ExplainedFact& fact : Explain(message)) {
    nlohmann::ordered_json sources = nlohmann::ordered_json::array();
    for (const FactSource& source : fact.sources) {
      sources.push_back({{"level", std::string(1, source.level)},
                         {"source", source.source},
                         {"value", source.value}});
    }
    facts.push_back({{"field", fact.field},
                     {"value", or_null(fact.value)},
                     {"confidence", or_null(fact.confidence)},
                     {"evidence", std::move(sources)},
                     {"change", fact.change}});
  }
  nlohmann::ordered_json warnings = nlohmann::ordered_json::array();
  const v1::Provenance provenance = ProvenanceOf(message);
  for (const v1::Warning& warning : provenance.warnings()) {
    warnings.push_back({{"code", warning.code()}, {"message", warning.message()}});
  }
  return {{"name", StringOf(message, "name")},
          {"facts", std::move(facts)},
          {"warnings", std::move(warnings)}};
}

}  // namespace cis::client
