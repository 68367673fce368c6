#pragma once
// A small exercise and kernel files around it, for the tests of this folder.

#include <string>

#include "grader/curriculum/curriculum.h"

namespace tritutor::test {

/// y[i] = alpha * x[i] with three cases: "whole" (n = 256), "tail" (n = 1000, hidden seed), "twice" (n = 100, run
/// twice).
inline Exercise vector_scaling() {
  using reference::Type;
  Exercise exercise;
  exercise.id = "1.1";
  exercise.slug = "vector_scaling";
  exercise.title = "Vector scaling";
  exercise.level = 1;
  exercise.arguments = {{"x", Type::f32, Role::input, {"n"}},
                        {"y", Type::f32, Role::output, {"n"}},
                        {"alpha", Type::f32, Role::scalar, {}},
                        {"n", Type::i32, Role::size, {}}};
  exercise.tolerance["y"] = {2, Tolerance::Growth::none, ""};
  exercise.cases = {{"whole", "the plain case", {{"n", 256}, {"alpha", 2.5}}, {{"x", "uniform"}}, 7, 1},
                    {"tail", "the tail mask", {{"n", 1000}, {"alpha", -3}}, {{"x", "uniform"}}, std::nullopt, 1},
                    {"twice", "stale output", {{"n", 100}, {"alpha", 0.5}}, {{"x", "normal"}}, 9, 2}};
  exercise.timed = {{"tail", {}}};
  exercise.limit = {"copy", "8*n", "", ""};
  exercise.thresholds = {0.5, 0.75, 0.9};
  return exercise;
}

/// The folder of tritutor.cuh.
inline std::string include_dir() { return TRITUTOR_SOURCE_DIR "/tl"; }

inline const char* const scaling_head = R"(#include <tritutor.cuh>
constexpr int BLOCK = 256;
)";

inline const char* const scaling_kernel =
    R"(extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) y[i] = alpha * x[i];
}
)";

inline const char* const scaling_launch = R"(void launch(Plan& plan, const Problem& p) {
  plan.run("vector_scaling", cdiv(p.n, BLOCK), BLOCK);
}
)";

/// A right solution; its kernel begins in line 3 and its launch() in line 7.
inline std::string scaling_solution() { return std::string(scaling_head) + scaling_kernel + scaling_launch; }

/// The solution with one part of its text replaced.
inline std::string scaling_with(const std::string& part, const std::string& replacement) {
  std::string text = scaling_solution();
  return text.replace(text.find(part), part.size(), replacement);
}

}  // namespace tritutor::test
