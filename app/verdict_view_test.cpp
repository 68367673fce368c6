#include "app/verdict_view.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace tritutor;

namespace {

Exercise scaling() {
  Exercise exercise;
  exercise.id = "1.1";
  exercise.slug = "vector_scaling";
  exercise.title = "Vector scaling";
  exercise.hints.on = {{"tail", "Compare the number of blocks with the number n needs."},
                       {"out-of-bounds", "What should threads past n do?"},
                       {"compile", "The signature must stay."}};
  return exercise;
}

Verdict verdict_of(Verdict::Result result) {
  Verdict verdict;
  verdict.exercise = "1.1";
  verdict.slug = "vector_scaling";
  verdict.file = "/home/ada/level1/vector_scaling.cu";
  verdict.result = result;
  return verdict;
}

CaseResult case_of(const char* name, const char* tests, bool passed) {
  CaseResult one;
  one.name = name;
  one.tests = tests;
  one.passed = passed;
  one.ran = true;
  return one;
}

VerdictViewOptions plain() {
  VerdictViewOptions options;
  options.file = "level1/vector_scaling.cu";
  options.retry = "tritutor submit 1.1";
  options.rows = 100;
  return options;
}

}  // namespace

TEST_CASE("a pass says so, what was timed, and what is next") {
  Verdict verdict = verdict_of(Verdict::Result::pass);
  verdict.cases = {case_of("one", "n = 1", true), case_of("tail", "the tail mask", true)};
  VerdictViewOptions options = plain();
  options.next = "1.2 Elementwise maximum: tritutor next";
  CHECK(view_verdict(verdict, scaling(), options) ==
        "PASS  1.1 Vector scaling\n"
        "\n"
        "  ok    one   n = 1\n"
        "  ok    tail  the tail mask\n"
        "\n"
        "Right on every case. No medal: nothing was timed.\n"
        "next  1.2 Elementwise maximum: tritutor next\n");
}

TEST_CASE("right and not fast enough: reached, asked for, the waste, the exercise's hint, what to type") {
  Verdict verdict = verdict_of(Verdict::Result::fail);
  verdict.right = true;
  verdict.needs = Needs::bronze;
  verdict.cases = {case_of("one", "n = 1", true), case_of("tail", "the tail mask", true)};
  verdict.timing.kind = "predicted";
  verdict.timing.required = 0.5;
  verdict.timing.prediction.fraction = 0.26;
  verdict.timing.range = {0.15, 0.39};
  verdict.inefficient = Inefficiency{"sectors-per-request",
                                     32,
                                     4,
                                     verdict.file,
                                     2,
                                     "sectors per load request 32, ideal 4",
                                     "neighbouring threads read addresses far apart"};
  VerdictViewOptions options = plain();
  options.source = "first\ny[i] = x[32 * i];\n";
  Exercise exercise = scaling();
  exercise.hints.on["slow"] = "Neighbours at neighbours.";
  CHECK(view_verdict(verdict, exercise, options) ==
        "RIGHT, NOT FAST ENOUGH  1.1 Vector scaling\n"
        "\n"
        "  ok    all 2 cases\n"
        "\n"
        "What holds it back:\n"
        "level1/vector_scaling.cu:2: sectors per load request 32, ideal 4\n"
        "    2 | y[i] = x[32 * i];\n"
        "    neighbouring threads read addresses far apart\n"
        "\n"
        "Right on every case. To pass, 1.1 needs bronze: 50 % of the limit's speed.\n"
        "Predicted are 26 %, and with the model's error 39 % at most.\n"
        "hint  Neighbours at neighbours.\n"
        "next  edit level1/vector_scaling.cu, then: tritutor submit 1.1\n"
        "      more help: tritutor hint 1.1\n");
}

