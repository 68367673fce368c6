// What a launch sets up: special registers, shapes of grids and blocks, module variables, parameters, limits.

#include <cstring>

#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;

TEST_CASE("thread and block numbers in three dimensions, partial last warps, x fastest") {
  constexpr Dim3 kGrid{3, 2, 2}, kBlock{5, 3, 4};  // 60 threads: a warp and 28 lanes
  std::string body =
      "mov.u32 %r1, %tid.x; mov.u32 %r2, %tid.y; mov.u32 %r3, %tid.z; mov.u32 %r4, %ntid.x; mov.u32 %r5, %ntid.y; "
      "mov.u32 %r6, %ntid.z;"
      "mov.u32 %r7, %ctaid.x; mov.u32 %r8, %ctaid.y; mov.u32 %r9, %ctaid.z; mov.u32 %r10, %nctaid.x; mov.u32 %r11, "
      "%nctaid.y; mov.u32 %r12, %nctaid.z;"
      "mov.u32 %r13, %laneid; mov.u32 %r14, %warpid; mov.u32 %r15, %nwarpid; mov.u32 %r16, WARP_SZ;"
      "mad.lo.u32 %r20, %r3, %r5, %r2; mad.lo.u32 %r20, %r20, %r4, %r1; mad.lo.u32 %r21, %r9, %r11, %r8; mad.lo.u32 "
      "%r21, %r21, %r10, %r7;"
      "mad.lo.u32 %r20, %r21, 60, %r20; mul.wide.u32 %rd1, %r20, 64; add.u64 %rd1, %out, %rd1;";
  for (int i = 0; i < 16; ++i)
    body += "st.global.b32 [%rd1+" + std::to_string(4 * i) + "], %r" + std::to_string(i + 1) + ";";
  Machine m(kernel(body));
  const Address out = m.zeros<uint32_t>("out", 12 * 60 * 16);
  const LaunchResult result = m.launch(kGrid, kBlock, out, out);
  CHECK(result.completed);
  CHECK(result.findings.empty());
  const auto got = m.values<uint32_t>(out);
  size_t at = 0;
  for (uint32_t b = 0; b < 12; ++b) {
    for (uint32_t t = 0; t < 60; ++t) {
      const uint32_t expected[16] = {t % 5, t / 5 % 3, t / 15, 5, 3,      4,      b % 3, b / 3 % 2,
                                     b / 6, 3,         2,      2, t % 32, t / 32, 2,     32};
      CHECK(std::memcmp(&got[at], expected, sizeof(expected)) == 0);
      at += 16;
    }
  }
}

TEST_CASE("%clock grows, %smid stays below %nsmid, dynamic shared size") {
  Machine m(
      kernel("mov.u32 %r1, %clock; mov.u64 %rd1, %clock64; mov.u64 %rd2, %globaltimer; mov.u32 %r2, %clock; mov.u32 "
             "%r7, %clock_hi; setp.lt.u32 %p1, %r1, %r2; selp.u32 %r3, 1, 0, %p1;"
             "mov.u32 %r4, %smid; mov.u32 %r5, %nsmid; setp.lt.u32 %p2, %r4, %r5; @%p2 or.b32 %r3, %r3, 2; mov.u64 "
             "%rd3, %clock64; setp.lt.u64 %p3, %rd1, %rd3; @%p3 or.b32 %r3, %r3, 4;"
             "mov.u32 %r6, %dynamic_smem_size; st.global.v2.b32 [%o], {%r3, %r6};"));
  m.dynamic_shared = 320;
  const Address out = m.zeros<uint64_t>("out", 40 * 32);
  m.run(40, 32, out, out);
  CHECK(m.values<uint64_t>(out) == std::vector<uint64_t>(40 * 32, uint64_t{320} << 32 | 7));
}

TEST_CASE("dynamic shared memory: its size is the launch's, each block has its own") {
  const std::string body =
      "mov.u32 %r1, dyn; mov.u32 %r2, %tid.x; mad.lo.u32 %r3, %r2, 4, %r1; st.shared.b32 [%r3], %t; bar.sync 0; "
      "xor.b32 %r4, %r2, 63; mad.lo.u32 %r4, %r4, 4, %r1;"
      "ld.shared.b32 %r5, [%r4]; st.global.b32 [%o], %r5;";
  Machine m(kernel(body, "", ".extern .shared .align 16 .b8 dyn[];"));
  m.dynamic_shared = 256;
  const Address out = m.zeros<uint64_t>("out", 128);
  m.run(2, 64, out, out);
  for (uint64_t t = 0; t < 128; ++t) CHECK(m.values<uint64_t>(out)[t] == t / 64 * 64 + 63 - t % 64);
}

