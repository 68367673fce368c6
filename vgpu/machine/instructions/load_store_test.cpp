// Loads and stores through every state space, type, shape of addresses and hint.

#include <algorithm>

#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

/// Bytes with both signs in every width.
uint64_t pattern(uint32_t lane) {
  static constexpr uint64_t kSpecial[] = {0,
                                          ~uint64_t{0},
                                          0x8000000000000000u,
                                          0x7fffffffffffffffu,
                                          0x0000000080000000u,
                                          0x000000007fffffffu,
                                          0xfedcba9876548281u,
                                          0x0123456789ab7f7fu};
  return lane < 8 ? kSpecial[lane] : 0x9e3779b97f4a7c15u * lane;
}

struct Type {
  const char* name;
  int bits;
  bool is_signed;
};
constexpr Type kTypes[] = {{"b8", 8, false},   {"u8", 8, false},   {"s8", 8, true},    {"b16", 16, false},
                           {"u16", 16, false}, {"s16", 16, true},  {"b32", 32, false}, {"u32", 32, false},
                           {"s32", 32, true},  {"f32", 32, false}, {"b64", 64, false}, {"u64", 64, false},
                           {"s64", 64, true},  {"f64", 64, false}};

struct Reg {
  const char* prefix;
  int bits;
};
constexpr Reg kRegs[] = {{"rs", 16}, {"r", 32}, {"rd", 64}};

uint64_t low_bits(uint64_t value, int bits) { return bits == 64 ? value : value & ((uint64_t{1} << bits) - 1); }

/// PTX ISA, "Operand Size Exceeding Instruction-Type Size": the value is extended to the register.
uint64_t extended(uint64_t memory, const Type& type, int register_bits) {
  uint64_t value = low_bits(memory, type.bits);
  if (type.is_signed && (value >> (type.bits - 1) & 1)) value |= ~uint64_t{0} << (type.bits - 1) << 1;
  return low_bits(value, register_bits);
}

/// How lane l's 8 bytes of `in` come to lie in a space: code that leaves their address in %rd9.
struct SpaceCase {
  const char* space;  ///< with its dot; empty: generic
  std::string prepare;
  const char* module = "";
};

std::vector<SpaceCase> spaces() {
  const char* const copy = "ld.global.b64 %rd8, [%i]; st{s}.b64 [%rd9], %rd8;";
  const std::string shared =
      ".shared .align 8 .b8 s[256]; mov.u64 %rd9, s; mul.wide.u32 %rd8, %t, 8; "
      "add.u64 %rd9, %rd9, %rd8;";
  const std::string local = ".local .align 8 .b8 depot[64]; mov.u64 %rd9, depot; add.u64 %rd9, %rd9, 24;";
  return {{".global", "mov.b64 %rd9, %i;"},
          {"", "mov.b64 %rd9, %i;"},
          {".shared", shared + with(copy, {{"s", ".shared"}})},
          {".shared::cta", shared + with(copy, {{"s", ".shared"}})},
          {"", shared + "cvta.shared.u64 %rd9, %rd9;" + with(copy, {{"s", ""}})},
          {".local", local + with(copy, {{"s", ".local"}})},
          {"", local + "cvta.local.u64 %rd9, %rd9;" + with(copy, {{"s", ""}})}};
}

std::vector<uint64_t> permuted(uint32_t kind) {
  return lanes([&](uint32_t l) {
    switch (kind) {
      case 0:
        return l;  // consecutive
      case 1:
        return 5u;  // uniform
      case 2:
        return 3 * l;  // strided
      case 3:
        return 31 - l;
      case 4:
        return l * 7 % 32;  // scattered
      case 5:
        return l / 2;  // overlapping
      default:
        return l + 1;  // consecutive, not from the start
    }
  });
}

}  // namespace

TEST_CASE("ld extends a type into every register it fits, from every space") {
  const auto in = lanes(pattern);
  for (const SpaceCase& space : spaces()) {
    for (const Type& type : kTypes) {
      for (const Reg& reg : kRegs) {
        if (reg.bits < type.bits) continue;
        const std::string body =
            with("{p} ld{s}.{t} %{r}1, [%rd9]; st.global.b{b} [%o], %{r}1;", {{"p", space.prepare},
                                                                              {"s", space.space},
                                                                              {"t", type.name},
                                                                              {"r", reg.prefix},
                                                                              {"b", std::to_string(reg.bits)}});
        CHECK(run_warp_of(body, in) == lanes([&](uint32_t l) { return extended(pattern(l), type, reg.bits); }));
      }
    }
  }
}

