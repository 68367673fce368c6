// Samples of blocks against the whole grid. Kernels as learners write them are compared in grader/sample_run_test.cpp.

#include "vgpu/machine/scheduling/sample.h"

#include <algorithm>
#include <set>

#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;
using doctest::Approx;

namespace {

struct Both {
  LaunchResult whole, sample;
};

/// The same launch with all blocks and with some. `words` of 8 bytes each for in and out.
Both both(const std::string& ptx, uint32_t grid, uint32_t block, size_t words, uint64_t blocks) {
  Both results;
  for (const bool sampled : {false, true}) {
    Machine m(ptx);
    m.limits.sample.blocks = sampled ? blocks : 0;
    const Address in = m.zeros<uint64_t>("in", words), out = m.zeros<uint64_t>("out", words);
    (sampled ? results.sample : results.whole) = m.run(grid, block, out, in);
  }
  CHECK(results.whole.blocks_run == grid);
  CHECK(results.sample.blocks_run == std::min<uint64_t>(grid, blocks));
  CHECK(results.sample.sample_end == SampleEnd::done);
  return results;
}

const std::string copy = kernel("ld.global.b64 %rd1, [%i]; st.global.b64 [%o], %rd1;");

/// Block b loops b times.
const std::string triangle =
    kernel("mov.u32 %r1, 0; LOOP: add.u32 %r1, %r1, 1; setp.le.u32 %p1, %r1, %tc; @%p1 bra LOOP;");

/// Every block waits until block 0 has written, which spins for ever where block 0 waits too.
std::string spinning(const std::string& until) {
  return kernel("LOOP: ld.volatile.global.u32 %r1, [%out]; setp.ne.u32 %p1, %r1, " + until + "; @%p1 bra LOOP;");
}

}  // namespace

TEST_CASE("every cell comes once, and any number of first ones lie spread") {
  for (const uint64_t cells : {1, 2, 7, 100, 1024}) {
    SpreadOrder order(cells);
    std::set<uint64_t> seen;
    for (uint64_t i = 0; i < cells; ++i) seen.insert(order.next());
    CHECK(seen.size() == cells);
    CHECK(*seen.rbegin() == cells - 1);
  }
  // Of 16 among 4096 there is one in every fifth of them, and they are in many of 64 columns.
  SpreadOrder order(4096);
  std::set<uint64_t> parts, columns;
  for (int i = 0; i < 16; ++i) {
    const uint64_t cell = order.next();
    parts.insert(cell * 5 / 4096);
    columns.insert(cell % 64);
  }
  CHECK(parts.size() == 5);
  CHECK(columns.size() > 10);
}

TEST_CASE("rows and columns that blocks share are estimated well in nearly every shape of grid") {
  // The blocks of a row read the same 10 sectors of one buffer, those of a column of another one.
  size_t grids = 0, off = 0;
  for (uint64_t width = 1; width <= 48; ++width) {
    for (uint64_t height = 1; height <= 48; ++height) {
      if (width * height < 18) continue;
      SectorEstimate rows, columns;
      SpreadOrder order(width * height);
      for (int i = 0; i < 12; ++i) {
        const uint64_t block = order.next();
        SectorSet row, column;
        row.resize(48 * 32 * 10);
        column.resize(48 * 32 * 10);
        for (uint64_t s = 0; s < 10; ++s) {
          row.add(block / width * 10 + s, block / width * 10 + s);
          column.add(block % width * 10 + s, block % width * 10 + s);
        }
        rows.add_block(row);
        rows.end_group(false);
        columns.add_block(column);
        columns.end_group(false);
      }
      const double weight = static_cast<double>(width * height) / 12;
      const auto got = static_cast<double>(rows.total(weight, 10 * height) + columns.total(weight, 10 * width));
      const auto truth = static_cast<double>(10 * (width + height));
      CHECK(got <= truth);
      ++grids;
      if (got < 0.9 * truth) ++off;
    }
  }
  CHECK(grids > 2000);
  CHECK(static_cast<double>(off) < 0.02 * static_cast<double>(grids));
}

