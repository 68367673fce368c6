#include "app/vgpu/fill.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "app/error.h"

using namespace vgpu_program;

namespace {

template <class T>
std::vector<T> filled(const std::string& text) {
  const Argument argument = parse_argument(text);
  std::vector<T> values(argument.count, T(77));
  REQUIRE(sizeof(T) == size_of(argument.element));
  fill(argument, std::as_writable_bytes(std::span(values)));
  return values;
}

template <class T>
std::pair<T, T> extremes(const std::vector<T>& values) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return {*least, *most};
}

}  // namespace

TEST_CASE("zeros, ones, iota, value and nan mean the type's values, not its bits") {
  CHECK(filled<float>("f32[3]=zeros") == std::vector<float>{0, 0, 0});
  CHECK(filled<double>("f64[2]=ones") == std::vector<double>{1, 1});
  CHECK(filled<uint16_t>("f16[2]=ones") == std::vector<uint16_t>{0x3c00, 0x3c00});
  CHECK(filled<int16_t>("i16[3]=iota") == std::vector<int16_t>{0, 1, 2});
  CHECK(filled<uint16_t>("bf16[3]=iota") == std::vector<uint16_t>{0, 0x3f80, 0x4000});
  CHECK(filled<int64_t>("i64[2]=value:-5") == std::vector<int64_t>{-5, -5});
  CHECK(std::isnan(filled<float>("f32[2]=nan")[1]));
}

TEST_CASE("an integer iota keeps its low bytes, and undefined writes nothing") {
  CHECK(filled<uint8_t>("u8[258]=iota")[257] == 1);
  CHECK(filled<float>("f32[2]=undefined") == std::vector<float>{77, 77});
}

TEST_CASE("random floats lie from -1 to below 1 and reach toward both ends, and a seed is a sequence") {
  const std::vector<float> values = filled<float>("f32[4000]=random:7");
  const auto [least, most] = extremes(values);
  CHECK(least >= -1);
  CHECK(least < -0.99);
  CHECK(most < 1);
  CHECK(most > 0.99);
  CHECK(values == filled<float>("f32[4000]=random:7"));
  CHECK(values != filled<float>("f32[4000]=random:8"));
  const auto [low, high] = extremes(filled<double>("f64[4000]=random:7:10:12"));
  CHECK(low >= 10);
  CHECK(high < 12);
  CHECK(high - low > 1.9);
}

TEST_CASE("random integers take both bounds and all between") {
  std::vector<int32_t> values = filled<int32_t>("i32[4000]=random:1:-2:3");
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  CHECK(values == std::vector<int32_t>{-2, -1, 0, 1, 2, 3});
  CHECK(extremes(filled<int64_t>("i64[64]=random:1:-9223372036854775808:9223372036854775807")).first < 0);
}

TEST_CASE("a file gives its bytes, and of another size, both sizes are told") {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "vgpu-fill-test.bin";
  const float values[] = {1.5f, -2, 3};
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(values), sizeof values);
  CHECK(filled<float>("f32[3]=file:" + path.string()) == std::vector<float>{1.5f, -2, 3});
  CHECK_THROWS_WITH_AS(filled<float>("f32[4]=file:" + path.string()),
                       doctest::Contains("has 12 bytes, expected 16 bytes (4 of f32)"), tritutor::CommandError);
  CHECK_THROWS_WITH_AS(filled<float>("f32[2]=file:" + path.string()), doctest::Contains("expected 8 bytes"),
                       tritutor::CommandError);
  std::filesystem::remove(path);
  CHECK_THROWS_WITH_AS(filled<float>("f32[3]=file:" + path.string()), doctest::Contains("cannot be read"),
                       tritutor::CommandError);
}