TEST_CASE("cvta and isspacep: there and back, in every space") {
  const std::string body =
      ".shared .b32 s[2]; .local .b32 l[2]; mov.u64 %rd1, s; cvta.shared.u64 %rd2, %rd1; cvta.to.shared.u64 %rd3, "
      "%rd2; mov.u64 %rd4, l; cvta.local.u64 %rd5, %rd4;"
      "cvta.to.local.u64 %rd6, %rd5; cvta.global.u64 %rd7, %out; cvta.to.global.u64 %rd8, %rd7; mov.u64 %rd9, c; "
      "cvta.const.u64 %rd10, %rd9; cvta.to.const.u64 %rd11, %rd10;"
      "mov.u32 %r1, 0; setp.eq.u64 %p1, %rd1, %rd3; @%p1 or.b32 %r1, %r1, 1; setp.eq.u64 %p1, %rd4, %rd6; @%p1 or.b32 "
      "%r1, %r1, 2; setp.eq.u64 %p1, %out, %rd8; @%p1 or.b32 %r1, %r1, 4;"
      "setp.eq.u64 %p1, %rd9, %rd11; @%p1 or.b32 %r1, %r1, 8; setp.ne.u64 %p1, %rd1, %rd2; @%p1 or.b32 %r1, %r1, 16;"
      "isspacep.shared %p2, %rd2; @%p2 or.b32 %r1, %r1, 0x100; isspacep.shared %p2, %rd5; @%p2 or.b32 %r1, %r1, 0x200; "
      "isspacep.shared %p2, %rd7; @%p2 or.b32 %r1, %r1, 0x400;"
      "isspacep.local %p2, %rd5; @%p2 or.b32 %r1, %r1, 0x1000; isspacep.local %p2, %rd2; @%p2 or.b32 %r1, %r1, 0x2000; "
      "isspacep.local %p2, %rd7; @%p2 or.b32 %r1, %r1, 0x4000;"
      "isspacep.global %p2, %rd7; @%p2 or.b32 %r1, %r1, 0x10000; isspacep.global %p2, %rd2; @%p2 or.b32 %r1, %r1, "
      "0x20000; isspacep.global %p2, %rd5; @%p2 or.b32 %r1, %r1, 0x40000;"
      "st.global.b32 [%o], %r1;";
  Machine m(kernel(body, "", ".const .b32 c[2] = {1, 2};"));
  const Address out = m.zeros<uint64_t>("out", 32);
  m.run(1, 32, out, out);
  CHECK(m.values<uint64_t>(out) == std::vector<uint64_t>(32, 0x1111f));
}

