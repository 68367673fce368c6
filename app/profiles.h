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

/// The profile of that name. Throws CommandError with the names there are, ProfileError.
DeviceProfile profile_of(const Home& home, const std::string& name);

}  // namespace tritutor
