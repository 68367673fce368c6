// The whole trip of a submission on the virtual GPU.

#include "grader/submission.h"

#include <doctest/doctest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "grader/curriculum/example_exercise_test.h"
#include "reference/functions.h"

namespace tritutor {
namespace {

Verdict submit(const std::string& source, SubmitOptions options = {},
               const Exercise& exercise = test::vector_scaling()) {
  options.include_dir = test::include_dir();
  return grade(exercise, "work/vector_scaling.cu", source, options);
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const CaseResult& case_named(const Verdict& verdict, const std::string& name) {
  for (const CaseResult& each : verdict.cases) {
    if (each.name == name) return each;
  }
  FAIL("no case ", name, ": ", verdict.refusal ? verdict.refusal->message : "");
  std::abort();
}

TEST_CASE("A right file passes every case") {
  const Verdict verdict = submit(test::scaling_solution());
  CHECK_MESSAGE(!verdict.refusal, (verdict.refusal ? verdict.refusal->message : ""));
  CHECK(verdict.result == Verdict::Result::pass);
  REQUIRE(verdict.cases.size() == 3);
  for (const CaseResult& each : verdict.cases) {
    CHECK(each.ran);
    CHECK(each.passed);
    CHECK(each.findings.empty());
  }
  CHECK(verdict.cases[0].name == "whole");
  CHECK(verdict.medal == "none");
  CHECK(verdict.timing.kind == "none");
  CHECK(verdict.toolchain.rfind("NVRTC ", 0) == 0);
}

TEST_CASE("A wrong kernel fails the cases that show it, and only those") {
  // Without the last block the tail is missing: n = 256 is one whole block, 1000 and 100 are not.
  const Verdict tail = submit(test::scaling_with("cdiv(p.n, BLOCK)", "max(1, p.n / BLOCK)"));
  CHECK(tail.result == Verdict::Result::fail);
  CHECK(case_named(tail, "whole").passed);
  const CaseResult& failed = case_named(tail, "tail");
  CHECK(!failed.passed);
  REQUIRE(failed.mismatch);
  CHECK(failed.mismatch->index == std::vector<int64_t>{768});
  CHECK(failed.mismatch->count == 1000 - 768);

  const Verdict constant = submit(test::scaling_with("alpha * x[i]", "0.0f"));
  for (const CaseResult& each : constant.cases) CHECK(!each.passed);
  const Verdict nothing = submit(test::scaling_with("if (i < n) y[i] = alpha * x[i];", ""));
  for (const CaseResult& each : nothing.cases) {
    REQUIRE(each.mismatch);
    CHECK(each.mismatch->pattern == "never-written");
  }
}

TEST_CASE("A missing mask is a finding at the learner's line, though the result is right") {
  const Verdict verdict = submit(test::scaling_with("if (i < n) y[i]", "y[i]"));
  CHECK(verdict.result == Verdict::Result::fail);
  CHECK(case_named(verdict, "whole").passed);
  const CaseResult& tail = case_named(verdict, "tail");
  CHECK(!tail.passed);
  REQUIRE(!tail.findings.empty());
  CHECK(tail.findings[0].kind == vgpu::Finding::Kind::out_of_bounds);
  CHECK(tail.findings[0].file == "work/vector_scaling.cu");
  CHECK(tail.findings[0].line == 5);
}

TEST_CASE("Writing an input is refused") {
  const Verdict verdict =
      submit(test::scaling_with("if (i < n) y[i]", "if (i < n) const_cast<float*>(x)[i] = 0, y[i]"));
  CHECK(verdict.result == Verdict::Result::fail);
  REQUIRE(!verdict.cases[0].findings.empty());
  CHECK(verdict.cases[0].findings[0].kind == vgpu::Finding::Kind::read_only_write);
}

TEST_CASE("A result that depends on what the output held before fails in the second run") {
  // Adds to the output where it is a number: right over poison, but by chance, and doubled over its own result.
  const Verdict verdict =
      submit(test::scaling_with("y[i] = alpha * x[i]", "y[i] = alpha * x[i] + (y[i] == y[i] ? y[i] : 0.0f)"));
  const CaseResult& whole = case_named(verdict, "whole");
  CHECK(!whole.mismatch);
  REQUIRE(!whole.findings.empty());
  CHECK(whole.findings[0].kind == vgpu::Finding::Kind::uninitialized);
  const CaseResult& twice = case_named(verdict, "twice");
  CHECK(!twice.passed);
  CHECK(twice.mismatch);
  CHECK(contains(twice.problem, "run 2"));
}

TEST_CASE("Hidden cases draw new seeds, --seed gives them again") {
  const Verdict first = submit(test::scaling_solution()), second = submit(test::scaling_solution());
  REQUIRE(first.seed);
  REQUIRE(second.seed);
  CHECK(*first.seed != *second.seed);
  CHECK(case_named(first, "tail").seed != case_named(second, "tail").seed);
  CHECK(case_named(first, "whole").seed == 7);
  SubmitOptions again;
  again.seed = first.seed;
  const Verdict third = submit(test::scaling_solution(), again);
  CHECK(third.seed == first.seed);
  CHECK(case_named(third, "tail").seed == case_named(first, "tail").seed);
}

TEST_CASE("The verdict does not depend on the number of host threads") {
  const std::string wrong = test::scaling_with("i < n", "i + 1 < n");
  SubmitOptions options;
  options.seed = 5;
  options.threads = 1;
  nlohmann::json one = to_json(submit(wrong, options));
  options.threads = 4;
  nlohmann::json four = to_json(submit(wrong, options));
  one.erase("seconds");
  four.erase("seconds");
  CHECK(one == four);
  CHECK(one["verdict"] == "fail");
}

TEST_CASE("With all_cases off nothing after the first failure counts as run") {
  SubmitOptions options;
  options.all_cases = false;
  const Verdict verdict = submit(test::scaling_with("alpha * x[i]", "1.0f"), options);
  CHECK(verdict.cases.at(0).ran);
  CHECK(!verdict.cases.at(0).passed);
  CHECK(!verdict.cases.at(1).ran);
  CHECK(!verdict.cases.at(2).ran);
}

TEST_CASE("An endless loop ends, is named, and ends the submission's later cases") {
  const Verdict verdict =
      submit(test::scaling_with("if (i < n)", "while (x[0] == x[0]) __threadfence();\n  if (i < n)"));
  CHECK(verdict.result == Verdict::Result::fail);
  REQUIRE(!verdict.cases.at(0).findings.empty());
  CHECK(verdict.cases[0].findings[0].kind == vgpu::Finding::Kind::timeout);
  CHECK(!verdict.cases[1].ran);
}

TEST_CASE("Ctrl-C leaves no verdict") {
  std::atomic<bool> stop{true};
  SubmitOptions options;
  options.stop = &stop;
  const Verdict verdict = submit(test::scaling_solution(), options);
  CHECK(verdict.result == Verdict::Result::error);
  REQUIRE(verdict.refusal);
  CHECK(verdict.refusal->kind == "stopped");
  CHECK(verdict.cases.empty());
}

TEST_CASE("Ctrl-C ends a submission wherever it is") {
  std::atomic<bool> stop{false};
  SubmitOptions options;
  options.stop = &stop;
  const std::jthread interrupt([&stop] {
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
    stop = true;
  });
  const Verdict verdict =
      submit(test::scaling_with("if (i < n)", "while (x[0] == x[0]) __threadfence();\n  if (i < n)"), options);
  REQUIRE(verdict.refusal);
  CHECK(verdict.refusal->kind == "stopped");
  CHECK(verdict.cases.empty());
}

TEST_CASE("Plans that no device could run are refused with their numbers") {
  struct Row {
    const char *part, *replacement, *says;
  };
  const Row rows[] = {
      {"plan.run(\"vector_scaling\", cdiv(p.n, BLOCK), BLOCK);", "", "plan is empty"},
      {"plan.run(", "for (int i = 0; i < 17; ++i) plan.run(", "17 steps"},
      {"\"vector_scaling\", cdiv", "\"vector_scale\", cdiv", "it has vector_scaling"},
      {"\"vector_scaling\", cdiv", "\"__tritutor_plan\", cdiv", "no kernel"},
      {"cdiv(p.n, BLOCK), BLOCK", "0, BLOCK", "no blocks"},
      {"cdiv(p.n, BLOCK), BLOCK", "dim3(1, 65536), BLOCK", "65535"},
      {"cdiv(p.n, BLOCK), BLOCK", "dim3(1, 1, 65536), BLOCK", "65535"},
      {"cdiv(p.n, BLOCK), BLOCK", "dim3(2147483648u), BLOCK", "2147483647"},
      {"cdiv(p.n, BLOCK), BLOCK", "1, 0", "no threads"},
      {"cdiv(p.n, BLOCK), BLOCK", "1, 1025", "1025 threads"},
      {"cdiv(p.n, BLOCK), BLOCK", "1, dim3(1, 1, 65)", "64 in z"},
      {"cdiv(p.n, BLOCK), BLOCK", "1, BLOCK, 232449", "at most 232448 (227 KiB) are possible on the device H200"},
      {"__global__ void", "__global__ __launch_bounds__(128) void", "128 of the kernel's __launch_bounds__"},
      {"plan.run", "plan.scratch(1ull + (1ull << 30)); plan.run", "1 GiB"},
      {"plan.run", "while (p.n > 0) __threadfence(); plan.run", "launch() itself"},
  };
  for (const Row& row : rows) {
    const Verdict verdict = submit(test::scaling_with(row.part, row.replacement));
    CAPTURE(row.replacement);
    REQUIRE(verdict.refusal);
    CHECK_MESSAGE(verdict.refusal->kind == "plan", verdict.refusal->message);
    CHECK_MESSAGE(contains(verdict.refusal->message, row.says), verdict.refusal->message);
    CHECK(verdict.result == Verdict::Result::error);
    REQUIRE(!verdict.refusal->diagnostics.empty());
  }
}

TEST_CASE("The limits of a plan themselves are possible") {
  CHECK(submit(test::scaling_with("cdiv(p.n, BLOCK), BLOCK", "cdiv(p.n, BLOCK), BLOCK, 232448")).result ==
        Verdict::Result::pass);
  CHECK(!submit(test::scaling_with("cdiv(p.n, BLOCK), BLOCK", "4, dim3(16, 1, 64)")).refusal);
}

TEST_CASE("Steps share the arguments and a scratch buffer") {
  const std::string source =
      std::string(test::scaling_head) +
      "extern \"C\" __global__ void first(const float* x, float* y, float alpha, int n, float* t) {\n"
      "  const int i = blockIdx.x * BLOCK + threadIdx.x;\n"
      "  if (i < n) t[i] = alpha * x[i];\n}\n"
      "extern \"C\" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {}\n"
      "extern \"C\" __global__ void last(const float* x, float* y, float alpha, int n, float* t) {\n"
      "  const int i = blockIdx.x * BLOCK + threadIdx.x;\n"
      "  if (i < n) y[i] = t[i];\n}\n"
      "void launch(Plan& plan, const Problem& p) {\n"
      "  plan.scratch(p.n * sizeof(float));\n"
      "  plan.run(\"first\", cdiv(p.n, BLOCK), BLOCK);\n"
      "  plan.run(\"last\", cdiv(p.n, BLOCK), BLOCK);\n}\n";
  const Verdict right = submit(source);
  CHECK_MESSAGE(right.result == Verdict::Result::pass, (right.refusal ? right.refusal->message : ""));

  std::string without = source;
  without.replace(without.find("  plan.scratch(p.n * sizeof(float));\n"), 38, "");
  const Verdict refused = submit(without);
  REQUIRE(refused.refusal);
  CHECK(contains(refused.refusal->message, "plan.scratch(bytes)"));

  std::string other = source;
  other.replace(other.find("float alpha, int n, float* t"), 19, "int n, float alpha, ");
  const Verdict mixed = submit(other);
  REQUIRE(mixed.refusal);
  CHECK(contains(mixed.refusal->message, "first takes others"));

  std::string plain = source;
  plain.replace(plain.find("extern \"C\" __global__ void first"), 11, "");
  const Verdict unnamed = submit(plain);
  REQUIRE(unnamed.refusal);
  CHECK(contains(unnamed.refusal->message, "extern \"C\""));
}

TEST_CASE("What a kernel prints comes along") {
  const Verdict verdict =
      submit(test::scaling_with("if (i < n)", "if (i == 0) printf(\"n is %d\\n\", n);\n  if (i < n)"));
  CHECK(contains(verdict.printed, "n is 256\n"));
  CHECK(contains(verdict.printed, "n is 1000\n"));
  CHECK(contains(verdict.printed, "case tail:"));
}

TEST_CASE("A device that is not there is the environment's fault") {
  SubmitOptions options;
  options.device = "cuda:1000";
  const Verdict verdict = submit(test::scaling_solution(), options);
  REQUIRE(verdict.refusal);
  CHECK(verdict.refusal->kind == "environment");
  CHECK(contains(verdict.refusal->message, "--device virtual"));
}

TEST_CASE("What a timed case did is counted, once where the case runs twice") {
  Exercise exercise = test::vector_scaling();
  exercise.timed = {{"twice", {}}};  // n = 100: four warps, and 400 bytes are 13 sectors
  const Verdict verdict = submit(test::scaling_solution(), {}, exercise);
  REQUIRE(verdict.counters);
  CHECK(verdict.counters->test == "twice");
  CHECK(verdict.counters->work.bytes == 800);
  CHECK(verdict.counters->counters.total.global_load_requests == 4);
  CHECK(verdict.counters->counters.total.global_load_sectors == 13);
  CHECK(verdict.counters->counters.total.global_store_sectors == 13);
  CHECK(verdict.counters->counters.dram_read_sectors == 13);
  CHECK(verdict.counters->counters.dram_written_sectors == 13);
  for (const vgpu::LineCounts& line : verdict.counters->counters.lines) CHECK(line.file == verdict.file);
}

TEST_CASE("A time is predicted for the profile that is asked for, of right submissions only") {
  const DeviceProfile profile = load_profile(TRITUTOR_SOURCE_DIR "/grader/profiles/t4.json");
  SubmitOptions options;
  options.seed = 5;
  options.profile = &profile;
  options.threads = 1;
  nlohmann::json one = to_json(submit(test::scaling_solution(), options), true);
  CHECK(one["timing"]["kind"] == "predicted");
  CHECK(one["timing"]["profile"] == "T4");
  CHECK(one["timing"]["case"] == "tail");
  CHECK(one["timing"]["sizes"]["n"] == 1000);
  CHECK(one["timing"]["blocks"] == 4);
  CHECK(one["timing"]["blocks_run"] == 4);
  CHECK(one["timing"]["busy_sms"] == 4);
  CHECK(one["timing"]["time_us"].is_number());
  CHECK(one["timing"]["limit_us"].is_number());
  CHECK(one["timing"]["fraction"].is_number());
  CHECK(one["timing"]["limiter"].is_string());
  CHECK(one["counters"]["global_load_sectors"] == 125);
  CHECK(one["counters"]["needed_bytes"] == 8000);
  CHECK(one["counters"]["lines"].size() > 1);
  CHECK(!to_json(submit(test::scaling_solution(), options))["counters"].contains("lines"));

  options.threads = 4;
  nlohmann::json four = to_json(submit(test::scaling_solution(), options), true);
  one.erase("seconds");
  four.erase("seconds");
  CHECK(one == four);

  const nlohmann::json wrong = to_json(submit(test::scaling_with("alpha * x[i]", "1.0f"), options));
  CHECK(wrong["timing"]["kind"] == "none");
  CHECK(!wrong.contains("counters"));
}

TEST_CASE("The verdict as JSON has the form of the contract") {
  const nlohmann::json fail = to_json(submit(test::scaling_with("if (i < n) y[i]", "if (i <= n) y[i]")));
  CHECK(fail["exercise"] == "1.1");
  CHECK(fail["file"] == "work/vector_scaling.cu");
  CHECK(fail["dialect"] == "cuda");
  CHECK(fail["verdict"] == "fail");
  CHECK(fail["medal"] == "none");
  CHECK(fail["device"]["kind"] == "virtual");
  CHECK(fail["cases"].size() == 3);
  CHECK(fail["cases"][1]["name"] == "tail");
  CHECK(fail["cases"][1]["seed"].is_string());
  REQUIRE(!fail["findings"].empty());
  CHECK(fail["findings"][0]["kind"] == "out-of-bounds");
  CHECK(fail["findings"][0]["line"] == 5);
  CHECK(fail["findings"][0]["count"].is_number());
  CHECK(fail["timing"]["kind"] == "none");
  CHECK(fail["seed"].is_string());
  const nlohmann::json error = to_json(submit("void launch() {"));
  CHECK(error["verdict"] == "error");
  CHECK(error["refusal"]["kind"].is_string());
  const nlohmann::json wrong = to_json(submit(test::scaling_with("alpha * x[i]", "0.0f / 0.0f")));
  CHECK(wrong["cases"][0]["mismatch"]["got"] == "nan");
}

TEST_CASE("A kernel that the virtual GPU cannot run is refused where the plan names it, and only there") {
  // It begins in line 10, its asm stands in line 12.
  const std::string spare = R"(extern "C" __global__ void spare(const float* x, float* y, float alpha, int n) {
  unsigned v;
  asm volatile("mov.u32 %0, %%pm0;" : "=r"(v));
  y[n - 1] = alpha * x[v];
}
)";
  CHECK(submit(test::scaling_solution() + spare).result == Verdict::Result::pass);
  const Verdict verdict = submit(test::scaling_with("plan.run(\"vector_scaling\"", "plan.run(\"spare\"") + spare);
  REQUIRE(verdict.refusal);
  CHECK(verdict.refusal->kind == "unsupported");
  CHECK(contains(verdict.refusal->message, "%pm0"));
  REQUIRE(verdict.refusal->diagnostics.size() == 1);
  CHECK(verdict.refusal->diagnostics[0].file == "work/vector_scaling.cu");
  CHECK(verdict.refusal->diagnostics[0].line == 12);
}

}  // namespace
}  // namespace tritutor