TEST_CASE("module variables: initialisers, zeros, addresses, kept from launch to launch, set up again after unload()") {
  const std::string module =
      ".global .align 4 .b32 count = 40;\n.global .align 8 .f64 table[3] = {0d3FF0000000000000, "
      "0d4004000000000000};\n.global .align 1 .b8 text[4] = {104, 105, 0x21};\n"
      ".global .align 8 .u64 links[3] = {count, generic(table)+8, 5};\n.global .align 4 .b32 hits[2];\n";
  const std::string body =
      "atom.global.add.u32 %r1, [count], 1; atom.global.add.u32 %r2, [hits+4], 2; ld.global.b64 %rd1, [links]; ld.b32 "
      "%r3, [%rd1]; ld.global.b64 %rd2, [links+8]; ld.b64 %rd3, [%rd2];"
      "ld.global.b64 %rd4, [table+16]; ld.global.b32 %r4, [text]; ld.global.b64 %rd5, [links+16]; st.global.b32 "
      "[%out], %r1; st.global.b32 [%out+4], %r2; st.global.b32 [%out+8], %r3;"
      "st.global.b32 [%out+12], %r4; st.global.b64 [%out+16], %rd3; st.global.b64 [%out+24], %rd4; st.global.b64 "
      "[%out+32], %rd5;";
  Machine m(kernel(body, "", module));
  const Address out = m.zeros<uint64_t>("out", 5);
  const auto expected = [](uint64_t count, uint64_t hits) {
    return std::vector<uint64_t>{hits << 32 | count, uint64_t{0x216968} << 32 | (count + 1), 0x4004000000000000, 0, 5};
  };
  m.run(1, 1, out, out);
  CHECK(m.values<uint64_t>(out) == expected(40, 0));
  CHECK(m.gpu.changed_variables() == std::vector<std::string>{"count", "hits"});
  m.run(1, 1, out, out);
  CHECK(m.values<uint64_t>(out) == expected(41, 2));
  m.gpu.unload(m.module());
  CHECK(m.gpu.changed_variables().empty());
  m.run(1, 1, out, out);
  CHECK(m.values<uint64_t>(out) == expected(40, 0));
  // Another module's launch takes the slots; this one then starts anew.
  const auto other = Module::load(kernel("st.global.b32 [%out], 3;"));
  std::vector<std::byte> parameters;
  for (int i = 0; i < 2; ++i) pack(parameters, &out, 8, 8);
  m.gpu.launch(*other, "k", {}, {}, 0, parameters);
  m.run(1, 1, out, out);
  CHECK(m.values<uint64_t>(out) == expected(40, 0));
}

TEST_CASE("what the outside sees of a kernel") {
  const std::string text = std::string(kHeader) +
                           ".visible .entry a(.param .u64 .ptr .global .align 1 x, .param .f32 y, .param .align 8 .b8 "
                           "s[24])\n.reqntid 128, 2\n{ .shared .align 4 .b8 t[100]; ret; }\n"
                           ".visible .entry b()\n.maxntid 256, 1, 1\n{ ret; }\n.func f() { ret; }\n";
  const auto module = Module::load(text);
  REQUIRE(module->kernels().size() == 2);
  const KernelInfo* a = module->find_kernel("a");
  REQUIRE(a != nullptr);
  REQUIRE(a->parameters.size() == 3);
  CHECK(a->parameters[0].type == "u64");
  CHECK(a->parameters[1].bytes == 4);
  CHECK(a->parameters[2].bytes == 24);
  CHECK(a->parameters[2].alignment == 8);
  CHECK(a->static_shared_bytes == 100);
  CHECK(a->required_block == Dim3{128, 2, 1});
  CHECK(module->find_kernel("b")->max_threads_per_block == 256);
  CHECK(module->find_kernel("f") == nullptr);
}

