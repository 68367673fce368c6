#include "app/vgpu/element.h"

#include <doctest/doctest.h>

#include <cstring>
#include <limits>

using namespace vgpu_program;

namespace {

std::string round_trip(Element type, const char* text) {
  const auto bytes = parse_value(type, text);
  REQUIRE(bytes.has_value());
  return text_at(type, bytes->data());
}

}  // namespace

TEST_CASE("bfloat16 rounds once, to nearest even") {
  CHECK(double_to_bfloat16(1.0) == 0x3f80);
  CHECK(double_to_bfloat16(-2.0) == 0xc000);
  CHECK(double_to_bfloat16(1 + 0x1p-8) == 0x3f80);            // half a step above 1: to even, down
  CHECK(double_to_bfloat16(1 + 3 * 0x1p-8) == 0x3f82);        // between 1+2^-7 and 1+2^-6: to even, up
  CHECK(double_to_bfloat16(1 + 0x1.0001p-8) == 0x3f81);       // just above half
  CHECK(double_to_bfloat16(0x1.ffp0) == 0x4000);              // the carry moves into the exponent
  CHECK(double_to_bfloat16(1 + 0x1p-8 + 0x1p-40) == 0x3f81);  // through f32 it would be the tie, and go down
}

TEST_CASE("bfloat16 at the ends of its range") {
  CHECK(double_to_bfloat16(0x1.fep127) == 0x7f7f);
  CHECK(double_to_bfloat16(0x1.feffp127) == 0x7f7f);
  CHECK(double_to_bfloat16(0x1.ffp127) == 0x7f80);
  CHECK(double_to_bfloat16(-std::numeric_limits<double>::infinity()) == 0xff80);
  CHECK(double_to_bfloat16(std::numeric_limits<double>::quiet_NaN()) == 0x7fc0);
  CHECK(double_to_bfloat16(-0.0) == 0x8000);
  CHECK(double_to_bfloat16(0x1p-133) == 0x0001);  // the smallest denormal
  CHECK(double_to_bfloat16(0x1p-134) == 0x0000);  // half of it: to even
  CHECK(double_to_bfloat16(0x1p-126) == 0x0080);
}

TEST_CASE("values read back as they were written") {
  CHECK(round_trip(Element::f32, "0.1") == "0.1");
  CHECK(round_trip(Element::f64, "0.1") == "0.1");
  CHECK(round_trip(Element::f16, "0.5") == "0.5");
  CHECK(round_trip(Element::bf16, "-3") == "-3");
  CHECK(round_trip(Element::f32, "-nan") == "nan");
  CHECK(round_trip(Element::f16, "-inf") == "-inf");
  CHECK(round_trip(Element::i8, "-128") == "-128");
  CHECK(round_trip(Element::u16, "65535") == "65535");
  CHECK(round_trip(Element::i64, "-9223372036854775808") == "-9223372036854775808");
  CHECK(round_trip(Element::u64, "0xffffffffffffffff") == "18446744073709551615");
}

TEST_CASE("an integer outside its type's range is refused, not cut") {
  CHECK_FALSE(parse_value(Element::i8, "128").has_value());
  CHECK_FALSE(parse_value(Element::i8, "-129").has_value());
  CHECK_FALSE(parse_value(Element::u8, "256").has_value());
  CHECK_FALSE(parse_value(Element::u64, "18446744073709551616").has_value());
  CHECK_FALSE(parse_value(Element::i64, "9223372036854775808").has_value());
}

TEST_CASE("a float's decimal is rounded once, straight to f32") {
  // Just above the middle of 1 and 1 + 2^-23, by less than a double can tell from the middle.
  const auto bytes = parse_value(Element::f32, "1.00000005960464477539062500000001");
  REQUIRE(bytes.has_value());
  float value = 0;
  std::memcpy(&value, bytes->data(), sizeof value);
  CHECK(value == 1 + 0x1p-23f);
}

TEST_CASE("every type is found by its name") {
  for (const char* name : {"f16", "bf16", "f32", "f64", "i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64"}) {
    const auto type = element_named(name);
    REQUIRE_MESSAGE(type.has_value(), name);
    CHECK(name_of(*type) == name);
  }
  CHECK_FALSE(element_named("float").has_value());
}