TEST_CASE("st writes the low bits of a register, and no byte more, to every space") {
  const auto in = lanes(pattern);
  for (const SpaceCase& space : spaces()) {
    for (const Type& type : kTypes) {
      for (const Reg& reg : kRegs) {
        if (reg.bits < type.bits) continue;
        // The place holds in[l]; its low bits become those of ~in[l].
        const std::string body = with(
            "{p} ld.global.b64 %rd1, [%i]; not.b64 %rd1, %rd1; cvt.u32.u64 %r1, %rd1; cvt.u16.u64 %rs1, %rd1;"
            "st{s}.{t} [%rd9], %{r}1; ld{s}.b64 %rd2, [%rd9]; st.global.b64 [%o], %rd2;",
            {{"p", space.prepare}, {"s", space.space}, {"t", type.name}, {"r", reg.prefix}});
        CHECK(run_warp_of(body, in) ==
              lanes([&](uint32_t l) { return pattern(l) ^ low_bits(~uint64_t{0}, type.bits); }));
      }
    }
  }
}

TEST_CASE("ld.const and initialised constants") {
  for (const char* type : {"b8", "s8", "u16", "s16", "u32", "s32"}) {
    const std::string body = with(
        "mov.u64 %rd1, c; mul.wide.u32 %rd2, %t, 4; add.u64 %rd1, %rd1, %rd2;"
        "ld.const.{t} %r1, [%rd1]; st.global.b32 [%o], %r1;",
        {{"t", type}});
    std::string module = ".const .align 4 .b32 c[32] = {";
    for (uint32_t l = 0; l < 32; ++l) {
      if (l != 0) module += ',';
      module += std::to_string(pattern(l) & 0xffffffff);
    }
    const Type& t =
        *std::find_if(std::begin(kTypes), std::end(kTypes), [&](const Type& k) { return k.name == std::string(type); });
    CHECK(run_warp_of(body, lanes(pattern), module + "};") ==
          lanes([&](uint32_t l) { return extended(pattern(l) & 0xffffffff, t, 32); }));
  }
}

TEST_CASE("ld.param: types, vectors, offsets, and an index at run time") {
  struct Data {
    uint64_t words[8];
  } data{};
  for (uint32_t i = 0; i < 8; ++i) data.words[i] = pattern(i);
  const auto run = [&](const std::string& body) {
    CAPTURE(body);
    Machine m(kernel(body, ", .param .u32 one, .param .align 8 .b8 data[64]"));
    const Address out = m.zeros<uint64_t>("out", 32);
    m.run(1, 32, out, uint64_t{0}, uint32_t{7}, data);
    return m.values<uint64_t>(out);
  };
  for (const Type& type : kTypes) {
    for (const Reg& reg : kRegs) {
      if (reg.bits < type.bits) continue;
      const std::string r = reg.prefix, b = std::to_string(reg.bits), t = type.name;
      CHECK(run("ld.param." + t + " %" + r + "1, [data+48]; st.global.b" + b + " [%o], %" + r + "1;") ==
            lanes([&](uint32_t) { return extended(pattern(6), type, reg.bits); }));
    }
  }
  CHECK(run("ld.param.v2.b64 {%rd1, %rd2}, [data+32]; xor.b64 %rd1, %rd1, %rd2; st.global.b64 [%o], %rd1;")[9] ==
        (pattern(4) ^ pattern(5)));
  CHECK(
      run("ld.param.v4.b32 {%r1, %r2, %r3, %r4}, [data+48]; mov.b64 %rd1, {%r2, %r3}; st.global.b64 [%o], %rd1;")[0] ==
      (pattern(6) >> 32 | pattern(7) << 32));
  const std::string indexed =
      "mov.b64 %rd1, data; and.b32 %r1, %t, 7; mul.wide.u32 %rd2, %r1, 8;"
      "add.u64 %rd1, %rd1, %rd2; ld.param.b64 %rd3, [%rd1]; st.global.b64 [%o], %rd3;";
  CHECK(run(indexed) == lanes([](uint32_t l) { return pattern(l % 8); }));
  // Lanes that are masked off keep their register.
  CHECK(run("mov.u64 %rd3, 5; setp.lt.u32 %p1, %t, 9; @%p1 ld.param.b64 %rd3, [data+16]; st.global.b64 [%o], %rd3;") ==
        lanes([](uint32_t l) { return l < 9 ? pattern(2) : 5; }));
}

