// ldmatrix and stmatrix against the index formulas of the PTX ISA; wmma.load, wmma.mma and wmma.store as a product,
// since what a wmma fragment holds is nobody's business but theirs.

#include "vgpu/machine/instructions/matrix_load.h"

#include <fmt/format.h>

#include <algorithm>

#include "vgpu/machine/instructions/tensor_testing.h"
#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

const char* const kTile = ".shared .align 32 .b8 tile[4096];";

/// Row r of matrix j lies at this byte of shared memory: 48 bytes apart, in an order of its own.
int row_offset(int j, int r) { return ((j * 8 + r) * 7 % 32) * 48; }

uint16_t element_of(int j, int r, int c) { return static_cast<uint16_t>(0x1000 * (j + 1) + r * 16 + c); }

std::string matrix_opcode(const char* opcode, int count, bool transpose) {
  return fmt::format("{}.sync.aligned.m8n8.x{}{}.shared.b16", opcode, count, transpose ? ".trans" : "");
}

std::string fragment_text(int count) {
  std::string text = "{%r0";
  for (int i = 1; i < count; ++i) text += fmt::format(", %r{}", i);
  return text + "}";
}

/// What lane l holds of matrix j (PTX ISA, "ldmatrix": row l / 4, elements 2 * (l % 4) and the next; transposed:
/// column).
uint32_t held(int j, int lane, bool transpose) {
  const int line = lane / 4, at = lane % 4 * 2;
  const auto value = [&](int i) {
    return uint32_t{transpose ? element_of(j, at + i, line) : element_of(j, line, at + i)};
  };
  return value(0) | value(1) << 16;
}

/// The tile with all four matrices, 0xee between their rows.
std::vector<uint8_t> tile_of_matrices(int count) {
  std::vector<uint8_t> tile(4096, 0xee);
  for (int j = 0; j < count; ++j) {
    for (int r = 0; r < 8; ++r) {
      for (int c = 0; c < 8; ++c) {
        const uint16_t x = element_of(j, r, c);
        std::memcpy(&tile[static_cast<size_t>(row_offset(j, r) + 2 * c)], &x, 2);
      }
    }
  }
  return tile;
}

/// Addresses by lane, then the tile's 4096 bytes or the fragments.
Machine matrix_machine(const std::string& body) { return Machine(kernel(body, "", kTile)); }

// Copies 4096 bytes between global memory (at %rd1) and the tile, 128 bytes a lane.
const char* const kFillTile =
    "mul.wide.u32 %rd5, %t, 128; add.u64 %rd5, %rd1, %rd5; mov.u32 %r40, tile; mad.lo.u32 %r41, %t, 128, %r40;\n"
    "mov.u32 %r42, 0;\n"
    "FILL: ld.global.v4.b32 {%r43, %r44, %r45, %r46}, [%rd5]; st.shared.v4.b32 [%r41], {%r43, %r44, %r45, %r46};\n"
    "add.u64 %rd5, %rd5, 16; add.u32 %r41, %r41, 16; add.u32 %r42, %r42, 1; setp.lt.u32 %p9, %r42, 8; @%p9 bra FILL;\n"
    "bar.warp.sync -1;\n";
const char* const kDrainTile =
    "bar.warp.sync -1;\n"
    "mul.wide.u32 %rd5, %t, 128; add.u64 %rd5, %rd1, %rd5; mov.u32 %r40, tile; mad.lo.u32 %r41, %t, 128, %r40;\n"
    "mov.u32 %r42, 0;\n"
    "DRAIN: ld.shared.v4.b32 {%r43, %r44, %r45, %r46}, [%r41]; st.global.v4.b32 [%rd5], {%r43, %r44, %r45, %r46};\n"
    "add.u64 %rd5, %rd5, 16; add.u32 %r41, %r41, 16; add.u32 %r42, %r42, 1; setp.lt.u32 %p9, %r42, 8; @%p9 bra "
    "DRAIN;\n";

/// One form of wmma.
struct Form {
  int m, n, k;
  ElementKind input, c, d;
};

