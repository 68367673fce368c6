// Samples of kernels as learners write them: against runs of the whole grid, and from end to end at the sizes of a GPU.

#include "grader/sample_run.h"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <new>
#include <nlohmann/json.hpp>

#include "grader/case_data.h"
#include "grader/case_run.h"
#include "grader/curriculum/example_exercise_test.h"
#include "grader/device/virtual_device.h"
#include "grader/program.h"
#include "grader/submission.h"

namespace tritutor {
namespace {

const Curriculum& curriculum() {
  static const Curriculum loaded = load_curriculum(TRITUTOR_SOURCE_DIR "/curriculum.json");
  return loaded;
}

std::string solution_of(const Exercise& exercise) {
  std::ifstream file(TRITUTOR_SOURCE_DIR "/solutions/level" + std::to_string(exercise.level) + "/" + exercise.slug +
                     ".cu");
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Whole runs and samples of one case with `sizes` in place of its own.
class Sampled {
 public:
  Sampled(const std::string& slug, reference::Values sizes, std::string source = "")
      : exercise_(*curriculum().find(slug)) {
    if (source.empty()) source = solution_of(exercise_);
    exercise_.timed = {{"large", std::move(sizes)}};
    large_ = exercise_.timed_case(exercise_.timed[0]);
    const auto refusal = build_program(exercise_, "k.cu", source, {TRITUTOR_SOURCE_DIR "/tl"}, program_);
    if (refusal) FAIL(refusal->message);
  }

  SampleOutcome sample() {
    return sample_on([this] { return std::make_unique<VirtualDevice>(program_.module); });
  }
  SampleOutcome sample_on(const MakeDevice& make_device) {
    const Case own = exercise_.timed_case({"large", {}});
    Sample sample(exercise_, program_, large_, make_inputs(exercise_, own, 1), make_device, {});
    sample.run();
    sample.settle();
    return sample.outcome();
  }

  std::shared_ptr<const vgpu::Module> module() const { return program_.module; }

  std::vector<StepCounters> whole() {
    VirtualDevice plan_device(program_.module), device(program_.module);
    const auto plan = program_.compiled->plan(program_.plan_context(exercise_), large_, plan_device, {});
    REQUIRE(std::holds_alternative<LaunchPlan>(plan));
    const CaseData data = prepare_case(exercise_, large_, 1);
    CaseOutcome outcome = run_case(exercise_, large_, data, std::get<LaunchPlan>(plan), program_, device, {});
    REQUIRE(outcome.passed);
    return outcome.steps;
  }

 private:
  Exercise exercise_;
  Case large_;
  Program program_;
};

double relative(uint64_t estimate, uint64_t truth) {
  if (truth == 0) return estimate == 0 ? 0 : 1;
  return std::abs(static_cast<double>(estimate) / static_cast<double>(truth) - 1);
}

struct Tolerances {
  double counts = 0;  ///< instructions, requests, sectors, wavefronts
  double dram = 0;    ///< distinct sectors
};

/// Holds a sample's counters against those of all blocks, step by step.
void compare(Sampled& kernel, const Tolerances& within) {
  const std::vector<StepCounters> whole = kernel.whole();
  const SampleOutcome outcome = kernel.sample();
  CHECK(outcome.problem.empty());
  CHECK(outcome.note.empty());
  REQUIRE(outcome.steps.size() == whole.size());
  bool sampled = false;
  for (size_t i = 0; i < whole.size(); ++i) {
    CAPTURE(i);
    CHECK(outcome.steps[i].blocks == whole[i].blocks);
    CHECK(whole[i].blocks_run == whole[i].blocks);
    CHECK(!outcome.steps[i].at_least);
    sampled = sampled || outcome.steps[i].blocks_run < whole[i].blocks;
    const vgpu::Counters &a = outcome.steps[i].counters, &b = whole[i].counters;
    CHECK(relative(a.total.warp_instructions, b.total.warp_instructions) <= within.counts);
    CHECK(relative(a.total.lane_instructions, b.total.lane_instructions) <= within.counts);
    CHECK(relative(a.total.global_load_requests, b.total.global_load_requests) <= within.counts);
    CHECK(relative(a.total.global_load_sectors, b.total.global_load_sectors) <= within.counts);
    CHECK(relative(a.total.global_store_sectors, b.total.global_store_sectors) <= within.counts);
    CHECK(relative(a.total.shared_load_wavefronts, b.total.shared_load_wavefronts) <= within.counts);
    CHECK(relative(a.total.fp32, b.total.fp32) <= within.counts);
    CHECK(relative(a.dram_read_sectors, b.dram_read_sectors) <= within.dram);
    CHECK(relative(a.dram_written_sectors, b.dram_written_sectors) <= within.dram);
  }
  CHECK(sampled);
}

}  // namespace

TEST_CASE("Elementwise: the same counts, with a tail too") {
  Sampled even("vector_scaling", {{"n", 1 << 20}});
  compare(even, {0, 0});
  Sampled tail("vector_scaling", {{"n", 1'000'003}});
  compare(tail, {0, 0});
}

TEST_CASE("A transpose through tiles: the same counts, every element moves once") {
  Sampled whole_tiles("matrix_transpose", {{"m", 1024}, {"n", 768}});
  compare(whole_tiles, {0, 0});
  // The tiles of the right and the lower edge are cut off: how many of them a sample meets is chance.
  Sampled edges("matrix_transpose", {{"m", 1000}, {"n", 777}});
  compare(edges, {0.03, 0.03});
}

TEST_CASE("A matrix product: what its blocks share counts once") {
  Sampled square("tiled_matmul", {{"m", 512}, {"n", 512}, {"k", 64}});
  compare(square, {0, 0});
  Sampled with_bias("fused_matmul_bias_relu", {{"m", 320}, {"n", 768}, {"k", 96}});
  compare(with_bias, {0.01, 0});
}

TEST_CASE("A block a row: the same requests; branches that hang on the data vary") {
  Sampled softmax("softmax", {{"m", 600}, {"n", 1024}});
  compare(softmax, {0.01, 0});
  Sampled normalized("layer_normalization", {{"m", 600}, {"n", 1024}});
  compare(normalized, {0, 0});
}

TEST_CASE("A fixed grid that strides over the input, and a last step of one block") {
  // 1024 blocks walk over 1250 chunks: some have two.
  Sampled sum("sum_reduction", {{"n", 2'560'000}});
  compare(sum, {0.1, 0.03});
  Sampled even("sum_reduction", {{"n", 1 << 22}});
  compare(even, {0, 0});
}

TEST_CASE("Work that grows with the block's index: the sample is off, and by how much is known") {
  const std::string triangle = R"(#include <tritutor.cuh>
extern "C" __global__ void row_normalization(const float* x, float* y, int m, int n) {
  const int row = blockIdx.x;
  float sum = 0, all = 0;
  for (int j = threadIdx.x; j < n; j += 128) all += x[row * n + j];
  for (int j = threadIdx.x; j < row; j += 128) sum += x[row % 2 * n + j];  // the triangle, of no use
  all = tutor::block_sum(all);
  for (int j = threadIdx.x; j < n; j += 128) y[row * n + j] = x[row * n + j] / all + (sum < 0 ? 1e-30f : 0);
}
void launch(Plan& plan, const Problem& p) { plan.run("row_normalization", p.m, 128); }
)";
  Sampled kernel("row_normalization", {{"m", 1500}, {"n", 1500}}, triangle);
  const uint64_t whole = kernel.whole()[0].counters.total.warp_instructions;
  const SampleOutcome outcome = kernel.sample();
  REQUIRE(outcome.steps.size() == 1);
  const double error = relative(outcome.steps[0].counters.total.warp_instructions, whole);
  MESSAGE("error of the sample: " << 100 * error << " %");
  CHECK(error > 0);
  CHECK(error < 0.05);
}

TEST_CASE("A machine without the memory for a sample is no fault of the kernel, and no time comes of it") {
  struct Full : VirtualDevice {
    using VirtualDevice::VirtualDevice;
    Buffer allocate(const BufferSpec&) override { throw std::bad_alloc(); }
  };
  Sampled kernel("relu", {{"n", 1 << 26}});
  const SampleOutcome outcome = kernel.sample_on([&] { return std::make_unique<Full>(kernel.module()); });
  CHECK(outcome.problem.empty());
  CHECK(outcome.steps.empty());
  CHECK(outcome.note.find("too little memory") != std::string::npos);
}

// From end to end, at the sizes of a GPU.

namespace {

Verdict submit(const Exercise& exercise, const std::string& source) {
  static const DeviceProfile profile = load_profile(TRITUTOR_SOURCE_DIR "/grader/profiles/h200.json");
  SubmitOptions options;
  options.include_dir = TRITUTOR_SOURCE_DIR "/tl";
  options.profile = &profile;
  options.seed = 3;
  return grade(exercise, "work/" + exercise.slug + ".cu", source, options);
}

/// The small exercise, with its case "whole" of 256 elements timed at 2^26.
Exercise scaling() {
  Exercise exercise = test::vector_scaling();
  exercise.timed = {{"whole", {{"n", 1 << 26}}}};
  return exercise;
}

std::string scaling_by(const std::string& body, const std::string& launch, const std::string& parameters = "") {
  return "#include <tritutor.cuh>\nextern \"C\" __global__ void vector_scaling(const float* x, float* y, float alpha, "
         "int n" +
         parameters + ") {\n" + body + "\n}\nvoid launch(Plan& plan, const Problem& p) { " + launch + " }\n";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const CaseResult& whole_case(const Verdict& verdict) {
  CHECK_MESSAGE(!verdict.refusal, (verdict.refusal ? verdict.refusal->message : ""));
  REQUIRE(!verdict.cases.empty());
  return verdict.cases[0];
}

}  // namespace

TEST_CASE("A grid for every element comes near the limit, and says what was run of it") {
  const Verdict verdict = submit(scaling(), test::scaling_solution());
  CHECK(verdict.result == Verdict::Result::pass);
  CHECK(verdict.timing.kind == "predicted");
  CHECK(verdict.timing.sizes == std::vector<std::pair<std::string, double>>{{"n", 1 << 26}});
  const Prediction& p = verdict.timing.prediction;
  CHECK(p.blocks == (1 << 26) / 256);
  CHECK(p.blocks_run == 64);
  // 2^29 bytes at what a copy reaches of 4.8 TB/s, and a launch.
  CHECK(p.limit_us == doctest::Approx(536870912 / (4.8e6 * ModelFigures{}.dram_efficiency) + 2.5));
  CHECK(p.fraction > 0.5);
  CHECK(p.fraction < 1);
  CHECK(p.busy_sms == 132);
  // What is held against gross waste is the case itself.
  REQUIRE(verdict.counters);
  CHECK(verdict.counters->counters.total.global_load_requests == 8);
}

TEST_CASE("One block for everything, and a fixed grid of few, are slow at the sizes of a GPU") {
  const std::string stride =
      "  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) y[i] = alpha * x[i];";
  const Verdict one = submit(scaling(), scaling_by(stride, "plan.run(\"vector_scaling\", 1, 256);"));
  CHECK(one.result == Verdict::Result::pass);  // to this exercise being right is enough
  CHECK(one.timing.prediction.at_least);
  CHECK(one.timing.prediction.busy_sms == 1);
  CHECK(one.timing.prediction.fraction < 0.5);
  CHECK(one.medal == "none");
  CHECK(contains(one.timing.note, "below bronze"));

  const Verdict few = submit(scaling(), scaling_by(stride, "plan.run(\"vector_scaling\", 33, 1024);"));
  CHECK(few.timing.prediction.busy_sms == 33);
  const Verdict all = submit(scaling(), scaling_by(stride, "plan.run(\"vector_scaling\", 1320, 256);"));
  CHECK(all.timing.prediction.fraction > 0.75);
  CHECK(all.timing.prediction.blocks_run < 132);
  CHECK(few.timing.prediction.fraction < all.timing.prediction.fraction);
}

TEST_CASE("A plan that cannot be launched at the timed size fails the case that is timed") {
  const Verdict verdict = submit(scaling(), scaling_by("  const int i = blockIdx.y * 256 + threadIdx.x;\n"
                                                       "  if (i < n) y[i] = alpha * x[i];",
                                                       "plan.run(\"vector_scaling\", dim3(1, cdiv(p.n, 256)), 256);"));
  CHECK(verdict.result == Verdict::Result::fail);
  CHECK(!whole_case(verdict).passed);
  CHECK_MESSAGE(whole_case(verdict).problem.starts_with("at n = 67108864, where it is timed, line 6: plan.run("),
                whole_case(verdict).problem);
  CHECK(contains(whole_case(verdict).problem, "the grid is too large"));
  CHECK(verdict.cases[1].passed);
  CHECK(verdict.medal == "none");
  CHECK(verdict.timing.kind == "none");
}

TEST_CASE("Sizes that overflow on their way to the plan are refused, scratch too large as well") {
  const std::string body = "  const int i = blockIdx.x * 256 + threadIdx.x;\n  if (i < n) y[i] = alpha * x[i];";
  const Verdict overflow = submit(
      scaling(), scaling_by(body, "plan.run(\"vector_scaling\", (p.n * 64 + 16383) / 16384, 256);"));  // 2^32 is 0
  CHECK(overflow.result == Verdict::Result::fail);
  CHECK_MESSAGE(contains(whole_case(overflow).problem, "the grid has no blocks"), whole_case(overflow).problem);
  const Verdict scratch = submit(
      scaling(), scaling_by(body, "plan.scratch(32ull * p.n); plan.run(\"vector_scaling\", cdiv(p.n, 256), 256);"));
  CHECK(scratch.result == Verdict::Result::fail);
  CHECK(contains(whole_case(scratch).problem, "at most 1073741824 bytes"));
}

TEST_CASE("An access that is out of bounds only at the timed size fails with its line") {
  // Scratch for the cases' blocks, not for those of a GPU.
  const Verdict verdict =
      submit(scaling(),
             scaling_by("  const int i = blockIdx.x * 256 + threadIdx.x;\n  if (i < n) y[i] = alpha * x[i];\n"
                        "  if (threadIdx.x == 0) scratch[blockIdx.x] = 1;",
                        "plan.scratch(4096); plan.run(\"vector_scaling\", cdiv(p.n, 256), 256);", ", float* scratch"));
  CHECK(verdict.result == Verdict::Result::fail);
  CHECK(!whole_case(verdict).passed);
  CHECK(whole_case(verdict).problem == "right at the sizes of the cases, but not at n = 67108864, where it is timed");
  REQUIRE(!whole_case(verdict).findings.empty());
  CHECK(whole_case(verdict).findings[0].kind == vgpu::Finding::Kind::out_of_bounds);
  CHECK(whole_case(verdict).findings[0].line == 5);
  CHECK(whole_case(verdict).findings[0].file == verdict.file);
}

TEST_CASE("An output that the grid does not cover at the timed size fails the case, with the numbers") {
  const std::string body = "  const int i = blockIdx.x * 256 + threadIdx.x;\n  if (i < n) y[i] = alpha * x[i];";
  const Verdict capped =
      submit(scaling(), scaling_by(body, "plan.run(\"vector_scaling\", min(cdiv(p.n, 256), 65535), 256);"));
  CHECK(capped.result == Verdict::Result::fail);
  CHECK(capped.medal == "none");
  CHECK_MESSAGE(contains(whole_case(capped).problem,
                         "only the first 16776960 of y's 67108864 elements are ever written: the grid of "
                         "vector_scaling has 65535 blocks of 256 threads"),
                whole_case(capped).problem);
  // The same grid with a loop is right.
  const Verdict loop = submit(
      scaling(),
      scaling_by("  for (int i = blockIdx.x * 256 + threadIdx.x; i < n; i += gridDim.x * 256) y[i] = alpha * x[i];",
                 "plan.run(\"vector_scaling\", min(cdiv(p.n, 256), 65535), 256);"));
  CHECK_MESSAGE(loop.result == Verdict::Result::pass, whole_case(loop).problem);
}

TEST_CASE("Indices that are exact only up to 2^24 leave holes past it") {
  const Verdict verdict =
      submit(scaling(), scaling_by("  const int i = (int)((float)blockIdx.x * 256.0f + (float)threadIdx.x);\n"
                                   "  if (i < n) y[i] = alpha * x[i];",
                                   "plan.run(\"vector_scaling\", cdiv(p.n, 256), 256);"));
  CHECK(verdict.result == Verdict::Result::fail);
  CHECK_MESSAGE(contains(whole_case(verdict).problem, "y[16777217] and"), whole_case(verdict).problem);
  CHECK(contains(whole_case(verdict).problem, "went through float"));
}

TEST_CASE("Elements that several blocks write are a race and a waste; elements that two steps write are neither") {
  const Verdict twice =
      submit(scaling(), scaling_by("  const int i = (blockIdx.x * 256 + threadIdx.x) % n;\n  y[i] = alpha * x[i];",
                                   "plan.run(\"vector_scaling\", 2 * cdiv(p.n, 256), 256);"));
  CHECK(twice.result == Verdict::Result::fail);
  CHECK_MESSAGE(contains(whole_case(twice).problem, "are written by more than one block"), whole_case(twice).problem);
  CHECK(contains(whole_case(twice).problem, "262144 such blocks are enough"));
  const std::string body = "  const int i = blockIdx.x * 256 + threadIdx.x;\n  if (i < n) y[i] = alpha * x[i];";
  const Verdict steps = submit(scaling(), scaling_by(body,
                                                     "plan.run(\"vector_scaling\", cdiv(p.n, 256), 256); "
                                                     "plan.run(\"vector_scaling\", cdiv(p.n, 256), 256);"));
  CHECK_MESSAGE(whole_case(steps).passed, whole_case(steps).problem);
}

TEST_CASE("Values of sampled blocks that are wrong only at the timed size are shown with their place") {
  Exercise exercise = scaling();
  exercise.cases[0].values["n"] = 250;  // repeated, its inputs fit no block
  const Verdict verdict = submit(exercise, scaling_by("  const int i = blockIdx.x * 256 + threadIdx.x;\n"
                                                      "  const unsigned short block = blockIdx.x;\n"
                                                      "  if (i < n) y[i] = alpha * x[block * 256 + threadIdx.x];",
                                                      "plan.run(\"vector_scaling\", cdiv(p.n, 256), 256);"));
  CHECK(verdict.result == Verdict::Result::fail);
  REQUIRE(whole_case(verdict).mismatch);
  const Mismatch& mismatch = *whole_case(verdict).mismatch;
  REQUIRE(mismatch.index.size() == 1);
  CHECK(mismatch.index[0] >= 65536 * 256);
  CHECK(mismatch.got != mismatch.want);
  CHECK(contains(mismatch.pattern_text, "kept in 16 bits"));
}

TEST_CASE("What a block that was ended early has stored so far is not held against it") {
  // Ones first, then what is right, by one block for everything.
  const Verdict verdict =
      submit(scaling(), scaling_by("  for (int i = threadIdx.x; i < n; i += 256) y[i] = 1;\n"
                                   "  for (int i = threadIdx.x; i < n; i += 256) y[i] = alpha * x[i];",
                                   "plan.run(\"vector_scaling\", 1, 256);"));
  CHECK_MESSAGE(whole_case(verdict).passed, whole_case(verdict).problem);
}

TEST_CASE("A product's elements are held against their row and column, and its blocks against its size") {
  Sampled right("tiled_matmul", {{"m", 1024}, {"n", 768}, {"k", 512}});
  CHECK(right.sample().problem == "");
  std::string source = solution_of(*curriculum().find("tiled_matmul"));
  const auto replace = [](std::string text, const std::string& from, const std::string& to) {
    REQUIRE(text.find(from) != std::string::npos);
    return text.replace(text.find(from), from.size(), to);
  };
  Sampled capped("tiled_matmul", {{"m", 4096}, {"n", 4096}, {"k", 1024}},
                 replace(source, "cdiv(p.m, TILE))", "min(cdiv(p.m, TILE), 32))"));
  CHECK_MESSAGE(contains(capped.sample().problem, "of c's 16777216 elements are ever written"),
                capped.sample().problem);
  // A bit of the row number is lost once there are more than 512 of them.
  Sampled rows("tiled_matmul", {{"m", 1024}, {"n", 768}, {"k", 512}},
               replace(source, "a[i * k + ka]", "a[i % 512 * k + ka]"));
  const SampleOutcome outcome = rows.sample();
  REQUIRE(outcome.mismatch);
  CHECK(outcome.mismatch->index.size() == 2);
  CHECK(outcome.mismatch->index[0] >= 512);
}

TEST_CASE("What a later step misses because most blocks never ran is not held against the kernel") {
  // The first step leaves i + 1 for each element; the second takes it as an index.
  const std::string source = R"(#include <tritutor.cuh>
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n, int* next) {
  const int i = blockIdx.x * 256 + threadIdx.x;
  if (i < n) next[i] = i + 1;
}
extern "C" __global__ void second(const float* x, float* y, float alpha, int n, int* next) {
  const int i = blockIdx.x * 256 + threadIdx.x;
  if (i < n) y[i] = alpha * x[next[n - 1 - i] - 1 - (n - 1 - i) + i];
}
void launch(Plan& plan, const Problem& p) {
  plan.scratch(4 * p.n);
  plan.run("vector_scaling", cdiv(p.n, 256), 256);
  plan.run("second", cdiv(p.n, 256), 256);
}
)";
  const Verdict verdict = submit(scaling(), source);
  CHECK_MESSAGE(whole_case(verdict).passed, whole_case(verdict).problem);
  CHECK(verdict.result == Verdict::Result::pass);
}