TEST_CASE("addresses of every shape, under every guard") {
  constexpr uint32_t kMasks[] = {0xffffffffu, 1u, 0x80000000u, 0x55555555u, 0x0000ffffu, 0x12345678u, 0xfffffffeu, 0u};
  struct Form {
    const char* load;
    const char* store;
    uint32_t bytes;
  };
  // Each element of lane l's access is loaded, then stored to the same place of the copy.
  constexpr Form kForms[] = {{"b8 %r1", "b8 [%rd4], %r1", 1},
                             {"b16 %rs1", "b16 [%rd4], %rs1", 2},
                             {"b32 %r1", "b32 [%rd4], %r1", 4},
                             {"b64 %rd5", "b64 [%rd4], %rd5", 8},
                             {"b128 %q1", "b128 [%rd4], %q1", 16},
                             {"v2.b8 {%rs1,%rs2}", "v2.b8 [%rd4], {%rs1,%rs2}", 2},
                             {"v4.b8 {%rs1,%rs2,%r3,%rs4}", "v4.b8 [%rd4], {%rs1,%rs2,%r3,%rs4}", 4},
                             {"v2.b16 {%rs1,%rs2}", "v2.b16 [%rd4], {%rs1,%rs2}", 4},
                             {"v4.b16 {%rs1,%rs2,%rs3,%rs4}", "v4.b16 [%rd4], {%rs1,%rs2,%rs3,%rs4}", 8},
                             {"v2.b32 {%r1,%r2}", "v2.b32 [%rd4], {%r1,%r2}", 8},
                             {"v2.f32 {%f1,%f2}", "v2.f32 [%rd4], {%f1,%f2}", 8},
                             {"v4.b32 {%r1,%r2,%r3,%r4}", "v4.b32 [%rd4], {%r1,%r2,%r3,%r4}", 16},
                             {"v4.f32 {%f1,%f2,%f3,%f4}", "v4.f32 [%rd4], {%f1,%f2,%f3,%f4}", 16},
                             {"v2.b64 {%rd5,%rd6}", "v2.b64 [%rd4], {%rd5,%rd6}", 16},
                             {"v2.f64 {%fd5,%fd6}", "v2.f64 [%rd4], {%fd5,%fd6}", 16}};
  constexpr size_t kElements = 96;  // the furthest index is 93
  for (const Form& form : kForms) {
    CAPTURE(form.load);
    for (const char* space : {".global", ".shared"}) {
      const bool shared = space[1] == 's';
      // Shared memory: in is copied there first, and out's copy back at the end, by thread 0, byte by byte.
      const std::string copy_in =
          shared ? with(
                       "mov.u64 %rd9, s1; mov.u64 %rd10, s2; setp.ne.u32 %p5, %t, 0; @%p5 bra DONE;"
                       "mov.u32 %r20, 0; L: cvt.u64.u32 %rd20, %r20; add.u64 %rd21, %rd20, %rd8;"
                       "ld.global.b8 %r21, [%rd21]; add.u64 %rd22, %rd20, %rd9; st.shared.b8 [%rd22], %r21;"
                       "add.u64 %rd22, %rd20, %rd10; st.shared.b8 [%rd22], 0;"
                       "add.u32 %r20, %r20, 1; setp.lt.u32 %p5, %r20, {n}; @%p5 bra L;"
                       "DONE: bar.sync 0;",
                       {{"n", std::to_string(kElements * form.bytes)}})
                 : "mov.b64 %rd9, %rd8; mov.b64 %rd10, %out;";
      const std::string copy_out =
          shared ? with(
                       "bar.sync 0; setp.ne.u32 %p5, %t, 0; @%p5 bra DONE2;"
                       "mov.u32 %r20, 0; L2: cvt.u64.u32 %rd20, %r20; add.u64 %rd22, %rd20, %rd10;"
                       "ld.shared.b8 %r21, [%rd22]; add.u64 %rd22, %rd20, %out; st.global.b8 [%rd22], %r21;"
                       "add.u32 %r20, %r20, 1; setp.lt.u32 %p5, %r20, {n}; @%p5 bra L2; DONE2:",
                       {{"n", std::to_string(kElements * form.bytes)}})
                 : "";
      const std::string variables = with(".shared .align 16 .b8 s1[{n}]; .shared .align 16 .b8 s2[{n}];",
                                         {{"n", std::to_string(kElements * form.bytes)}});
      const std::string body =
          variables + with(
                          "ld.param.u64 %rd8, [data]; ld.param.u32 %r10, [mask]; {copy_in}"
                          "mov.u32 %r11, %lanemask_eq; and.b32 %r10, %r10, %r11; setp.ne.u32 %p1, %r10, 0;"
                          "ld.global.b32 %r12, [%i]; mul.wide.u32 %rd1, %r12, {n};"
                          "add.u64 %rd3, %rd9, %rd1; add.u64 %rd4, %rd10, %rd1;"
                          "@%p1 ld{s}.{load}, [%rd3]; @%p1 st{s}.{store}; {copy_out}",
                          {{"copy_in", copy_in},
                           {"copy_out", copy_out},
                           {"s", space},
                           {"load", form.load},
                           {"store", form.store},
                           {"n", std::to_string(form.bytes)}});
      Machine m(kernel(body, ", .param .u64 data, .param .u32 mask"));
      std::vector<uint8_t> data(kElements * form.bytes);
      for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<uint8_t>(i * 37 + 11);
      const Address from = m.buffer("data", data);
      for (uint32_t kind = 0; kind < 7; ++kind) {
        const auto indices = permuted(kind);
        const Address in = m.buffer("in", indices);
        for (const uint32_t mask : kMasks) {
          CAPTURE(kind);
          CAPTURE(mask);
          const Address out = m.zeros<uint8_t>("out", data.size());
          m.run(1, 32, out, in, from, mask);
          std::vector<uint8_t> expected(data.size());
          for (uint32_t l = 0; l < 32; ++l) {
            if ((mask >> l & 1) == 0) continue;
            for (size_t b = 0; b < form.bytes; ++b)
              expected[indices[l] * form.bytes + b] = data[indices[l] * form.bytes + b];
          }
          CHECK(m.values<uint8_t>(out) == expected);
          m.gpu.free(out);
        }
        m.gpu.free(in);
      }
    }
  }
}