const Form kForms[] = {
    {16, 16, 16, ElementKind::f16, ElementKind::f32, ElementKind::f32},
    {16, 16, 16, ElementKind::f16, ElementKind::f16, ElementKind::f16},
    {16, 16, 16, ElementKind::f16, ElementKind::f32, ElementKind::f16},
    {16, 16, 16, ElementKind::f16, ElementKind::f16, ElementKind::f32},
    {32, 8, 16, ElementKind::f16, ElementKind::f32, ElementKind::f32},
    {32, 8, 16, ElementKind::f16, ElementKind::f16, ElementKind::f16},
    {8, 32, 16, ElementKind::f16, ElementKind::f32, ElementKind::f32},
    {8, 32, 16, ElementKind::f16, ElementKind::f16, ElementKind::f16},
    {16, 16, 16, ElementKind::bf16, ElementKind::f32, ElementKind::f32},
    {32, 8, 16, ElementKind::bf16, ElementKind::f32, ElementKind::f32},
    {8, 32, 16, ElementKind::bf16, ElementKind::f32, ElementKind::f32},
    {16, 16, 8, ElementKind::tf32, ElementKind::f32, ElementKind::f32},
    {16, 16, 16, ElementKind::s8, ElementKind::s32, ElementKind::s32},
    {16, 16, 16, ElementKind::u8, ElementKind::s32, ElementKind::s32},
    {32, 8, 16, ElementKind::s8, ElementKind::s32, ElementKind::s32},
    {32, 8, 16, ElementKind::u8, ElementKind::s32, ElementKind::s32},
    {8, 32, 16, ElementKind::s8, ElementKind::s32, ElementKind::s32},
    {8, 32, 16, ElementKind::u8, ElementKind::s32, ElementKind::s32},
    {8, 8, 4, ElementKind::f64, ElementKind::f64, ElementKind::f64},
};

/// Registers of a fragment, from the tables of "Matrix Fragments for WMMA".
int registers_of(const Form& form, char role) {
  if (role == 'c' || role == 'd') {
    const ElementKind kind = role == 'c' ? form.c : form.d;
    return kind == ElementKind::f64 ? 2 : kind == ElementKind::f16 ? 4 : 8;
  }
  const int own = role == 'a' ? form.m : form.n;
  switch (form.input) {
    case ElementKind::f16:
      return 8;
    case ElementKind::bf16:
      return own == 16 ? 4 : own == 8 ? 2 : 8;
    case ElementKind::tf32:
      return 4;
    case ElementKind::f64:
      return 1;
    default:
      return own == 16 ? 2 : own == 8 ? 1 : 4;
  }
}

/// A matrix in memory with lines `stride` elements apart, 0xee between them.
std::vector<uint8_t> in_memory(const Bits& matrix, bool row_major, int stride) {
  const size_t bytes = static_cast<size_t>(bits_of(matrix.kind)) / 8;
  const int lines = row_major ? matrix.rows : matrix.columns;
  std::vector<uint8_t> memory(static_cast<size_t>(lines * stride) * bytes, 0xee);
  for (int r = 0; r < matrix.rows; ++r) {
    for (int c = 0; c < matrix.columns; ++c) {
      const uint64_t x = matrix(r, c);
      std::memcpy(&memory[static_cast<size_t>(row_major ? r * stride + c : c * stride + r) * bytes], &x, bytes);
    }
  }
  return memory;
}

Bits from_memory(const std::vector<uint8_t>& memory, int rows, int columns, ElementKind kind, bool row_major,
                 int stride) {
  Bits matrix(rows, columns, kind);
  const size_t bytes = static_cast<size_t>(bits_of(kind)) / 8;
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c)
      std::memcpy(&matrix(r, c), &memory[static_cast<size_t>(row_major ? r * stride + c : c * stride + r) * bytes],
                  bytes);
  }
  return matrix;
}

std::string fragment_list(const char* name, int first, int count) {
  std::string text = "{";
  for (int i = 0; i < count; ++i) text += fmt::format("{}{}{}", i > 0 ? ", " : "", name, first + i);
  return text + "}";
}

