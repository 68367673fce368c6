#include <cmath>
#include <numeric>

#include "reference/families.h"
#include "reference/philox.h"

namespace reference {

/// y[i] = rand(seed, i) > p ? x[i] / (1 - p) : 0. The mask is exact: p is compared as the f32 that the kernel gets.
/// p = 1 drops everything (rand stays below 1), and nothing is multiplied by the infinite scale.
Expected dropout_at(const Values& values, std::span<const int64_t> elements, const std::function<double(int64_t)>& x) {
  const double p = scalar_value(values, "p");
  const auto seed = static_cast<uint64_t>(size_value(values, "seed"));
  const auto threshold = static_cast<float>(p);
  const double scale = 1 / (1 - p);
  Expected out = expected(static_cast<int64_t>(elements.size()));
  for (size_t i = 0; i < elements.size(); ++i) {
    if (triton_rand(seed, static_cast<uint32_t>(elements[i])) > threshold) {
      out.value[i] = x(elements[i]) * scale;
      out.magnitude[i] = std::fabs(out.value[i]);
    }
  }
  return out;
}

std::vector<Expected> fused_dropout(const Arrays& inputs, const Values& values) {
  const Elements x(inputs, "x");
  std::vector<int64_t> all(static_cast<size_t>(size_value(values, "n")));
  std::iota(all.begin(), all.end(), int64_t{0});
  return {dropout_at(values, all, [&x](int64_t i) { return x[static_cast<size_t>(i)]; })};
}

}  // namespace reference
