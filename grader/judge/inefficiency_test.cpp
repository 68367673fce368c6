// Gross waste: by hand-made counters at each boundary, and by slow kernels from end to end.

#include "grader/judge/inefficiency.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "grader/submission.h"

namespace tritutor {
namespace {

using doctest::Approx;

const Thresholds copy_thresholds{0.5, 0.75, 0.9};

vgpu::LineCounts line(int number, uint64_t loads, uint64_t load_sectors, uint64_t stores = 0,
                      uint64_t store_sectors = 0) {
  vgpu::LineCounts result{"k.cu", number, {}};
  result.counts.warp_instructions = loads + stores;
  result.counts.global_load_requests = loads;
  result.counts.global_load_sectors = load_sectors;
  result.counts.global_store_requests = stores;
  result.counts.global_store_sectors = store_sectors;
  return result;
}

/// A step whose lines add up to its total; every 32 bytes of `needed_bytes` are touched once in memory.
StepCounters step_of(std::vector<vgpu::LineCounts> lines, double needed_bytes = 0) {
  StepCounters step;
  step.blocks = 100;
  for (const vgpu::LineCounts& each : lines) step.counters.total += each.counts;
  step.counters.lines = std::move(lines);
  step.counters.dram_read_sectors = static_cast<uint64_t>(needed_bytes / 32);
  return step;
}

/// 1000 warps each read 128 bytes and write 128 bytes.
const LimitWork copy_work{"copy", 256e3, 0};

TEST_CASE("Coalesced reads and writes waste nothing, whatever their width") {
  CHECK(!gross_inefficiency({step_of({line(4, 1000, 4000, 1000, 4000)}, 256e3)}, copy_work, copy_thresholds));
  CHECK(!gross_inefficiency({step_of({line(4, 250, 4000, 250, 4000)}, 256e3)}, copy_work, copy_thresholds));
  // Read four times by 16-byte loads: 16 sectors a request, by right, and out of L1.
  CHECK(!gross_inefficiency({step_of({line(4, 2000, 32000, 250, 4000)}, 256e3)}, copy_work, copy_thresholds));
  CHECK(!gross_inefficiency({}, copy_work, copy_thresholds));
}

TEST_CASE("Scattered requests with most of the traffic are named by their line") {
  const auto waste = gross_inefficiency({step_of({line(4, 1000, 4000), line(7, 0, 0, 1000, 32000)}, 256e3)}, copy_work,
                                        copy_thresholds);
  REQUIRE(waste);
  CHECK(waste->counter == "sectors-per-request");
  CHECK(waste->value == 32);
  CHECK(waste->ideal == 4);
  CHECK(waste->file == "k.cu");
  CHECK(waste->line == 7);
  CHECK(waste->message == "sectors per store request 32, ideal 4");
  CHECK(waste->cause.find("write addresses 32 bytes or more apart") != std::string::npos);
}

TEST_CASE("Scattered requests that are few, or that touch little more than is needed, are let pass") {
  // 4 times the needed sectors are the boundary: 8000 are needed.
  CHECK(gross_inefficiency({step_of({line(4, 1000, 32000)})}, copy_work, copy_thresholds));
  CHECK(!gross_inefficiency({step_of({line(4, 1000, 31900)})}, copy_work, copy_thresholds));
  // 16 sectors a request are the boundary.
  CHECK(!gross_inefficiency({step_of({line(4, 2000, 32000)})}, copy_work, copy_thresholds));
  CHECK(gross_inefficiency({step_of({line(4, 1999, 32000)})}, copy_work, copy_thresholds));
  // Half of the traffic is the boundary.
  CHECK(gross_inefficiency({step_of({line(4, 1000, 32000), line(5, 8000, 32000)})}, copy_work, copy_thresholds));
  CHECK(!gross_inefficiency({step_of({line(4, 1000, 32000), line(5, 8001, 32004)})}, copy_work, copy_thresholds));
}

TEST_CASE("Where arithmetic is the limit, scattered reads count by the bytes an operation takes") {
  // A thread an output with rows along threadIdx.x: for each 64 operations 33 sectors of one read line.
  const LimitWork product{"gemm_f32", 0, 64e3};
  const StepCounters naive = step_of({line(9, 2000, 33000)});
  CHECK(gross_inefficiency({naive}, product, {0.1, 0.35, 0.7}));
  CHECK(!gross_inefficiency({naive}, product, {0.01, 0.05, 0.1}));  // the naive product's own exercise
  CHECK(!gross_inefficiency({step_of({line(9, 2000, 5000)})}, product, {0.1, 0.35, 0.7}));
}

TEST_CASE("Launches that carry the data through memory three times are redundant") {
  const StepCounters pass = step_of({line(4, 1000, 4000, 1000, 4000)}, 256e3);
  CHECK(!gross_inefficiency({pass, pass}, copy_work, copy_thresholds));
  const auto waste = gross_inefficiency({pass, pass, pass}, copy_work, copy_thresholds);
  REQUIRE(waste);
  CHECK(waste->counter == "bytes-moved");
  CHECK(waste->value == Approx(3 * 256e3));
  CHECK(waste->ideal == Approx(256e3));
  CHECK(waste->line == 4);
  CHECK(waste->cause.find("3 launches") != std::string::npos);
  CHECK(!gross_inefficiency({pass, pass, pass}, {"max", 256e3, 1e9}, copy_thresholds));
}

TEST_CASE("Bank conflicts count from eight times the wavefronts that the traffic needs") {
  const auto with = [](uint64_t needed, uint64_t conflicts) {
    vgpu::LineCounts tile = line(12, 1000, 4000, 1000, 4000);
    tile.counts.shared_load_requests = needed;
    tile.counts.shared_load_wavefronts = needed + conflicts;
    tile.counts.bank_conflicts = conflicts;
    return gross_inefficiency({step_of({tile}, 256e3)}, copy_work, copy_thresholds);
  };
  CHECK(!with(1000, 0));
  CHECK(!with(1000, 6999));
  const auto waste = with(1000, 7000);
  REQUIRE(waste);
  CHECK(waste->counter == "shared-wavefronts");
  CHECK(waste->value == 8);
  CHECK(waste->ideal == 1);
  CHECK(waste->line == 12);
  CHECK(!with(40, 31 * 40));  // the end of a reduction: few passes, however bad
}

TEST_CASE("Steps' counts add up, line by line") {
  const StepCounters one = step_of({line(4, 10, 40), line(5, 1, 2)}, 320), two = step_of({line(5, 3, 4)}, 64);
  const vgpu::Counters all = sum_of({one, two});
  CHECK(all.total.global_load_requests == 14);
  CHECK(all.dram_read_sectors == 12);
  REQUIRE(all.lines.size() == 2);
  CHECK(all.lines[1].line == 5);
  CHECK(all.lines[1].counts.global_load_sectors == 6);
}

// From end to end: right kernels, judged on the timed case alone.

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

void check_refused(const Verdict& verdict, const std::string& counter, int at_line, double value) {
  CHECK_MESSAGE(!verdict.refusal, (verdict.refusal ? verdict.refusal->message : ""));
  REQUIRE(!verdict.cases.empty());
  CHECK(verdict.cases[0].passed);
  REQUIRE(verdict.inefficient);
  CHECK(verdict.result == Verdict::Result::fail);
  CHECK(verdict.medal == "none");
  CHECK(verdict.inefficient->counter == counter);
  CHECK(verdict.inefficient->line == at_line);
  CHECK(verdict.inefficient->value == Approx(value).epsilon(0.01));
  CHECK(verdict.inefficient->file == verdict.file);
}

void check_passes(const Verdict& verdict) {
  CHECK_MESSAGE(!verdict.refusal, (verdict.refusal ? verdict.refusal->message : ""));
  CHECK(verdict.result == Verdict::Result::pass);
  CHECK_MESSAGE(!verdict.inefficient, (verdict.inefficient ? verdict.inefficient->message : ""));
  CHECK(verdict.timing.kind == "predicted");
  CHECK(verdict.timing.prediction.fraction > 0);
}

TEST_CASE("No solution wastes grossly") {
  for (const Exercise& exercise : curriculum().exercises) {
    CAPTURE(exercise.slug);
    check_passes(submit(exercise.slug, solution_of(exercise)));
  }
}

TEST_CASE("A vector walked down the columns of a square is refused for its sectors") {
  check_refused(submit("vector_scaling", R"(#include <tritutor.cuh>
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int t = blockIdx.x * 256 + threadIdx.x;
  const int i = t % 512 * 512 + t / 512;  // n = 512 * 512
  if (i < n) y[i] = alpha * x[i];
}
void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, 256), 256); }
)"),
                "sectors-per-request", 5, 32);
}

