#include "grader/tune.h"

#include <doctest/doctest.h>

#include "grader/curriculum/example_exercise_test.h"
#include "grader/dialect/triton/recorder.h"

using namespace tritutor;

namespace {

const DeviceProfile& h200() {
  static const DeviceProfile profile = load_profile(TRITUTOR_SOURCE_DIR "/grader/profiles/h200.json");
  return profile;
}

SubmitOptions options() {
  SubmitOptions options;
  options.include_dir = test::include_dir();
  options.profile = &h200();
  options.seed = 1;
  return options;
}

const Exercise& exercise(const std::string& id) {
  static const Curriculum curriculum = load_curriculum(TRITUTOR_SOURCE_DIR "/curriculum.json");
  return *curriculum.find(id);
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Bench tuned(const Exercise& exercise, const std::string& file, const std::string& source,
            const std::vector<reference::Values>& sizes) {
  auto kernels = configurations_of(exercise, file, source, sizes, options());
  if (auto* refusal = std::get_if<Refusal>(&kernels)) FAIL(refusal->message);
  return bench(exercise, std::get<std::vector<BenchKernel>>(kernels), sizes, options());
}

/// False, and said so, where this machine has no Triton.
bool has_triton() {
  try {
    Recorder::instance();
    return true;
  } catch (const RecorderError& error) {
    MESSAGE("skipped: no Triton: ", error.what());
    return false;
  }
}

/// 1.1 with configurations of its BLOCK. One block a program, but for `body`.
std::string scaling(const std::string& configs, const std::string& body = "") {
  return "import triton\nimport triton.language as tl\n\n\n"
         "@triton.autotune(configs=[" +
         configs + "], key=['n'])\n@triton.jit\ndef kernel(x, y, alpha, n, BLOCK: tl.constexpr):\n" + body +
         "    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)\n"
         "    mask = offsets < n\n"
         "    tl.store(y + offsets, alpha * tl.load(x + offsets, mask=mask), mask=mask)\n\n\n"
         "def vector_scaling(x, y, alpha, n):\n"
         "    kernel[lambda c: (triton.cdiv(n, c['BLOCK']),)](x, y, alpha, n)\n";
}

std::string config(int block, const std::string& more = "") {
  return "triton.Config({'BLOCK': " + std::to_string(block) + "}" + more + "), ";
}

const CaseResult* failed(const Verdict& verdict) {
  for (const CaseResult& each : verdict.cases) {
    if (each.ran && !each.passed) return &each;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("CUDA C++: each value of a constant is compiled and timed; what is refused or wrong is so alone") {
  const std::string source =
      "// tune: BLOCK=32,256,2048,200\n" + test::scaling_with("if (i < n)", "if (i < n && BLOCK != 200)");
  const Bench result = tuned(test::vector_scaling(), "vector_scaling.cu", source, {{{"n", 1 << 24}}});
  REQUIRE_FALSE(result.refusal);
  REQUIRE(result.series.size() == 4);
  CHECK(result.series[0].kernel.name == "BLOCK=32");
  REQUIRE(result.series[2].refusal);
  CHECK(contains(result.series[2].refusal->message, "2048"));
  CHECK_FALSE(result.series[3].refusal);
  CHECK_FALSE(result.series[3].points[0].problem.empty());
  const std::vector<size_t> order = by_time(result);
  REQUIRE(order.size() == 2);
  CHECK(order[0] == 1);
  CHECK(order[1] == 0);
  CHECK_FALSE(result.series[0].points[0].limiter.empty());
}

TEST_CASE("Triton: a submission takes the configuration with the least time, and says which") {
  if (!has_triton()) return;
  const std::string source = scaling(config(32, ", num_warps=1") + config(1024, ", num_warps=4"));
  const Verdict verdict = grade(exercise("1.1"), "vector_scaling.py", source, options());
  CHECK(verdict.right);
  CHECK(verdict.configuration == "BLOCK=1024, num_warps=4");
  REQUIRE(verdict.compiler.size() == 2);
  CHECK(
      contains(verdict.compiler[0], "Of 2 configurations BLOCK=1024, num_warps=4 is the fastest, predicted for H200"));
  CHECK(contains(verdict.compiler[1], "kernel: 4 warps"));
}

TEST_CASE("Triton: one configuration, or none, leaves nothing to choose") {
  if (!has_triton()) return;
  const Verdict verdict = grade(exercise("1.1"), "vector_scaling.py", scaling(config(1024)), options());
  CHECK(verdict.right);
  CHECK(verdict.configuration.empty());
  CHECK(verdict.compiler.size() == 1);
  const auto none =
      configurations_of(exercise("1.1"), "vector_scaling.py", scaling(config(1024)), {{{"n", 1 << 20}}}, options());
  REQUIRE(std::holds_alternative<Refusal>(none));
  CHECK(std::get<Refusal>(none).kind == "tune");
}

TEST_CASE("Triton: a slow configuration that is wrong fails the submission, by its name") {
  if (!has_triton()) return;
  // Where the timed size is whole blocks, a lost tail shows at another size alone.
  const std::string source = scaling(config(1024) + config(64), "    n = n // 64 * 64 if BLOCK == 64 else n\n");
  const Verdict verdict = grade(exercise("1.1"), "vector_scaling.py", source, options());
  CHECK_FALSE(verdict.right);
  CHECK(verdict.result == Verdict::Result::fail);
  const CaseResult* one = failed(verdict);
  REQUIRE(one != nullptr);
  CHECK(contains(one->problem, "the configuration BLOCK=64 is wrong "));
}

TEST_CASE("Triton: an autotuned softmax that drops the tail of a row with one of its blocks is refused by name") {
  if (!has_triton()) return;
  const std::string source =
      "import triton\nimport triton.language as tl\n\n\n"
      "@triton.autotune(configs=[triton.Config({'BLOCK': b}) for b in (1024, 128)], key=['n'])\n@triton.jit\n"
      "def kernel(x, y, n, BLOCK: tl.constexpr):\n"
      "    row = tl.program_id(0).to(tl.int64) * n\n"
      "    columns = tl.arange(0, BLOCK)\n"
      "    end = n\n"
      "    if BLOCK == 128:\n"
      "        end = n // BLOCK * BLOCK\n"
      "    largest = tl.full((BLOCK,), -float('inf'), tl.float32)\n"
      "    for start in range(0, n, BLOCK):\n"
      "        more = tl.load(x + row + start + columns, mask=start + columns < n, other=-float('inf'))\n"
      "        largest = tl.maximum(largest, more)\n"
      "    top = tl.max(largest, axis=0)\n"
      "    sums = tl.zeros((BLOCK,), tl.float32)\n"
      "    for start in range(0, end, BLOCK):\n"
      "        more = tl.load(x + row + start + columns, mask=start + columns < n, other=-float('inf'))\n"
      "        sums += tl.exp(more - top)\n"
      "    total = tl.sum(sums, axis=0)\n"
      "    for start in range(0, n, BLOCK):\n"
      "        mask = start + columns < n\n"
      "        more = tl.load(x + row + start + columns, mask=mask)\n"
      "        tl.store(y + row + start + columns, tl.exp(more - top) / total, mask=mask)\n\n\n"
      "def softmax(x, y, m, n):\n    kernel[(m,)](x, y, n)\n";
  const Verdict verdict = grade(exercise("2.3"), "softmax.py", source, options());
  CHECK_FALSE(verdict.right);
  CHECK(verdict.configuration == "BLOCK=1024");
  const CaseResult* one = failed(verdict);
  REQUIRE(one != nullptr);
  CHECK(contains(one->problem, "the configuration BLOCK=128 is wrong at "));
  CHECK(one->mismatch);
}

TEST_CASE("Triton: what an autotuner leaves out is left out, and what stops it stops the submission, by name") {
  if (!has_triton()) return;
  const std::string asserting = scaling(config(64) + config(1024), "    tl.static_assert(BLOCK > 64)\n");
  Verdict verdict = grade(exercise("1.1"), "vector_scaling.py", asserting, options());
  CHECK_FALSE(verdict.refusal);
  CHECK(verdict.right);
  CHECK(verdict.configuration == "BLOCK=1024");
  verdict = grade(exercise("1.1"), "vector_scaling.py", scaling(config(1024) + config(1000)), options());
  REQUIRE(verdict.refusal);
  CHECK(verdict.refusal->kind == "compile");
  CHECK(contains(verdict.refusal->message, "the configuration BLOCK=1000: "));
}

TEST_CASE("Triton: more combinations than are tried are refused") {
  if (!has_triton()) return;
  std::string configs;
  for (int i = 0; i < 65; ++i) configs += config(1 << (i % 10 + 3), ", num_stages=" + std::to_string(1 + i / 10));
  const auto many =
      configurations_of(exercise("1.1"), "vector_scaling.py", scaling(configs), {{{"n", 1 << 20}}}, options());
  REQUIRE(std::holds_alternative<Refusal>(many));
  CHECK(contains(std::get<Refusal>(many).message, "65 configurations are more than the 64"));
}