TEST_CASE("a wrong answer: the case, the first element, the pattern, the map, one hint, what to type") {
  Verdict verdict = verdict_of(Verdict::Result::fail);
  CaseResult tail = case_of("tail", "the tail mask", false);
  Mismatch mismatch;
  mismatch.output = "y";
  mismatch.index = {9984};
  mismatch.got = std::nan("");
  mismatch.want = 3.25;
  mismatch.bound = 3.9e-7;
  mismatch.count = 23;
  mismatch.total = 10007;
  mismatch.pattern = "tail";
  mismatch.pattern_text = "every index >= 9984 is wrong";
  mismatch.map = {".......#"};
  tail.mismatch = mismatch;
  CaseResult skipped = case_of("large", "far indices", false);
  skipped.ran = false;
  verdict.cases = {case_of("one", "n = 1", true), tail, skipped};
  CHECK(view_verdict(verdict, scaling(), plain()) ==
        "FAIL  1.1 Vector scaling: 1 of 3 cases passed\n"
        "\n"
        "  ok    one    n = 1\n"
        "  FAIL  tail   y: 23 of 10007 wrong\n"
        "  -     1 case not run\n"
        "\n"
        "Case tail: the tail mask\n"
        "  y[9984]  got nan, want 3.25, allowed error 3.9e-07\n"
        "  every index >= 9984 is wrong\n"
        "  .......#\n"
        "\n"
        "hint  Compare the number of blocks with the number n needs.\n"
        "next  edit level1/vector_scaling.cu, then: tritutor submit 1.1\n"
        "      more help: tritutor hint 1.1, tritutor explain tail\n");

  // A finding explains more than the wrong values it brings about; a narrow screen keeps its one line.
  vgpu::Finding finding;
  finding.kind = vgpu::Finding::Kind::race;
  verdict.cases[1].findings = {finding};
  CHECK(view_verdict(verdict, scaling(), plain()).ends_with("hint 1.1, tritutor explain race\n"));
  VerdictViewOptions narrow = plain();
  narrow.width = 40;
  CHECK(view_verdict(verdict, scaling(), narrow).ends_with("      more help: tritutor hint 1.1\n"));
}

TEST_CASE("what a GPU has measured decides, and is told with its quartiles") {
  Verdict verdict = verdict_of(Verdict::Result::pass);
  verdict.cases = {case_of("one", "n = 1", true)};
  verdict.right = true;
  verdict.medal = "gold";
  verdict.timing.kind = "measured";
  verdict.timing.note = "";
  verdict.timing.required = 0.5;
  verdict.timing.measured.emplace();
  VerdictViewOptions options = plain();
  options.width = 300;
  verdict.device_kind = "cuda";
  verdict.device_name = "NVIDIA H100";
  const std::string gold = view_verdict(verdict, scaling(), options);
  CHECK(gold.find("PASS  1.1 Vector scaling, on NVIDIA H100\n") == 0);
  CHECK(gold.find("Right on every case. Medal: gold.\n") != std::string::npos);

  verdict.result = Verdict::Result::fail;
  verdict.medal = "none";
  verdict.timing.measured->fraction = {0.41, 0.42, 0.43};
  verdict.timing.range = {0.41, 0.43};
  CHECK(view_verdict(verdict, scaling(), options)
            .find("Measured are 42 %, between 41 % and 43 % in half of the samples.") != std::string::npos);
}

TEST_CASE("where the GPU and the virtual GPU say different things, that is said") {
  Verdict verdict = verdict_of(Verdict::Result::fail);
  CaseResult one = case_of("one", "", false);
  one.problem = "on NVIDIA H100 the kernel hangs: it had not ended after 5 s";
  one.disagreement = "The virtual GPU runs this case without a fault, and NVIDIA H100 does not";
  verdict.cases = {one};
  const std::string text = view_verdict(verdict, scaling(), plain());
  CHECK(text.find("  on NVIDIA H100 the kernel hangs: it had not ended after 5 s\n") != std::string::npos);
  CHECK(text.find("  The virtual GPU runs this case without a fault, and NVIDIA H100 does not.\n") !=
        std::string::npos);
}

