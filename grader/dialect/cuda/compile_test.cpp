// From a file's text to PTX, or to a refusal that names the learner's own line.

#include "grader/dialect/cuda/compile.h"

#include <doctest/doctest.h>

#include "grader/curriculum/example_exercise_test.h"
#include "grader/dialect/cuda/signature.h"

namespace tritutor {
namespace {

CompileResult compile_text(const std::string& source, const Exercise& exercise = test::vector_scaling()) {
  return compile(exercise, "work/vector_scaling.cu", source, test::include_dir());
}

/// The refusal of a text that must be refused.
Refusal refusal_of(const std::string& source, const Exercise& exercise = test::vector_scaling()) {
  const CompileResult result = compile_text(source, exercise);
  REQUIRE_MESSAGE(std::holds_alternative<Refusal>(result), "it compiled: ", source);
  return std::get<Refusal>(result);
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("A right file compiles to PTX for compute_80 with its kernel and the entry for launch()") {
  const CompileResult result = compile_text(test::scaling_solution());
  if (const auto* refusal = std::get_if<Refusal>(&result)) FAIL(refusal->message);
  const Compiled& compiled = std::get<Compiled>(result);
  CHECK(contains(compiled.ptx, ".target sm_80"));
  CHECK(has_entry(compiled.ptx, "vector_scaling"));
  CHECK(has_entry(compiled.ptx, "__tritutor_plan"));
  CHECK(contains(compiled.ptx, "vector_scaling.cu"));  // line information names the file
  CHECK(compiled.warnings.empty());
  CHECK(compiled.toolchain.rfind("NVRTC 1", 0) == 0);
}

TEST_CASE("Qualifiers that do not change the type are accepted") {
  const std::string declared = "const float* x, float* y, float alpha, int n";
  // The first of them takes the scratch buffer too.
  for (const char* other : {"const float* x, float* y, float alpha, int n, double* partial",
                            "const float* __restrict__ x, float* __restrict__ y, float alpha, int n",
                            "const float x[], float y[], const float alpha, const int n",
                            "float const *input, float *out, float a,\n  int count"}) {
    std::string source = test::scaling_solution();
    source.replace(source.find(declared), declared.size(), other);
    // Names may differ too; the body is of no interest here.
    const size_t body = source.find(" {\n  const int i");
    source.replace(body, source.find("void launch") - body, " {}\n");
    const CompileResult result = compile_text(source);
    CHECK_MESSAGE(std::holds_alternative<Compiled>(result), other);
  }
}

TEST_CASE("A learner's macros and usual names do not disturb the tutor's lines") {
  for (const char* macro :
       {"#define n_ 3", "#define N 1024", "#define T float", "#define value 3", "#define x_ y_",
        "template <class T> struct same {};", "struct Step {};", "#define plan_out 7", "// to be continued \\"}) {
    const CompileResult result = compile_text(test::scaling_solution() + macro);
    CHECK_MESSAGE(std::holds_alternative<Compiled>(result), macro);
  }
}

TEST_CASE("Compile errors stand at the learner's line and column") {
  struct Row {
    const char *part, *replacement;
    int line, column;
    const char* says;
  };
  // The kernel: line 3 its head, 4 `const int i`, 5 the store, 6 `}`; launch(): lines 7 to 9.
  const Row rows[] = {
      {"alpha * x[i]", "beta * x[i]", 5, 21, "\"beta\" is undefined"},
      {"threadIdx.x;", "threadIdx.x", 5, 3, "expected a \";\""},
      {"if (i < n) y[i]", "\tif (i < n) z[i]", 5, 15, "\"z\" is undefined"},
      {"alpha * x[i]", "\"text\"", 5, 19, "const char *"},
      {"p.n", "p.m", 8, 37, "has no member \"m\""},
      {"if (i < n)", "            if (i < q)", 5, 23, "\"q\" is undefined"},
      {"if (i < n)", "/* \xC3\xA9 */ if (i < q)", 5, 20, "\"q\" is undefined"},
  };
  for (const Row& row : rows) {
    const Refusal refusal = refusal_of(test::scaling_with(row.part, row.replacement));
    CAPTURE(row.replacement);
    CHECK(refusal.kind == "compile");
    REQUIRE(!refusal.diagnostics.empty());
    const Diagnostic& first = refusal.diagnostics.front();
    CHECK(first.severity == "error");
    CHECK(first.file == "work/vector_scaling.cu");
    CHECK(first.line == row.line);
    CHECK(first.column == row.column);
    CHECK_MESSAGE(contains(first.message, row.says), first.message);
    for (const Diagnostic& each : refusal.diagnostics) CHECK(each.file.rfind("tritutor-", 0) != 0);
  }
}

TEST_CASE("Every error is listed, and a note stands after its error") {
  const Refusal two = refusal_of(test::scaling_with("alpha * x[i]", "beta * gamma_"));
  CHECK(two.diagnostics.size() == 2);
  const Refusal noted = refusal_of(test::scaling_solution() +
                                   "template <class T> struct S { T a; __device__ void f() { a.foo(); } };\n"
                                   "__global__ void other() { S<int> s; s.f(); }\n");
  REQUIRE(noted.diagnostics.size() == 2);
  CHECK(noted.diagnostics[0].line == 10);
  CHECK(noted.diagnostics[1].severity == "note");
  CHECK(noted.diagnostics[1].line == 11);
}

TEST_CASE("Warnings come along with the PTX") {
  const CompileResult result = compile_text(test::scaling_with("  if (i < n)", "  int unused;\n  if (i < n)"));
  REQUIRE(std::holds_alternative<Compiled>(result));
  const auto& warnings = std::get<Compiled>(result).warnings;
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].severity == "warning");
  CHECK(warnings[0].line == 5);
  CHECK(warnings[0].column == 7);
  CHECK(warnings[0].file == "work/vector_scaling.cu");
}

TEST_CASE("An unclosed bracket is shown where it opens") {
  const Refusal body = refusal_of(test::scaling_with("alpha * x[i];\n}", "alpha * x[i];\n"));
  CHECK(body.kind == "compile");
  CHECK(body.diagnostics.at(0).line >= 3);
  const Refusal launch = refusal_of(test::scaling_with("BLOCK);\n}", "BLOCK);\n"));
  CHECK(launch.kind == "compile");
  CHECK(launch.diagnostics.at(0).line == 7);
  CHECK(contains(launch.message, "never closed"));
  CHECK(refusal_of(test::scaling_solution() + "#if 1\n").kind == "compile");
  const Refusal comment = refusal_of(test::scaling_solution() + "/* to the end\n");
  CHECK(comment.kind == "compile");
  CHECK(comment.diagnostics.at(0).line == 10);
}

TEST_CASE("A file without the tutor's header is told so") {
  const Refusal refusal = refusal_of(test::scaling_with("#include <tritutor.cuh>\n", ""));
  CHECK(refusal.kind == "compile");
  CHECK(contains(refusal.message, "#include <tritutor.cuh>"));
}

TEST_CASE("Other parameters are refused with both forms") {
  const std::string declared = "const float* x, float* y, float alpha, int n";
  for (const char* other :
       {"float* x, float* y, float alpha, int n", "const float* x, float* y, int n, float alpha",
        "const float* x, float* y, double alpha, int n", "const float* x, float* y, float alpha",
        "const double* x, float* y, float alpha, int n", "const float* x, float* y, float alpha, long long n",
        "const float* x, float* y, float alpha, int n, int m"}) {
    std::string source = test::scaling_head + std::string("extern \"C\" __global__ void vector_scaling(") + other +
                         ") {\n}\n" + test::scaling_launch;
    const Refusal refusal = refusal_of(source);
    CAPTURE(other);
    CHECK(refusal.kind == "signature");
    CHECK(refusal.expected == "extern \"C\" __global__ void vector_scaling(" + declared + ")");
    CHECK(refusal.found == std::string("extern \"C\" __global__ void vector_scaling(") + other + ")");
    CHECK(refusal.diagnostics.at(0).line == 3);
  }
}

TEST_CASE("A kernel without extern \"C\", or without __global__, is told which word is missing") {
  const Refusal plain = refusal_of(test::scaling_with("extern \"C\" __global__", "__global__"));
  CHECK(plain.kind == "signature");
  CHECK(contains(plain.message, "extern \"C\""));
  CHECK(plain.found == "__global__ void vector_scaling(const float* x, float* y, float alpha, int n)");
  const Refusal device = refusal_of(test::scaling_with("extern \"C\" __global__", "extern \"C\" __device__"));
  CHECK(device.kind == "signature");
  CHECK(contains(device.message, "__global__"));
  const std::string body =
      " {\n  const int i = blockIdx.x * BLOCK + threadIdx.x;\n  if (i < n) y[i] = alpha * x[i];\n}";
  const Refusal bodiless = refusal_of(test::scaling_with(body, ";"));
  CHECK(bodiless.kind == "signature");
  CHECK(contains(bodiless.message, "no body"));
  // In an extern "C" block it is as good.
  const CompileResult block = compile_text(std::string(test::scaling_head) + "extern \"C\" {\n" +
                                           std::string(test::scaling_kernel).substr(11) + "}\n" + test::scaling_launch);
  CHECK(std::holds_alternative<Compiled>(block));
}

TEST_CASE("A missing kernel is said, with what the file has") {
  const Refusal renamed = refusal_of(test::scaling_with("void vector_scaling", "void vector_scale"));
  CHECK(renamed.kind == "missing-kernel");
  CHECK(contains(renamed.message, "vector_scale"));
  CHECK(renamed.expected == test::vector_scaling().signature());
  CHECK(
      refusal_of("#include <tritutor.cuh>\n" + std::string("constexpr int BLOCK = 1;\n") + test::scaling_launch).kind ==
      "missing-kernel");
  CHECK(refusal_of("").kind == "missing-kernel");
}

TEST_CASE("A missing or different launch() is said with both forms") {
  const Refusal missing = refusal_of(std::string(test::scaling_head) + test::scaling_kernel);
  CHECK(missing.kind == "signature");
  CHECK(contains(missing.message, "no launch()"));
  CHECK(missing.expected == "void launch(Plan& plan, const Problem& p)");
  CHECK(missing.found.empty());
  const Refusal other = refusal_of(test::scaling_with("(Plan& plan, const Problem& p)", "(Plan& plan, Problem p)"));
  CHECK(other.kind == "signature");
  CHECK(other.found == "void launch(Plan& plan, Problem p)");
  CHECK(other.diagnostics.at(0).line == 7);
}

TEST_CASE("Only the tutor's and CUDA's headers may be included") {
  struct Row {
    const char* text;
    const char* says;
  };
  const Row rows[] = {
      {"#include <stdio.h>", "stdio.h"},
      {"#include <vector>", "vector"},
      {"#include \"helper.cuh\"", "one file"},
      {"#include \"cuda_fp16.h\"", "write #include <cuda_fp16.h>"},
      {"#include \"/etc/passwd\"", "/etc/passwd"},
      {"#include </etc/passwd>", "/etc/passwd"},
      {"#include <../include/cuda_fp16.h>", ".."},
      {"#define H <cuda_fp16.h>\n#include H", "macro"},
      {"#include_next <cuda_fp16.h>", "include_next"},
      {"#import <cuda_fp16.h>", "import"},
      {"#line 100 \"other.cu\"", "#line"},
      {"# 100 \"other.cu\"", "#line"},
      {"%:include <stdio.h>", "stdio.h"},
      {"  #  /* c */ include /* d */ <stdio.h>", "stdio.h"},
      {"#inc\\\nlude <stdio.h>", "stdio.h"},
      {"#include \\\n  <stdio.h>", "stdio.h"},
      {"/* a */ #include <stdio.h>", "stdio.h"},
      {"// \"\n#include <stdio.h>\n// \"", "stdio.h"},
      {"constexpr int m = 1'000;\n#include <stdio.h>\nconstexpr int k = 1'0;", "stdio.h"},
      {"#if 0\nR\"x(\n#endif\n#include <stdio.h>\n//)x\"", "raw string"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const Refusal refusal = refusal_of(test::scaling_solution() + row.text + "\n");
    CHECK(refusal.kind == "include");
    CHECK_MESSAGE(contains(refusal.message, row.says), refusal.message);
    CHECK(refusal.diagnostics.at(0).line >= 10);
  }
  CHECK(refusal_of("\n" + test::scaling_solution() + "\n\n#include <stdio.h>\n").diagnostics.at(0).line == 13);
}

TEST_CASE("What only looks like an include is none") {
  for (const char* text : {"// #include <stdio.h>", "/*\n#include <stdio.h>\n*/", "#include <cuda_fp16.h>",
                           "__device__ const char* text = \"\\\n#include <stdio.h>\";",
                           "__device__ const char* raw = R\"(include <stdio.h>)\";"}) {
    const CompileResult result = compile_text(test::scaling_solution() + text + "\n");
    const auto* refusal = std::get_if<Refusal>(&result);
    CHECK_MESSAGE(!refusal, text, " was refused: ", (refusal ? refusal->message : ""));
  }
}

TEST_CASE("Half precision needs no include of the learner's") {
  Exercise exercise = test::vector_scaling();
  exercise.arguments[0].type = exercise.arguments[1].type = reference::Type::f16;
  const std::string source = std::string(test::scaling_head) + exercise.signature() + " {}\n" + test::scaling_launch;
  const CompileResult result = compile_text(source, exercise);
  const auto* refusal = std::get_if<Refusal>(&result);
  CHECK_MESSAGE(!refusal, (refusal ? refusal->message : ""));
}

TEST_CASE("A file's odd name does not confuse the log") {
  const Exercise exercise = test::vector_scaling();
  const char* name = "a (1): error: b.cu";
  const CompileResult result =
      compile(exercise, name, test::scaling_with("alpha * x", "beta * x"), test::include_dir());
  REQUIRE(std::holds_alternative<Refusal>(result));
  const Diagnostic& first = std::get<Refusal>(result).diagnostics.at(0);
  CHECK(first.file == name);
  CHECK(first.line == 5);
}

TEST_CASE("A missing folder of headers is a fault of the installation") {
  const CompileResult result = compile(test::vector_scaling(), "a.cu", test::scaling_solution(), "/nowhere");
  REQUIRE(std::holds_alternative<Refusal>(result));
  CHECK(std::get<Refusal>(result).kind == "environment");
}

}  // namespace
}  // namespace tritutor
