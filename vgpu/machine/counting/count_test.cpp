// Counters, against what a profiler counted for the same accesses on an H200 (bench/profiler).

#include <array>
#include <functional>

#include "vgpu/machine/decode/decode.h"
#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

using Lanes = std::vector<int32_t>;

Lanes by_lane(const std::function<int(int)>& f) {
  Lanes result;
  for (int l = 0; l < 32; ++l) result.push_back(f(l));
  return result;
}

/// One warp, one access: lane l at element map[l] of `width` bytes, -1: not at all.
Counts count(const Lanes& map, const std::string& access, int shift) {
  Machine m(kernel(with("mul.wide.u32 %rd1, %t, 4; add.u64 %rd1, %in, %rd1; ld.global.b32 %r1, [%rd1];\n"
                        "setp.ge.s32 %p1, %r1, 0; shl.b32 %r2, %r1, {shift}; mov.u32 %r3, s; add.u32 %r3, %r3, %r2;\n"
                        "cvt.u64.u32 %rd2, %r2; add.u64 %rd2, %out, %rd2;\n"
                        "mov.b32 %r8, 1; mov.b32 %r9, 1; mov.b32 %r10, 1; mov.b32 %r11, 1; mov.b16 %rs1, 1;\n"
                        "@%p1 {access}",
                        {{"shift", std::to_string(shift)}, {"access", access}}),
                   "", ".shared .align 16 .b8 s[40960];"));
  const Address in = m.buffer("map", map), out = m.zeros<uint8_t>("out", 32768);
  return m.launch({1, 1, 1}, {32, 1, 1}, out, in).counters.total;
}

struct Width {
  int shift;
  const char* load;
  const char* store;
};
const Width kShared[] = {
    {1, "ld.shared.b16 %rs1, [%r3];", "st.shared.b16 [%r3], %rs1;"},
    {2, "ld.shared.b32 %r8, [%r3];", "st.shared.b32 [%r3], %r8;"},
    {3, "ld.shared.v2.b32 {%r8, %r9}, [%r3];", "st.shared.v2.b32 [%r3], {%r8, %r9};"},
    {4, "ld.shared.v4.b32 {%r8, %r9, %r10, %r11}, [%r3];", "st.shared.v4.b32 [%r3], {%r8, %r9, %r10, %r11};"}};

}  // namespace