TEST_CASE("the case that says most is the one explained") {
  Verdict verdict = verdict_of(Verdict::Result::fail);
  CaseResult one = case_of("one", "", false);
  one.mismatch = Mismatch{};
  one.mismatch->pattern = "scattered";
  CaseResult tail = case_of("tail", "", false);
  tail.mismatch = Mismatch{};
  tail.mismatch->pattern = "tail";
  tail.mismatch->weight = 2;
  verdict.cases = {one, tail};
  CHECK(view_verdict(verdict, scaling(), plain()).find("\nCase tail\n") != std::string::npos);
  CHECK(hint_for(verdict, scaling()) == "Compare the number of blocks with the number n needs.");

  Exercise exercise = scaling();
  exercise.in_triton.hints.on["tail"] = "Compare the number of programs.";
  CHECK(hint_for(verdict, exercise) == "Compare the number of blocks with the number n needs.");
  verdict.dialect = "triton";
  CHECK(hint_for(verdict, exercise) == "Compare the number of programs.");
  VerdictViewOptions options = plain();
  options.words = "1.1 --dialect triton";
  CHECK(view_verdict(verdict, exercise, options).find("tritutor hint 1.1 --dialect triton") != std::string::npos);
  verdict.cases = {one};
  CHECK(view_verdict(verdict, scaling(), plain()).find("\nCase one\n") != std::string::npos);
}

TEST_CASE("the seed is shown where only a hidden case fails") {
  Exercise exercise = scaling();
  Case hidden;
  hidden.name = "hidden";
  exercise.cases = {hidden};
  Verdict verdict = verdict_of(Verdict::Result::fail);
  verdict.seed = 42;
  verdict.cases = {case_of("tail", "", true), case_of("hidden", "", false)};
  CHECK(view_verdict(verdict, exercise, plain()).find("tritutor submit 1.1 --seed 42\n") != std::string::npos);
  verdict.cases[0].passed = false;  // a case that anybody can run again fails before it
  CHECK(view_verdict(verdict, exercise, plain()).find("--seed") == std::string::npos);
}

TEST_CASE("a finding shows its line, its place and its likely cause, and chooses the hint before the pattern does") {
  Verdict verdict = verdict_of(Verdict::Result::fail);
  CaseResult tail = case_of("tail", "", false);
  vgpu::Finding finding;
  finding.kind = vgpu::Finding::Kind::out_of_bounds;
  finding.file = verdict.file;
  finding.line = 2;
  finding.message = "write of y[10007], y has 10007 floats (block 39, thread 23)";
  finding.cause = "no mask for the last block";
  finding.count = 233;
  tail.findings = {finding};
  tail.mismatch = Mismatch{};
  tail.mismatch->pattern = "tail";
  verdict.cases = {tail};
  VerdictViewOptions options = plain();
  options.source = "int i;\n  y[i] = x[i];\n";
  const std::string view = view_verdict(verdict, scaling(), options);
  CHECK(view.find("  level1/vector_scaling.cu:2: out-of-bounds (233 times)\n"
                  "    2 |   y[i] = x[i];\n"
                  "    write of y[10007], y has 10007 floats (block 39, thread 23)\n"
                  "    Likely cause: no mask for the last block\n") != std::string::npos);
  CHECK(hint_for(verdict, scaling()) == "What should threads past n do?");
}

TEST_CASE("a finding's hint is that of its kind and buffer, and never one of the values") {
  Exercise exercise = scaling();
  exercise.arguments = {{"x", reference::Type::f32, Role::input, {"n"}}};
  exercise.hints.on["out-of-bounds:scratch"] = "One for each block.";
  exercise.hints.on["race"] = "A barrier between the two.";
  exercise.hints.on["uninitialized"] = "Who stores it?";
  Verdict verdict = verdict_of(Verdict::Result::fail);
  CaseResult tail = case_of("tail", "", false);
  tail.mismatch = Mismatch{};
  tail.mismatch->pattern = "tail";
  tail.findings.resize(1);
  const auto hint = [&](vgpu::Finding::Kind kind, const char* buffer) {
    tail.findings[0].kind = kind;
    tail.findings[0].buffer = buffer;
    verdict.cases = {tail};
    return hint_for(verdict, exercise);
  };
  using Kind = vgpu::Finding::Kind;
  CHECK(hint(Kind::out_of_bounds, "x") == "What should threads past n do?");
  CHECK(hint(Kind::out_of_bounds, "scratch") == "One for each block.");
  CHECK(hint(Kind::out_of_bounds, "tile").empty());
  CHECK(hint(Kind::race, "tile") == "A barrier between the two.");
  CHECK(hint(Kind::race, "x").empty());
  CHECK(hint(Kind::uninitialized, "tile") == "Who stores it?");
  CHECK(hint(Kind::uninitialized, "").empty());
  CHECK(hint(Kind::barrier, "").empty());
}

