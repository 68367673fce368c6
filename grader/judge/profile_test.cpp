#include "grader/judge/profile.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace tritutor {
namespace {

namespace fs = std::filesystem;

const fs::path shipped = TRITUTOR_SOURCE_DIR "/grader/profiles";

/// A folder with one changed copy of a shipped profile, removed at the end.
class Changed {
 public:
  // Tests run side by side: each has a folder of its own.
  Changed() : folder_(fs::temp_directory_path() / fmt::format("tritutor_profile_test.{}", getpid())) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    std::ifstream(shipped / "h200.json") >> document;
  }
  ~Changed() { fs::remove_all(folder_); }

  std::string error() {
    std::ofstream(file()) << document.dump();
    try {
      load_profile(file());
    } catch (const ProfileError& problem) {
      return problem.what();
    }
    return "";
  }
  fs::path file() const { return folder_ / "one.json"; }
  const fs::path& folder() const { return folder_; }

  nlohmann::json document;

 private:
  fs::path folder_;
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("The shipped profiles agree with the FP32 peak of the vendor's data sheets") {
  const std::vector<DeviceProfile> profiles = load_profiles(shipped);
  CHECK(profiles.size() == 5);
  const std::pair<const char*, double> peaks[] = {
      {"H200", 67}, {"H100", 67}, {"A100", 19.5}, {"RTX 4090", 82.6}, {"T4", 8.1}};
  for (const auto& [name, tflops] : peaks) {
    CAPTURE(name);
    const DeviceProfile* profile = find_profile(profiles, name);
    REQUIRE(profile != nullptr);
    CHECK(profile->fp32_tflops() == doctest::Approx(tflops).epsilon(0.01));
    CHECK(std::count(profile->estimates.begin(), profile->estimates.end(), "launch_us") == 1);
    CHECK(std::count(profile->estimates.begin(), profile->estimates.end(), "dram_gbytes_per_s") == 0);
  }
}

TEST_CASE("The shipped profiles know how much shared memory a block may have") {
  const std::vector<DeviceProfile> profiles = load_profiles(shipped);
  const std::pair<const char*, uint32_t> sizes[] = {
      {"H200", 227}, {"H100", 227}, {"A100", 163}, {"RTX 4090", 99}, {"T4", 64}};
  for (const auto& [name, kbytes] : sizes) {
    CAPTURE(name);
    const vgpu::Hardware hardware = hardware_of(*find_profile(profiles, name));
    CHECK(hardware.name == name);
    CHECK(hardware.shared_bytes_per_block == kbytes * 1024);
  }
  // What the virtual GPU is without a profile.
  const vgpu::Hardware ours, h200 = hardware_of(*find_profile(profiles, "H200"));
  CHECK(ours.name == h200.name);
  CHECK(ours.sms == h200.sms);
  CHECK(ours.blocks_per_sm == h200.blocks_per_sm);
  CHECK(ours.threads_per_sm == h200.threads_per_sm);
  CHECK(ours.shared_bytes_per_block == h200.shared_bytes_per_block);
  CHECK(ours.shared_bytes_per_sm == h200.shared_bytes_per_sm);
}

TEST_CASE("A profile is found however its name is written") {
  const std::vector<DeviceProfile> profiles = load_profiles(shipped);
  for (const char* name : {"RTX 4090", "rtx4090", "rtx-4090", "RTX_4090"}) {
    REQUIRE(find_profile(profiles, name) != nullptr);
    CHECK(find_profile(profiles, name)->name == "RTX 4090");
  }
  CHECK(find_profile(profiles, "4090") == nullptr);
  CHECK(find_profile(profiles, "") == nullptr);
}

TEST_CASE("A broken profile is refused by file and field") {
  Changed change;
  CHECK(change.error() == "");
  const nlohmann::json good = change.document;
  const auto broken = [&](auto&& how) {
    change.document = good;
    how(change.document);
    const std::string error = change.error();
    CHECK(contains(error, change.file().string()));
    return error;
  };
  CHECK(contains(broken([](auto& d) { d.erase("sm_count"); }), "sm_count: missing"));
  CHECK(contains(broken([](auto& d) { d["sm_count"] = 132; }), "sm_count"));
  CHECK(contains(broken([](auto& d) { d["launch_us"]["value"] = 0; }), "launch_us.value: expected a number above 0"));
  CHECK(contains(broken([](auto& d) { d["launch_us"]["value"] = "2"; }), "launch_us.value"));
  CHECK(contains(broken([](auto& d) { d["clock_mhz"].erase("source"); }), "clock_mhz.source: missing"));
  CHECK(contains(broken([](auto& d) { d["clock_mhz"]["source"] = " "; }), "clock_mhz.source"));
  CHECK(contains(broken([](auto& d) { d["clock_mhz"]["sourse"] = "x"; }), "clock_mhz.sourse"));
  CHECK(contains(broken([](auto& d) { d["clock_ghz"] = d["clock_mhz"]; }), "clock_ghz: there is no such figure"));
  CHECK(contains(broken([](auto& d) { d["format"] = 2; }), "format"));
  CHECK(contains(broken([](auto& d) { d["name"] = ""; }), "name"));
  CHECK(contains(broken([](auto& d) { d = nlohmann::json::array(); }), "the whole file"));
}

TEST_CASE("A folder without profiles, or with a name twice, is refused") {
  Changed change;
  CHECK_THROWS_AS(load_profiles(change.folder()), ProfileError);
  CHECK_THROWS_AS(load_profiles(change.folder() / "nowhere"), ProfileError);
  CHECK(change.error() == "");
  CHECK(load_profiles(change.folder()).size() == 1);
  change.document["name"] = "h-200";
  std::ofstream(change.folder() / "two.json") << change.document.dump();
  CHECK_THROWS_WITH_AS(load_profiles(change.folder()), doctest::Contains("two.json: name: another profile"),
                       ProfileError);
}

TEST_CASE("a GPU's profile is the one whose name its own holds, the longest") {
  std::vector<DeviceProfile> profiles(3);
  profiles[0].name = "H100";
  profiles[1].name = "RTX 4090";
  profiles[2].name = "RTX 4090 D";
  CHECK(profile_of_gpu(profiles, "NVIDIA H100 80GB HBM3") == &profiles[0]);
  CHECK(profile_of_gpu(profiles, "NVIDIA GeForce RTX 4090 D") == &profiles[2]);
  CHECK(profile_of_gpu(profiles, "NVIDIA GeForce RTX 4090") == &profiles[1]);
  CHECK(profile_of_gpu(profiles, "NVIDIA A100-SXM4-40GB") == nullptr);
}

}  // namespace
}  // namespace tritutor
