#include "reference/functions.h"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "reference/families.h"

namespace reference {
namespace {

struct Entry {
  std::string_view slug;
  Function function;
};

constexpr Entry kFunctions[] = {
    {"vector_addition", vector_addition},
    {"vector_scaling", vector_scaling},
    {"elementwise_max", elementwise_max},
    {"relu", relu},
    {"sum_reduction", sum_reduction},
    {"max_with_index", max_with_index},
    {"softmax", softmax},
    {"matrix_transpose", matrix_transpose},
    {"row_normalization", row_normalization},
    {"matrix_vector", matrix_vector},
    {"tiled_matmul", matmul},
    {"fused_matmul_bias_relu", fused_matmul_bias_relu},
    {"batched_matmul", batched_matmul},
    {"layer_normalization", layer_normalization},
    {"attention_scores", attention_scores},
    {"fused_dropout", fused_dropout},
};

double number(const Values& values, std::string_view name) {
  const auto found = values.find(name);
  if (found == values.end()) {
    throw std::invalid_argument(fmt::format("the reference needs a number \"{}\" among the case's values", name));
  }
  return found->second;
}

const Array& buffer(const Arrays& inputs, std::string_view name) {
  const auto found = inputs.find(name);
  if (found == inputs.end()) {
    throw std::invalid_argument(fmt::format("the reference needs an input buffer \"{}\"", name));
  }
  return found->second;
}

/// Eight partial sums: the compiler may keep them in vector registers, one running sum it may not reorder.
template <class Term>
double partial_sums(int64_t count, const Term& term) {
  constexpr int64_t kLanes = 8;
  double lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int64_t lane = 0; lane < kLanes; ++lane) lanes[lane] += term(i + lane);
  }
  for (; i < count; ++i) lanes[i % kLanes] += term(i);
  return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

}  // namespace

Function find(std::string_view slug) {
  for (const Entry& entry : kFunctions) {
    if (entry.slug == slug) return entry.function;
  }
  return nullptr;
}

std::vector<std::string_view> function_names() {
  std::vector<std::string_view> names;
  for (const Entry& entry : kFunctions) names.push_back(entry.slug);
  return names;
}

std::vector<double> widened(const Arrays& inputs, std::string_view name) {
  const Array& array = buffer(inputs, name);
  if (array.type == Type::f32) {
    const auto elements = array.as<float>();
    return {elements.begin(), elements.end()};
  }
  std::vector<double> elements(static_cast<size_t>(array.count()));
  for (size_t i = 0; i < elements.size(); ++i) elements[i] = array.at(static_cast<int64_t>(i));
  return elements;
}

Elements::Elements(const Arrays& inputs, std::string_view name) {
  const Array& array = buffer(inputs, name);
  if (array.type == Type::f32) {
    f32_ = array.as<float>().data();
  } else {
    wide_ = widened(inputs, name);
  }
}

int64_t size_value(const Values& values, std::string_view name) { return static_cast<int64_t>(number(values, name)); }

double scalar_value(const Values& values, std::string_view name) {
  return static_cast<double>(static_cast<float>(number(values, name)));
}

Expected expected(int64_t count) {
  return {std::vector<double>(static_cast<size_t>(count)), std::vector<double>(static_cast<size_t>(count))};
}

double sum(const double* x, int64_t count) {
  return partial_sums(count, [x](int64_t i) { return x[i]; });
}

double absolute_sum(const double* x, int64_t count) {
  return partial_sums(count, [x](int64_t i) { return std::fabs(x[i]); });
}

}  // namespace reference
