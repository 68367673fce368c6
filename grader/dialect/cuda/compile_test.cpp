// From a file's text to PTX, or to a refusal that names the learner's own line.

#include "grader/dialect/cuda/compile.h"

#include <doctest/doctest.h>

#include <atomic>

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
      {"threadIdx.x;", "threadIdx.x", 4, 49, "expected a \";\""},
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

TEST_CASE("A usual mistake is explained in a learner's words") {
  struct Row {
    const char *part, *replacement;
    const char* advice;
  };
  const Row rows[] = {
      {"blockIdx", "blockidx", "Did you mean blockIdx?"},
      {"threadIdx", "threadIDx", "Did you mean threadIdx?"},
      {"threadIdx.x", "threadIdx", "write .x, .y or .z"},
      {"blockIdx.x * BLOCK", "blockIdx.x * blockDim", "write .x, .y or .z"},
      {"threadIdx.x;", "threadIdx.x", "';' missing at the end of line 4"},
      {"x[i];\n}", "x[i]\n}", "';' missing at the end of line 5"},
      {"x[i];\n}", "x[i];\n", "A function begins here, but the one before it has not ended"},
      {"if (i < n)", "if (i < n", "is never closed"},
      {"if (i < n)", "if (i < n))", "closes nothing"},
      {"p.n", "n", "write p.n"},
      {"p.n", "x", "launch() only plans"},
      {"p.n", "p.N", "p.alpha, p.n"},
      {"plan.run", "plan->run", "write plan.run(...)"},
      {", BLOCK);", ");", "the grid and the block"},
      {"\"vector_scaling\"", "vector_scaling", "in quotes"},
      {"y[i] =", "x[i] =", "x is an input and cannot be written; the result belongs into y"},
      {"(i < n)", "(i = n)", "write =="},
      {"alpha * x[i]", "alpha * x[i] * 2f", "written 2.0f"},
      {"alpha * x[i]", "alpha * x", "x[i]"},
      {"alpha * x[i]", "std::max(alpha, x[i])", "no std::"},
      {"alpha * x[i]", "std::sqrt(x[i])", "without std::"},
      {"alpha * x[i]", "beta * x[i]", "declares beta"},
      {"alpha * x[i]", "__shfl_down(x[i], 1)", "__shfl_down_sync(0xffffffff"},
      {"alpha * x[i]", "__half2float(x[i])", "cuda_fp16.h"},
      {"  if (i", "  __syncthread();\n  if (i", "Did you mean __syncthreads?"},
      {"  if (i", "  syncthreads();\n  if (i", "Did you mean __syncthreads?"},
      {"  if (i", "  std::cout << i;\n  if (i", "printf"},
      {"  if (i", "  std::vector<float> v;\n  if (i", "array of fixed size"},
      {"  if (i", "  __shared__ float s = 0;\n  if (i", "begins undefined"},
      {"  if (i", "  __shared__ float s[n];\n  if (i", "known when the file is compiled"},
      {"y[i] =", "atomicAdd(y[i], 1.0f); y[i] =", "takes an address"},
      {"const int i", "const float i", "integer"},
      {"extern", "__host__ float f() { return 1; }\nextern", "remove __host__"},
      {"__global__", "_global_", "Did you mean __global__?"},
      {"\"vector_scaling\"", "\u201cvector_scaling\u201d", "no character of C++"},
      {"cdiv(p.n, BLOCK)", "ceil(p.n / BLOCK)", "cdiv(a, b)"},
      {"#include <tritutor.cuh>\n", "", "no #include <tritutor.cuh>"},
  };
  for (const Row& row : rows) {
    const Refusal refusal = refusal_of(test::scaling_with(row.part, row.replacement));
    CAPTURE(row.replacement);
    CHECK(refusal.kind == "compile");
    CHECK_MESSAGE(contains(refusal.advice, row.advice), refusal.message);
    CHECK(refusal.diagnostics.front().severity == "error");
    for (const Diagnostic& each : refusal.diagnostics) CHECK(each.severity != "warning");
  }
}

