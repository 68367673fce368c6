// Kernels that were once judged wrongly or explained badly: each is graded as `tritutor submit` does, and what a
// learner then reads is held against the header of its file. tests/cases/NAME.cu; the header: app/case_file.h.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/as_read.h"
#include "app/case_file.h"

namespace {

namespace fs = std::filesystem;
using namespace tritutor;

/// Hidden cases' inputs are the same at each run.
constexpr uint64_t seed = 7;

const fs::path root = fs::path(TRITUTOR_SOURCE_DIR);

std::vector<fs::path> case_files() {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(root / "tests" / "cases")) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool check_case(const Home& home, const Curriculum& curriculum, const fs::path& file) {
  std::vector<std::string> complaints;
  const CaseFile wanted = parse_case_file(read_text(file), complaints);
  const Exercise* const exercise = curriculum.find(wanted.exercise);
  if (exercise == nullptr) complaints.push_back(fmt::format("there is no exercise \"{}\"", wanted.exercise));
  std::string text;
  if (complaints.empty()) {
    const AsRead read = submit_as_read(home, *exercise, file, seed);
    complaints = unmet_wishes(wanted, read.verdict, read.text);
    text = read.text;
  }
  for (const std::string& complaint : complaints)
    FAIL_CHECK(file.filename().string() << " (" << wanted.about << "): " << complaint);
  if (!complaints.empty()) fmt::print("---- {}\n{}----\n", file.filename().string(), text);
  return complaints.empty();
}

}  // namespace

TEST_CASE("every case is judged and explained as its header says") {
  Home home;
  home.root = root;
  home.curriculum = root / "curriculum.json";
  home.tl = root / "tl";
  const Curriculum curriculum = load_curriculum(home.curriculum);
  const std::vector<fs::path> files = case_files();
  CHECK(files.size() >= 5);
  size_t good = 0;
  for (const fs::path& file : files) {
    CHECK_MESSAGE(file.extension() == ".cu", file.filename().string() << " is no .cu file");
    if (file.extension() == ".cu" && check_case(home, curriculum, file)) ++good;
  }
  fmt::print("{} cases, {} judged and explained as they should be\n", files.size(), good);
}
