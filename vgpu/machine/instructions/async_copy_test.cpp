// cp.async: what arrives in shared memory, and who may read it from when on.

#include "vgpu/machine/instructions/async_copy.h"

#include <fmt/format.h>

#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

const char* const kTile = ".shared .align 16 .b8 tile[4096];";

/// Copies 16 bytes a thread with `copy` and stores them at out + 16 * thread. %rd1 is the source, %r1 the place in
/// shared memory, %r2 the run-time size.
std::string copying(const std::string& copy) {
  return kernel(
      "mul.wide.u32 %rd0, %t, 16; add.u64 %rd1, %in, %rd0; add.u64 %rd2, %out, %rd0;\n"
      "mov.u32 %r1, tile; mad.lo.u32 %r1, %t, 16, %r1; and.b32 %r2, %t, 31;\n"
      "mov.b32 %r3, 0x55555555; st.shared.v4.b32 [%r1], {%r3, %r3, %r3, %r3};\n" +
          copy +
          "\ncp.async.commit_group; cp.async.wait_group 0;\n"
          "ld.shared.v4.b32 {%r4, %r5, %r6, %r7}, [%r1]; st.global.v4.b32 [%rd2], {%r4, %r5, %r6, %r7};\n",
      "", kTile);
}

std::vector<uint8_t> bytes_of_lanes() {
  std::vector<uint8_t> bytes(512);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(i * 7 + 1);
  return bytes;
}

std::vector<uint8_t> copy_of_lanes(const std::string& copy) {
  CAPTURE(copy);
  Machine m(copying(copy));
  const Address from = m.buffer("in", bytes_of_lanes()), to = m.zeros<uint8_t>("out", 512);
  m.run(1, 32, to, from);
  return m.values<uint8_t>(to);
}

/// Checks that lane l has its first read(l) bytes, then zeros up to `bytes`, then what was there before.
template <class F>
void check_copied(const std::string& copy, size_t bytes, F read) {
  const std::vector<uint8_t> in = bytes_of_lanes(), out = copy_of_lanes(copy);
  for (size_t i = 0; i < out.size(); ++i) {
    const size_t at = i % 16, lane = i / 16;
    CAPTURE(copy);
    CAPTURE(i);
    CHECK(out[i] == (at >= bytes ? 0x55 : at < read(lane) ? in[i] : 0));
  }
}

/// A kernel of 64 threads with line numbers: line n of `lines` is line n of k.cu. %r1 is the thread's own 4 bytes of
/// the tile, %r2 those of its neighbour in the same warp, %r3 those of its fellow in the other warp; %rd1 the source.
LaunchResult launch_lines(const std::vector<std::string>& lines) {
  std::string body =
      "mul.wide.u32 %rd0, %t, 4; add.u64 %rd1, %in, %rd0; mov.u32 %r10, tile; mad.lo.u32 %r1, %t, 4, %r10;\n"
      "xor.b32 %r4, %t, 1; mad.lo.u32 %r2, %r4, 4, %r10; xor.b32 %r5, %t, 32; mad.lo.u32 %r3, %r5, 4, %r10;\n";
  for (size_t i = 0; i < lines.size(); ++i) body += fmt::format(".loc 1 {} 0\n{}\n", i + 1, lines[i]);
  Machine m(kernel(body, "", kTile) + ".file 1 \"k.cu\"\n");
  const Address out = m.zeros<uint32_t>("out", 256), in = m.zeros<uint32_t>("in", 256);
  return m.launch({1, 1, 1}, {64, 1, 1}, out, in);
}

const char* const kCopy = "cp.async.ca.shared.global [%r1], [%rd1], 4;";
const char* const kCommit = "cp.async.commit_group;";
const char* const kWait = "cp.async.wait_group 0;";
const char* const kBarrier = "bar.sync 0;";
const char* const kReadOwn = "ld.shared.b32 %r20, [%r1];";
const char* const kReadFellow = "ld.shared.b32 %r20, [%r3];";

void check_silent(const std::vector<std::string>& lines) {
  const LaunchResult result = launch_lines(lines);
  CHECK(result.completed);
  for (const Finding& finding : result.findings) FAIL_CHECK(finding.line << ": " << finding.message);
}

/// All 64 threads do it, at `line`, and the message has `text`.
void check_race(const std::vector<std::string>& lines, int line, const std::string& text) {
  const LaunchResult result = launch_lines(lines);
  REQUIRE(result.findings.size() == 1);
  const Finding& finding = result.findings[0];
  CHECK(finding.kind == Finding::Kind::race);
  CHECK(finding.line == line);
  CHECK(finding.count == 64);
  CAPTURE(finding.message);
  CHECK(finding.message.find(text) != std::string::npos);
}

}  // namespace

