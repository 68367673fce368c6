#include "grader/judge/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>

#include "grader/curriculum/json_field.h"

namespace tritutor {
namespace {

/// A figure of a profile and its key in the file.
struct Figure {
  const char* key;
  double DeviceProfile::*value;
};

constexpr Figure figures[] = {
    {"sm_count", &DeviceProfile::sm_count},
    {"clock_mhz", &DeviceProfile::clock_mhz},
    {"issue_slots", &DeviceProfile::issue_slots},
    {"fp32_lanes", &DeviceProfile::fp32_lanes},
    {"fp64_lanes", &DeviceProfile::fp64_lanes},
    {"integer_lanes", &DeviceProfile::integer_lanes},
    {"special_lanes", &DeviceProfile::special_lanes},
    {"tensor_f16_tflops", &DeviceProfile::tensor_f16_tflops},
    {"shared_bytes_per_clock", &DeviceProfile::shared_bytes_per_clock},
    {"l2_gbytes_per_s", &DeviceProfile::l2_gbytes_per_s},
    {"dram_gbytes_per_s", &DeviceProfile::dram_gbytes_per_s},
    {"l2_mbytes", &DeviceProfile::l2_mbytes},
    {"shared_kbytes_per_block", &DeviceProfile::shared_kbytes_per_block},
    {"shared_kbytes_per_sm", &DeviceProfile::shared_kbytes_per_sm},
    {"blocks_per_sm", &DeviceProfile::blocks_per_sm},
    {"threads_per_sm", &DeviceProfile::threads_per_sm},
    {"launch_us", &DeviceProfile::launch_us},
};

DeviceProfile read_profile(const Field& root) {
  root.at("format", "the number 1").integer(1, 1);
  DeviceProfile profile;
  profile.name = root.at("name", "a short name such as \"H200\"").filled_text();
  profile.title = root.at("title", "the device's full name").filled_text();
  for (const auto& [key, value] : root.members()) {
    const bool known = key == "format" || key == "name" || key == "title" ||
                       std::any_of(std::begin(figures), std::end(figures),
                                   [&name = key](const Figure& figure) { return name == figure.key; });
    if (!known) value.fail("there is no such figure");
  }
  for (const Figure& figure : figures) {
    const Field field = root.at(figure.key, "an object with a value and its source");
    field.only({"value", "source", "estimate"});
    const Field value = field.at("value", "a number above 0");
    profile.*figure.value = value.number();
    if (profile.*figure.value <= 0) value.fail(fmt::format("expected a number above 0, found {}", value.number()));
    field.at("source", "where the figure is from").filled_text();
    const auto estimate = field.find("estimate");
    if (estimate && estimate->boolean()) profile.estimates.emplace_back(figure.key);
  }
  return profile;
}

std::string plain(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c != ' ' && c != '-' && c != '_') text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return text;
}

}  // namespace

DeviceProfile parse_profile(const std::string& text, const std::string& name) {
  try {
    const nlohmann::json document = parse_json(text);
    return read_profile(Field(document, ""));
  } catch (const FieldError& error) {
    throw ProfileError(fmt::format("{}: {}", name, error.what()));
  }
}

DeviceProfile load_profile(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw ProfileError(fmt::format("{}: cannot be read", file.string()));
  return parse_profile({std::istreambuf_iterator<char>(stream), {}}, file.string());
}

std::vector<DeviceProfile> load_profiles(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  if (files.empty()) throw ProfileError(fmt::format("{}: there is no device profile in it", folder.string()));
  std::sort(files.begin(), files.end());
  std::vector<DeviceProfile> profiles;
  for (const auto& file : files) {
    DeviceProfile profile = load_profile(file);
    if (find_profile(profiles, profile.name) != nullptr) {
      throw ProfileError(fmt::format("{}: name: another profile is called \"{}\" too", file.string(), profile.name));
    }
    profiles.push_back(std::move(profile));
  }
  return profiles;
}

vgpu::Hardware hardware_of(const DeviceProfile& profile) {
  const auto whole = [](double value) { return static_cast<uint32_t>(value); };
  return {profile.name,
          whole(profile.sm_count),
          whole(profile.blocks_per_sm),
          whole(profile.threads_per_sm),
          whole(profile.shared_kbytes_per_block * 1024),
          whole(profile.shared_kbytes_per_sm * 1024)};
}

const DeviceProfile* find_profile(const std::vector<DeviceProfile>& profiles, std::string_view name) {
  for (const DeviceProfile& profile : profiles) {
    if (plain(profile.name) == plain(name)) return &profile;
  }
  return nullptr;
}

const DeviceProfile* profile_of_gpu(const std::vector<DeviceProfile>& profiles, std::string_view gpu) {
  const DeviceProfile* longest = nullptr;  // "RTX 4090 D" rather than "RTX 4090"
  for (const DeviceProfile& profile : profiles) {
    if (gpu.find(profile.name) == std::string_view::npos) continue;
    if (longest == nullptr || profile.name.size() > longest->name.size()) longest = &profile;
  }
  return longest;
}

}  // namespace tritutor
