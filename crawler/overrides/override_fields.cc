#include "crawler/overrides/override_fields.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "schema/base/spelling.h"

namespace cis {
namespace {

constexpr size_t kMaxTextBytes = 255;

template <typename Record>
struct Field {
  std::string name;
  std::string form;  // of the value, for messages: "a day such as 2026-11-22"
  // Sets the value, or returns false if it is not of the form. Empty means unknown.
  std::function<bool(absl::string_view value, Record*)> set;
  std::function<std::string(const Record&)> get;
};

template <typename Record>
using Fields = std::vector<Field<Record>>;

template <typename Record>
Field<Record> Text(const char* name, std::string Record::*member) {
  return {name, "a text of at most 255 bytes without control characters",
          [member](absl::string_view value, Record* record) {
            record->*member = std::string(value);
            return value.size() <= kMaxTextBytes &&
                   std::none_of(value.begin(), value.end(),
                                [](unsigned char c) { return absl::ascii_iscntrl(c); });
          },
          [member](const Record& record) { return record.*member; }};
}

// Lower-case words as CIS spells them: "centos-stream".
template <typename Record>
Field<Record> Id(const char* name, std::string Record::*member) {
  return {name, "a lower-case id such as almalinux or centos-stream",
          [member](absl::string_view value, Record* record) {
            record->*member = std::string(value);
            return value.size() <= kMaxTextBytes &&
                   std::all_of(value.begin(), value.end(), [](unsigned char c) {
                     return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
                   });
          },
          [member](const Record& record) { return record.*member; }};
}

template <typename Record>
Field<Record> OneOf(const char* name, std::string Record::*member, absl::string_view words) {
  return {name, absl::StrCat("one of ", words),
          [member, known = std::vector<std::string>(absl::StrSplit(words, ", "))](
              absl::string_view value, Record* record) {
            record->*member = std::string(value);
            return value.empty() || std::find(known.begin(), known.end(), value) != known.end();
          },
          [member](const Record& record) { return record.*member; }};
}

template <typename Record>
Field<Record> Day(const char* name, std::string Record::*member) {
  return {name, "a day such as 2026-11-22",
          [member](absl::string_view value, Record* record) {
            record->*member = std::string(value);
            absl::CivilDay day;
            return value.empty() || (value.size() == 10 && absl::ParseCivilTime(value, &day));
          },
          [member](const Record& record) { return record.*member; }};
}

template <typename Record>
Field<Record> Count(const char* name, std::optional<int64_t> Record::*member) {
  return {name, "a whole number, 0 or more",
          [member](absl::string_view value, Record* record) {
            (record->*member).reset();
            int64_t number = 0;
            if (value.empty()) return true;
            if (!absl::SimpleAtoi(value, &number) || number < 0) return false;
            record->*member = number;
            return true;
          },
          [member](const Record& record) {
            return (record.*member).has_value() ? absl::StrCat(*(record.*member)) : "";
          }};
}

std::optional<bool> ParseFlag(absl::string_view value) {
  if (value == "true" || value == "yes") return true;
  if (value == "false" || value == "no") return false;
  return std::nullopt;
}

// A flag that is never unknown.
template <typename Record>
Field<Record> Flag(const char* name, bool Record::*member) {
  return {name, "true or false",
          [member](absl::string_view value, Record* record) {
            const std::optional<bool> flag = ParseFlag(value);
            record->*member = flag.value_or(false);
            return flag.has_value();
          },
          [member](const Record& record) { return record.*member ? "true" : "false"; }};
}

template <typename Record>
Field<Record> MaybeFlag(const char* name, std::optional<bool> Record::*member) {
  return {name, "true or false",
          [member](absl::string_view value, Record* record) {
            record->*member = ParseFlag(value);
            return value.empty() || (record->*member).has_value();
          },
          [member](const Record& record) {
            if (!(record.*member).has_value()) return "";
            return *(record.*member) ? "true" : "false";
          }};
}

template <typename Record>
Field<Record> Answer(const char* name, Tristate Record::*member) {
  return {name, "yes or no",
          [member](absl::string_view value, Record* record) {
            const std::optional<bool> flag = ParseFlag(value);
            record->*member =
                flag.has_value() ? (*flag ? Tristate::kYes : Tristate::kNo) : Tristate::kUnknown;
            return value.empty() || flag.has_value();
          },
          [member](const Record& record) {
            return record.*member == Tristate::kUnknown
                       ? ""
                       : std::string(FormatTristate(record.*member));
          }};
}

constexpr char kArches[] = "x86_64, aarch64, i686, armv7l, ppc64, ppc64le, s390x, riscv64";

const Fields<Image>& ImageFields() {
  static const auto* const kFields = new Fields<Image>{
      Id("os_distro", &Image::os_distro),
      Text("os_version", &Image::os_version),
      Text("os_codename", &Image::os_codename),
      OneOf("arch", &Image::arch, kArches),
      Text("login_user", &Image::login_user),
      OneOf("purpose", &Image::purpose, "generic, minimal, gpu, docker, k8s, appliance, custom"),
      Flag("is_snapshot", &Image::is_snapshot),
      Flag("usable", &Image::usable),
      Count("min_ram_mib", &Image::min_ram_mib),
      Count("min_disk_gib", &Image::min_disk_gib),
      Count("virtual_size_bytes", &Image::virtual_size_bytes),
      Day("build_date", &Image::build_date),
      Day("eol_date", &Image::eol_date),
      Text("egi_ref", &Image::egi_ref),
      MaybeFlag("bootable", &Image::bootable),
      Day("expire_date", &Image::expire_date),
      Text("image_source", &Image::image_source),
  };
  return *kFields;
}

Field<Flavor> GpuCount() {
  return {"gpu_count", "a number, 0 or more (a quarter of a GPU is 0.25)",
          [](absl::string_view value, Flavor* flavor) {
            flavor->gpu_count.reset();
            double number = 0;
            if (value.empty()) return true;
            if (!absl::SimpleAtod(value, &number) || !std::isfinite(number) || number < 0) {
              return false;
            }
            flavor->gpu_count = number;
            return true;
          },
          [](const Flavor& flavor) {
            return flavor.gpu_count.has_value() ? absl::StrCat(*flavor.gpu_count) : "";
          }};
}

Field<Flavor> RootDisk() {
  Field<Flavor> field = Count("disk_gib", &Flavor::disk_gib);
  field.set = [set = field.set](absl::string_view value, Flavor* flavor) {
    const bool is_good = set(value, flavor);
    flavor->boot_from_volume = flavor->disk_gib == 0;
    return is_good;
  };
  return field;
}

const Fields<Flavor>& FlavorFields() {
  static const auto* const kFields = new Fields<Flavor>{
      Count("vcpu_count", &Flavor::vcpu_count),
      Count("ram_mib", &Flavor::ram_mib),
      RootDisk(),
      Count("ephemeral_gib", &Flavor::ephemeral_gib),
      Count("swap_mib", &Flavor::swap_mib),
      GpuCount(),
      Text("gpu_vendor", &Flavor::gpu_vendor),
      Text("gpu_model", &Flavor::gpu_model),
      OneOf("gpu_kind", &Flavor::gpu_kind, "passthrough, vgpu, mig"),
      Count("gpu_memory_mib", &Flavor::gpu_memory_mib),
      OneOf("arch", &Flavor::arch, kArches),
      OneOf("cpu_alloc", &Flavor::cpu_alloc, "dedicated, shared, oversubscribed"),
      Flag("baremetal", &Flavor::baremetal),
  };
  return *kFields;
}

Field<Network> UsableAs() {
  return {"usable_as", "one of floating-pool, direct, tenant, none",
          [](absl::string_view value, Network* network) {
            network->usable_as = ParseNetworkUse(value);
            network->also_floating_pool = false;
            if (network->usable_as == NetworkUse::kDirect ||
                network->usable_as == NetworkUse::kTenant) {
              network->attachable = Tristate::kYes;
            }
            return FormatNetworkUse(network->usable_as) == value;
          },
          [](const Network& network) { return std::string(FormatNetworkUse(network.usable_as)); }};
}

const Fields<Network>& NetworkFields() {
  static const auto* const kFields = new Fields<Network>{
      UsableAs(),
      Answer("public_v4", &Network::public_v4),
      Answer("public_v6", &Network::public_v6),
  };
  return *kFields;
}

template <typename Record>
const Field<Record>* FindField(const Fields<Record>& fields, absl::string_view name) {
  for (const Field<Record>& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

// What `unknown` stands for inside of a record.
absl::string_view ValueOf(absl::string_view value) {
  return value == kUnknownValue ? absl::string_view() : value;
}

template <typename Record>
std::vector<std::string> NamesOf(const Fields<Record>& fields) {
  std::vector<std::string> names;
  for (const Field<Record>& field : fields) names.push_back(field.name);
  return names;
}

template <typename Record>
absl::Status Check(const Fields<Record>& fields, absl::string_view singular, absl::string_view name,
                   absl::string_view value) {
  const Field<Record>* field = FindField(fields, name);
  if (field == nullptr) {
    const std::vector<std::string> names = NamesOf(fields);
    const std::vector<std::string> near = NearestNames(name, names, 1);
    return absl::InvalidArgumentError(
        absl::StrCat("\"", name, "\" is no field of ", singular, " that can be set; ",
                     near.empty() ? absl::StrCat("it must be one of ", absl::StrJoin(names, ", "))
                                  : absl::StrCat("did you mean ", near.front(), "?")));
  }
  Record scratch;
  if (value.empty() || !field->set(ValueOf(value), &scratch)) {
    return absl::InvalidArgumentError(absl::StrCat(name, " is \"", value, "\"; it must be ",
                                                   field->form, ", or unknown where that is so"));
  }
  return absl::OkStatus();
}

template <typename Record>
void Set(const Fields<Record>& fields, absl::string_view name, absl::string_view value,
         Record* record) {
  if (const Field<Record>* field = FindField(fields, name)) field->set(ValueOf(value), record);
}

template <typename Record>
std::string Get(const Fields<Record>& fields, absl::string_view name, const Record& record) {
  const Field<Record>* field = FindField(fields, name);
  return field == nullptr ? "" : field->get(record);
}

}  // namespace

std::vector<std::string> OverridableFields(Kind kind) {
  switch (kind) {
    case Kind::kImages:
      return NamesOf(ImageFields());
    case Kind::kFlavors:
      return NamesOf(FlavorFields());
    case Kind::kNetworks:
      return NamesOf(NetworkFields());
    case Kind::kAuth:
    case Kind::kQuotas:
      break;
  }
  return {};
}

absl::Status CheckOverrideValue(Kind kind, absl::string_view field, absl::string_view value) {
  switch (kind) {
    case Kind::kImages:
      return Check(ImageFields(), "an image", field, value);
    case Kind::kFlavors:
      return Check(FlavorFields(), "a flavor", field, value);
    case Kind::kNetworks:
      return Check(NetworkFields(), "a network", field, value);
    case Kind::kAuth:
    case Kind::kQuotas:
      break;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(FormatKind(kind), " cannot be overridden; images, flavors and networks can"));
}

void SetField(absl::string_view field, absl::string_view value, Image* image) {
  Set(ImageFields(), field, value, image);
}
void SetField(absl::string_view field, absl::string_view value, Flavor* flavor) {
  Set(FlavorFields(), field, value, flavor);
}
void SetField(absl::string_view field, absl::string_view value, Network* network) {
  Set(NetworkFields(), field, value, network);
}

std::string GetField(absl::string_view field, const Image& image) {
  return Get(ImageFields(), field, image);
}
std::string GetField(absl::string_view field, const Flavor& flavor) {
  return Get(FlavorFields(), field, flavor);
}
std::string GetField(absl::string_view field, const Network& network) {
  return Get(NetworkFields(), field, network);
}

}  // namespace cis
