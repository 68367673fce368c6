#pragma once
// The device profiles that times are predicted for.

#include <string>
#include <vector>

#include "app/home.h"
#include "grader/judge/profile.h"

namespace tritutor {

inline const char* const default_profile = "H200";

/// Throws ProfileError.
std::vector<DeviceProfile> profiles_of(const Home& home);

/// "A100, H200, T4".
std::string names_of(const std::vector<DeviceProfile>& profiles);

/// The one of that name. Throws CommandError with the names there are.
const DeviceProfile& profile_in(const std::vector<DeviceProfile>& profiles, const std::string& name);

/// The same of all there are. Throws ProfileError too.
DeviceProfile profile_of(const Home& home, const std::string& name);

}  // namespace tritutor
