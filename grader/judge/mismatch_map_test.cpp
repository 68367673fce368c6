#include "grader/judge/mismatch_map.h"

#include <doctest/doctest.h>

#include "grader/judge/compare.h"

using namespace tritutor;
using reference::Array;
using reference::Expected;
using reference::Type;

namespace {

/// The map of an output of ones of which `wrong(i)` are 7 and `unwritten(i)` were never written.
template <class Wrong, class Unwritten>
std::vector<std::string> map_of(std::vector<int64_t> shape, const Wrong& wrong, const Unwritten& unwritten) {
  Array got(Type::f32, std::move(shape));
  const int64_t n = got.count();
  for (int64_t i = 0; i < n; ++i) {
    got.set(i, wrong(i) ? 7 : 1);
    if (unwritten(i)) got.as<uint32_t>()[static_cast<size_t>(i)] = 0xffffffffu;
  }
  const std::vector<double> ones(static_cast<size_t>(n), 1.0);
  const auto mismatch = compare("y", got, Expected{ones, ones}, {}, 1);
  REQUIRE(mismatch);
  return mismatch->map;
}

const auto never = [](int64_t) { return false; };

}  // namespace

TEST_CASE("A short vector is drawn element by element") {
  const auto map = map_of(
      {10}, [](int64_t i) { return i == 3 || i == 4; }, [](int64_t i) { return i >= 8; });
  REQUIRE(map.size() == 2);
  CHECK(map[0] == "...##...??");
  CHECK(map[1] == "a cell is 1 element; . right, # wrong, + partly wrong, ? never written");
}

TEST_CASE("A long vector has at most 64 cells of a power of two") {
  const auto map = map_of(
      {10007}, [](int64_t i) { return i >= 9984 || i == 300; }, never);
  REQUIRE(map.size() == 2);
  CHECK(map[0] == ".+" + std::string(37, '.') + "#");  // 40 cells of 256
  CHECK(map[1].find("a cell is 256 elements") == 0);
}

TEST_CASE("A matrix is drawn in rows and columns") {
  const auto map = map_of(
      {4, 6}, [](int64_t i) { return i % 6 == 5; }, [](int64_t i) { return i / 6 == 3; });
  REQUIRE(map.size() == 5);
  CHECK(map[0] == ".....#");
  CHECK(map[3] == "??????");
  CHECK(map[4].find("a cell is 1 row x 1 column;") == 0);
}

TEST_CASE("A large matrix has at most 16 lines of 48 cells") {
  const auto map = map_of(
      {100, 200}, [](int64_t i) { return i / 200 < 8 && i % 200 >= 192; }, never);
  REQUIRE(map.size() == 14);                    // 13 lines of 8 rows
  CHECK(map[0] == std::string(24, '.') + "#");  // 25 cells of 8 columns
  CHECK(map[1] == std::string(25, '.'));
  CHECK(map.back().find("a cell is 8 rows x 8 columns") == 0);
}

TEST_CASE("Of several matrices the first wrong one is drawn") {
  const auto map = map_of(
      {3, 2, 2}, [](int64_t i) { return i == 9; }, never);
  REQUIRE(map.size() == 3);
  CHECK(map[0] == ".#");
  CHECK(map[2].find("matrix 2: a cell is") == 0);
}

TEST_CASE("A single result needs no picture") {
  CHECK(map_of(
            {1}, [](int64_t) { return true; }, never)
            .empty());
}