/// A product through wmma from `space`: the four matrices lie in one buffer (or in shared memory) 4096 bytes apart.
/// Layouts in the order a, b, c, d; `padding` elements are between lines, -1: no stride operand.
void check_wmma(const Form& form, const std::string& space, const bool (&row_major)[4], int padding) {
  std::mt19937 random(static_cast<unsigned>(form.m * 7 + form.n));
  const Bits a = random_bits(form.m, form.k, form.input, random), b = random_bits(form.k, form.n, form.input, random);
  const Bits c = random_bits(form.m, form.n, form.c, random);
  const char* name = form.input == ElementKind::f64 ? "%fd" : "%r";
  int stride[4];
  const std::pair<int, int> sizes[] = {{form.m, form.k}, {form.k, form.n}, {form.m, form.n}, {form.m, form.n}};
  for (int i = 0; i < 4; ++i) stride[i] = (row_major[i] ? sizes[i].second : sizes[i].first) + std::max(padding, 0);
  std::vector<uint8_t> memory(4 * 4096, 0xee);
  const auto place = [&](int i, const std::vector<uint8_t>& bytes) {
    REQUIRE(bytes.size() <= 4096);
    std::copy(bytes.begin(), bytes.end(), memory.begin() + i * 4096);
  };
  place(0, in_memory(a, row_major[0], stride[0]));
  place(1, in_memory(b, row_major[1], stride[1]));
  place(2, in_memory(c, row_major[2], stride[2]));

  const std::string shape = fmt::format("m{}n{}k{}", form.m, form.n, form.k);
  const auto layout = [&](int i) { return row_major[i] ? "row" : "col"; };
  const bool shared = space == ".shared";
  const auto access = [&](int i) {  // the address, and the stride where there is one
    return std::pair{fmt::format("[%rd1+{}]", i * 4096), padding < 0 ? std::string() : fmt::format(", %r{}", 50 + i)};
  };
  const int na = registers_of(form, 'a'), nb = registers_of(form, 'b'), nc = registers_of(form, 'c'),
            nd = registers_of(form, 'd');
  const std::string fa = fragment_list(name, 0, na), fb = fragment_list(name, 8, nb), fc = fragment_list(name, 16, nc),
                    fd = fragment_list(name, 24, nd);
  std::string body;
  for (int i = 0; i < 4; ++i) body += fmt::format("mov.u32 %r{}, {};\n", 50 + i, stride[i]);
  // Copies between the buffer and shared memory: 512 bytes a lane.
  const char* const copy =
      "mul.wide.u32 %rd5, %t, 512; add.u64 %rd6, {}, %rd5; add.u64 %rd7, {}, %rd5; mov.u32 %r60, 0;\n"
      "{}: ld.b32 %r61, [%rd6]; st.b32 [%rd7], %r61; add.u64 %rd6, %rd6, 4; add.u64 %rd7, %rd7, 4;\n"
      "add.u32 %r60, %r60, 1; setp.lt.u32 %p9, %r60, 128; @%p9 bra {}; bar.warp.sync -1;\n";
  if (shared) {
    body += "mov.u64 %rd1, big; cvta.shared.u64 %rd8, %rd1;\n";
    body += fmt::format(fmt::runtime(copy), "%in", "%rd8", "FILL", "FILL");
  } else {
    body += "mov.b64 %rd1, %in;\n";
  }
  const auto [at_a, s_a] = access(0);
  const auto [at_b, s_b] = access(1);
  const auto [at_c, s_c] = access(2);
  const auto [at_d, s_d] = access(3);
  const std::string in = name_of(form.input);
  body += fmt::format("wmma.load.a.sync.aligned.{}.{}{}.{} {}, {}{};\n", layout(0), shape, space, in, fa, at_a, s_a);
  body += fmt::format("wmma.load.b.sync.aligned.{}.{}{}.{} {}, {}{};\n", layout(1), shape, space, in, fb, at_b, s_b);
  body += fmt::format("wmma.load.c.sync.aligned.{}.{}{}.{} {}, {}{};\n", layout(2), shape, space, name_of(form.c), fc,
                      at_c, s_c);
  const std::string types = form.input == ElementKind::f16
                                ? fmt::format("{}.{}", name_of(form.d), name_of(form.c))
                                : fmt::format("{}.{}.{}.{}", name_of(form.d), in, in, name_of(form.c));
  body += fmt::format("wmma.mma.sync.aligned.{}.{}.{}.{} {}, {}, {}, {};\n", layout(0), layout(1), shape, types, fd, fa,
                      fb, fc);
  body += fmt::format("wmma.store.d.sync.aligned.{}.{}{}.{} {}, {}{};\n", layout(3), shape, space, name_of(form.d),
                      at_d, fd, s_d);
  if (shared) {
    body += "bar.warp.sync -1;\n";
    body += fmt::format(fmt::runtime(copy), "%rd8", "%in", "DRAIN", "DRAIN");
  }
  CAPTURE(body);
  Machine machine(kernel(body, "", ".shared .align 32 .b8 big[16384];"));
  const Address buffer = machine.buffer("matrices", memory);
  machine.run(1, 32, buffer, buffer);
  const std::vector<uint8_t> after = machine.values<uint8_t>(buffer);
  const std::vector<uint8_t> result(after.begin() + 3 * 4096, after.end());
  const Bits d = from_memory(result, form.m, form.n, form.d, row_major[3], stride[3]);
  for (int i = 0; i < form.m; ++i) {
    for (int j = 0; j < form.n; ++j) {
      const Sum sum = product_of(a, b, c, i, j);
      CAPTURE(i);
      CAPTURE(j);
      CHECK(std::fabs(d.value(i, j) - sum.value) <= tolerance(form.d, form.input, form.k, sum));
    }
  }
  // Nothing but the tile was written.
  std::vector<uint8_t> expected(4096, 0xee);
  const std::vector<uint8_t> lines = in_memory(d, row_major[3], stride[3]);
  std::copy(lines.begin(), lines.end(), expected.begin());
  CHECK(result == expected);
  CHECK(std::equal(memory.begin(), memory.begin() + 3 * 4096, after.begin()));
}