TEST_CASE("where stores of a warp meet, one of them is left, whole: ours is the highest lane's") {
  for (const char* guard : {"", "@%p1 "}) {
    const std::string body =
        with("ld.global.b64 %rd1, [%i]; setp.lt.u32 %p1, %t, 20; {g}st.global.b64 [%out], %rd1;", {{"g", guard}});
    Machine m(kernel(body));
    const Address in = m.buffer("in", lanes(pattern)), out = m.zeros<uint64_t>("out", 1);
    m.launch({1, 1, 1}, {32, 1, 1}, out, in);  // a race, which other tests look at
    CHECK(m.values<uint64_t>(out)[0] == pattern(*guard ? 19 : 31));
  }
}

TEST_CASE("a load whose destination is its own address") {
  CHECK(run_warp_of("ld.global.b64 %i, [%i]; st.global.b64 [%o], %i;", lanes(pattern)) == lanes(pattern));
  const std::string pair =
      "and.b32 %r1, %t, 15; mul.wide.u32 %rd1, %r1, 16; add.u64 %rd1, %in, %rd1;"
      "ld.global.v2.b64 {%rd1, %rd2}, [%rd1]; xor.b64 %rd1, %rd1, %rd2; st.global.b64 [%o], %rd1;";
  CHECK(run_warp_of(pair, lanes(pattern)) ==
        lanes([](uint32_t l) { return pattern(l % 16 * 2) ^ pattern(l % 16 * 2 + 1); }));
}

