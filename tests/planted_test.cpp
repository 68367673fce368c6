// Every planted bug is found, with its kind and at its line; its fixed twin and the benign idioms are silent.
//
// tests/planted/FOLDER/NAME.cu holds a bug as people make it, NAME.fixed.cu the same kernel mended, silent/ kernels
// that look suspicious and are right. What their header comments say is in planted/planted_case.h.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "tests/planted/planted_case.h"
#include "tests/planted/planted_run.h"
#include "vgpu/vgpu.h"

namespace {

namespace fs = std::filesystem;
using planted::Case;

struct Folder {
  const char* name;
  size_t least;  ///< planted bugs it must hold
};

constexpr Folder folders[] = {
    {"bounds", 12},      {"misaligned", 4},   {"null_pointer", 4}, {"read_only", 3}, {"stack", 3},
    {"barrier", 6},      {"mask", 6},         {"timeout", 4},      {"trap", 3},      {"uninitialized", 18},
    {"shared_race", 20}, {"global_race", 12}, {"async_copy", 6},   {"heap", 3},
};
constexpr size_t least_silent = 36;

/// Files that are not judged yet: planted bugs that are not found, benign idioms that are not seen as such.
const std::set<std::string> not_yet = {
    "silent/bytes_masked_out.cu",
    "silent/struct_padding.cu",
};

const fs::path root = fs::path(TRITUTOR_SOURCE_DIR) / "tests" / "planted";

std::vector<fs::path> kernels_of(const std::string& folder, bool fixed) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(root / folder)) {
    const fs::path& file = entry.path();
    if (file.extension() == ".cu" && (file.stem().extension() == ".fixed") == fixed) files.push_back(file);
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// Runs a file and holds the findings against its header. True where all is as it says.
bool check_file(const fs::path& file) {
  const std::string shown = fs::relative(file, root).string();
  try {
    const Case wanted = planted::read_case(file);
    const vgpu::LaunchResult result = planted::run(wanted);
    std::vector<std::string> complaints = planted::judge(wanted, result.findings);
    if (wanted.finds.empty() && !result.completed) complaints.push_back("did not run to its end");
    for (const std::string& complaint : complaints) FAIL_CHECK(shown << " (" << wanted.about << "): " << complaint);
    return complaints.empty();
  } catch (const std::exception& error) {
    FAIL_CHECK(shown << ": " << std::string(error.what()));
    return false;
  }
}

bool is_judged(const fs::path& file) { return not_yet.count(fs::relative(file, root).string()) == 0; }

void check_folder(const char* name) {
  const Folder* folder = std::find_if(std::begin(folders), std::end(folders),
                                      [&](const Folder& f) { return std::string(f.name) == name; });
  REQUIRE(folder != std::end(folders));
  const std::vector<fs::path> bugs = kernels_of(name, false), twins = kernels_of(name, true);
  CHECK(bugs.size() >= folder->least);
  size_t found = 0, silent = 0;
  for (const fs::path& bug : bugs) {
    const fs::path twin = fs::path(bug).replace_extension(".fixed.cu");
    CHECK_MESSAGE(fs::exists(twin), fs::relative(twin, root).string() << " is missing");
    CHECK_MESSAGE(!planted::read_case(bug).finds.empty(), fs::relative(bug, root).string() << " says no `finds`");
    if (is_judged(bug) && check_file(bug)) ++found;
  }
  for (const fs::path& twin : twins) {
    CHECK_MESSAGE(fs::exists(root / name / fs::path(twin.stem()).replace_extension(".cu")),
                  fs::relative(twin, root).string() << " has no planted bug beside it");
    CHECK_MESSAGE(planted::read_case(twin).finds.empty(), fs::relative(twin, root).string() << " has a `finds`");
    if (check_file(twin)) ++silent;
  }
  fmt::print("{:14} {:3} planted bugs, {:3} found; {:3} fixed twins, {:3} silent\n", name, bugs.size(), found,
             twins.size(), silent);
}

vgpu::Finding finding(vgpu::Finding::Kind kind, int line, const std::string& message = "") {
  vgpu::Finding f;
  f.kind = kind;
  f.file = "a.cu";
  f.line = line;
  f.message = message;
  return f;
}

}  // namespace