TEST_CASE("sectors of one group stand for those of all, shared ones count once, and no more than there are") {
  SectorEstimate estimate;
  SectorSet set;
  set.resize(1 << 20);
  for (uint64_t group = 0; group < 4; ++group) {
    for (uint64_t s = 0; s < 10; ++s) set.add(1000 + 100 * group + s, 1000 + 100 * group + s);  // its own
    for (uint64_t s = 0; s < 3; ++s) set.add(s, s);                                             // everybody's
    CHECK(estimate.add_block(set) == 13);
    for (uint64_t s = 0; s < 3; ++s) set.add(s, s);  // another block of the group: of no more sectors
    CHECK(estimate.add_block(set) == 3);
    estimate.end_group(false);
    CHECK(set.count() == 0);
  }
  for (uint64_t s = 0; s < 7; ++s) set.add(20000 + s, 20000 + s);
  CHECK(estimate.add_block(set) == 7);
  estimate.end_group(true);
  CHECK(estimate.shared() == 3);
  CHECK(estimate.total(1, 1 << 20) == 40 + 3 + 7);
  CHECK(estimate.total(25, 1 << 20) == 25 * 40 + 3 + 7);
  CHECK(estimate.total(25, 500) == 500);
}

TEST_CASE("a grid of like blocks is counted exactly") {
  const Both r = both(copy, 4096, 64, 4096 * 64, 24);
  const Counts &a = r.whole.counters.total, &b = r.sample.counters.total;
  CHECK(a.warp_instructions == b.warp_instructions);
  CHECK(a.lane_instructions == b.lane_instructions);
  CHECK(a.global_load_requests == b.global_load_requests);
  CHECK(a.global_load_sectors == b.global_load_sectors);
  CHECK(a.global_store_sectors == b.global_store_sectors);
  CHECK(a.integer == b.integer);
  CHECK(r.whole.counters.dram_read_sectors == r.sample.counters.dram_read_sectors);
  CHECK(r.whole.counters.dram_written_sectors == r.sample.counters.dram_written_sectors);
  CHECK(r.sample.warp_instructions == r.whole.warp_instructions);
  REQUIRE(r.sample.counters.lines.size() == r.whole.counters.lines.size());
}

TEST_CASE("grids no larger than the sample are counted exactly, whatever their blocks do") {
  for (const uint32_t grid : {1, 2, 3, 4, 5, 6, 7, 23, 64}) {
    CAPTURE(grid);
    const Both r = both(triangle, grid, 64, 64, 64);
    CHECK(r.whole.counters.total.warp_instructions == r.sample.counters.total.warp_instructions);
    CHECK(r.whole.counters.dram_read_sectors == r.sample.counters.dram_read_sectors);
  }
}

TEST_CASE("the first and the last block stand for themselves") {
  // The last block of 64 has one thread left of its two warps; the first stores 100 times.
  const std::string tail = kernel(
      "setp.gt.u32 %p1, %t, 63936; @%p1 bra END; setp.ne.u32 %p2, %tc, 0; @%p2 bra END; mov.u32 %r1, 0;\n"
      "LOOP: st.global.u32 [%o], %r1; add.u32 %r1, %r1, 1; setp.lt.u32 %p3, %r1, 100; @%p3 bra LOOP; END:");
  const Both r = both(tail, 1000, 64, 64000, 16);
  CHECK(r.whole.counters.total.global_store_requests == 200);
  CHECK(r.sample.counters.total.global_store_requests == 200);
  CHECK(r.whole.counters.total.warp_instructions == r.sample.counters.total.warp_instructions);
  CHECK(r.whole.counters.dram_written_sectors == r.sample.counters.dram_written_sectors);
}

TEST_CASE("what all blocks read counts once, what they write once each") {
  const Both r = both(kernel("ld.global.b64 %rd1, [%in]; ld.global.b64 %rd2, [%in+4096]; add.u64 %rd1, %rd1, %rd2;\n"
                             "st.global.b64 [%o], %rd1;"),
                      2048, 32, 2048 * 32, 16);
  CHECK(r.whole.counters.dram_read_sectors == 2);
  CHECK(r.sample.counters.dram_read_sectors == 2);
  CHECK(r.sample.counters.dram_written_sectors == r.whole.counters.dram_written_sectors);
}

