// The one rule for speed from end to end: right kernels, fast and slow, judged on the timed case alone.

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "grader/submission.h"

namespace tritutor {
namespace {

using doctest::Approx;

const Curriculum& curriculum() {
  static const Curriculum loaded = load_curriculum(TRITUTOR_SOURCE_DIR "/curriculum.json");
  return loaded;
}

Verdict submit(const std::string& slug, const std::string& source) {
  const Exercise* found = curriculum().find(slug);
  REQUIRE(found != nullptr);
  Exercise exercise = *found;
  std::erase_if(exercise.cases, [&](const Case& test) { return test.name != exercise.timed[0].test; });
  static const DeviceProfile profile = load_profile(TRITUTOR_SOURCE_DIR "/grader/profiles/h200.json");
  SubmitOptions options;
  options.include_dir = TRITUTOR_SOURCE_DIR "/tl";
  options.profile = &profile;
  return grade(exercise, "work/" + slug + ".cu", source, options);
}

std::string solution_of(const Exercise& exercise) {
  std::ifstream file(TRITUTOR_SOURCE_DIR "/solutions/level" + std::to_string(exercise.level) + "/" + exercise.slug +
                     ".cu");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string replaced(std::string text, const std::string& part, const std::string& by) {
  REQUIRE(text.find(part) != std::string::npos);
  return text.replace(text.find(part), part.size(), by);
}

/// Right, and explained; whether it is fast enough is the caller's.
void check_explained(const Verdict& verdict, const std::string& counter, int at_line, double value) {
  CHECK_MESSAGE(!verdict.refusal, (verdict.refusal ? verdict.refusal->message : ""));
  REQUIRE(!verdict.cases.empty());
  CHECK(verdict.right);
  REQUIRE(verdict.inefficient);
  CHECK(verdict.medal == "none");
  CHECK(verdict.inefficient->counter == counter);
  CHECK(verdict.inefficient->line == at_line);
  CHECK(verdict.inefficient->value == Approx(value).epsilon(0.01));
  CHECK(verdict.inefficient->file == verdict.file);
}

/// Missed by a prediction: a range that ends below the line.
void check_refused(const Verdict& verdict, const std::string& counter, int at_line, double value) {
  check_explained(verdict, counter, at_line, value);
  CHECK(verdict.needs == Needs::bronze);
  CHECK(verdict.timing.range.most < verdict.timing.required);
  CHECK(verdict.result == Verdict::Result::fail);
}

void check_passes(const Verdict& verdict) {
  CHECK_MESSAGE(!verdict.refusal, (verdict.refusal ? verdict.refusal->message : ""));
  CHECK(verdict.result == Verdict::Result::pass);
  CHECK(verdict.right);
  CHECK(verdict.timing.kind == "predicted");
  CHECK(verdict.timing.prediction.fraction > 0);
}

void check_only_a_gpu_can_tell(const Verdict& verdict) {
  check_passes(verdict);
  CHECK(verdict.medal == "none");
  CHECK(verdict.timing.range.least < verdict.timing.required);
  CHECK(verdict.timing.range.most >= verdict.timing.required);
  CHECK(verdict.timing.note.find("only a GPU can tell") != std::string::npos);
}

TEST_CASE("No solution is below bronze, and of three only a GPU can tell whether it reaches it") {
  // One element a thread; many instructions to one of memory.
  const std::set<std::string> near = {"vector_addition", "softmax", "fused_dropout"};
  for (const Exercise& exercise : curriculum().exercises) {
    CAPTURE(exercise.slug);
    const Verdict verdict = submit(exercise.slug, solution_of(exercise));
    check_passes(verdict);
    if (near.contains(exercise.slug)) {
      CHECK(verdict.timing.range.most > exercise.thresholds.bronze);
    } else {
      CHECK(verdict.medal != "none");
      CHECK_MESSAGE(!verdict.inefficient, (verdict.inefficient ? verdict.inefficient->message : ""));
    }
  }
}

TEST_CASE("A vector walked down the columns of a table is refused for its sectors") {
  check_refused(submit("vector_scaling", R"(#include <tritutor.cuh>
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int t = blockIdx.x * 256 + threadIdx.x, columns = n / 1024;  // n is a multiple of it
  const int i = t % 1024 * columns + t / 1024;
  if (i < n) y[i] = alpha * x[i];
}
void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, 256), 256); }
)"),
                "sectors-per-request", 5, 32);
}