Finding only_finding(const std::string& body, uint32_t threads = 32) {
  CAPTURE(body);
  Machine machine(kernel(body, "", kTile));
  const Address out = machine.zeros<uint64_t>("out", 64), in = machine.zeros<uint64_t>("in", 64);
  const LaunchResult result = machine.launch({1, 1, 1}, {threads, 1, 1}, out, in);
  REQUIRE(result.findings.size() == 1);
  return result.findings[0];
}

const char* const kZeroTile =
    "mov.u32 %r40, tile; mad.lo.u32 %r41, %t, 128, %r40; mov.b32 %r43, 0; mov.u32 %r42, 0;\n"
    "ZERO: st.shared.b32 [%r41], %r43; add.u32 %r41, %r41, 4; add.u32 %r42, %r42, 1; setp.lt.u32 %p9, %r42, 32;\n"
    "@%p9 bra ZERO; bar.warp.sync -1; mad.lo.u32 %r41, %t, 16, %r40;\n";

}  // namespace

TEST_CASE("ldmatrix: every lane gets its elements of 1, 2 and 4 matrices, straight and transposed") {
  for (const int count : {1, 2, 4}) {
    for (const bool transpose : {false, true}) {
      CAPTURE(count);
      CAPTURE(transpose);
      std::string body = "add.u64 %rd1, %in, 256;\n";
      body += kFillTile;
      body += "ld.global.b64 %rd2, [%i]; cvt.u32.u64 %r50, %rd2; add.u32 %r50, %r50, %r40;\n";
      body += fmt::format("{} {}, [%r50+0];\n", matrix_opcode("ldmatrix", count, transpose), fragment_text(count));
      for (int i = 0; i < count; ++i) body += fmt::format("st.global.b32 [%o+{}], %r{};\n", i * 256, i);
      Machine machine = matrix_machine(body);
      // Lanes that give no address have one that is outside everything.
      std::vector<uint64_t> addresses(32, 0xf0000000);
      for (int l = 0; l < 8 * count; ++l)
        addresses[static_cast<size_t>(l)] = static_cast<uint64_t>(row_offset(l / 8, l % 8));
      std::vector<uint8_t> in(256 + 4096);
      std::memcpy(in.data(), addresses.data(), 256);
      const std::vector<uint8_t> tile = tile_of_matrices(count);
      std::copy(tile.begin(), tile.end(), in.begin() + 256);
      const Address from = machine.buffer("in", in), to = machine.zeros<uint64_t>("out", 128);
      machine.run(1, 32, to, from);
      const std::vector<uint64_t> got = machine.values<uint64_t>(to);
      for (int j = 0; j < count; ++j) {
        for (int l = 0; l < 32; ++l) CHECK(got[static_cast<size_t>(j * 32 + l)] == held(j, l, transpose));
      }
    }
  }
}

