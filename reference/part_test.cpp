// Single elements of an output against the same elements of the whole one.

#include "reference/part.h"

#include <doctest/doctest.h>

#include <vector>

#include "reference/inputs.h"

namespace reference {
namespace {

struct Buffer {
  std::string name;
  std::vector<int64_t> shape;
};

/// Every element that is a multiple of 7, and the last, must come out as in the whole output.
void check(std::string_view slug, const Values& values, const std::vector<Buffer>& buffers, int64_t outputs) {
  CAPTURE(slug);
  Arrays inputs;
  for (size_t i = 0; i < buffers.size(); ++i) {
    inputs.emplace(buffers[i].name, make_input("uniform", Type::f32, buffers[i].shape, i + 1, values));
  }
  Views views;
  for (const auto& [name, array] : inputs) views.emplace(name, View{array.type, array.bytes});
  std::vector<int64_t> elements;
  for (int64_t i = 0; i < outputs; i += 7) elements.push_back(i);
  if (elements.back() != outputs - 1) elements.push_back(outputs - 1);

  const Expected all = find(slug)(inputs, values).front();
  REQUIRE(all.value.size() == static_cast<size_t>(outputs));
  REQUIRE(has_parts(slug));
  const auto part = expected_at(slug, views, values, elements);
  REQUIRE(part);
  REQUIRE(part->value.size() == elements.size());
  for (size_t i = 0; i < elements.size(); ++i) {
    CAPTURE(elements[i]);
    const auto at = static_cast<size_t>(elements[i]);
    CHECK(part->value[i] == doctest::Approx(all.value[at]).epsilon(1e-13));
    CHECK(part->magnitude[i] == doctest::Approx(all.magnitude[at]).epsilon(1e-13));
  }
}

}  // namespace

TEST_CASE("Elements of elementwise outputs, whose seeds and indices stay those of the whole") {
  check("vector_addition", {{"n", 100}}, {{"x", {100}}, {"y", {100}}}, 100);
  check("vector_scaling", {{"n", 100}, {"alpha", 2.5}}, {{"x", {100}}}, 100);
  check("elementwise_max", {{"n", 99}}, {{"x", {99}}, {"y", {99}}}, 99);
  check("relu", {{"n", 99}}, {{"x", {99}}}, 99);
  check("fused_dropout", {{"n", 200}, {"p", 0.5}, {"seed", 7}}, {{"x", {200}}}, 200);
}

TEST_CASE("Elements of outputs that depend on a row") {
  const Values values{{"m", 9}, {"n", 20}, {"k", 20}, {"nq", 9}, {"nk", 11}, {"d", 6}};
  check("softmax", values, {{"x", {9, 20}}}, 180);
  check("row_normalization", values, {{"x", {9, 20}}}, 180);
  check("layer_normalization", values, {{"x", {9, 20}}, {"gamma", {20}}, {"beta", {20}}}, 180);
  check("matrix_vector", values, {{"a", {9, 20}}, {"x", {20}}}, 9);
  check("attention_scores", values, {{"q", {9, 6}}, {"k", {11, 6}}}, 99);
}

TEST_CASE("Elements of a transpose and of products") {
  const Values values{{"batch", 3}, {"m", 5}, {"n", 8}, {"k", 6}};
  check("matrix_transpose", values, {{"a", {5, 8}}}, 40);
  check("tiled_matmul", values, {{"a", {5, 6}}, {"b", {6, 8}}}, 40);
  check("fused_matmul_bias_relu", values, {{"a", {5, 6}}, {"b", {6, 8}}, {"bias", {8}}}, 40);
  check("batched_matmul", values, {{"a", {3, 5, 6}}, {"b", {3, 6, 8}}}, 120);
}

TEST_CASE("A result of the whole input has no parts") {
  CHECK_FALSE(has_parts("sum_reduction"));
  CHECK_FALSE(has_parts("max_with_index"));
  CHECK_FALSE(expected_at("sum_reduction", {}, {{"n", 4}}, std::vector<int64_t>{0}));
}

}  // namespace reference
