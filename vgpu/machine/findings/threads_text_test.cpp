#include "vgpu/machine/findings/threads_text.h"

#include <doctest/doctest.h>

using vgpu::threads_text;

TEST_CASE("threads in words: ranges over warps, a list where they are scattered, coordinates in more dimensions") {
  CHECK(threads_text({64, 1, 1}, {}).empty());
  CHECK(threads_text({64, 1, 1}, {{0, 0x20}}) == "thread 5");
  CHECK(threads_text({64, 1, 1}, {{0, 0xffff}}) == "threads 0 to 15");
  CHECK(threads_text({128, 1, 1}, {{1, 0xfffffff0}, {2, 0xffffffff}, {3, 1}}) == "threads 36 to 96");
  CHECK(threads_text({64, 1, 1}, {{0, 0x80000001}}) == "threads 0 and 31");
  CHECK(threads_text({64, 1, 1}, {{0, 0x0000f00f}, {1, 1}}) == "threads 0 to 3, 12 to 15 and 32");
  CHECK(threads_text({64, 1, 1}, {{0, 0x55555555}}) == "threads 0, 2, 4 and 13 more");
  CHECK(threads_text({16, 16, 1}, {{0, 0xffff}}) == "threads (0,0) to (15,0)");
  CHECK(threads_text({4, 4, 4}, {{1, 1}}) == "thread (0,0,2)");
}