TEST_CASE("One thread a row is refused for its sectors") {
  check_refused(submit("matrix_vector", R"(#include <tritutor.cuh>
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
)"),
                "sectors-per-request", 7, 32);
}

TEST_CASE("A product whose threads run down the rows is refused, one whose threads run along them is not") {
  const std::string naive = R"(#include <tritutor.cuh>
extern "C" __global__ void tiled_matmul(const float* a, const float* b, float* c, int m, int n, int k) {
  const int row = blockIdx.y * blockDim.y + threadIdx.y, col = blockIdx.x * blockDim.x + threadIdx.x;
  if (row >= m || col >= n) return;
  float sum = 0;
  for (int i = 0; i < k; ++i) {
    const float left = a[row * k + i];
    sum += left * b[i * n + col];
  }
  c[row * n + col] = sum;
}
void launch(Plan& plan, const Problem& p) {
  plan.run("tiled_matmul", dim3(cdiv(p.n, 32), cdiv(p.m, 8)), dim3(32, 8));
}
)";
  check_passes(submit("tiled_matmul", naive));
  std::string turned =
      replaced(naive, "blockIdx.y * blockDim.y + threadIdx.y", "blockIdx.x * blockDim.x + threadIdx.x");
  turned =
      replaced(turned, "col = blockIdx.x * blockDim.x + threadIdx.x", "col = blockIdx.y * blockDim.y + threadIdx.y");
  turned = replaced(turned, "dim3(cdiv(p.n, 32), cdiv(p.m, 8))", "dim3(cdiv(p.m, 32), cdiv(p.n, 8))");
  check_refused(submit("tiled_matmul", turned), "sectors-per-request", 7, 32);
}