TEST_CASE("what is known to be wrong stands above the values, and no pattern is read into them") {
  Verdict verdict = verdict_of(Verdict::Result::fail);
  CaseResult tail = case_of("tail", "", false);
  vgpu::Finding finding;
  finding.kind = vgpu::Finding::Kind::race;
  finding.file = verdict.file;
  finding.message = "read s[1], which thread 3 wrote";
  tail.findings = {finding};
  tail.mismatch = Mismatch{};
  tail.mismatch->output = "y";
  tail.mismatch->index = {7};
  tail.mismatch->pattern = "nan";
  tail.mismatch->pattern_text = "It comes from 0 / 0.";
  verdict.cases = {tail};
  const std::string view = view_verdict(verdict, scaling(), plain());
  CHECK(view.find("0 / 0") == std::string::npos);
  CHECK(view.find("y[7]") != std::string::npos);
  CHECK(view.find("which thread 3 wrote") < view.find("y[7]"));
}

TEST_CASE("a compile error points at the learner's line, tabs kept") {
  Verdict verdict = verdict_of(Verdict::Result::error);
  verdict.refusal = Refusal{};
  verdict.refusal->kind = "compile";
  verdict.refusal->message = "the file does not compile";
  verdict.refusal->advice = "Did you mean fool?";
  verdict.refusal->diagnostics = {{"error", verdict.file, 2, 4, "identifier \"foo\" is undefined"}};
  VerdictViewOptions options = plain();
  options.source = "void f() {\n\t  foo = 3;\r\n}\n";
  CHECK(view_verdict(verdict, scaling(), options) ==
        "FAIL  1.1 Vector scaling: it does not compile\n"
        "\n"
        "level1/vector_scaling.cu:2:4: error: identifier \"foo\" is undefined\n"
        "    2 | \t  foo = 3;\n"
        "      | \t  ^\n"
        "\n"
        "hint  Did you mean fool?\n"
        "next  edit level1/vector_scaling.cu, then: tritutor submit 1.1\n"
        "      more help: tritutor hint 1.1\n");
  verdict.refusal->kind = "signature";
  verdict.refusal->expected = "extern \"C\" __global__ void vector_scaling(float* y)";
  CHECK(hint_for(verdict, scaling()) == "The signature must stay.");
}

TEST_CASE("a wrong signature shows both forms") {
  Verdict verdict = verdict_of(Verdict::Result::error);
  verdict.refusal = Refusal{};
  verdict.refusal->kind = "signature";
  verdict.refusal->message = "The parameters differ.";
  verdict.refusal->expected = "void k(float* y)";
  verdict.refusal->found = "void k(double* y)";
  const std::string view = view_verdict(verdict, scaling(), plain());
  CHECK(view.find("The parameters differ.\n  expected  void k(float* y)\n  found     void k(double* y)\n") !=
        std::string::npos);
}

TEST_CASE("a machine that cannot judge is an error of the machine, not a failure of the learner") {
  Verdict verdict = verdict_of(Verdict::Result::error);
  verdict.refusal = Refusal{};
  verdict.refusal->kind = "environment";
  verdict.refusal->message = "NVRTC was not found.";
  const std::string view = view_verdict(verdict, scaling(), plain());
  CHECK(view.starts_with("ERROR  1.1 Vector scaling"));
  CHECK(view.find("FAIL") == std::string::npos);
  CHECK(view.find("next  tritutor doctor\n") != std::string::npos);
}