TEST_CASE("hints, cache operators and orders change no value") {
  for (const char* form : {"ld.global.ca.b64",
                           "ld.global.cg.b64",
                           "ld.global.cs.b64",
                           "ld.global.lu.b64",
                           "ld.global.cv.b64",
                           "ld.global.nc.b64",
                           "ld.global.ca.nc.b64",
                           "ld.global.nc.L1::no_allocate.L2::128B.b64",
                           "ld.global.L1::evict_last.b64",
                           "ld.global.L1::evict_first.b64",
                           "ld.global.L2::256B.b64",
                           "ldu.global.b64",
                           "ld.volatile.global.b64",
                           "ld.volatile.b64",
                           "ld.weak.global.b64",
                           "ld.relaxed.cta.global.b64",
                           "ld.relaxed.gpu.global.b64",
                           "ld.relaxed.sys.global.b64",
                           "ld.acquire.cta.global.b64",
                           "ld.acquire.gpu.global.b64",
                           "ld.acquire.sys.b64",
                           "ld.mmio.relaxed.sys.global.b64"}) {
    CHECK(run_warp_of(with("{f} %rd1, [%i]; st.global.b64 [%o], %rd1;", {{"f", form}}), lanes(pattern)) ==
          lanes(pattern));
  }
  for (const char* form :
       {"st.global.wb.b64", "st.global.cg.b64", "st.global.cs.b64", "st.global.wt.b64", "st.volatile.global.b64",
        "st.volatile.b64", "st.weak.global.b64", "st.relaxed.cta.global.b64", "st.relaxed.gpu.global.b64",
        "st.release.cta.global.b64", "st.release.gpu.global.b64", "st.release.sys.b64", "st.global.L1::no_allocate.b64",
        "st.mmio.relaxed.sys.global.b64"}) {
    CHECK(run_warp_of(with("ld.global.b64 %rd1, [%i]; {f} [%o], %rd1;", {{"f", form}}), lanes(pattern)) ==
          lanes(pattern));
  }
  // A cache policy is a third operand.
  CHECK(run_warp_of("ld.global.L2::cache_hint.b64 %rd1, [%i], %rd2; st.global.L2::cache_hint.b64 [%o], %rd1, %rd2;",
                    lanes(pattern)) == lanes(pattern));
  CHECK(run_warp_of("prefetch.global.L2 [%i]; prefetch.global.L1 [%i]; prefetchu.L1 [%i]; ld.global.b64 %rd1, [%i];"
                    "st.global.b64 [%o], %rd1;",
                    lanes(pattern)) == lanes(pattern));
}

TEST_CASE("operands as compilers write them: one-element braces, sinks, immediates, offsets, 32-bit shared addresses") {
  const auto in = lanes(pattern);
  CHECK(run_warp_of("ld.global.b32 { %r1 }, [ %i + 0 ]; st.global.b32 [ %o + 0 ], { %r1 };", in) ==
        lanes([](uint32_t l) { return pattern(l) & 0xffffffff; }));
  CHECK(run_warp_of("ld.global.v2.b32 {_, %r1}, [%i]; st.global.b32 [%o], %r1;", in) ==
        lanes([](uint32_t l) { return pattern(l) >> 32; }));
  CHECK(run_warp_of("ld.global.v2.b32 {%r1, _}, [%i]; st.global.b32 [%o], %r1;", in) ==
        lanes([](uint32_t l) { return pattern(l) & 0xffffffff; }));
  CHECK(
      run_warp_of(
          "add.u64 %rd1, %i, 16; ld.global.b64 %rd2, [%rd1+-16]; add.u64 %rd3, %o, -24; st.global.b64 [%rd3+24], %rd2;",
          in) == in);
  CHECK(run_warp_of("st.global.b32 [%o], -2; st.global.f32 [%o+4], 0f3F800000;", in)[7] == 0x3f800000fffffffeu);
  CHECK(run_warp_of("st.global.v2.b32 [%o], {1, %t};", in) == lanes([](uint32_t l) { return uint64_t{l} << 32 | 1; }));
  CHECK(run_warp_of("st.global.f64 [%o], 0dBFF0000000000000;", in)[3] == 0xbff0000000000000u);
  CHECK(run_warp_of("st.global.b8 [%o], 0x1ff; st.global.b16 [%o+2], 0xabcd;", in)[3] == 0xabcd00ffu);
  const std::string shared =
      ".shared .align 8 .b32 a[32]; .shared .align 8 .b32 b[64]; mov.u32 %r1, b; mad.lo.u32 %r2, %t, 8, %r1;"
      "ld.global.b64 %rd1, [%i]; st.shared.b64 [%r2], %rd1; bar.sync 0;";
  CHECK(run_warp_of(shared + "ld.shared.b64 %rd2, [%r2]; st.global.b64 [%o], %rd2;", in) == in);
  CHECK(run_warp_of(shared + "ld.shared.b32 %r3, [b+16]; st.global.b32 [%o], %r3;", in) ==
        lanes([](uint32_t) { return pattern(2) & 0xffffffff; }));
  CHECK(run_warp_of(".local .b32 l[4]; st.local.b32 [l+4], %t; st.local.b32 [l+8], 9; st.local.b32 [l+12], 9; "
                    "ld.local.v2.b32 {%r1,%r2}, [l+8];"
                    "ld.local.b32 %r2, [l+4]; st.global.v2.b32 [%o], {%r1,%r2};",
                    in) == lanes([](uint32_t l) { return uint64_t{l} << 32 | 9; }));
  CHECK(run_warp_of("setp.eq.u32 %p1, %t, 31; @!%p1 ret; st.global.b64 [g+8], 77; ld.global.b64 %rd1, [g+8]; "
                    "ld.global.b64 %rd2, [g]; add.u64 %rd1, %rd1, %rd2;"
                    "st.global.b64 [%o], %rd1;",
                    in, ".global .align 8 .u64 g[2] = {5, 6};")[31] == 82);
}

