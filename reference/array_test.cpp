#include "reference/array.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "reference/half.h"

using namespace reference;

TEST_CASE("Types have names, C names and sizes") {
  const struct {
    Type type;
    const char *name, *c_name;
    size_t bytes;
  } all[] = {{Type::f32, "f32", "float", 4},
             {Type::f64, "f64", "double", 8},
             {Type::f16, "f16", "half", 2},
             {Type::i32, "i32", "int", 4},
             {Type::u32, "u32", "unsigned", 4},
             {Type::i64, "i64", "long long", 8},
             {Type::u64, "u64", "unsigned long long", 8},
             {Type::u8, "u8", "unsigned char", 1}};
  for (const auto& t : all) {
    CAPTURE(t.name);
    CHECK(name_of(t.type) == t.name);
    CHECK(c_name_of(t.type) == t.c_name);
    CHECK(size_of(t.type) == t.bytes);
    Type parsed = Type::u8;
    REQUIRE(parse_type(t.name, parsed));
    CHECK(parsed == t.type);
  }
  Type untouched = Type::i64;
  CHECK_FALSE(parse_type("float", untouched));
  CHECK(untouched == Type::i64);
}

TEST_CASE("An array is zeros of its shape, no shape is one element") {
  const Array a(Type::f32, {3, 5});
  CHECK(a.count() == 15);
  CHECK(a.bytes.size() == 60);
  for (int64_t i = 0; i < 15; ++i) CHECK(a.at(i) == 0);
  CHECK(Array(Type::f64, {}).count() == 1);
  CHECK(Array(Type::f64, {4, 0}).count() == 0);
}

TEST_CASE("set rounds to the type, at widens exactly") {
  Array f(Type::f32, {4});
  f.set(1, 0.1);
  f.set(2, 1e39);
  f.set(3, -0.0);
  CHECK(f.at(1) == static_cast<double>(0.1f));
  CHECK(f.at(2) == std::numeric_limits<double>::infinity());
  CHECK(std::signbit(f.at(3)));
  CHECK(f.as<float>()[1] == 0.1f);

  Array u(Type::u8, {5});
  const double values[] = {2.5, 3.5, -4, 300, std::nan("")};
  const double stored[] = {2, 4, 0, 255, 0};
  for (int64_t i = 0; i < 5; ++i) u.set(i, values[i]);
  for (int64_t i = 0; i < 5; ++i) CHECK(u.at(i) == stored[i]);

  Array l(Type::i64, {2});
  l.set(0, 1e300);
  l.set(1, -std::numeric_limits<double>::infinity());
  CHECK(l.as<int64_t>()[0] == std::numeric_limits<int64_t>::max());
  CHECK(l.as<int64_t>()[1] == std::numeric_limits<int64_t>::min());
}

TEST_CASE("f16: known bits, ties to even, denormals, overflow") {
  const struct {
    double value;
    uint16_t bits;
  } known[] = {
      {0, 0x0000},           {-0.0, 0x8000},          {1, 0x3c00},
      {-2, 0xc000},          {0.1, 0x2e66},           {65504, 0x7bff},
      {65519.99, 0x7bff},    {65520, 0x7c00},         {-1e9, 0xfc00},
      {0x1p-14, 0x0400},     {0x1p-24, 0x0001},       {0x1p-25, 0x0000},  // the tie under the smallest denormal
      {0x1.8p-25, 0x0001},   {0x1.8p-24, 0x0002},     {0x1.ff8p-15, 0x03ff},
      {0x1.ffcp-15, 0x0400},  // rounds out of the denormals
      {1 + 0x1p-11, 0x3c00}, {1 + 0x1.8p-10, 0x3c02}, {1 + 0x1.00001p-11, 0x3c01},
      {2 - 0x1p-12, 0x4000}};
  for (const auto& k : known) {
    CAPTURE(k.value);
    CHECK(double_to_half(k.value) == k.bits);
  }
  CHECK(double_to_half(std::nan("")) == 0x7e00);
}

TEST_CASE("f16: every finite number survives the way to double and back") {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<uint16_t>(bits);
    if ((half & 0x7c00) == 0x7c00 && (half & 0x3ff) != 0) {
      if (!std::isnan(half_to_double(half))) FAIL_CHECK("NaN expected for ", bits);
    } else if (double_to_half(half_to_double(half)) != half) {
      FAIL_CHECK("changed: ", bits);
    }
  }
}