TEST_CASE("A file written for a host is told what takes its place") {
  const char* const texts[] = {
      "#include <cuda_runtime.h>\n__global__ void vector_scaling(const float* x, float* y, float alpha, int n) {}\n"
      "extern \"C\" void solve(const float* x, float* y, float alpha, int n) {\n"
      "  vector_scaling<<<(n + 255) / 256, 256>>>(x, y, alpha, n);\n  cudaDeviceSynchronize();\n}\n",
      "#include <tritutor.cuh>\nextern \"C\" __global__ void vector_scaling(const float* x, float* y, float alpha, int "
      "n) "
      "{}\n\nint main() { return 0; }\n",
      "#include <tritutor.cuh>\n\n\nvoid launch(Plan& plan, const Problem& p) { float* d; cudaMalloc(&d, p.n * 4); "
      "}\n"};
  for (const char* text : texts) {
    const Refusal refusal = refusal_of(text);
    CHECK(refusal.kind == "compile");
    CHECK(refusal.diagnostics.at(0).line == 4);
    CHECK(contains(refusal.diagnostics[0].message, "host code"));
    CHECK(contains(refusal.advice,
                   "void launch(Plan& plan, const Problem& p) { plan.run(\"vector_scaling\", cdiv(p.n, "
                   "256), 256); }"));
  }
}

TEST_CASE("Python is called by its name") {
  const Refusal refusal = refusal_of("import triton\n\n@triton.jit\ndef kernel(x):\n    pass\n");
  CHECK(contains(refusal.advice, "Python"));
  CHECK(refusal.diagnostics.at(0).line == 1);
}

TEST_CASE("Errors that come from another signature are told as that") {
  for (const char* other : {"const float* x, float* y, float alpha", "const float* x, float y, float alpha, int n"}) {
    const Refusal refusal = refusal_of(test::scaling_with("const float* x, float* y, float alpha, int n", other));
    CHECK(refusal.kind == "signature");
    CHECK(refusal.diagnostics.at(0).line == 3);
  }
  const Refusal launch = refusal_of(test::scaling_with("(Plan& plan, const Problem& p)", "()"));
  CHECK(launch.kind == "signature");
  CHECK(launch.diagnostics.at(0).line == 7);
  // A mistake in the declaration itself is one of the language.
  CHECK(refusal_of(test::scaling_with("float alpha", "flaot alpha")).kind == "compile");
}

TEST_CASE("A header of CUDA's that needs a host is named where it is included") {
  const Refusal refusal = refusal_of("\n#include <thrust/device_vector.h>\n" + test::scaling_solution());
  CHECK(refusal.kind == "compile");
  CHECK(refusal.diagnostics.at(0).file == "work/vector_scaling.cu");
  CHECK(refusal.diagnostics.at(0).line == 2);
  CHECK(contains(refusal.diagnostics[0].message, "<thrust/device_vector.h>"));
  CHECK(contains(refusal.advice, "launched by a host"));
}