TEST_CASE("local memory is each thread's own, also through a generic pointer given to another lane") {
  CHECK(run_warp_of(".local .align 8 .b8 d[8]; mov.u64 %rd1, d; cvta.local.u64 %rd2, %rd1; cvt.u64.u32 %rd3, %t; "
                    "st.b64 [%rd2], %rd3;"
                    "ld.local.b64 %rd4, [%rd1]; st.global.b64 [%o], %rd4;",
                    lanes(pattern)) == lanes([](uint32_t l) { return l; }));
}

TEST_CASE("a local array read at another place by each lane is still the lane's own") {
  // a[j] = 100 t + j for every j, then a[t]: side by side in the address, not in memory.
  const std::string body =
      ".local .align 4 .b32 a[32]; mov.u64 %rd1, a; mov.u32 %r1, 0; L: mad.lo.u32 %r2, %t, 100, %r1; mul.wide.u32 "
      "%rd2, %r1, 4;"
      "add.u64 %rd3, %rd1, %rd2; st.local.b32 [%rd3], %r2; add.u32 %r1, %r1, 1; setp.lt.u32 %p1, %r1, 32; @%p1 bra L;"
      "mul.wide.u32 %rd2, %t, 4; add.u64 %rd3, %rd1, %rd2; ld.local.b32 %r3, [%rd3]; st.local.b32 [%rd3], 7; "
      "ld.local.b32 %r4, [a+12];"
      "st.global.v2.b32 [%o], {%r3, %r4};";
  CHECK(run_warp_of(body, lanes(pattern)) ==
        lanes([](uint32_t l) { return uint64_t{l == 3 ? 7 : 100 * l + 3} << 32 | (100 * l + l); }));
}

TEST_CASE("memory starts as 0xFF: buffers, shared and local memory alike, in every block") {
  const std::string body =
      ".shared .b32 s[4]; .local .b32 l[2]; ld.shared.b32 %r1, [s+8]; ld.local.b32 %r2, [l];"
      "st.shared.b32 [s+8], 1; st.local.b32 [l], 2; and.b32 %r1, %r1, %r2; st.global.b32 [%o], %r1;";
  Machine m(kernel(body));
  const Address out = m.zeros<uint64_t>("out", 3);
  m.launch({3, 1, 1}, {1, 1, 1}, out, out);  // what it reads is uninitialised: findings are not looked at
  CHECK(m.values<uint64_t>(out) == std::vector<uint64_t>{0xffffffff, 0xffffffff, 0xffffffff});
  const Address fresh = m.gpu.allocate("fresh", 4);
  CHECK(m.values<uint32_t>(fresh)[0] == 0xffffffff);
}