TEST_CASE("what the kernel printed is shown in its first lines, without control characters") {
  Verdict verdict = verdict_of(Verdict::Result::pass);
  verdict.printed = "one\n\x1b[2Jtwo\n3\n4\n5\n6\n7\n8\n9\n10\n";
  const std::string view = view_verdict(verdict, scaling(), plain());
  CHECK(view.find("The kernel printed\n  one\n  \\x1b[2Jtwo\n") != std::string::npos);
  CHECK(view.find("  8\n  ... and 2 lines more: --all") != std::string::npos);
  CHECK(view.find("  9\n") == std::string::npos);
  CHECK(view.find('\x1b') == std::string::npos);
}

TEST_CASE("a failure of many cases still fits an 80 by 24 terminal's width") {
  Verdict verdict = verdict_of(Verdict::Result::fail);
  for (int i = 0; i < 20; ++i) {
    verdict.cases.push_back(
        case_of("a-rather-long-name", "a description that goes on and on, past any width a terminal has", i > 0));
  }
  const std::string view = view_verdict(verdict, scaling(), plain());
  CHECK(view.find("  ok    19 cases\n") != std::string::npos);
  size_t at = view.find("  FAIL  a-rather-long-name");
  REQUIRE(at != std::string::npos);
  CHECK(view.find('\n', at) - at <= 80);
}

namespace {

int64_t lines_of(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

/// A failure with more of everything than a screen takes.
Verdict long_failure() {
  Verdict verdict = verdict_of(Verdict::Result::fail);
  for (int i = 0; i < 12; ++i) {
    CaseResult one = case_of(("case-" + std::to_string(i)).c_str(), "what it is there for", i == 11);
    for (int k = 0; i < 11 && k < 5; ++k) {
      vgpu::Finding finding;
      finding.kind = vgpu::Finding::Kind::out_of_bounds;
      finding.file = verdict.file;
      finding.line = 3 + k;
      finding.message = "block (0,0,0) thread (1,0,0): read x[1]; x has 1 float (0..0), number " + std::to_string(k);
      finding.cause = "is the mask that keeps threads past the end from it missing?";
      one.findings.push_back(finding);
    }
    verdict.cases.push_back(one);
  }
  for (int i = 0; i < 30; ++i) verdict.printed += "printed line " + std::to_string(i) + "\n";
  return verdict;
}

}  // namespace

TEST_CASE("a failure fits the screen: verdict, first cause, hint, next step; what is left out is said") {
  VerdictViewOptions options = plain();
  options.source = "1\n2\n3\n4\n5\n6\n7\n8\n";
  options.rows = 23;
  const std::string text = view_verdict(long_failure(), scaling(), options);
  CHECK(lines_of(text) <= 23);
  CHECK(text.find("FAIL  1.1") == 0);
  CHECK(text.find("number 0") != std::string::npos);
  CHECK(text.find("hint") != std::string::npos);
  CHECK(text.find("tritutor submit 1.1") != std::string::npos);
  CHECK(text.find("--all") != std::string::npos);
  CHECK(text.find("case-0, case-1") != std::string::npos);
}

TEST_CASE("without a screen everything is shown, and no line is cut") {
  VerdictViewOptions options = plain();
  options.rows = 0;
  options.source = "1\n2\n" + std::string(300, 'x') + "\n4\n5\n6\n7\n";
  const std::string text = view_verdict(long_failure(), scaling(), options);
  CHECK(text.find("number 4") != std::string::npos);
  CHECK(text.find("printed line 29") != std::string::npos);
  CHECK(text.find(std::string(300, 'x')) != std::string::npos);
  CHECK(text.find("--all") == std::string::npos);
  CHECK(text.find("...") == std::string::npos);
}

TEST_CASE("the caret stands under its character, whatever stands before it") {
  Verdict verdict = verdict_of(Verdict::Result::error);
  verdict.refusal = Refusal{"compile", "", {{"error", verdict.file, 1, 9, "no such name"}}, "", ""};
  VerdictViewOptions options = plain();
  options.source = "\xC3\xA4\xC3\xA4\x1b[2J q\n";  // two letters of two bytes, a sequence that is spelled out
  const std::string text = view_verdict(verdict, scaling(), options);
  CHECK(text.find("    1 | \xC3\xA4\xC3\xA4\\x1b[2J q\n      |          ^\n") != std::string::npos);
}