TEST_CASE("wavefronts of shared memory, as a profiler counts them") {
  struct Row {
    const char* name;
    Lanes map;
    std::array<uint64_t, 4> load, store;  // elements of 2, 4, 8, 16 bytes
  };
  const Row rows[] = {
      {"neighbours", by_lane([](int l) { return l; }), {1, 1, 2, 4}, {1, 1, 2, 4}},
      {"stride 2", by_lane([](int l) { return 2 * l; }), {1, 2, 4, 8}, {1, 2, 4, 8}},
      {"stride 3", by_lane([](int l) { return 3 * l; }), {2, 1, 2, 4}, {2, 1, 2, 4}},
      {"stride 8", by_lane([](int l) { return 8 * l; }), {4, 8, 16, 32}, {4, 8, 16, 32}},
      {"stride 32", by_lane([](int l) { return 32 * l; }), {16, 32, 32, 32}, {16, 32, 32, 32}},
      {"stride 33", by_lane([](int l) { return 33 * l; }), {1, 1, 2, 4}, {1, 1, 2, 4}},
      {"two lanes an element", by_lane([](int l) { return l / 2; }), {1, 1, 1, 2}, {1, 1, 2, 4}},
      {"everybody the same", by_lane([](int) { return 0; }), {1, 1, 1, 2}, {1, 1, 2, 4}},
      {"even and odd lanes", by_lane([](int l) { return l % 2; }), {1, 1, 1, 2}, {1, 1, 2, 4}},
      {"every fourth the same", by_lane([](int l) { return l % 4; }), {1, 1, 2, 4}, {1, 1, 2, 4}},
      {"backwards", by_lane([](int l) { return 31 - l; }), {1, 1, 2, 4}, {1, 1, 2, 4}},
      {"two half rows", by_lane([](int l) { return l % 16 + l / 16 * 64; }), {2, 2, 2, 4}, {2, 2, 2, 4}},
      {"two columns", by_lane([](int l) { return l / 16 * 32; }), {1, 2, 2, 2}, {1, 2, 2, 4}},
      {"even lanes only", by_lane([](int l) { return l % 2 == 0 ? l : -1; }), {1, 1, 2, 4}, {1, 1, 2, 4}},
      {"8 lanes", by_lane([](int l) { return l < 8 ? l : -1; }), {1, 1, 1, 1}, {1, 1, 1, 1}},
      {"16 lanes", by_lane([](int l) { return l < 16 ? l : -1; }), {1, 1, 1, 2}, {1, 1, 1, 2}},
      {"two lanes", by_lane([](int l) { return l % 16 == 0 ? l : -1; }), {1, 1, 2, 2}, {1, 1, 2, 2}},
      {"one half in pairs", by_lane([](int l) { return l < 16 ? l / 2 : l; }), {1, 1, 2, 3}, {1, 1, 2, 4}},
      {"halves in different pairs", by_lane([](int l) { return l < 16 ? l / 2 : l % 2; }), {1, 1, 2, 2}, {1, 1, 2, 4}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    for (size_t w = 0; w < 4; ++w) {
      CAPTURE(1 << kShared[w].shift);
      const Counts load = count(row.map, kShared[w].load, kShared[w].shift);
      CHECK(load.shared_load_requests == 1);
      CHECK(load.shared_load_wavefronts == row.load[w]);
      CHECK(load.shared_store_requests == 0);
      const Counts store = count(row.map, kShared[w].store, kShared[w].shift);
      CHECK(store.shared_store_requests == 1);
      CHECK(store.shared_store_wavefronts == row.store[w]);
    }
  }
}

TEST_CASE("bank conflicts are the wavefronts beyond what the bytes need") {
  CHECK(count(by_lane([](int l) { return l; }), kShared[3].load, 4).bank_conflicts == 0);
  CHECK(count(by_lane([](int l) { return 32 * l; }), kShared[1].load, 2).bank_conflicts == 31);
  CHECK(count(by_lane([](int l) { return 2 * l; }), kShared[2].store, 3).bank_conflicts == 2);
}

TEST_CASE("sectors of global memory: as many as 32-byte pieces are touched") {
  const auto sectors = [](const Lanes& map, const char* access, int shift) {
    const Counts c = count(map, access, shift);
    return std::pair(c.global_load_sectors + c.global_store_sectors - 4,  // the map's own
                     c.global_load_requests + c.global_store_requests - 1);
  };
  const char* const word = "st.global.b32 [%rd2], %r8;";
  const char* const four = "ld.global.v4.b32 {%r8, %r9, %r10, %r11}, [%rd2];";
  using Pair = std::pair<uint64_t, uint64_t>;
  CHECK(sectors(by_lane([](int l) { return l; }), word, 2) == Pair{4, 1});
  CHECK(sectors(by_lane([](int l) { return l + 1; }), word, 2) == Pair{5, 1});
  CHECK(sectors(by_lane([](int l) { return 2 * l; }), word, 2) == Pair{8, 1});
  CHECK(sectors(by_lane([](int l) { return 8 * l; }), word, 2) == Pair{32, 1});
  CHECK(sectors(by_lane([](int) { return 5; }), word, 2) == Pair{1, 1});
  CHECK(sectors(by_lane([](int l) { return l < 9 ? l : -1; }), word, 2) == Pair{2, 1});
  CHECK(sectors(by_lane([](int l) { return l; }), four, 4) == Pair{16, 1});
  CHECK(sectors(by_lane([](int l) { return 3 * l; }), four, 4) == Pair{32, 1});
}

TEST_CASE("cp.async loads from global memory and stores to shared memory") {
  const Counts copy = count(by_lane([](int l) { return l; }), "cp.async.ca.shared.global [%r3], [%rd2], 16;", 4);
  CHECK(copy.global_load_requests == 2);  // and the map
  CHECK(copy.global_load_sectors == 4 + 16);
  CHECK(copy.shared_store_requests == 1);
  CHECK(copy.shared_store_wavefronts == 4);
  CHECK(copy.shared_load_requests == 0);
}

TEST_CASE("a wmma.mma is two of the machine's operations, but for f64") {
  ptx::Instruction inst;
  inst.opcode = "wmma";
  inst.modifiers = {"mma", "sync", "aligned", "row", "col", "m16n16k16", "f32", "f32"};
  CHECK(kind_of(inst) == Kind::tensor_pair);
  inst.modifiers = {"mma", "sync", "aligned", "row", "col", "m8n8k4", "f64", "f64", "f64", "f64"};
  CHECK(kind_of(inst) == Kind::tensor);
  inst.modifiers[0] = "load";
  CHECK(kind_of(inst) == Kind::load);
}

TEST_CASE("DRAM: each sector once, and what a block reads of what it wrote itself not at all") {
  const auto dram = [](const std::string& body, uint32_t blocks = 1) {
    Machine m(kernel(body));
    const Address out = m.zeros<uint64_t>("out", 256), in = m.zeros<uint64_t>("in", 256);
    const Counters counters = m.launch({blocks, 1, 1}, {32, 1, 1}, out, in).counters;
    return std::pair(counters.dram_read_sectors, counters.dram_written_sectors);
  };
  using Pair = std::pair<uint64_t, uint64_t>;
  // 8 bytes a thread: 8 sectors a warp.
  const std::string read = "ld.global.b64 %rd1, [%i];", write = "st.global.b64 [%o], %rd2;",
                    back = "ld.global.b64 %rd3, [%o];";
  CHECK(dram(read) == Pair{8, 0});
  CHECK(dram(read + read) == Pair{8, 0});
  CHECK(dram(write) == Pair{0, 8});
  CHECK(dram(write + back) == Pair{0, 8});
  CHECK(dram(back + write) == Pair{8, 8});
  CHECK(dram(read + write + back, 4) == Pair{32, 32});
  // Half of each thread's 8 bytes was written; the sectors have to be read for the other half.
  CHECK(dram("st.global.b32 [%o], %r1;" + back) == Pair{8, 8});
  // The neighbour's words, which it wrote; the last lane's neighbour wrote nothing.
  CHECK(dram(write + "bar.sync 0; ld.global.b64 %rd3, [%o+8];") == Pair{1, 8});
}
