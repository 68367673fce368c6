// What submit says of speed, as a shell sees it.

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace fs = std::filesystem;

namespace {

std::string read(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// An empty folder, in which the program runs.
class Shell {
 public:
  Shell() {
    std::string name = (fs::temp_directory_path() / "tritutor-submit-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~Shell() { fs::remove_all(folder_); }

  /// Exit status; standard output and error are in `out`.
  int run(const std::string& arguments) {
    const std::string command = "cd '" + folder_.string() + "' && '" TRITUTOR_PROGRAM "' " + arguments + " > out 2>&1";
    const int status = std::system(command.c_str());
    out = read(folder_ / "out");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name) << text; }

  std::string out;

 private:
  fs::path folder_;
};

const fs::path solutions = TRITUTOR_SOURCE_DIR "/solutions";
const std::string scaling = (solutions / "level1/vector_scaling.cu").string();

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a pass shows its counters, and its time as predicted, for the profile that is named") {
  Shell shell;
  CHECK(shell.run("submit '" + scaling + "'") == 0);
  CHECK(contains(shell.out, "\nCounted    sectors per request 4 (ideal 4)"));
  CHECK(contains(shell.out, "\nPredicted  on H200: "));
  CHECK(contains(shell.out, "only predicted; silver and gold are too"));
  CHECK(!contains(shell.out, "easured"));
  CHECK(!contains(shell.out, "Counters of case"));
  CHECK(shell.run("submit '" + scaling + "' --counters --profile rtx4090") == 0);
  CHECK(contains(shell.out, "\nPredicted  on RTX 4090: "));
  CHECK(contains(shell.out, "\nCounters of case large\n"));
  CHECK(shell.run("submit '" + scaling + "' --json --profile T4") == 0);
  const nlohmann::json verdict = nlohmann::json::parse(shell.out);
  CHECK(verdict["timing"]["kind"] == "predicted");
  CHECK(verdict["timing"]["profile"] == "T4");
}

TEST_CASE("an unknown profile is refused with those there are") {
  Shell shell;
  CHECK(shell.run("submit '" + scaling + "' --profile H9000") == 2);
  CHECK(contains(shell.out, "H9000; there are A100, H200, RTX 4090, T4"));
  CHECK(shell.run("submit --help") == 0);
  CHECK(contains(shell.out, "Device profiles: A100, H200, RTX 4090, T4\n"));
}

TEST_CASE("gross waste fails with its counter, its ideal and its line") {
  std::string source = read(solutions / "level3/matrix_transpose.cu");
  const std::string part = "TILE + 1";
  source.replace(source.find(part), part.size(), "TILE");
  Shell shell;
  shell.write("matrix_transpose.cu", source);
  CHECK(shell.run("submit matrix_transpose.cu") == 1);
  CHECK(contains(shell.out, "FAIL  3.1 Matrix transpose: right on every case, and far too slow\n"));
  CHECK(contains(shell.out, "matrix_transpose.cu:30: shared-memory wavefronts per request 32, ideal 1\n   30 | "));
  CHECK(contains(shell.out, "pad the rows by one element"));
}