TEST_CASE("what a block reads back of its own writes comes from no DRAM, what it reads before it writes does") {
  const Both back = both(kernel("st.global.b64 [%o], %t8; ld.global.b64 %rd1, [%o]; st.global.b64 [%o], %rd1;"), 2048,
                         64, 2048 * 64, 16);
  CHECK(back.whole.counters.dram_read_sectors == 0);
  CHECK(back.sample.counters.dram_read_sectors == 0);
  const Both in_place = both(kernel("ld.global.b64 %rd1, [%o]; st.global.b64 [%o], %rd1;"), 2048, 64, 2048 * 64, 16);
  CHECK(in_place.whole.counters.dram_read_sectors == 2048 * 64 / 4);
  CHECK(in_place.sample.counters.dram_read_sectors == 2048 * 64 / 4);
}

TEST_CASE("where a block's work grows with its index, a sample of 64 blocks is a few percent off") {
  const Both r = both(triangle, 3000, 32, 64, 64);
  const auto whole = static_cast<double>(r.whole.counters.total.warp_instructions);
  const double error = static_cast<double>(r.sample.counters.total.warp_instructions) / whole - 1;
  MESSAGE("error of the sample: " << 100 * error << " %");
  CHECK(error != 0);
  CHECK(std::abs(error) < 0.05);
}

TEST_CASE("no further block starts once the steps are used up, a single dear block stands for all") {
  Machine m(triangle);
  m.limits.sample = {64, 100, 2'000'000};
  const Address out = m.zeros<uint64_t>("out", 64);
  const LaunchResult result = m.run(3000, 32, out, out);
  CHECK(result.blocks_run == 1);
  // It is block 1 + 4 * cell, and loops once more than that.
  SpreadOrder order(750);
  const uint64_t turns = 1 + 4 * order.next() + 1, turn = 3;
  const LaunchResult alone = m.run(1, 32, out, out);  // loops once
  const uint64_t rest = alone.counters.total.warp_instructions - turn;
  CHECK(result.counters.total.warp_instructions == 3000 * (rest + turns * turn));
}