TEST_CASE("planted: out of bounds") { check_folder("bounds"); }
TEST_CASE("planted: misaligned accesses") { check_folder("misaligned"); }
TEST_CASE("planted: null and wild pointers") { check_folder("null_pointer"); }
TEST_CASE("planted: writes to inputs") { check_folder("read_only"); }
TEST_CASE("planted: stack overruns") { check_folder("stack"); }
TEST_CASE("planted: barriers") { check_folder("barrier"); }
TEST_CASE("planted: member masks") { check_folder("mask"); }
TEST_CASE("planted: endless loops") { check_folder("timeout"); }
TEST_CASE("planted: traps and assertions") { check_folder("trap"); }
TEST_CASE("planted: uninitialised memory") { check_folder("uninitialized"); }
TEST_CASE("planted: races in shared memory") { check_folder("shared_race"); }
TEST_CASE("planted: races in global memory") { check_folder("global_race"); }
TEST_CASE("planted: asynchronous copies") { check_folder("async_copy"); }
TEST_CASE("planted: memory from malloc") { check_folder("heap"); }

TEST_CASE("benign idioms are silent") {
  const std::vector<fs::path> files = kernels_of("silent", false);
  CHECK(files.size() >= least_silent);
  size_t silent = 0;
  for (const fs::path& file : files) {
    if (is_judged(file) && check_file(file)) ++silent;
  }
  fmt::print("{:14} {:3} benign kernels, {:3} silent\n", "silent", files.size(), silent);
}

TEST_CASE("every folder of the corpus has its test") {
  std::set<std::string> there, known{"silent"};
  for (const fs::directory_entry& entry : fs::directory_iterator(root)) {
    if (entry.is_directory()) there.insert(entry.path().filename().string());
  }
  for (const Folder& folder : folders) known.insert(folder.name);
  CHECK(there == known);
  for (const std::string& file : not_yet) CHECK_MESSAGE(fs::exists(root / file), file << " is not there");
}

TEST_CASE("the judge") {
  using Kind = vgpu::Finding::Kind;
  Case wanted;
  wanted.file = "folder/a.cu";
  wanted.finds = "out-of-bounds";
  wanted.here = {7};

  SUBCASE("is content with the planted bug at its line") {
    CHECK(planted::judge(wanted, {finding(Kind::out_of_bounds, 7)}).empty());
  }
  SUBCASE("misses a bug that was not found") { CHECK(planted::judge(wanted, {}).size() == 1); }
  SUBCASE("refuses the wrong line, the wrong kind, another file") {
    CHECK(planted::judge(wanted, {finding(Kind::out_of_bounds, 8)}).size() == 2);
    CHECK(planted::judge(wanted, {finding(Kind::misaligned, 7)}).size() == 2);
    vgpu::Finding elsewhere = finding(Kind::out_of_bounds, 7);
    elsewhere.file = "b.cu";
    CHECK(planted::judge(wanted, {elsewhere}).size() == 2);
  }
  SUBCASE("refuses a finding too many") {
    const auto good = finding(Kind::out_of_bounds, 7);
    CHECK(planted::judge(wanted, {good, finding(Kind::out_of_bounds, 9)}).size() == 1);
    CHECK(planted::judge(wanted, {good, finding(Kind::race, 7)}).size() == 1);
    wanted.also = {"race"};
    CHECK(planted::judge(wanted, {good, finding(Kind::race, 7)}).empty());
    CHECK(planted::judge(wanted, {good, finding(Kind::race, 8)}).size() == 1);
  }
  SUBCASE("wants every marked line") {
    wanted.here = {7, 9};
    CHECK(planted::judge(wanted, {finding(Kind::out_of_bounds, 7)}).size() == 1);
  }
  SUBCASE("wants a race to name its other line, whole") {
    wanted.finds = "race";
    wanted.and_here = {3};
    CHECK(planted::judge(wanted, {finding(Kind::race, 7, "written at line 3, read at line 7")}).empty());
    CHECK(planted::judge(wanted, {finding(Kind::race, 7, "written at line 31, read at line 7")}).size() == 1);
    CHECK(planted::judge(wanted, {finding(Kind::race, 7, "read here")}).size() == 2);
    CHECK(planted::judge(wanted, {finding(Kind::race, 3, "written at line 3, read at line 7")}).empty());
    CHECK(planted::judge(wanted, {finding(Kind::race, 3, "written at line 3, read at line 8")}).size() == 2);
    wanted.and_here.clear();
    CHECK(planted::judge(wanted, {finding(Kind::race, 7, "written at line 7 by two threads")}).empty());
    CHECK(planted::judge(wanted, {finding(Kind::race, 7, "written at line 8")}).size() == 1);
  }
  SUBCASE("wants silence where nothing is planted") {
    wanted.finds.clear();
    wanted.here.clear();
    CHECK(planted::judge(wanted, {}).empty());
    CHECK(planted::judge(wanted, {finding(Kind::race, 7)}).size() == 1);
  }
}