TEST_CASE("stmatrix: the reverse, and nothing else is written") {
  for (const int count : {1, 2, 4}) {
    for (const bool transpose : {false, true}) {
      CAPTURE(count);
      CAPTURE(transpose);
      std::string body = "mov.b64 %rd1, %out;\n";
      body += kFillTile;
      body += "ld.global.b64 %rd2, [%i]; cvt.u32.u64 %r50, %rd2; add.u32 %r50, %r50, %r40;\n";
      for (int i = 0; i < count; ++i) body += fmt::format("ld.global.b32 %r{}, [%i+{}];\n", i, (i + 1) * 256);
      body += fmt::format("{} [%r50], {};\n", matrix_opcode("stmatrix", count, transpose), fragment_text(count));
      body += kDrainTile;
      Machine machine = matrix_machine(body);
      std::vector<uint64_t> in(32, 0xf0000000);
      for (int l = 0; l < 8 * count; ++l) in[static_cast<size_t>(l)] = static_cast<uint64_t>(row_offset(l / 8, l % 8));
      for (int j = 0; j < count; ++j) {
        for (int l = 0; l < 32; ++l) in.push_back(held(j, l, transpose));
      }
      const Address from = machine.buffer("in", in);
      const Address to = machine.buffer("out", std::vector<uint8_t>(4096, 0xee));
      machine.run(1, 32, to, from);
      CHECK(machine.values<uint8_t>(to) == tile_of_matrices(count));
    }
  }
}

TEST_CASE("ldmatrix and stmatrix: addresses are checked row by row") {
  const std::string load = std::string(kZeroTile) + "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r0, %r1, %r2, %r3}, ";
  const Finding uneven = only_finding(load + "[%r41+8];");
  CHECK(uneven.kind == Finding::Kind::misaligned);
  CHECK(uneven.buffer == "tile");
  CHECK(uneven.count == 32);
  const Finding outside = only_finding(load + "[%r41+3600];");  // the last row is at 3600 + 31 * 16 = 4096
  CHECK(outside.kind == Finding::Kind::out_of_bounds);
  CHECK(outside.count == 1);
  CHECK(outside.thread.x == 31);
  // The lanes of an .x1 beyond the eighth give no address.
  CHECK(
      only_finding(std::string(kZeroTile) + "ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r0}, [%r41+3984];").thread.x ==
      7);
  const Finding stored =
      only_finding(std::string(kZeroTile) + "stmatrix.sync.aligned.m8n8.x2.shared.b16 [%r41+3856], {%r43, %r43};");
  CHECK(stored.kind == Finding::Kind::out_of_bounds);
  CHECK(stored.thread.x == 15);
  CHECK(stored.message.find("wrote") != std::string::npos);
}

