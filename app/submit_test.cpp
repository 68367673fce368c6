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
  CHECK(contains(shell.out, "only predicted; gold is too"));
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
  CHECK(contains(shell.out, "H9000; there are A100, H100, H200, RTX 4090, T4"));
  CHECK(shell.run("submit --help") == 0);
  CHECK(contains(shell.out, "Device profiles: A100, H100, H200, RTX 4090, T4\n"));
}

TEST_CASE("right and not fast enough: what is asked for, what is reached, and the waste with its line") {
  std::string source = read(solutions / "level3/matrix_transpose.cu");
  const std::string part = "TILE + 1";
  source.replace(source.find(part), part.size(), "TILE");
  Shell shell;
  shell.write("matrix_transpose.cu", source);
  CHECK(shell.run("submit matrix_transpose.cu") == 1);
  CHECK(contains(shell.out, "RIGHT, NOT FAST ENOUGH  3.1 Matrix transpose\n\n  ok    all 8 cases\n"));
  CHECK(contains(shell.out, "To pass, 3.1 needs bronze: 65 % of the limit's speed.\nPredicted are "));
  CHECK(contains(shell.out, "\nhint  A warp should read along a row of a"));
  CHECK(contains(shell.out, "matrix_transpose.cu:30: shared-memory wavefronts per request 32, ideal 1\n   30 | "));
  CHECK(contains(shell.out, "pad the rows by one element"));
  CHECK(shell.run("submit matrix_transpose.cu --json") == 1);
  const nlohmann::json verdict = nlohmann::json::parse(shell.out);
  CHECK(verdict["verdict"] == "fail");
  CHECK(verdict["right"] == true);
  CHECK(verdict["needs"] == "bronze");
  CHECK(verdict["timing"]["required"] == 0.65);
  CHECK(verdict["timing"]["fraction_most"] < 0.65);
  CHECK(verdict["timing"]["fraction_least"] < verdict["timing"]["fraction"]);
  CHECK(verdict["inefficiency"]["counter"] == "shared-wavefronts");
}

TEST_CASE("slow where being right is enough: it passes, with the line it misses and the waste") {
  Shell shell;
  shell.write("matrix_vector.cu", R"(#include <tritutor.cuh>
extern "C" __global__ void matrix_vector(const float* a, const float* x, float* y, int m, int k) {
  const int row = blockIdx.x * 64 + threadIdx.x;
  if (row >= m) return;
  float sum = 0;
  for (int j = 0; j < k; ++j) sum += a[row * k + j] * x[j];
  y[row] = sum;
}
void launch(Plan& plan, const Problem& p) { plan.run("matrix_vector", cdiv(p.m, 64), 64); }
)");
  CHECK(shell.run("submit matrix_vector.cu") == 0);
  CHECK(contains(shell.out, "PASS  3.3 Matrix-vector product\n"));
  CHECK(contains(shell.out, "matrix_vector.cu:6: sectors per load request "));
  CHECK(contains(shell.out, "No medal: predicted below bronze, which is 40 %"));
}
