// The rooms of this folder (vgpu/CMakeLists.txt): what a file includes lies in its own room or in an earlier one.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace fs = std::filesystem;

namespace {

const std::string kOrder[] = {"program.h", "counting", "findings",     "shadows",    "memory",
                              "warp.h",    "checks",   "instructions", "scheduling", "decode"};

/// Of a path in vgpu/machine/. The sources that lie in no room come after all of them.
ptrdiff_t place_in_order(const fs::path& file) {
  return std::find(std::begin(kOrder), std::end(kOrder), file.begin()->string()) - std::begin(kOrder);
}

}  // namespace

TEST_CASE("no room of the machine includes a later one") {
  const fs::path machine = TRITUTOR_SOURCE_DIR "/vgpu/machine";
  const std::string start = "#include \"vgpu/machine/";
  size_t includes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(machine)) {
    const fs::path file = fs::relative(entry.path(), machine);
    const std::string name = file.filename().string();
    if (entry.is_directory()) CHECK_MESSAGE(place_in_order(file) < std::ssize(kOrder), name, " has no place");
    if (entry.is_directory() || name.find("_test.") != name.npos || name.find("_testing.") != name.npos) continue;
    std::ifstream source(entry.path());
    for (std::string line; std::getline(source, line);) {
      if (!line.starts_with(start)) continue;
      const std::string included = line.substr(start.size(), line.find('"', start.size()) - start.size());
      const bool running_warp = included == "warp.h" && file.extension() == ".cpp";
      CHECK_MESSAGE((running_warp || place_in_order(included) <= place_in_order(file)), file.string(), " includes ",
                    included);
      ++includes;
    }
  }
  CHECK(includes > 100);
}