TEST_CASE("One thread a row is slow and passes where being right is enough, with its sectors as the reason") {
  const Verdict verdict = submit("matrix_vector", R"(#include <tritutor.cuh>
extern "C" __global__ void matrix_vector(const float* a, const float* x, float* y, int m, int k) {
  const int row = blockIdx.x * 128 + threadIdx.x;
  if (row >= m) return;
  float sum = 0;
  for (int j = 0; j < k; ++j) {
    const float v = a[row * k + j];
    sum += v * x[j];
  }
  y[row] = sum;
}
void launch(Plan& plan, const Problem& p) { plan.run("matrix_vector", cdiv(p.m, 128), 128); }
)");
  check_passes(verdict);
  check_explained(verdict, "sectors-per-request", 7, 32);
  CHECK(verdict.timing.required == 0);
  CHECK(verdict.timing.range.most < 0.4);
  CHECK(verdict.timing.note == "predicted below bronze, which is 40 % of the limit's speed");
}

std::string product(const std::string& row, const std::string& column, const std::string& grid) {
  return R"(#include <tritutor.cuh>
extern "C" __global__ void tiled_matmul(const float* a, const float* b, float* c, int m, int n, int k) {
  const int along_x = blockIdx.x * 32 + threadIdx.x, along_y = blockIdx.y * 8 + threadIdx.y;
  const int row = )" +
         row + ", col = " + column + R"(;
  if (row >= m || col >= n) return;
  float sum = 0;
  for (int i = 0; i < k; ++i) {
    const float left = a[row * k + i];
    sum += left * b[i * n + col];
  }
  c[row * n + col] = sum;
}
void launch(Plan& plan, const Problem& p) { plan.run("tiled_matmul", )" +
         grid + ", dim3(32, 8)); }\n";
}

std::string tiles_of(int side) {
  return "#include <tritutor.cuh>\nconstexpr int T = " + std::to_string(side) + R"(;
extern "C" __global__ void tiled_matmul(const float* a, const float* b, float* c, int m, int n, int k) {
  __shared__ float as[T][T], bs[T][T];
  const int x = threadIdx.x, y = threadIdx.y, row = blockIdx.y * T + y, col = blockIdx.x * T + x;
  float sum = 0;
  for (int k0 = 0; k0 < k; k0 += T) {
    as[y][x] = row < m && k0 + x < k ? a[row * k + k0 + x] : 0.0f;
    bs[y][x] = k0 + y < k && col < n ? b[(k0 + y) * n + col] : 0.0f;
    __syncthreads();
    for (int i = 0; i < T; ++i) sum += as[y][i] * bs[i][x];
    __syncthreads();
  }
  if (row < m && col < n) c[row * n + col] = sum;
}
void launch(Plan& plan, const Problem& p) {
  plan.run("tiled_matmul", dim3(cdiv(p.n, T), cdiv(p.m, T)), dim3(T, T));
}
)";
}

TEST_CASE("A product without tiles is refused, however its threads run; with small ones only a GPU can tell") {
  check_refused(submit("tiled_matmul", product("along_x", "along_y", "dim3(cdiv(p.m, 32), cdiv(p.n, 8))")),
                "sectors-per-request", 8, 32);
  const Verdict naive = submit("tiled_matmul", product("along_y", "along_x", "dim3(cdiv(p.n, 32), cdiv(p.m, 8))"));
  // On an H100 they reach 0.115, 0.160 and 0.177 of the library, and bronze is 0.14: who adds tiles is told that it got
  // faster.
  CHECK(naive.right);
  CHECK(naive.result == Verdict::Result::fail);
  CHECK(naive.timing.range.most < naive.timing.required);
  const Verdict tiles = submit("tiled_matmul", tiles_of(16)), larger = submit("tiled_matmul", tiles_of(32));
  check_only_a_gpu_can_tell(tiles);
  CHECK(tiles.timing.prediction.fraction > naive.timing.prediction.fraction);
  CHECK(larger.timing.prediction.fraction > tiles.timing.prediction.fraction);
}

