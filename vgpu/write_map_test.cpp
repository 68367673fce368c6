#include "vgpu/write_map.h"

#include <doctest/doctest.h>

namespace vgpu {

TEST_CASE("elements count as written once any of their bytes are, and twice only within a launch") {
  WriteMap map(200, 4);
  const ByteRange first[] = {{0, 400}}, rest[] = {{396, 800}};
  map.start_launch();
  map.add(first);
  CHECK(map.summary().written == 100);
  CHECK(map.summary().first_missing == 100);
  CHECK(map.summary().written_end == 100);
  CHECK(map.summary().first_twice == 200);
  map.add(rest);
  const Coverage both = map.summary();
  CHECK(both.elements == 200);
  CHECK(both.written == 200);
  CHECK(both.first_missing == 200);
  CHECK(both.twice == 1);
  CHECK(both.first_twice == 99);
  map.start_launch();
  map.add(first);
  CHECK(map.summary().twice == 1);
}

TEST_CASE("holes are seen, atomics may meet, and what lies past the end is no element") {
  WriteMap map(130, 1);
  const ByteRange apart[] = {{0, 64}, {65, 500}}, atomic[] = {{0, 10}};
  map.add(apart);
  map.add(atomic, true);
  map.add(atomic, true);
  const Coverage coverage = map.summary();
  CHECK(coverage.written == 129);
  CHECK(coverage.first_missing == 64);
  CHECK(coverage.written_end == 130);
  CHECK(coverage.twice == 0);
}

}  // namespace vgpu