TEST_CASE("cub's parts for blocks and warps come by its usual header") {
  const CompileResult result = compile_text("#include <cub/cub.cuh>\n" + test::scaling_solution() +
                                            "__device__ float sum(float x) {\n"
                                            "  __shared__ cub::BlockReduce<float, 256>::TempStorage temp;\n"
                                            "  return cub::BlockReduce<float, 256>(temp).Sum(x);\n}\n");
  const auto* refusal = std::get_if<Refusal>(&result);
  CHECK_MESSAGE(!refusal, (refusal ? refusal->message : ""));
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

TEST_CASE("A kernel within a namespace, and a launch of another name, are told so") {
  const Refusal hidden = refusal_of(test::scaling_head + std::string("namespace k {\n") + test::scaling_kernel + "}\n" +
                                    test::scaling_launch);
  CHECK(hidden.kind == "missing-kernel");
  CHECK(contains(hidden.message, "namespace"));
  const Refusal capital = refusal_of(test::scaling_with("void launch", "void Launch"));
  CHECK(capital.kind == "signature");
  CHECK(contains(capital.message, "only Launch()"));
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
      {"#include <vector>", "host code"},
      {"#include <array>", "cuda/std/array"},
      {"#include <torch/extension.h>", "neither"},
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
      {"%:include <vector>", "vector"},
      {"  #  /* c */ include /* d */ <vector>", "vector"},
      {"#inc\\\nlude <vector>", "vector"},
      {"#include \\\n  <vector>", "vector"},
      {"/* a */ #include <vector>", "vector"},
      {"// \"\n#include <vector>\n// \"", "vector"},
      {"constexpr int m = 1'000;\n#include <vector>\nconstexpr int k = 1'0;", "vector"},
      {"#if 0\nR\"x(\n#endif\n#include <vector>\n//)x\"", "raw string"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const Refusal refusal = refusal_of(test::scaling_solution() + row.text + "\n");
    CHECK(refusal.kind == "include");
    CHECK_MESSAGE(contains(refusal.message, row.says), refusal.message);
    CHECK(refusal.diagnostics.at(0).line >= 10);
  }
  CHECK(refusal_of("\n" + test::scaling_solution() + "\n\n#include <vector>\n").diagnostics.at(0).line == 13);
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

TEST_CASE("The C library's headers that people include by habit are taken") {
  const CompileResult result = compile_text(R"(#include <assert.h>
#include <cfloat>
#include <climits>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cuda.h>
#include <cuda_runtime.h>
#include <device_launch_parameters.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
)" + test::scaling_solution() +
                                            R"(
static_assert(sizeof(uint16_t) == 2 && sizeof(int64_t) == 8 && sizeof(uintptr_t) == sizeof(void*));
static_assert(UINT32_MAX == 0xffffffffu && INT_MIN < 0 && FLT_MAX > 3e38f && DBL_EPSILON < 1e-15 && M_PI > 3.14);
__device__ float all(float x) {
  assert(x == x);
  if (x > 9) printf("%f %d", x, (int)offsetof(Plan, count));
  return isnan(x) ? NAN : sqrtf(fabsf(x)) + INFINITY + std::sqrt(x) + static_cast<float>(std::pow(2.0, 3.0));
}
)");
  const auto* refusal = std::get_if<Refusal>(&result);
  CHECK_MESSAGE(!refusal, (refusal ? refusal->message : ""));
}

TEST_CASE("The usual integer types need no header, and stand beside CUDA's own") {
  for (const char* head : {"", "#include <stdint.h>\n", "#include <cuda/std/cstdint>\n"}) {
    const CompileResult result =
        compile_text(head + test::scaling_with("const int i", "const uint32_t i") + "__device__ int64_t big;\n");
    const auto* refusal = std::get_if<Refusal>(&result);
    CHECK_MESSAGE(!refusal, head, (refusal ? refusal->message : ""));
  }
}

TEST_CASE("Cooperative groups come without libcu++ where the file does not name it") {
  const auto ptx_of = [](const std::string& source) {
    const CompileResult result = compile_text(source);
    if (const auto* refusal = std::get_if<Refusal>(&result)) FAIL(refusal->message);
    return std::get<Compiled>(result).ptx;
  };
  const std::string groups = "#include <cooperative_groups.h>\n#include <cooperative_groups/reduce.h>\n";
  const std::string use = R"(
namespace cg = cooperative_groups;
extern "C" __global__ void sums(int* out) {
  auto warp = cg::tiled_partition<32>(cg::this_thread_block());
  *out = cg::reduce(warp, static_cast<int>(threadIdx.x), cg::plus<int>());
}
)";
  const std::string lean = ptx_of(groups + test::scaling_solution() + use);
  CHECK(has_entry(lean, "sums"));
  const std::string whole = ptx_of(groups + test::scaling_solution() + use +
                                   "__device__ void add(int* p) { cuda::atomic_ref<int>(*p).fetch_add(1); }\n");
  CHECK(lean.size() < whole.size());
}