TEST_CASE("cp.async: 4, 8 and 16 bytes, with hints") {
  check_copied("cp.async.ca.shared.global [%r1], [%rd1], 4;", 4, [](size_t) { return 4u; });
  check_copied("cp.async.ca.shared.global [%r1], [%rd1], 8;", 8, [](size_t) { return 8u; });
  check_copied("cp.async.ca.shared.global [%r1], [%rd1], 16;", 16, [](size_t) { return 16u; });
  check_copied("cp.async.cg.shared.global [%r1], [%rd1], 16;", 16, [](size_t) { return 16u; });
  check_copied("cp.async.cg.shared::cta.global.L2::128B [ %r1 + 0 ], [ %rd1 + 0 ], 0x10;", 16,
               [](size_t) { return 16u; });
  check_copied("mov.b64 %rd5, 0; cp.async.cg.shared.global.L2::cache_hint [%r1], [%rd1], 16, %rd5;", 16,
               [](size_t) { return 16u; });
}

TEST_CASE("cp.async: bytes past the run-time size are zero") {
  for (const uint32_t bytes : {4u, 8u, 16u}) {
    check_copied(fmt::format("min.u32 %r2, %r2, {0}; cp.async.ca.shared.global [%r1], [%rd1], {0}, %r2;", bytes), bytes,
                 [&](size_t lane) { return std::min<size_t>(lane, bytes); });
  }
  check_copied("cp.async.cg.shared.global [%r1], [%rd1], 16, 0;", 16, [](size_t) { return 0u; });
  check_copied("cp.async.cg.shared.global [%r1], [%rd1], 16, 12;", 16, [](size_t) { return 12u; });
}

TEST_CASE("cp.async: ignore-src reads nothing") {
  check_copied("setp.lt.u32 %p1, %t, 5; cp.async.cg.shared.global [%r1], [%rd1], 16, %p1;", 16,
               [](size_t lane) { return lane < 5 ? 0u : 16u; });
  check_copied("setp.lt.u32 %p1, %t, 5; cp.async.cg.shared.global [%r1], [%rd1], 16, !%p1;", 16,
               [](size_t lane) { return lane < 5 ? 16u : 0u; });
}

TEST_CASE("cp.async: a guard leaves the other lanes' bytes alone") {
  const std::vector<uint8_t> in = bytes_of_lanes();
  const std::vector<uint8_t> out =
      copy_of_lanes("setp.lt.u32 %p1, %t, 5; @%p1 cp.async.cg.shared.global [%r1], [%rd1], 16;");
  for (size_t i = 0; i < out.size(); ++i) CHECK(out[i] == (i < 5 * 16 ? in[i] : 0x55));
}

TEST_CASE("cp.async: nothing is read of a source of size 0") {
  Machine m(
      copying("setp.ge.u32 %p1, %t, 16; selp.b32 %r2, 0, 16, %p1;\n"
              "cp.async.cg.shared.global [%r1], [%rd1], 16, %r2;"));
  const Address from = m.buffer("in", std::vector<uint8_t>(256)), to = m.zeros<uint8_t>("out", 512);
  m.run(1, 32, to, from);
}

TEST_CASE("cp.async: both ends are checked") {
  const auto finding_of = [](const std::string& copy, size_t bytes) {
    Machine m(copying(copy));
    const Address from = m.buffer("in", std::vector<uint8_t>(bytes)), to = m.zeros<uint8_t>("out", 512);
    const LaunchResult result = m.launch({1, 1, 1}, {32, 1, 1}, to, from);
    REQUIRE(!result.findings.empty());
    return result.findings[0];
  };
  const Finding outside = finding_of("cp.async.cg.shared.global [%r1], [%rd1], 16;", 496);
  CHECK(outside.kind == Finding::Kind::out_of_bounds);
  CHECK(outside.buffer == "in");
  CHECK(outside.count == 1);
  const Finding part = finding_of("mov.b32 %r2, 9; cp.async.cg.shared.global [%r1], [%rd1], 16, %r2;", 500);
  CHECK(part.kind == Finding::Kind::out_of_bounds);
  CHECK(part.buffer == "in");
  CHECK(part.count == 1);
  const Finding uneven = finding_of("add.u64 %rd1, %rd1, 4; cp.async.cg.shared.global [%r1], [%rd1], 16;", 1024);
  CHECK(uneven.kind == Finding::Kind::misaligned);
  CHECK(uneven.buffer == "in");
  const Finding uneven_tile = finding_of("add.u32 %r1, %r1, 8; cp.async.cg.shared.global [%r1], [%rd1], 16;", 1024);
  CHECK(uneven_tile.kind == Finding::Kind::misaligned);
  CHECK(uneven_tile.buffer == "tile");
  const Finding outside_tile = finding_of("add.u32 %r1, %r1, 4096; cp.async.cg.shared.global [%r1], [%rd1], 16;", 1024);
  CHECK(outside_tile.kind == Finding::Kind::out_of_bounds);
  CHECK(outside_tile.buffer == "tile");
}

