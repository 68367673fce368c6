// tritutor run, as a shell sees it.

#include <doctest/doctest.h>

#include "app/program_testing.h"

using namespace program_testing;

namespace {

const std::string source = TRITUTOR_SOURCE_DIR;
const char* const scaling = "level1/vector_scaling.cu";

std::string scaling_kernel(const std::string& condition) {
  return "#include <tritutor.cuh>\n"
         "extern \"C\" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {\n"
         "  const int i = blockIdx.x * 64 + threadIdx.x;\n"
         "  if (i == 0) printf(\"n is %d\\n\", n);\n"
         "  if (" +
         condition +
         ") y[i] = alpha * x[i];\n"
         "}\n"
         "void launch(Plan& plan, const Problem& p) { plan.run(\"vector_scaling\", cdiv(p.n, 64), 64); }\n";
}

}  // namespace

TEST_CASE("run shows values of the learner's own sizes and records nothing") {
  Folder folder;
  REQUIRE(run(folder.path, {"init", "."}).status == 0);
  folder.write(scaling, scaling_kernel("i < n"));
  Result result = run(folder.path, {"run", "1.1", "--n", "5", "--alpha=-2"});
  CHECK(result.status == 0);
  CAPTURE(result.out);
  CHECK(contains(result.out, "right  1.1 Vector scaling, case of your own"));
  CHECK(contains(result.out, "alpha = -2, n = 5"));
  CHECK(contains(result.out, "x  input f32[5], uniform"));
  CHECK(contains(result.out, "y  output f32[5]: all as expected"));
  CHECK(contains(result.out, "n is 5"));
  CHECK(contains(result.out, "To have it judged: tritutor submit 1.1"));
  CHECK(contains(run(folder.path, {"history", "1.1"}).out, "There is no attempt yet"));

  result = run(folder.path, {"run", "--n", "5", "1.1", "--print", "y"});
  CHECK(result.status == 0);
  CHECK_FALSE(contains(result.out, "x  input"));
  CHECK(
      contains(run(folder.path, {"run", "1.1", "--n", "5", "--inputs", "x=zeros"}).out, "     [0]  0   0   0   0   0"));
}

TEST_CASE("run marks what is wrong, and shows findings with the line") {
  Folder folder;
  folder.write("mine.cu", scaling_kernel("i < n - 1"));
  Result result = run(folder.path, {"run", "mine.cu", "--exercise", "1.1", "--case", "block-plus-one"});
  CHECK(result.status == 1);
  CAPTURE(result.out);
  CHECK(contains(result.out, "WRONG"));
  CHECK(contains(result.out, "1 of 257 wrong (*), 1 never written"));
  CHECK(contains(result.out, "unset*"));
  folder.write("mine.cu", scaling_kernel("i <= n"));
  result = run(folder.path, {"run", "mine.cu", "--exercise", "1.1", "--n", "5"});
  CHECK(result.status == 1);
  CHECK(contains(result.out, "mine.cu:5: out-of-bounds"));
  folder.write("mine.cu", "nonsense");
  result = run(folder.path, {"run", "mine.cu", "--exercise", "1.1", "--n", "5"});
  CHECK(result.status == 1);
  CHECK(contains(result.out, "it does not compile"));
}

TEST_CASE("run says what it cannot take, and what it can") {
  Folder folder;
  folder.write("vector_scaling.cu", scaling_kernel("i < n"));
  const std::pair<std::vector<std::string>, std::string> wrong[] = {
      {{"--case", "tial"}, "Did you mean tail?"},
      {{"--case", "hidden"}, "--seed"},
      {{"--k", "5"}, "has no size or number 'k'. It has: alpha, n"},
      {{"--n"}, "--n has no value"},
      {{"--n", "-5"}, "at least 1"},
      {{"--n", "999999999"}, "too large"},
      {{"--print", "z"}, "It has: x, y"},
      {{"--inputs", "x"}, "NAME="},
      {{"other.cu"}, "are two"}};
  for (const auto& [words, said] : wrong) {
    std::vector<std::string> call = {"run", "vector_scaling.cu"};
    call.insert(call.end(), words.begin(), words.end());
    const Result result = run(folder.path, call);
    CAPTURE(words[0]);
    CAPTURE(result.err);
    CHECK(result.status == 2);
    CHECK(contains(result.err, said));
  }
  CHECK(run(folder.path, {"run", "vector_scaling.cu", "--case", "hidden", "--seed", "3"}).status == 0);
}
