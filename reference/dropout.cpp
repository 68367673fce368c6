#include <cmath>

#include "reference/families.h"
#include "reference/philox.h"

namespace reference {

/// y[i] = rand(seed, i) > p ? x[i] / (1 - p) : 0. The mask is exact: p is compared as the f32 that the kernel gets.
/// p = 1 drops everything (rand stays below 1), and nothing is multiplied by the infinite scale.
std::vector<Expected> fused_dropout(const Arrays& inputs, const Values& values) {
  const Elements x(inputs, "x");
  const auto n = static_cast<size_t>(size_value(values, "n"));
  const double p = scalar_value(values, "p");
  const auto seed = static_cast<uint64_t>(size_value(values, "seed"));
  const auto threshold = static_cast<float>(p);
  const double scale = 1 / (1 - p);
  Expected out = expected(static_cast<int64_t>(n));
  for (size_t i = 0; i < n; ++i) {
    if (triton_rand(seed, static_cast<uint32_t>(i)) > threshold) {
      out.value[i] = x[i] * scale;
      out.magnitude[i] = std::fabs(out.value[i]);
    }
  }
  return {std::move(out)};
}

}  // namespace reference
