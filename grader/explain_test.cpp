#include "grader/explain.h"

#include <doctest/doctest.h>

#include "grader/dialect/cuda/plan_terms.h"

using namespace tritutor;
using Kind = vgpu::Finding::Kind;

namespace {

vgpu::Finding finding(Kind kind, int line = 1) {
  vgpu::Finding f;
  f.kind = kind;
  f.file = "a.cu";
  f.line = line;
  return f;
}

CaseResult wrong(const char* name, const char* pattern, int weight, int plainness) {
  CaseResult one;
  one.name = name;
  one.ran = true;
  one.mismatch = Mismatch{};
  one.mismatch->output = "y";
  one.mismatch->pattern = pattern;
  one.mismatch->pattern_text = pattern;
  one.mismatch->weight = weight;
  one.mismatch->plainness = plainness;
  return one;
}

std::string told(std::vector<CaseResult> cases) {
  Verdict verdict;
  verdict.cases = std::move(cases);
  const CaseResult* one = telling_case(verdict);
  return one == nullptr ? "none" : one->name;
}

}  // namespace

TEST_CASE("findings stand in the order of cause and effect") {
  std::vector<vgpu::Finding> all = {finding(Kind::uninitialized, 3), finding(Kind::race, 4), finding(Kind::barrier, 5),
                                    finding(Kind::out_of_bounds, 6)};
  sort_by_cause(all);
  CHECK(all[0].kind == Kind::out_of_bounds);
  CHECK(all[1].kind == Kind::barrier);
  CHECK(all[2].kind == Kind::race);
  CHECK(all[3].kind == Kind::uninitialized);
  SUBCASE("but an undefined address comes before the access that it misleads") {
    all = {finding(Kind::out_of_bounds, 6), finding(Kind::uninitialized, 6), finding(Kind::race, 2)};
    sort_by_cause(all);
    CHECK(all[0].kind == Kind::race);
    CHECK(all[1].kind == Kind::uninitialized);
    CHECK(all[2].kind == Kind::out_of_bounds);
  }
}

TEST_CASE("the telling case") {
  SUBCASE("has a finding, the first cause of all") {
    CaseResult race = wrong("race", "nan", 1, 0), undefined = wrong("undefined", "nan", 1, 2);
    race.findings = {finding(Kind::race)};
    undefined.findings = {finding(Kind::uninitialized)};
    CHECK(told({wrong("pattern", "scaled", 3, 2), undefined, race}) == "race");
  }
  SUBCASE("has the pattern that is borne out best, on plain data, and in most cases") {
    CHECK(told({wrong("one", "scattered", 0, 0), wrong("tail", "tail", 2, 2)}) == "tail");
    CHECK(told({wrong("one", "nan", 1, 0), wrong("small", "scaled", 3, 2)}) == "small");
    CHECK(told({wrong("zeros", "constant", 2, 0), wrong("tail", "offset", 2, 2)}) == "tail");
    CHECK(told({wrong("a", "rows", 2, 2), wrong("b", "scaled", 2, 2), wrong("c", "scaled", 2, 2)}) == "b");
  }
  SUBCASE("is the first where all say the same") {
    CHECK(told({wrong("a", "tail", 2, 2), wrong("b", "tail", 2, 2)}) == "a");
  }
  SUBCASE("is none where none failed") {
    CaseResult passed = wrong("a", "", 0, 2), skipped = passed;
    passed.passed = true;
    skipped.ran = false;
    CHECK(told({passed, skipped}) == "none");
  }
}

TEST_CASE("a lower precision that a plainer case does not show is taken back") {
  std::vector<CaseResult> cases = {wrong("one", "half-precision", 1, 0), wrong("tail", "offset", 3, 2),
                                   wrong("large", "offset", 3, 2)};
  compare_patterns(cases);
  CHECK(cases[0].mismatch->pattern == "scattered");
  CHECK(cases[0].mismatch->weight == 0);
  cases = {wrong("one", "half-precision", 1, 0), wrong("tail", "half-precision", 3, 2)};
  compare_patterns(cases);
  CHECK(cases[0].mismatch->pattern == "half-precision");
}

TEST_CASE("one amount or factor in every case is a rule that no case shows by itself") {
  const auto results = [](std::vector<std::pair<double, double>> got_and_want) {
    std::vector<CaseResult> cases;
    for (const auto& [got, want] : got_and_want) {
      cases.push_back(wrong("a", "scattered", 0, 2));
      Mismatch& m = *cases.back().mismatch;
      m.got = got, m.want = want, m.bound = 1e-3, m.total = m.count = 1;
    }
    compare_patterns(cases);
    return cases[0].mismatch->pattern;
  };
  CHECK(results({{11, 10}, {21, 20}, {31.0005, 30}}) == "offset");
  CHECK(results({{5, 10}, {10, 20}, {15, 30}}) == "scaled");
  CHECK(results({{11, 10}, {21, 20}, {33, 30}}) == "scattered");
  CHECK(results({{11, 10}, {21, 20}}) == "scattered");
}

TEST_CASE("what the plan asked for is blamed where it is too little") {
  Exercise exercise;
  exercise.arguments = {{"x", reference::Type::f32, Role::input, {"n"}},
                        {"y", reference::Type::f32, Role::output, {"n"}}};
  LaunchPlan plan;
  Step step;
  step.kernel = "k";
  step.grid = {40, 1, 1};
  step.block = {256, 1, 1};
  plan.steps = {step};
  const auto blamed = [&](const char* buffer, int64_t index, int64_t length, Kind kind = Kind::out_of_bounds) {
    vgpu::Finding one = finding(kind);
    one.buffer = buffer;
    one.dynamic_shared = one.buffer == "dynamic shared memory";
    one.index = index;
    one.length = length;
    one.cause = "the machine's";
    std::vector<vgpu::Finding> all = {one};
    say_in_plan_terms(all, exercise, plan, step);
    return all[0].cause;
  };
  vgpu::Finding named = finding(Kind::out_of_bounds);
  named.buffer = "s";
  named.dynamic_shared = true;
  named.message = "wrote s[0]; s is dynamic shared memory, of which there are 0 bytes";
  std::vector<vgpu::Finding> one_named = {named};
  say_in_plan_terms(one_named, exercise, plan, step);
  CHECK(one_named[0].cause.starts_with("plan.run asks for 0 bytes"));
  CHECK(blamed("dynamic shared memory", 0, 0)
            .starts_with("plan.run asks for 0 bytes of dynamic shared memory: they "
                         "are its fourth argument"));
  step.shared_bytes = 256;
  CHECK(blamed("dynamic shared memory", 64, 64).find("counts bytes, not elements") != std::string::npos);
  CHECK(blamed("dynamic shared memory", 256, 64) == "the machine's");  // too small in floats, too
  plan.scratch = {{.bytes = 40}};
  CHECK(blamed("scratch", 10, 10).find("For 40 floats it takes 40 * sizeof(float)") != std::string::npos);
  CHECK(blamed("scratch", 40, 10) == "the machine's");
  plan.scratch = {{.bytes = 4}};
  CHECK(blamed("scratch", 1, 1).find("has room for 1 float, and k has 40 blocks") != std::string::npos);
  CHECK(blamed("x", 1000, 1000) == "the machine's");
  CHECK(blamed("y", 3, 1000, Kind::uninitialized).starts_with("the output y holds nothing"));
  CHECK(blamed("scratch", 3, 1000, Kind::uninitialized).starts_with("scratch holds nothing"));
  CHECK(blamed("tile", 3, 1000, Kind::uninitialized) == "the machine's");
}