TEST_CASE("Trips through scratch are refused for their bytes") {
  const std::string three = R"(#include <tritutor.cuh>
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {}
extern "C" __global__ void first(const float* x, float* y, float alpha, int n, float* t) {
  const int i = blockIdx.x * 256 + threadIdx.x;
  if (i < n) t[i] = alpha * x[i];
}
extern "C" __global__ void second(const float* x, float* y, float alpha, int n, float* t) {
  const int i = blockIdx.x * 256 + threadIdx.x;
  if (i < n) t[n + i] = t[i];
}
extern "C" __global__ void third(const float* x, float* y, float alpha, int n, float* t) {
  const int i = blockIdx.x * 256 + threadIdx.x;
  if (i < n) y[i] = t[n + i];
}
void launch(Plan& plan, const Problem& p) {
  plan.scratch(8ull * p.n);
  plan.run("first", cdiv(p.n, 256), 256);
  plan.run("second", cdiv(p.n, 256), 256);
  plan.run("third", cdiv(p.n, 256), 256);
}
)";
  check_refused(submit("vector_scaling", three), "bytes-moved", 5, 3 * 8 * 262144.0);
  std::string two = replaced(three, "  plan.run(\"second\", cdiv(p.n, 256), 256);\n", "");
  // On an H100 two such copies reach 0.4 of the speed of one that is done well.
  check_refused(submit("vector_scaling", replaced(two, "y[i] = t[n + i]", "y[i] = t[i]")), "bytes-moved", 5,
                2 * 8 * 262144.0);
}

TEST_CASE("A transpose whose column reads hit one bank is refused for its wavefronts") {
  const Exercise& transpose = *curriculum().find("matrix_transpose");
  const std::string source = replaced(solution_of(transpose), "TILE + 1", "TILE");
  const auto line_of = [&](const std::string& part) {
    return 1 +
           static_cast<int>(std::count(source.begin(), source.begin() + static_cast<long>(source.find(part)), '\n'));
  };
  check_refused(submit("matrix_transpose", source), "shared-wavefronts", line_of("b[row * m + i]"), 32);
}

std::string plain_transpose(int side, int rows, const std::string& of_x, const std::string& of_y,
                            const std::string& along_x, const std::string& along_y) {
  const std::string x = std::to_string(side), y = std::to_string(rows);
  return R"(#include <tritutor.cuh>
extern "C" __global__ void matrix_transpose(const float* a, float* b, int m, int n) {
  const int )" +
         of_x + " = blockIdx.x * " + x + " + threadIdx.x, " + of_y + " = blockIdx.y * " + y + R"( + threadIdx.y;
  if (i < m && j < n) b[j * m + i] = a[i * n + j];
}
void launch(Plan& plan, const Problem& p) { plan.run("matrix_transpose", dim3(cdiv()" +
         along_x + ", " + x + "), cdiv(" + along_y + ", " + y + ")), dim3(" + x + ", " + y + ")); }\n";
}

TEST_CASE("A transpose without shared memory is refused for its sectors, whether reads or writes are scattered") {
  const Verdict reads_rows = submit("matrix_transpose", plain_transpose(32, 8, "j", "i", "p.n", "p.m"));
  check_refused(reads_rows, "sectors-per-request", 4, 32);
  CHECK(reads_rows.inefficient->message == "sectors per store request 32, ideal 4");
  const Verdict writes_rows = submit("matrix_transpose", plain_transpose(32, 8, "i", "j", "p.m", "p.n"));
  check_refused(writes_rows, "sectors-per-request", 4, 32);
  CHECK(writes_rows.inefficient->message == "sectors per load request 32, ideal 4");
  check_refused(submit("matrix_transpose", plain_transpose(16, 16, "j", "i", "p.n", "p.m")), "sectors-per-request", 4,
                16);
}

TEST_CASE("The best of the plain transposes is refused too") {
  // On an H100 it reaches 0.59 of a copy, and bronze is 0.65.
  check_refused(submit("matrix_transpose", plain_transpose(16, 16, "i", "j", "p.m", "p.n")), "sectors-per-request", 4,
                16);
}

TEST_CASE("A kernel without its own prediction's device is right, and nothing is said of its speed") {
  const Exercise* exercise = curriculum().find("vector_scaling");
  REQUIRE(exercise != nullptr);
  SubmitOptions options;
  options.include_dir = TRITUTOR_SOURCE_DIR "/tl";
  const Verdict verdict = grade(*exercise, "work/vector_scaling.cu", solution_of(*exercise), options);
  CHECK(verdict.result == Verdict::Result::pass);
  CHECK(verdict.medal == "none");
  CHECK(verdict.timing.kind == "none");
}

TEST_CASE("16-byte loads and stores are as good as 4-byte ones") {
  check_passes(submit("vector_scaling", R"(#include <tritutor.cuh>
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * 256 + threadIdx.x;  // n is a multiple of 1024
  const float4 v = reinterpret_cast<const float4*>(x)[i];
  reinterpret_cast<float4*>(y)[i] = make_float4(alpha * v.x, alpha * v.y, alpha * v.z, alpha * v.w);
}
void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", p.n / 1024, 256); }
)"));
}

}  // namespace
}  // namespace tritutor