TEST_CASE("ldmatrix, stmatrix and wmma: part of a warp cannot execute them") {
  const std::pair<const char*, const char*> all[] = {
      {"ldmatrix", "ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r0}, [%r41];"},
      {"stmatrix", "stmatrix.sync.aligned.m8n8.x1.shared.b16 [%r41], {%r43};"},
      {"wmma.load", "wmma.load.a.sync.aligned.row.m16n16k8.global.tf32 {%r0, %r1, %r2, %r3}, [%in];"},
      {"wmma.store", "wmma.store.d.sync.aligned.row.m8n8k4.global.f64 [%out], {%fd1, %fd2};"},
      {"wmma.mma", "wmma.mma.sync.aligned.row.col.m8n8k4.f64.f64.f64.f64 {%fd1, %fd2}, {%fd3}, {%fd4}, {%fd1, %fd2};"}};
  for (const auto& [name, text] : all) {
    const Finding finding = only_finding(std::string(kZeroTile) + "setp.ge.u32 %p1, %t, 31; @!%p1 " + text);
    CHECK(finding.kind == Finding::Kind::barrier);
    CHECK(finding.count == 31);
    CHECK(finding.message.find(fmt::format("{} is executed by 31 of 32 lanes: all of the warp must", name)) !=
          std::string::npos);
  }
}

TEST_CASE("wmma: every shape and type, from global, shared and generic memory") {
  for (const Form& form : kForms) {
    CAPTURE(form.m);
    for (const char* space : {".global", ".shared", ""}) check_wmma(form, space, {true, false, true, true}, 16);
  }
}

TEST_CASE("wmma: every layout") {
  for (const Form& form : kForms) {
    CAPTURE(form.m);
    for (int bits = 0; bits < 16; ++bits) {
      const bool layouts[4] = {(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0};
      check_wmma(form, ".global", layouts, bits % 3 == 0 ? -1 : bits % 3 == 1 ? 0 : 16);
    }
  }
}

TEST_CASE("wmma.load: bounds and alignment") {
  const char* const a = "wmma.load.a.sync.aligned.row.m16n16k8.global.tf32 {%r0, %r1, %r2, %r3}, ";
  // 16 lines of 8 words, in a buffer of 128 words.
  Machine machine(kernel(std::string("mov.b32 %r9, 9; ") + a + "[%in], %r9;"));
  const Address out = machine.zeros<uint32_t>("out", 128), in = machine.zeros<uint32_t>("in", 128);
  const LaunchResult strided = machine.launch({1, 1, 1}, {32, 1, 1}, out, in);
  REQUIRE(strided.findings.size() == 1);
  CHECK(strided.findings[0].kind == Finding::Kind::misaligned);  // lines 36 bytes apart
  const Finding outside = only_finding(std::string("mov.b32 %r9, 12; ") + a + "[%in], %r9;");
  CHECK(outside.kind == Finding::Kind::out_of_bounds);
  CHECK(outside.buffer == "in");
  const Finding uneven = only_finding(std::string(a) + "[%in+4];");
  CHECK(uneven.kind == Finding::Kind::misaligned);
  CHECK(uneven.buffer == "in");
}

TEST_CASE("wmma and matrices: what is not there is refused by name") {
  const std::pair<const char*, const char*> refused[] = {
      {"wmma.load.a.sync.aligned.row.m8n8k32.global.s4 {%r0}, [%in];", "s4"},
      {"wmma.load.a.sync.aligned.row.m16n16k16.global.f32 {%r0, %r1, %r2, %r3, %r4, %r5, %r6, %r7}, [%in];", "type"},
      {"wmma.load.a.sync.aligned.row.m16n8k16.global.f16 {%r0, %r1, %r2, %r3, %r4, %r5, %r6, %r7}, [%in];", "shape"},
      {"wmma.load.a.sync.aligned.row.m16n16k16.global.f16 {%r0, %r1, %r2, %r3}, [%in];", "8 registers"},
      {"wmma.mma.sync.aligned.row.col.m8n8k128.s32.b1.b1.s32 {%r0, %r1}, {%r2}, {%r3}, {%r0, %r1};", "b1"},
      {"ldmatrix.sync.aligned.m16n16.x1.trans.shared.b8 {%r0, %r1}, [%r2];", "m16n16"},
      {"ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%r0}, [%r2];", "2 registers"},
      {"ldmatrix.sync.aligned.m8n8.shared.b16 {%r0}, [%r2];", "count"},
  };
  for (const auto& [text, name] : refused) {
    CAPTURE(text);
    const std::string message = refusal(kernel(text));
    CHECK(message.find(name) != std::string::npos);
    CHECK(message.find("cannot run") != std::string::npos);
  }
}