TEST_CASE("A file may not ask which files the machine has") {
  for (const char* text :
       {"#if __has_include(\"/etc/passwd\")\n#endif", "#ifdef __has_include\n#endif",
        "#define ASK __has_include\n#if ASK(\"/etc/passwd\")\n#endif",
        "#define GLUE(a, b) a##b\n#if GLUE(__has_, include)(\"/etc/passwd\")\n#endif",
        "#define GLUE(a, b) a##b\n#define ASK GLUE(__has_, include)\n#if ASK(\"/etc/passwd\")\n#endif",
        "#define CALL(f, a, b) f(a, b)\n#if CALL(_CG_CONCAT_INNER, __has_, include)(\"/etc/passwd\")\n#endif",
        "#if 0\n#elif _CG_CONCAT_INNER(__has_, include)(\"/etc/passwd\")\n#endif"}) {
    CAPTURE(text);
    const Refusal refusal = refusal_of(test::scaling_solution() + text + "\n");
    CHECK(refusal.kind == "include");
    CHECK(contains(refusal.message, "__has_include"));
  }
  for (const char* text : {"#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800\n#endif",
                           "#define GLUE(a, b) a##b\n__device__ int GLUE(x, y);",
                           "#define TWICE(a) ((a) * 2)\n#if TWICE(3) == 6 && (1 + 1 == 2)\n#endif",
                           "#ifndef GUARD\n#define GUARD\n#endif"}) {
    const CompileResult result = compile_text(test::scaling_solution() + text + "\n");
    const auto* refusal = std::get_if<Refusal>(&result);
    CHECK_MESSAGE(!refusal, text, " was refused: ", (refusal ? refusal->message : ""));
  }
}

TEST_CASE("cdiv is right for the largest numbers and for mixed types") {
  const CompileResult result = compile_text(test::scaling_solution() + R"(
static_assert(cdiv(1, 256) == 1 && cdiv(256, 256) == 1 && cdiv(257, 256) == 2 && cdiv(0, 256) == 0);
static_assert(cdiv(2147483647, 256) == 8388608 && cdiv(2147483647, 2147483647) == 1 && cdiv(2147483647, 1) == 2147483647);
static_assert(cdiv(2147483647, 1 << 30) == 2 && cdiv(4294967295u, 4294967295u) == 1 && cdiv(4294967295u, 2) == 2147483648u);
static_assert(cdiv(3000000000ll, 256) == 11718750 && cdiv(9223372036854775807ll, 2) == 4611686018427387904ll);
static_assert(cdiv(1000, 256ull) == 4 && sizeof(cdiv(1, 2)) == 4 && sizeof(cdiv(1, 2ll)) == 8);
)");
  const auto* refusal = std::get_if<Refusal>(&result);
  CHECK_MESSAGE(!refusal, (refusal ? refusal->diagnostics.at(0).message : ""));
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

TEST_CASE("A compile that is stopped says so") {
  const std::atomic<bool> stop = true;
  const CompileResult result =
      compile(test::vector_scaling(), "a.cu", test::scaling_solution(), test::include_dir(), &stop);
  REQUIRE(std::holds_alternative<Refusal>(result));
  CHECK(std::get<Refusal>(result).kind == "stopped");
}

TEST_CASE("A missing folder of headers is a fault of the installation") {
  const CompileResult result = compile(test::vector_scaling(), "a.cu", test::scaling_solution(), "/nowhere");
  REQUIRE(std::holds_alternative<Refusal>(result));
  CHECK(std::get<Refusal>(result).kind == "environment");
}

}  // namespace
}  // namespace tritutor
