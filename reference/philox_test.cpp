#include "reference/philox.h"

#include <doctest/doctest.h>

using namespace reference;

// Known answers of Random123 (kat_vectors, "philox4x32 10").
TEST_CASE("Philox 4x32-10 gives the published answers") {
  using Counter = std::array<uint32_t, 4>;
  CHECK(philox4x32_10({0, 0, 0, 0}, {0, 0}) == Counter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32_10({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        Counter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Counter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("Words map onto 0 to 1 from both ends") {
  CHECK(uint_to_uniform_float(0) == 0.0f);
  CHECK(uint_to_uniform_float(0xffffffffu) == 0.0f);  // -1 becomes 0
  CHECK(uint_to_uniform_float(0x7fffffffu) < 1.0f);
  CHECK(uint_to_uniform_float(0x7fffffffu) > 0.999999f);
  CHECK(uint_to_uniform_float(0x80000000u) == uint_to_uniform_float(0x7fffffffu));
  CHECK(uint_to_uniform_float(0x40000000u) == doctest::Approx(0.5));
}

TEST_CASE("rand is uniform, and depends on both halves of the seed") {
  int64_t below_quarter = 0;
  double sum = 0;
  constexpr uint32_t kCount = 100000;
  for (uint32_t i = 0; i < kCount; ++i) {
    const float u = triton_rand(42, i);
    CHECK_FALSE((u < 0 || u >= 1));
    below_quarter += u < 0.25f;
    sum += static_cast<double>(u);
  }
  // Five standard deviations of the mean of 1e5 draws.
  CHECK(sum / kCount == doctest::Approx(0.5).epsilon(0.01));
  CHECK(static_cast<double>(below_quarter) / kCount == doctest::Approx(0.25).epsilon(0.03));
  CHECK(triton_rand(1, 5) != triton_rand(2, 5));
  CHECK(triton_rand(1, 5) != triton_rand(1 + (1ull << 32), 5));
  // The first word of counter 0, key 0 is 0x6627e8d5.
  CHECK(triton_rand(0, 0) == static_cast<float>(0x6627e8d5) * 4.6566127342e-10f);
}
