#pragma once
// The reference functions by family, and how they reach their arguments. Inputs are widened to double first: what a
// kernel is given is exact, only its own arithmetic rounds.

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "reference/functions.h"

namespace reference {

/// The buffer's elements in double. Throws std::invalid_argument where the case has no such buffer.
std::vector<double> widened(const Arrays& inputs, std::string_view name);

/// The same element by element, without a copy of an f32 buffer: for functions that read each element about once.
class Elements {
 public:
  Elements(const Arrays& inputs, std::string_view name);
  double operator[](size_t i) const { return f32_ != nullptr ? static_cast<double>(f32_[i]) : wide_[i]; }

 private:
  const float* f32_ = nullptr;
  std::vector<double> wide_;
};

/// A size of the case. Throws std::invalid_argument where there is none.
int64_t size_value(const Values& values, std::string_view name);
/// An f32 scalar of the case, rounded as the kernel receives it.
double scalar_value(const Values& values, std::string_view name);

/// `count` elements of value 0 and magnitude 0.
Expected expected(int64_t count);

/// Sum of `count` doubles, in eight interleaved partial sums.
double sum(const double* x, int64_t count);
/// Sum of the absolute values.
double absolute_sum(const double* x, int64_t count);

// elementwise.cpp
std::vector<Expected> vector_addition(const Arrays& inputs, const Values& values);
std::vector<Expected> vector_scaling(const Arrays& inputs, const Values& values);
std::vector<Expected> elementwise_max(const Arrays& inputs, const Values& values);
std::vector<Expected> relu(const Arrays& inputs, const Values& values);
// reduction.cpp
std::vector<Expected> sum_reduction(const Arrays& inputs, const Values& values);
std::vector<Expected> max_with_index(const Arrays& inputs, const Values& values);
// softmax.cpp
std::vector<Expected> softmax(const Arrays& inputs, const Values& values);
std::vector<Expected> attention_scores(const Arrays& inputs, const Values& values);
// normalization.cpp
std::vector<Expected> row_normalization(const Arrays& inputs, const Values& values);
std::vector<Expected> layer_normalization(const Arrays& inputs, const Values& values);
// matmul.cpp
std::vector<Expected> matrix_transpose(const Arrays& inputs, const Values& values);
std::vector<Expected> matrix_vector(const Arrays& inputs, const Values& values);
std::vector<Expected> matmul(const Arrays& inputs, const Values& values);
std::vector<Expected> fused_matmul_bias_relu(const Arrays& inputs, const Values& values);
std::vector<Expected> batched_matmul(const Arrays& inputs, const Values& values);
// dropout.cpp
Expected dropout_at(const Values& values, std::span<const int64_t> elements,
                    const std::function<double(int64_t)>& x);  ///< of some elements
std::vector<Expected> fused_dropout(const Arrays& inputs, const Values& values);

}  // namespace reference
