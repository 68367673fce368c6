#include "app/profiles.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/error.h"

namespace tritutor {

std::vector<DeviceProfile> profiles_of(const Home& home) { return load_profiles(home.root / "grader" / "profiles"); }

std::string names_of(const std::vector<DeviceProfile>& profiles) {
  std::vector<std::string> names;
  names.reserve(profiles.size());
  for (const DeviceProfile& profile : profiles) names.push_back(profile.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

const DeviceProfile& profile_in(const std::vector<DeviceProfile>& profiles, const std::string& name) {
  const DeviceProfile* profile = find_profile(profiles, name);
  if (profile == nullptr) {
    throw CommandError(status_usage,
                       fmt::format("--profile: there is no device profile {}; there are {}", name, names_of(profiles)));
  }
  return *profile;
}

DeviceProfile profile_of(const Home& home, const std::string& name) { return profile_in(profiles_of(home), name); }

}  // namespace tritutor