TEST_CASE("cp.async: a thread reads what it copied after its wait") {
  check_silent({kCopy, kCommit, kWait, kReadOwn});
  check_silent({kCopy, "cp.async.wait_all;", kReadOwn});
  const std::string text = "read before cp.async.wait: the copy started at line 1 is not yet waited for";
  check_race({kCopy, kCommit, kReadOwn}, 3, text);
  check_race({kCopy, kReadOwn}, 2, text);
  check_race({kCopy, kCommit, "cp.async.wait_group 1;", kReadOwn}, 4, text);
  // A barrier waits for threads, not for their copies; and a wait is for committed groups.
  check_race({kCopy, kCommit, kBarrier, kReadOwn}, 4, text);
  check_race({kCopy, kWait, kReadOwn}, 3, text);
}

TEST_CASE("cp.async: wait_group leaves the newest groups under way") {
  const std::string second = "cp.async.ca.shared.global [%r1+1024], [%rd1], 4;";
  const std::string read_second = "ld.shared.b32 %r20, [%r1+1024];";
  const std::string wait = "cp.async.wait_group 1;";
  check_silent({kCopy, kCommit, second, kCommit, wait, kReadOwn});
  check_race({kCopy, kCommit, second, kCommit, wait, read_second}, 6, "started at line 3");
  check_silent({kCopy, kCommit, second, kCommit, wait, kWait, read_second});
  // An empty group is a group.
  check_silent({kCopy, kCommit, kCommit, wait, kReadOwn});
  // Bytes that are copied again are under way again.
  check_race({kCopy, kCommit, kWait, kReadOwn, kCopy, kCommit, kReadOwn}, 7, "started at line 5");
}

TEST_CASE("cp.async: another thread's copy is readable after its wait and a barrier") {
  check_silent({kCopy, kCommit, kWait, kBarrier, kReadFellow});
  check_silent({kCopy, kCommit, kBarrier, kWait, kBarrier, kReadFellow});
  check_race({kCopy, kCommit, kBarrier, kReadFellow}, 4, "is not yet waited for");
  check_race({kCopy, kCommit, kBarrier, kWait, kReadFellow}, 5, "with no barrier since that thread's wait");
}

TEST_CASE("cp.async: with a second stage under way the first is everybody's") {
  const std::string second = "cp.async.ca.shared.global [%r1+1024], [%rd1], 4;";
  const std::string wait = "cp.async.wait_group 1;", read_second = "ld.shared.b32 %r20, [%r3+1024];";
  check_silent(
      {kCopy, kCommit, second, kCommit, wait, kBarrier, kReadFellow, kWait, kReadFellow, kBarrier, read_second});
  check_race({kCopy, kCommit, second, kCommit, wait, kBarrier, kReadFellow, read_second}, 8, "started at line 3");
}

TEST_CASE("cp.async: the record is of one block") {
  // Block 0 never waits; block 1 reads the same bytes of its own shared memory.
  Machine m(
      kernel("mov.u32 %r1, tile; st.shared.b32 [%r1], %r0; setp.eq.u32 %p1, %tc, 0;\n"
             "@%p1 cp.async.ca.shared.global [%r1], [%in], 4; @!%p1 ld.shared.b32 %r2, [%r1];",
             "", kTile));
  const Address out = m.zeros<uint32_t>("out", 1), in = m.zeros<uint32_t>("in", 1);
  CHECK(m.launch({2, 1, 1}, {1, 1, 1}, out, in).findings.empty());
}

TEST_CASE("cp.async: what is not there is refused by name") {
  const std::pair<const char*, const char*> refused[] = {
      {"cp.async.bulk.commit_group;", "bulk"},
      {"cp.async.cg.shared.global [%r1], [%rd1], 8;", "16 bytes"},
      {"cp.async.ca.shared.global [%r1], [%rd1], 12;", "4, 8 or 16"},
      {"cp.async.ca.global.shared [%rd1], [%r1];", "cp.async"},
      {"cp.async.wait_group;", "number of groups"},
  };
  for (const auto& [text, name] : refused) {
    CAPTURE(text);
    const std::string message = refusal(kernel(text, "", kTile));
    CHECK(message.find(name) != std::string::npos);
    CHECK(message.find("cannot run") != std::string::npos);
  }
}