TEST_CASE("Three trips through scratch are refused for their bytes, two are not") {
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
  plan.scratch(8 * p.n);
  plan.run("first", cdiv(p.n, 256), 256);
  plan.run("second", cdiv(p.n, 256), 256);
  plan.run("third", cdiv(p.n, 256), 256);
}
)";
  check_refused(submit("vector_scaling", three), "bytes-moved", 5, 3 * 8 * 262144.0);
  std::string two = replaced(three, "  plan.run(\"second\", cdiv(p.n, 256), 256);\n", "");
  check_passes(submit("vector_scaling", replaced(two, "y[i] = t[n + i]", "y[i] = t[i]")));
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

TEST_CASE("A transpose without shared memory is refused for the sectors of its stores") {
  const Verdict verdict = submit("matrix_transpose", R"(#include <tritutor.cuh>
extern "C" __global__ void matrix_transpose(const float* a, float* b, int m, int n) {
  const int j = blockIdx.x * 32 + threadIdx.x, i = blockIdx.y * 8 + threadIdx.y;
  if (i < m && j < n) b[j * m + i] = a[i * n + j];
}
void launch(Plan& plan, const Problem& p) {
  plan.run("matrix_transpose", dim3(cdiv(p.n, 32), cdiv(p.m, 8)), dim3(32, 8));
}
)");
  check_refused(verdict, "sectors-per-request", 4, 32);
  CHECK(verdict.inefficient->message == "sectors per store request 32, ideal 4");
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