TEST_CASE("a block that goes on for long is ended, and what it did is the least") {
  Machine m(triangle);
  const Address out = m.zeros<uint64_t>("out", 64);
  m.limits.sample = {64, 1000, 100'000};
  const LaunchResult result = m.launch({300'000, 1, 1}, {64, 1, 1}, out, out);
  CHECK(result.sample_end == SampleEnd::cut);
  CHECK(!result.completed);
  CHECK(result.findings.empty());
  CHECK(result.blocks_run == 1);
  // Both warps got about as far.
  CHECK(result.counters.total.warp_instructions >= uint64_t{100'000} * 300'000);
  CHECK(result.counters.total.warp_instructions < uint64_t{160'000} * 300'000);
}

TEST_CASE("blocks that wait for others that do not run end the sample without a number") {
  Machine m(spinning("1"));
  const Address out = m.zeros<uint64_t>("out", 64);
  m.limits.sample = {16, 400'000, 100'000};
  const LaunchResult result = m.launch({1000, 1, 1}, {64, 1, 1}, out, out);
  CHECK(result.sample_end == SampleEnd::waiting);
  CHECK(!result.completed);
  CHECK(result.findings.empty());
  CHECK(result.counters.total.warp_instructions == 0);
  // Where nothing is to be waited for they are counted as any others.
  Machine free(spinning("0"));
  free.limits.sample.blocks = 16;
  const Address zero = free.zeros<uint64_t>("out", 64);
  CHECK(free.run(1000, 64, zero, zero).blocks_run == 16);
}

TEST_CASE("a block's own mistakes are found, the others' absence is none") {
  // Every block but the first reads what block 0 wrote, an index; without it, it is past the end.
  const std::string hands_over = kernel(
      "setp.ne.u32 %p1, %tc, 0; @%p1 bra READ; atom.global.exch.b32 %r2, [%out], 1; bra END;\n"
      "READ: ld.volatile.global.u32 %r1, [%out]; sub.u32 %r1, %r1, 1; mul.wide.u32 %rd1, %r1, 8;\n"
      "add.u64 %rd1, %in, %rd1; ld.global.b64 %rd2, [%rd1]; END:");
  Machine talks(hands_over);
  talks.limits.sample.blocks = 16;
  const Address a = talks.zeros<uint64_t>("in", 64);
  CHECK(talks.launch({100, 1, 1}, {32, 1, 1}, a, a).findings.empty());

  Machine short_buffer(copy);
  short_buffer.limits.sample.blocks = 16;
  const Address in = short_buffer.zeros<uint64_t>("in", 99 * 64), out = short_buffer.zeros<uint64_t>("out", 100 * 64);
  const LaunchResult result = short_buffer.launch({100, 1, 1}, {64, 1, 1}, out, in);
  REQUIRE(result.findings.size() == 1);  // the last block's
  CHECK(result.findings[0].kind == Finding::Kind::out_of_bounds);
  CHECK(result.findings[0].block == Dim3{99, 0, 0});
}

TEST_CASE("a sample over gigabytes costs no gigabytes") {
  Machine m(copy);
  m.limits.sample.blocks = 64;
  constexpr uint64_t words = uint64_t{1} << 30;  // 8 GiB each
  const std::vector<std::byte> pattern(1 << 20, std::byte{3});
  const Address in = m.gpu.allocate_lazy("in", words * 8, pattern, Access::read_only, 8, "word");
  const Address out = m.gpu.allocate_lazy("out", words * 8, {}, Access::read_write, 8, "word");
  const LaunchResult result = m.run(words / 256, 256, out, in);
  CHECK(result.counters.dram_read_sectors == words / 4);
  CHECK(result.counters.dram_written_sectors == words / 4);
  CHECK(m.gpu.data(out)[8 * (words - 1)] == std::byte{3});  // by the last block
}

TEST_CASE("a sample tells what each block stored, in ranges as long as they are") {
  // Every thread stores its own 8 bytes, and odd ones the 8 bytes of thread 1000 too.
  Machine m(
      kernel("st.global.b64 [%o], %t8; and.b32 %r1, %t, 1; setp.eq.u32 %p1, %r1, 1; @%p1 st.global.b64 "
             "[%out+8000], %t8;"));
  m.limits.sample.blocks = 8;
  m.limits.sample.writes = true;
  const Address in = m.zeros<uint64_t>("in", 1), out = m.zeros<uint64_t>("out", 2048);
  const LaunchResult result = m.launch({32, 1, 1}, {64, 1, 1}, out, in);
  REQUIRE(result.sampled.size() == 8);
  std::set<uint64_t> blocks;
  for (const SampledBlock& block : result.sampled) {
    blocks.insert(block.block);
    CHECK(block.exact);
    REQUIRE(block.wrote.size() == 1);
    CHECK(block.wrote[0].address == out);
    const ByteRange own{512 * block.block, 512 * block.block + 512}, shared{8000, 8008};
    if (own.first <= shared.first && shared.end <= own.end) {
      CHECK(block.wrote[0].ranges == std::vector<ByteRange>{own});
    } else if (own.first < shared.first) {
      CHECK(block.wrote[0].ranges == std::vector<ByteRange>{own, shared});
    } else {
      CHECK(block.wrote[0].ranges == std::vector<ByteRange>{shared, own});
    }
  }
  CHECK(blocks.size() == 8);
  CHECK(blocks.contains(0));
  CHECK(blocks.contains(31));
}

TEST_CASE("a coverage run knows what a whole grid has stored to, and where blocks met") {
  // Block b of 5 stores to 64 elements from 48 b on.
  Machine m(
      kernel("mov.u32 %r2, %tid.x; mad.lo.u32 %r1, %tc, 48, %r2; mul.wide.u32 %rd1, %r1, 8; "
             "add.u64 %rd1, %out, %rd1; st.global.b64 [%rd1], %rd1;"));
  m.limits.coverage = true;
  const Address out = m.zeros<uint64_t>("out", 300);
  m.gpu.watch_writes(out);
  const LaunchResult result = m.run(5, 64, out, out);
  CHECK(result.blocks_run == 5);
  const Coverage coverage = m.gpu.coverage(out);
  CHECK(coverage.elements == 300);
  CHECK(coverage.written == 4 * 48 + 64);
  CHECK(coverage.first_missing == 4 * 48 + 64);
  CHECK(coverage.twice == 4 * 16);
  CHECK(coverage.first_twice == 48);
}
