#include "grader/judge/compare.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>

using namespace tritutor;
using reference::Array;
using reference::Expected;
using reference::Type;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr Tolerance kExact{};
constexpr Tolerance kTwoUlps{2, Tolerance::Growth::none, ""};

Array array_of(Type type, const std::vector<double>& values) {
  Array out(type, {static_cast<int64_t>(values.size())});
  for (size_t i = 0; i < values.size(); ++i) out.set(static_cast<int64_t>(i), values[i]);
  return out;
}

Expected expect(const std::vector<double>& values) {
  Expected out{values, values};
  for (double& v : out.magnitude) v = std::fabs(v);
  return out;
}

bool accepted(double got, double want, const Tolerance& tolerance = kExact, Type type = Type::f32) {
  return !compare("y", array_of(type, {got}), expect({want}), tolerance, 1);
}

Array poison(Type type, int64_t count) {
  Array out(type, {count});
  std::fill(out.bytes.begin(), out.bytes.end(), std::byte{0xff});
  return out;
}

}  // namespace

TEST_CASE("The bound is ulps * eps * growth(length) * magnitude, with a floor of denormals") {
  const auto bound = [](Tolerance::Growth growth, double length) {
    return bound_of(Type::f32, {3, growth, "n"}, length, 5);
  };
  const double one = 3 * 0x1p-23 * 5;
  CHECK(bound(Tolerance::Growth::none, 1024) == doctest::Approx(one));
  CHECK(bound(Tolerance::Growth::log2, 1024) == doctest::Approx(10 * one));
  CHECK(bound(Tolerance::Growth::sqrt, 1024) == doctest::Approx(32 * one));
  CHECK(bound(Tolerance::Growth::linear, 1024) == doctest::Approx(1024 * one));
  // A reduction over one element is as good as none.
  CHECK(bound(Tolerance::Growth::log2, 1) == doctest::Approx(one));
  CHECK(bound(Tolerance::Growth::sqrt, 0) == doctest::Approx(one));
  CHECK(bound_of(Type::f16, kTwoUlps, 1, 1) == doctest::Approx(2 * 0x1p-10));
  CHECK(bound_of(Type::f64, kTwoUlps, 1, 1) == doctest::Approx(2 * 0x1p-52));
  CHECK(bound_of(Type::f32, kTwoUlps, 1, 0) == 2 * 0x1p-149);
  CHECK(bound_of(Type::f32, kExact, 1, 1e30) == 0);
}

TEST_CASE("Exact means equal as numbers") {
  CHECK(accepted(1.5, 1.5));
  CHECK(accepted(-0.0, 0.0));
  CHECK(accepted(0.0, -0.0));
  CHECK(accepted(kInfinity, kInfinity));
  CHECK(accepted(kNan, kNan));
  CHECK_FALSE(accepted(1.5 + 0x1p-23, 1.5));
  CHECK_FALSE(accepted(0x1p-149, 0));
  CHECK_FALSE(accepted(-kInfinity, kInfinity));
  CHECK_FALSE(accepted(kNan, 1));
  CHECK_FALSE(accepted(1, kNan));
  // The reference is in double; the type's own rounding of it is exact.
  CHECK(accepted(0.1, 0.1));
  CHECK(accepted(7, 7, kExact, Type::i32));
  CHECK_FALSE(accepted(8, 7, kExact, Type::i32));
}

TEST_CASE("Within the bound is right, one step outside is wrong") {
  CHECK(accepted(1 + 2 * 0x1p-23, 1, kTwoUlps));
  CHECK_FALSE(accepted(1 + 3 * 0x1p-23, 1, kTwoUlps));
  CHECK(accepted(2 * 0x1p-149, 0, kTwoUlps));
  CHECK_FALSE(accepted(4 * 0x1p-149, 0, kTwoUlps));
}

TEST_CASE("Infinity is only right where the exact value leaves the type") {
  CHECK(accepted(kInfinity, 1e39, kTwoUlps));
  CHECK_FALSE(accepted(kInfinity, 1e38, kTwoUlps));
  CHECK_FALSE(accepted(3e38, kInfinity, kTwoUlps));
  CHECK_FALSE(accepted(kNan, kInfinity, kTwoUlps));
  // Not even an infinite magnitude makes a finite value right.
  const Expected want{{kInfinity}, {kInfinity}};
  CHECK(compare("y", array_of(Type::f32, {0}), want, kTwoUlps, 1));
}

TEST_CASE("Poison is never accepted, not even where NaN is wanted") {
  const Array got = poison(Type::f32, 1);
  CHECK(compare("y", got, expect({1}), kTwoUlps, 1));
  CHECK(compare("y", got, expect({kNan}), kTwoUlps, 1));
  const Array other = array_of(Type::f32, {kNan});
  CHECK_FALSE(compare("y", other, expect({kNan}), kTwoUlps, 1));
  // Where the poison itself is known, that is what counts.
  const CompareContext context{nullptr, &other, 0};
  CHECK(compare("y", other, expect({kNan}), kTwoUlps, 1, context));
}

TEST_CASE("An integer that happens to look like poison is right where it is wanted") {
  const Array got = poison(Type::u8, 2);
  CHECK_FALSE(compare("y", got, expect({255, 255}), kExact, 1));
  const auto mismatch = compare("y", got, expect({255, 254}), kExact, 1);
  REQUIRE(mismatch);
  CHECK(mismatch->count == 1);
  CHECK(compare("y", poison(Type::i32, 1), expect({3}), kExact, 1)->pattern == "never-written");
}

TEST_CASE("A mismatch names the first wrong element, in the output's own dimensions, and counts them all") {
  Array got(Type::f32, {2, 3, 4});
  Expected want = expect(std::vector<double>(24, 0.0));
  got.set(17, 5);
  got.set(20, -2);
  const auto mismatch = compare("c", got, want, kTwoUlps, 1);
  REQUIRE(mismatch);
  CHECK(mismatch->output == "c");
  CHECK(mismatch->index == std::vector<int64_t>{1, 1, 1});
  CHECK(mismatch->got == 5);
  CHECK(mismatch->want == 0);
  CHECK(mismatch->bound == 2 * 0x1p-149);
  CHECK(mismatch->count == 2);
  CHECK(mismatch->total == 24);
}

TEST_CASE("Outputs without dimensions and without elements") {
  Array one(Type::f32, {});
  one.set(0, 2);
  CHECK_FALSE(compare("y", one, expect({2}), kExact, 1));
  CHECK(compare("y", one, expect({3}), kExact, 1)->index == std::vector<int64_t>{0});
  CHECK_FALSE(compare("y", Array(Type::f32, {0}), expect({}), kExact, 1));
}