TEST_CASE("launches that no GPU would do are errors, and do nothing") {
  const std::string text = std::string(kHeader) +
                           ".visible .entry k(.param .u64 out, .param .u64 in) { .reg .b64 %a; ld.param.u64 %a, [out]; "
                           "st.global.b32 [%a], 1; ret; }\n"
                           ".visible .entry small(.param .u64 out, .param .u64 in)\n.maxntid 64, 1, 1\n{ ret; "
                           "}\n.visible .entry shaped(.param .u64 out, .param .u64 in)\n.reqntid 32, 2, 1\n{ ret; }\n"
                           ".visible .entry full(.param .u64 out, .param .u64 in) { .shared .b8 s[101377]; ret; "
                           "}\n.visible .entry wide(.param .b8 c, .param .u64 p, .param .b16 d) { ret; }\n";
  Machine m(text);
  const Address out = m.zeros<uint32_t>("out", 1);
  const auto launch = [&](const char* name, Dim3 grid, Dim3 block) {
    m.kernel = name;
    return m.launch(grid, block, out, out);
  };
  CHECK_THROWS_AS(launch("nothing", {}, {}), LaunchError);
  for (const Dim3 block : {Dim3{0, 1, 1}, Dim3{1, 0, 1}, Dim3{1, 1, 0}, Dim3{1025, 1, 1}, Dim3{32, 33, 1},
                           Dim3{1, 1, 65}, Dim3{0xffffffff, 0xffffffff, 1}}) {
    CHECK_THROWS_AS(launch("k", {}, block), LaunchError);
  }
  for (const Dim3 grid :
       {Dim3{0, 1, 1}, Dim3{1, 0, 1}, Dim3{1, 1, 0}, Dim3{1, 65536, 1}, Dim3{1, 1, 65536}, Dim3{0x80000000u, 1, 1}}) {
    CHECK_THROWS_AS(launch("k", grid, {}), LaunchError);
  }
  CHECK_THROWS_AS(launch("small", {}, {65, 1, 1}), LaunchError);
  CHECK_THROWS_AS(launch("shaped", {}, {64, 1, 1}), LaunchError);
  CHECK_THROWS_WITH_AS(launch("full", {}, {}), doctest::Contains("extern __shared__"), LaunchError);
  m.dynamic_shared = Hardware{}.shared_bytes_per_block + 1;
  CHECK_THROWS_WITH_AS(launch("k", {}, {}),
                       doctest::Contains("232449 bytes of shared memory a block are more than the "
                                         "232448 (227 KiB) of the device H200"),
                       LaunchError);
  m.dynamic_shared = 0;
  m.kernel = "k";
  CHECK_THROWS_AS(m.launch({}, {}, out), LaunchError);  // one parameter of two
  m.kernel = "wide";
  CHECK_THROWS_AS(m.launch({}, {}, uint8_t{1}, uint64_t{2}), LaunchError);
  CHECK(m.launch({}, {}, uint8_t{1}, uint64_t{2}, uint16_t{3}).completed);
  CHECK(m.values<uint32_t>(out)[0] == 0);
  CHECK(launch("k", {}, {1024, 1, 1}).completed);
  CHECK(launch("small", {}, {64, 1, 1}).completed);
  CHECK(launch("shaped", {}, {32, 2, 1}).completed);
  m.dynamic_shared = Hardware{}.shared_bytes_per_block;
  CHECK(launch("k", {}, {}).completed);
  CHECK(m.values<uint32_t>(out)[0] == 1);
  CHECK_THROWS_AS(m.gpu.data(out + 4), LaunchError);
}

TEST_CASE("how many blocks a device holds at once: by blocks, threads and shared memory") {
  const Hardware h200;
  CHECK(h200.blocks_at_once(32, 0) == 132 * 32);
  CHECK(h200.blocks_at_once(1, 0) == 132 * 32);
  CHECK(h200.blocks_at_once(1024, 0) == 132 * 2);
  CHECK(h200.blocks_at_once(33, 0) == 132 * 32);
  CHECK(h200.blocks_at_once(65, 0) == 132 * 21);
  CHECK(h200.blocks_at_once(32, 227 * 1024) == 132);
  CHECK(h200.blocks_at_once(32, 113 * 1024) == 132 * 2);
  CHECK(h200.blocks_at_once(32, 113 * 1024 + 1) == 132);
  const Hardware t4{"T4", 40, 16, 1024, 64 * 1024, 64 * 1024};
  CHECK(t4.blocks_at_once(64, 0) == 40 * 16);
  CHECK(t4.blocks_at_once(64, 32 * 1024) == 40 * 2);
}

TEST_CASE("a device's own size of shared memory decides") {
  const auto module = Module::load(kernel("", "", ".extern .shared .align 16 .b8 dyn[];"));
  std::vector<std::byte> parameters(16);
  Gpu small(Hardware{"RTX 4090", 128, 24, 1536, 99 * 1024, 100 * 1024});
  CHECK(small.launch(*module, "k", {}, {}, 99 * 1024, parameters).completed);
  CHECK_THROWS_WITH_AS(small.launch(*module, "k", {}, {}, 99 * 1024 + 1, parameters),
                       doctest::Contains("(99 KiB) of the device RTX 4090"), LaunchError);
  CHECK(Gpu().launch(*module, "k", {}, {}, 99 * 1024 + 1, parameters).completed);
}

TEST_CASE("pack() puts each parameter at its alignment") {
  std::vector<std::byte> buffer;
  const uint8_t a = 1;
  const uint64_t b = 0x0807060504030201;
  const uint16_t c = 0x0b0a;
  pack(buffer, &a, 1, 1);
  pack(buffer, &b, 8, 8);
  pack(buffer, &c, 2, 2);
  REQUIRE(buffer.size() == 18);
  CHECK(buffer[8] == std::byte{1});
  CHECK(buffer[15] == std::byte{8});
  CHECK(buffer[16] == std::byte{0x0a});
}
