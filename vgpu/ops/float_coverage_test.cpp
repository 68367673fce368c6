// No floating-point or conversion instruction is in the table without a case that tests it.

#include <set>

#include "vgpu/ops/float_testing.h"

namespace vgpu::testing {
namespace {

bool is_of_these_families(const std::string& name) {
  const std::string base = name.substr(0, name.find_first_of(".@"));
  if (name.find("e4m3") != std::string::npos || name.find("e5m2") != std::string::npos) return false;  // their own test
  if (base == "cvt") return true;
  const std::set<std::string> bases = {"add", "sub",      "mul",   "fma", "mad",  "div",   "min", "max", "abs", "neg",
                                       "rcp", "copysign", "testp", "lg2", "sqrt", "rsqrt", "ex2", "sin", "cos", "tanh"};
  if (!bases.contains(base)) return false;
  const std::string type = name.substr(name.rfind('.'));
  return type.starts_with(".f") || type.starts_with(".bf");
}

}  // namespace

TEST_CASE("every floating-point and conversion instruction has a test case, in every table") {
  std::set<std::string> tested;
  for (const auto& cases : {f32_cases(), f64_cases(), half_cases(), special_cases(), convert_cases()}) {
    for (const FloatCase& c : cases) CHECK_MESSAGE(tested.insert(c.name).second, "tested twice: " << c.name);
  }
  for (const auto& [isa, table] : op_tables()) {
    size_t found = 0;
    for (const Op& op : table->all()) {
      if (!is_of_these_families(op.name)) continue;
      ++found;
      if (!tested.contains(op.name)) FAIL_CHECK(isa << ": no test of " << op.name);
    }
    CHECK_MESSAGE(found == tested.size(), isa << ": instructions tested that the table lacks");
  }
}

}  // namespace vgpu::testing