TEST_CASE("Blocks that wait for each other are not sampled, and the verdict says so") {
  // A barrier across the grid, as it should not be written: it hangs once the blocks do not all fit the GPU.
  const Verdict verdict =
      submit(scaling(),
             scaling_by("  const int i = blockIdx.x * 256 + threadIdx.x;\n  if (i < n) y[i] = alpha * x[i];\n"
                        "  if (threadIdx.x == 0) {\n    atomicAdd(arrived, 1);\n"
                        "    while (*(volatile int*)arrived % gridDim.x != 0) {}\n  }",
                        "plan.scratch(4); plan.run(\"zero\", 1, 1); plan.run(\"vector_scaling\", cdiv(p.n, 256), 256);",
                        ", int* arrived") +
                 "extern \"C\" __global__ void zero(const float* x, float* y, float alpha, int n, int* arrived) { "
                 "*arrived = 0; }\n");
  CHECK(verdict.result == Verdict::Result::pass);
  CHECK(verdict.timing.kind == "none");
  CHECK_MESSAGE(contains(verdict.timing.note, "blocks of vector_scaling wait for others"), verdict.timing.note);
  CHECK(verdict.medal == "none");
}

TEST_CASE("A submission is judged alike with one host thread and with several, sample and all") {
  const DeviceProfile profile = load_profile(TRITUTOR_SOURCE_DIR "/grader/profiles/a100.json");
  nlohmann::json verdicts[2];
  for (const unsigned threads : {1u, 4u}) {
    SubmitOptions options;
    options.include_dir = TRITUTOR_SOURCE_DIR "/tl";
    options.profile = &profile;
    options.seed = 3;
    options.threads = threads;
    nlohmann::json& json = verdicts[threads / 4];
    json = to_json(grade(scaling(), "k.cu", test::scaling_solution(), options), true);
    json.erase("seconds");
  }
  CHECK(verdicts[0] == verdicts[1]);
  CHECK(verdicts[0]["timing"]["sizes"]["n"] == 1 << 26);
}

}  // namespace tritutor
