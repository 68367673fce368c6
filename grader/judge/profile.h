#pragma once
// A device's figures, for predicting time without the device. One file a device in grader/profiles:
//
// { "format": 1, "name": "H200", "title": "NVIDIA H200 SXM, 141 GB",
//   "sm_count": { "value": 132, "source": "where the figure is from", "estimate": true },   // estimate absent: false
//   ... every other figure of DeviceProfile likewise }

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "vgpu/vgpu.h"

namespace tritutor {

struct DeviceProfile {
  std::string name;   ///< "RTX 4090"
  std::string title;  ///< with maker and memory
  double sm_count = 0;
  double clock_mhz = 0;    ///< of the SMs, boosted
  double issue_slots = 0;  ///< warp instructions a clock and SM
  double fp32_lanes = 0;   ///< operations of one lane a clock and SM; an FMA is one
  double fp64_lanes = 0;
  double integer_lanes = 0;
  double special_lanes = 0;           ///< exponentials, roots, sines
  double tensor_f16_tflops = 0;       ///< f16 in, f32 accumulate, dense; a multiply and an add are two
  double shared_bytes_per_clock = 0;  ///< of an SM; L1 hits go the same way
  double l2_gbytes_per_s = 0;
  double dram_gbytes_per_s = 0;
  double l2_mbytes = 0;
  double shared_kbytes_per_block = 0;  ///< KiB, most of it
  double shared_kbytes_per_sm = 0;     ///< KiB
  double blocks_per_sm = 0;
  double threads_per_sm = 0;
  double launch_us = 0;                ///< what every launch costs beside its work
  std::vector<std::string> estimates;  ///< keys of the figures that no vendor's document states

  double clocks_per_us() const { return clock_mhz; }
  double fp32_tflops() const { return sm_count * fp32_lanes * 2 * clock_mhz * 1e-6; }
};

/// What the virtual GPU has to know of the device.
vgpu::Hardware hardware_of(const DeviceProfile& profile);

/// A profile that cannot be used. what() names the file, the path of the broken field and what was expected there.
class ProfileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads and validates one file. Throws ProfileError.
DeviceProfile load_profile(const std::filesystem::path& file);

/// Likewise from a file's text; `name` is what messages call it.
DeviceProfile parse_profile(const std::string& text, const std::string& name);

/// Every *.json of a folder, by file name. Throws ProfileError where one is broken, a name stands twice, or there is
/// none.
std::vector<DeviceProfile> load_profiles(const std::filesystem::path& folder);

/// By name, whatever its case and without regard to spaces, '-' and '_' ("rtx4090"); nullptr where there is none.
const DeviceProfile* find_profile(const std::vector<DeviceProfile>& profiles, std::string_view name);

/// The one whose name stands in a GPU's as the driver has it ("NVIDIA H100 80GB HBM3"); nullptr where none does.
const DeviceProfile* profile_of_gpu(const std::vector<DeviceProfile>& profiles, std::string_view gpu);

}  // namespace tritutor
