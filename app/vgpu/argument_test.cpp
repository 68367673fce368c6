#include "app/vgpu/argument.h"

#include <doctest/doctest.h>

#include <cstring>

#include "app/error.h"

using namespace vgpu_program;

namespace {

using Kind = Argument::Kind;
using How = Initial::How;

/// The message that refuses a text; empty: it was accepted.
std::string refusal(const char* text) {
  try {
    parse_argument(text);
    return "";
  } catch (const tritutor::CommandError& error) {
    CHECK(error.status() == tritutor::status_usage);
    return error.what();
  }
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

template <class T>
T as(const std::vector<std::byte>& bytes) {
  T value;
  REQUIRE(bytes.size() == sizeof value);
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

}  // namespace

TEST_CASE("a type with a count is a buffer, its bytes the count times the type's") {
  const Argument buffer = parse_argument("f32[1000]=zeros");
  CHECK(buffer.kind == Kind::buffer);
  CHECK(buffer.element == Element::f32);
  CHECK(buffer.count == 1000);
  CHECK(buffer.bytes() == 4000);
  CHECK_FALSE(buffer.read_only);
  CHECK(parse_argument("bf16[64*32]=ones").bytes() == 64 * 32 * 2);
  CHECK(parse_argument("i8[2*3*5]=iota").bytes() == 30);
  CHECK(parse_argument("u64[1]=undefined").bytes() == 8);
}

TEST_CASE("every initial value has its word") {
  CHECK(parse_argument("f32[4]=zeros").initial.how == How::zeros);
  CHECK(parse_argument("f32[4]=ones").initial.how == How::ones);
  CHECK(parse_argument("f64[4]=nan").initial.how == How::nan);
  CHECK(parse_argument("i32[4]=iota").initial.how == How::iota);
  CHECK(parse_argument("f32[4]=undefined").initial.how == How::undefined);
  CHECK(parse_argument("f32[4]=scratch").initial.how == How::scratch);
  CHECK(as<int16_t>(parse_argument("i16[4]=value:-3").initial.value) == -3);
  CHECK(parse_argument("u8[4]=file:a=b,c:d.bin").initial.path == "a=b,c:d.bin");
}

TEST_CASE("random takes a seed, and bounds: floats below the upper, integers up to it") {
  const Argument floats = parse_argument("f32[4]=random:7");
  CHECK(floats.initial.seed == 7);
  CHECK(floats.initial.low == -1);
  CHECK(floats.initial.high == 1);
  const Argument bounded = parse_argument("f16[4]=random:7:-2.5:0.5");
  CHECK(bounded.initial.low == -2.5);
  CHECK(bounded.initial.high == 0.5);
  const Argument integers = parse_argument("u8[4]=random:7:0:255");
  CHECK(integers.initial.first == 0);
  CHECK(integers.initial.last == 255);
  CHECK(parse_argument("i32[4]=random:7").initial.first < 0);
  CHECK(parse_argument("u32[4]=random:7").initial.first == 0);
  CHECK(contains(refusal("f32[4]=random"), "random:7"));
  CHECK(contains(refusal("f32[4]=random:x"), "SEED"));
  CHECK(contains(refusal("f32[4]=random:7:1:1"), "LOW:HIGH"));
  CHECK(contains(refusal("f32[4]=random:7:1"), "LOW:HIGH"));
  CHECK(contains(refusal("u8[4]=random:7:0:256"), "256 is no u8"));
  CHECK(contains(refusal("u8[4]=random:7:-1:5"), "-1 is no u8"));
}

TEST_CASE("a type without a count is a number of that type") {
  CHECK(as<int32_t>(parse_argument("i32=-2147483648").value) == -2147483648LL);
  CHECK(as<uint64_t>(parse_argument("u64=18446744073709551615").value) == 18446744073709551615ull);
  CHECK(as<uint8_t>(parse_argument("u8=0xff").value) == 255);
  CHECK(as<float>(parse_argument("f32=0.1").value) == 0.1f);
  CHECK(as<double>(parse_argument("f64=1e300").value) == 1e300);
  CHECK(as<uint16_t>(parse_argument("f16=1").value) == 0x3c00);
  CHECK(as<uint16_t>(parse_argument("bf16=1").value) == 0x3f80);
  for (const char* bad : {"i32=2147483648", "u32=-1", "i8=1.5", "f32=one", "i32=", "u8=0x", "f32=1 2"})
    CHECK_MESSAGE(!refusal(bad).empty(), bad);
}

TEST_CASE("the rest: read-only, named, null, structs") {
  CHECK(parse_argument("f32[4]=iota,ro").read_only);
  CHECK(parse_argument("f32[4]=file:x.bin,ro").initial.path == "x.bin");
  const Argument named = parse_argument("weights:f32[4]=iota");
  CHECK(named.name == "weights");
  CHECK(named.kind == Kind::buffer);
  CHECK(parse_argument("n:i32=4").name == "n");
  CHECK(parse_argument("null").kind == Kind::null);
  CHECK(parse_argument("scratch:null").kind == Kind::null);
  const Argument structure = parse_argument("bytes[24]=file:p.bin");
  CHECK(structure.kind == Kind::bytes);
  CHECK(structure.bytes() == 24);
}

TEST_CASE("what cannot be read is shown, with the right form") {
  CHECK(contains(refusal("f32[1000"), "--arg 'f32[1000'"));
  CHECK(contains(refusal("f32[1000"), "]"));
  CHECK(contains(refusal("float[10]=zeros"), "there is no type 'float'; f16, bf16"));
  CHECK(contains(refusal("f32[0]=zeros"), "no count"));
  CHECK(contains(refusal("f32[-1]=zeros"), "no count"));
  CHECK(contains(refusal("f32[4*]=zeros"), "no count"));
  CHECK(contains(refusal("f32[]=zeros"), "no count"));
  CHECK(contains(refusal("f32[99999999*99999999*99999999]=zeros"), "too many"));
  CHECK(contains(refusal("f32[4]"), "initial value"));
  CHECK(contains(refusal("f32[4]=ramp"), "zeros, ones"));
  CHECK(contains(refusal("f32[4]=zeros:1"), "nothing may follow"));
  CHECK(contains(refusal("i32[4]=nan"), "no NaN"));
  CHECK(contains(refusal("u8[4]=value:300"), "'300' is no u8"));
  CHECK(contains(refusal("f32[4]=file:"), "path"));
  CHECK(contains(refusal("f32=zeros"), "f32[1000]=zeros"));
  CHECK(contains(refusal("bytes=1"), "bytes[N]"));
  CHECK(contains(refusal("bytes[4]=iota"), "bytes[N]=file:PATH"));
  CHECK(contains(refusal("bytes[4]=zeros,ro"), ",ro"));
  CHECK(contains(refusal("1x:f32=1"), "no name"));
  CHECK_FALSE(refusal("").empty());
  CHECK_FALSE(refusal("=").empty());
}
