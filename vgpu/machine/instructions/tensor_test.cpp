// mma.sync: every shape and type against a product in double. Where a lane's elements lie in the matrices is written
// down here once more, from the tables of the PTX ISA ("Matrix Fragments for mma.m16n8k16" and its neighbours).

#include "vgpu/machine/instructions/tensor.h"

#include <fmt/format.h>

#include "vgpu/machine/instructions/tensor_testing.h"
#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

struct At {
  int row = 0, column = 0;
};

/// One form of mma.sync. The places are of element i of a lane; g = lane / 4, t = lane % 4.
struct Form {
  int m, n, k;
  ElementKind input;
  At (*a)(int g, int t, int i);
  At (*b)(int g, int t, int i);
  At (*c)(int g, int t, int i);
};

At c_of_16(int g, int t, int i) { return {i < 2 ? g : g + 8, t * 2 + (i & 1)}; }
At c_of_8(int g, int t, int i) { return {g, t * 2 + (i & 1)}; }

At a_16x8_half(int g, int t, int i) { return {i < 2 ? g : g + 8, t * 2 + (i & 1)}; }
At b_8_half(int g, int t, int i) { return {t * 2 + i, g}; }
At a_16x16_half(int g, int t, int i) {
  const bool upper = i < 2 || (i >= 4 && i < 6);
  return {upper ? g : g + 8, t * 2 + (i & 1) + (i >= 4 ? 8 : 0)};
}
At b_16_half(int g, int t, int i) { return {t * 2 + (i & 1) + (i >= 2 ? 8 : 0), g}; }

const Form kForms[] = {
    {16, 8, 8, ElementKind::f16, a_16x8_half, b_8_half, c_of_16},
    {16, 8, 16, ElementKind::f16, a_16x16_half, b_16_half, c_of_16},
    {16, 8, 8, ElementKind::bf16, a_16x8_half, b_8_half, c_of_16},
    {16, 8, 16, ElementKind::bf16, a_16x16_half, b_16_half, c_of_16},
    {16, 8, 4, ElementKind::tf32,
     [](int g, int t, int i) -> At {
       return {i == 0 ? g : g + 8, t};
     },
     [](int g, int t, int) -> At {
       return {t, g};
     },
     c_of_16},
    {16, 8, 8, ElementKind::tf32,
     [](int g, int t, int i) -> At {
       return {i == 0 || i == 2 ? g : g + 8, i < 2 ? t : t + 4};
     },
     [](int g, int t, int i) -> At {
       return {i == 0 ? t : t + 4, g};
     },
     c_of_16},
    {8, 8, 16, ElementKind::s8,
     [](int g, int t, int i) -> At {
       return {g, t * 4 + i};
     },
     [](int g, int t, int i) -> At {
       return {t * 4 + i, g};
     },
     c_of_8},
    {16, 8, 16, ElementKind::s8,
     [](int g, int t, int i) -> At {
       return {i < 4 ? g : g + 8, t * 4 + (i & 3)};
     },
     [](int g, int t, int i) -> At {
       return {t * 4 + i, g};
     },
     c_of_16},
    {16, 8, 32, ElementKind::s8,
     [](int g, int t, int i) -> At {
       const bool upper = i < 4 || (i >= 8 && i < 12);
       return {upper ? g : g + 8, t * 4 + (i & 3) + (i >= 8 ? 16 : 0)};
     },
     [](int g, int t, int i) -> At {
       return {t * 4 + (i & 3) + (i >= 4 ? 16 : 0), g};
     },
     c_of_16},
    {8, 8, 4, ElementKind::f64,
     [](int g, int t, int) -> At {
       return {g, t};
     },
     [](int g, int t, int) -> At {
       return {t, g};
     },
     c_of_8},
};

using Places = At (*)(int, int, int);

/// The registers of a fragment: 32 lanes of words of 32 or 64 bits, one register after the other.
std::vector<uint64_t> fragment_of(const Bits& matrix, Places places) {
  const int bits = bits_of(matrix.kind), per = bits < 32 ? 32 / bits : 1;
  const int elements = matrix.rows * matrix.columns / 32;
  std::vector<uint64_t> words(static_cast<size_t>(elements / per * 32));
  for (int lane = 0; lane < 32; ++lane) {
    for (int i = 0; i < elements; ++i) {
      const At at = places(lane / 4, lane % 4, i);
      words[static_cast<size_t>(i / per * 32 + lane)] |= matrix(at.row, at.column) << (i % per * bits);
    }
  }
  return words;
}

Bits matrix_of(const std::vector<uint64_t>& words, int rows, int columns, ElementKind kind, Places places) {
  Bits matrix(rows, columns, kind);
  const int bits = bits_of(kind), per = bits < 32 ? 32 / bits : 1;
  for (int lane = 0; lane < 32; ++lane) {
    for (int i = 0; i < rows * columns / 32; ++i) {
      const At at = places(lane / 4, lane % 4, i);
      const uint64_t word = words[static_cast<size_t>(i / per * 32 + lane)] >> (i % per * bits);
      matrix(at.row, at.column) = bits == 64 ? word : word & ((uint64_t{1} << bits) - 1);
    }
  }
  return matrix;
}

std::string registers(const char* name, int first, int count) {
  std::string list;
  for (int i = 0; i < count; ++i) list += fmt::format("{}{}{}", i > 0 ? ", " : "", name, first + i);
  return "{" + list + "}";
}

/// Runs one mma on fragments; `d` says the result's kind.
Bits multiply(const std::string& opcode, const Form& form, const Bits& a, const Bits& b, const Bits& c, ElementKind d) {
  CAPTURE(opcode);
  const bool wide = form.input == ElementKind::f64;
  std::vector<uint64_t> in;
  int counts[3] = {}, next = 0;
  for (const auto& [matrix, places] : {std::pair{&a, form.a}, std::pair{&b, form.b}, std::pair{&c, form.c}}) {
    const std::vector<uint64_t> words = fragment_of(*matrix, places);
    counts[next++] = static_cast<int>(words.size() / 32);
    in.insert(in.end(), words.begin(), words.end());
  }
  const int per = bits_of(d) == 16 ? 2 : 1;
  const int results = form.m * form.n / 32 / per;
  const int sources = counts[0] + counts[1] + counts[2];
  const char* name = wide ? "%rd" : "%r";
  // One word of 8 bytes a lane and register.
  std::string body = "mul.wide.u32 %rd30, %t, 8; add.u64 %rd31, %in, %rd30; add.u64 %rd32, %out, %rd30;\n";
  for (int i = 0; i < sources; ++i)
    body += fmt::format("ld.global.{} {}{}, [%rd31+{}];\n", wide ? "b64" : "b32", name, i, i * 256);
  body += fmt::format("{} {}, {}, {}, {};\n", opcode, registers(name, sources, results), registers(name, 0, counts[0]),
                      registers(name, counts[0], counts[1]), registers(name, counts[0] + counts[1], counts[2]));
  for (int i = 0; i < results; ++i)
    body += fmt::format("st.global.{} [%rd32+{}], {}{};\n", wide ? "b64" : "b32", i * 256, name, sources + i);
  Machine machine(kernel(body));
  const Address from = machine.buffer("in", in);
  const Address to = machine.zeros<uint64_t>("out", static_cast<size_t>(results) * 32);
  machine.run(1, 32, to, from);
  return matrix_of(machine.values<uint64_t>(to), form.m, form.n, d, form.c);
}

std::string opcode_of(const Form& form, const std::string& a, const std::string& b, const std::string& c,
                      const std::string& d, const std::string& saturate = "") {
  return fmt::format("mma.sync.aligned.m{}n{}k{}.row.col{}.{}.{}.{}.{}", form.m, form.n, form.k, saturate, d, a, b, c);
}

void check_product(const Bits& a, const Bits& b, const Bits& c, const Bits& d) {
  for (int i = 0; i < d.rows; ++i) {
    for (int j = 0; j < d.columns; ++j) {
      const Sum sum = product_of(a, b, c, i, j);
      CAPTURE(i);
      CAPTURE(j);
      CHECK(std::fabs(d.value(i, j) - sum.value) <= tolerance(d.kind, a.kind, a.columns, sum));
    }
  }
}

std::vector<ElementKind> accumulators_of(ElementKind input) {
  switch (input) {
    case ElementKind::f16:
      return {ElementKind::f32, ElementKind::f16};
    case ElementKind::s8:
      return {ElementKind::s32};
    case ElementKind::f64:
      return {ElementKind::f64};
    default:
      return {ElementKind::f32};
  }
}

const Form& form_of(int m, int k, ElementKind input) {
  for (const Form& form : kForms) {
    if (form.m == m && form.k == k && form.input == input) return form;
  }
  FAIL("no such form");
  return kForms[0];
}

LaunchResult launch_warp(const std::string& body, uint32_t threads = 32) {
  Machine machine(kernel(body));
  const Address out = machine.zeros<uint64_t>("out", 64), in = machine.zeros<uint64_t>("in", 64);
  return machine.launch({1, 1, 1}, {threads, 1, 1}, out, in);
}

const char* const kPlain =
    "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%r0, %r1, %r2, %r3}, {%r4, %r5, %r6, %r7}, {%r8, %r9}, "
    "{%r10, %r11, %r12, %r13};";

}  // namespace

TEST_CASE("mma.sync: every shape and type is the product of the matrices its fragments hold") {
  std::mt19937 random(1);
  for (const Form& form : kForms) {
    for (const ElementKind sum : accumulators_of(form.input)) {
      const std::vector<ElementKind> inputs =
          form.input == ElementKind::s8 ? std::vector{ElementKind::s8, ElementKind::u8} : std::vector{form.input};
      for (const ElementKind left : inputs) {
        for (const ElementKind right : inputs) {
          const Bits a = random_bits(form.m, form.k, left, random), b = random_bits(form.k, form.n, right, random);
          const Bits c = random_bits(form.m, form.n, sum, random);
          const std::string opcode = opcode_of(form, name_of(left), name_of(right), name_of(sum), name_of(sum));
          check_product(a, b, c, multiply(opcode, form, a, b, c, sum));
        }
      }
    }
  }
}

TEST_CASE("mma.sync: one element of A and one of B reach one element of D") {
  for (const Form& form : kForms) {
    if (form.input != ElementKind::s8) continue;
    const std::string opcode = opcode_of(form, "s8", "s8", "s32", "s32");
    for (int k = 0; k < form.k; ++k) {
      Bits a(form.m, form.k, ElementKind::s8), b(form.k, form.n, ElementKind::s8);
      const int row = k % form.m, column = (k * 3 + 1) % form.n;
      a(row, k) = 5;
      b(k, column) = 0xf9;  // -7
      const Bits d = multiply(opcode, form, a, b, Bits(form.m, form.n, ElementKind::s32), ElementKind::s32);
      for (int i = 0; i < form.m; ++i) {
        for (int j = 0; j < form.n; ++j) CHECK(d.value(i, j) == (i == row && j == column ? -35 : 0));
      }
    }
  }
}

TEST_CASE("mma.sync: 32-bit sums wrap around, or stop with .satfinite") {
  for (const Form& form : kForms) {
    if (form.input != ElementKind::s8) continue;
    Bits a(form.m, form.k, ElementKind::u8), b(form.k, form.n, ElementKind::s8), c(form.m, form.n, ElementKind::s32);
    for (uint64_t& x : a.at) x = 255;
    for (int k = 0; k < form.k; ++k) {
      for (int j = 0; j < form.n; ++j) b(k, j) = j % 2 == 0 ? 127 : 0x80;
    }
    for (int i = 0; i < form.m; ++i) {
      for (int j = 0; j < form.n; ++j) c(i, j) = j % 2 == 0 ? 0x7ffffff0 : 0x80000010;
    }
    const Bits wrapped = multiply(opcode_of(form, "u8", "s8", "s32", "s32"), form, a, b, c, ElementKind::s32);
    const Bits stopped =
        multiply(opcode_of(form, "u8", "s8", "s32", "s32", ".satfinite"), form, a, b, c, ElementKind::s32);
    for (int i = 0; i < form.m; ++i) {
      for (int j = 0; j < form.n; ++j) {
        const int64_t products = int64_t{form.k} * 255 * (j % 2 == 0 ? 127 : -128);
        const int64_t sum = products + (j % 2 == 0 ? 0x7ffffff0 : int64_t{INT32_MIN} + 16);
        CHECK(wrapped(i, j) == static_cast<uint32_t>(sum));
        CHECK(stopped(i, j) == (j % 2 == 0 ? 0x7fffffffu : 0x80000000u));
      }
    }
  }
}

TEST_CASE("mma.sync: sums are f32 and an f16 result is rounded once") {
  const Form& form = form_of(16, 16, ElementKind::f16);
  Bits a(16, 16, ElementKind::f16), b(16, 8, ElementKind::f16), c(16, 8, ElementKind::f16);
  for (uint64_t& x : a.at) x = 0x3c00;  // 1
  for (uint64_t& x : b.at) x = 0x3c00;
  for (uint64_t& x : c.at) x = 0x6800;  // 2048: in f16, adding 1 to it sixteen times would change nothing
  const Bits d = multiply(opcode_of(form, "f16", "f16", "f16", "f16"), form, a, b, c, ElementKind::f16);
  for (const uint64_t x : d.at) CHECK(x == 0x6808);  // 2064
}

TEST_CASE("mma.sync: products keep all their bits") {
  const Form& form = form_of(16, 8, ElementKind::f16);
  Bits a(16, 8, ElementKind::f16), b(8, 8, ElementKind::f16), c(16, 8, ElementKind::f32);
  for (int i = 0; i < 16; ++i) a(i, 0) = 0x3fff;  // 2047 / 1024
  for (int j = 0; j < 8; ++j) b(0, j) = 0x3fff;
  const Bits d = multiply(opcode_of(form, "f16", "f16", "f32", "f32"), form, a, b, c, ElementKind::f32);
  for (int i = 0; i < 16; ++i) {
    for (int j = 0; j < 8; ++j) CHECK(d.value(i, j) == 2047.0 * 2047.0 / (1024.0 * 1024.0));
  }
}

TEST_CASE("mma.sync: special values") {
  constexpr uint64_t kInfinity16 = 0x7c00, kNan16 = 0x7e00, kSmallest16 = 0x0001, kOne16 = 0x3c00, kMax16 = 0x7bff;
  const Form& form = form_of(16, 16, ElementKind::f16);
  Bits a(16, 16, ElementKind::f16), b(16, 8, ElementKind::f16), c(16, 8, ElementKind::f32);
  for (int j = 0; j < 8; ++j) b(0, j) = kOne16, b(1, j) = kOne16;
  a(0, 0) = kInfinity16;
  a(1, 0) = kNan16;
  a(2, 0) = kInfinity16, a(2, 1) = kInfinity16 | 0x8000;  // inf - inf
  a(3, 5) = kInfinity16;                                  // times the zeros of B
  a(4, 0) = kSmallest16;                                  // subnormals count
  a(5, 0) = kMax16;
  a(6, 0) = 0x8000;  // -0
  for (int j = 0; j < 8; ++j) c(7, j) = 0x7f800000;
  const Bits d = multiply(opcode_of(form, "f16", "f16", "f32", "f32"), form, a, b, c, ElementKind::f32);
  for (int j = 0; j < 8; ++j) {
    CHECK(d(0, j) == 0x7f800000);
    CHECK(d(1, j) == 0x7fffffff);  // the GPU's only NaN
    CHECK(d(2, j) == 0x7fffffff);
    CHECK(d(3, j) == 0x7fffffff);
    CHECK(d.value(4, j) == 0x1p-24);
    CHECK(d.value(5, j) == 65504);
    CHECK(d(6, j) == 0);  // +0 + -0
    CHECK(d(7, j) == 0x7f800000);
    CHECK(d(8, j) == 0);
  }
  Bits small(16, 8, ElementKind::f16);
  for (int j = 0; j < 8; ++j) small(5, j) = kMax16;  // 65504 + 65504: past f16's range
  const Bits half = multiply(opcode_of(form, "f16", "f16", "f16", "f16"), form, a, b, small, ElementKind::f16);
  for (int j = 0; j < 8; ++j) {
    CHECK(half(0, j) == kInfinity16);
    CHECK(half(1, j) == 0x7fff);
    CHECK(half(4, j) == kSmallest16);
    CHECK(half(5, j) == kInfinity16);
  }
}

TEST_CASE("mma.sync: tf32 looks at the upper 19 bits only") {
  const Form& form = form_of(16, 4, ElementKind::tf32);
  Bits a(16, 4, ElementKind::tf32), b(4, 8, ElementKind::tf32), c(16, 8, ElementKind::f32);
  for (uint64_t& x : a.at) x = 0x3f801fff;  // 1 and everything below tf32's last bit
  for (uint64_t& x : b.at) x = 0x40003fff;  // 2 + 2^-9 and likewise
  const Bits d = multiply(opcode_of(form, "tf32", "tf32", "f32", "f32"), form, a, b, c, ElementKind::f32);
  for (int i = 0; i < 16; ++i) {
    for (int j = 0; j < 8; ++j) CHECK(d.value(i, j) == 4 * (2 + 0x1p-9));
  }
}

TEST_CASE("mma.sync: D may be C's registers, and A's") {
  std::mt19937 random(3);
  const Form& form = form_of(8, 4, ElementKind::f64);
  const Bits a = random_bits(8, 4, ElementKind::f64, random), b = random_bits(4, 8, ElementKind::f64, random);
  Machine machine(
      kernel("ld.global.b64 %rd1, [%i]; ld.global.b64 %rd2, [%i+256]; mov.b64 %rd3, 0; mov.b64 %rd4, 0;\n"
             "mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 {%rd3, %rd4}, {%rd1}, {%rd2}, {%rd3, %rd4};\n"
             "mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 {%rd1, %rd4}, {%rd1}, {%rd2}, {%rd3, %rd4};\n"
             "st.global.b64 [%o], %rd1; st.global.b64 [%o+256], %rd4;\n"));
  std::vector<uint64_t> in = fragment_of(a, form.a);
  const std::vector<uint64_t> right = fragment_of(b, form.b);
  in.insert(in.end(), right.begin(), right.end());
  const Address from = machine.buffer("in", in), to = machine.zeros<uint64_t>("out", 64);
  machine.run(1, 32, to, from);
  const Bits d = matrix_of(machine.values<uint64_t>(to), 8, 8, ElementKind::f64, form.c);
  for (int i = 0; i < 8; ++i) {
    for (int j = 0; j < 8; ++j) {
      const Sum once = product_of(a, b, Bits(8, 8, ElementKind::f64), i, j);
      CHECK(std::fabs(d.value(i, j) - 2 * once.value) <= 16 * std::ldexp(once.magnitude, -52));
    }
  }
}

TEST_CASE("matrix products: every build of them gives the same bits") {
  std::mt19937 random(4);
  for (const Form& form : kForms) {
    MatrixProduct product;
    product.m = static_cast<uint8_t>(form.m);
    product.n = static_cast<uint8_t>(form.n);
    product.k = static_cast<uint8_t>(form.k);
    static constexpr MatrixType kTypes[] = {MatrixType::f16, MatrixType::bf16, MatrixType::tf32, MatrixType::f32,
                                            MatrixType::f64, MatrixType::s8,   MatrixType::u8,   MatrixType::s32};
    product.a = product.b = kTypes[static_cast<int>(form.input)];
    product.c = product.d = kTypes[static_cast<int>(accumulators_of(form.input)[0])];
    for (uint32_t i = 0; i < 8; ++i) {
      product.ra[i] = i * 256;
      product.rb[i] = (8 + i) * 256;
      product.rc[i] = (16 + i) * 256;
      product.rd[i] = (24 + i) * 256;
    }
    alignas(64) char rows[32 * 256] = {};
    for (int i = 0; i < 24; ++i) {
      const Bits bits =
          random_bits(32, form.input == ElementKind::f64 ? 1 : 32 / bits_of(form.input), form.input, random);
      for (size_t e = 0; e < bits.at.size(); ++e) {
        const size_t bytes = static_cast<size_t>(bits_of(form.input)) / 8;
        std::memcpy(rows + i * 256 + e * bytes, &bits.at[e], bytes);
      }
    }
    std::vector<std::string> results;
    for (const auto& [isa, function] : matrix_functions(product)) {
      REQUIRE(static_cast<bool>(function));
      alignas(64) char copy[sizeof(rows)];
      std::memcpy(copy, rows, sizeof(rows));
      function(copy, product);
      results.emplace_back(copy, sizeof(copy));
    }
    for (const std::string& result : results) CHECK(result == results[0]);
  }
}

TEST_CASE("mma.sync: part of a warp cannot execute it") {
  const std::string guarded = std::string("setp.lt.u32 %p1, %t, 12; @%p1 ") + kPlain;
  for (const auto& [body, threads, lanes] :
       {std::tuple{guarded, 32u, 12u}, std::tuple{std::string(kPlain), 20u, 20u}}) {
    const LaunchResult result = launch_warp(body, threads);
    REQUIRE(result.findings.size() == 1);
    CHECK(result.findings[0].kind == Finding::Kind::barrier);
    CHECK(result.findings[0].count == lanes);
    CHECK(result.findings[0].message.find(
              fmt::format("mma.sync is executed by {} of 32 lanes: all of the warp must", lanes)) != std::string::npos);
  }
  CHECK(launch_warp(std::string("setp.lt.u32 %p1, %t, 32; @%p1 ") + kPlain).findings.empty());
  CHECK(launch_warp(std::string("setp.gt.u32 %p1, %t, 32; @%p1 ") + kPlain).findings.empty());
}

TEST_CASE("mma.sync: lanes that come first wait for those that are late") {
  // Odd lanes go round a loop for so long that the even ones are let past; all meet at mma.
  const std::string late =
      "mov.u32 %r30, 0; and.b32 %r32, %t, 1; mul.lo.u32 %r31, %r32, 20000;\n"
      "again: add.u32 %r30, %r30, 1; setp.lt.u32 %p2, %r30, %r31; @%p2 bra again;\n";
  const LaunchResult result = launch_warp(late + kPlain, 32);
  CHECK(result.completed);
  for (const Finding& finding : result.findings) FAIL_CHECK(finding.message);
  CHECK(result.counters.total.tensor_operations == 1);
  // Where some never come, the others are reported and go on.
  const LaunchResult alone = launch_warp(late + "setp.ne.u32 %p1, %r32, 0; @%p1 bra past;\n" + kPlain + "\npast:", 32);
  CHECK(alone.completed);
  REQUIRE(alone.findings.size() == 1);
  CHECK(alone.findings[0].count == 16);
  // Even where those who do not come wait for them in turn.
  const LaunchResult crossed =
      launch_warp(late + "setp.ne.u32 %p1, %r32, 0; @%p1 bra past;\n" + kPlain + "\npast: bar.sync 0;", 32);
  CHECK(crossed.completed);
  REQUIRE(crossed.findings.size() == 1);
  CHECK(crossed.findings[0].message.find("16 of 32 lanes") != std::string::npos);
}

TEST_CASE("mma.sync: what is not there is refused by name") {
  const std::string r4 = "{%r0, %r1, %r2, %r3}", r2 = "{%r0, %r1}", r1 = "{%r0}";
  const std::pair<std::string, std::string> refused[] = {
      {"mma.sync.aligned.m8n8k4.row.col.f32.f16.f16.f32 " + r4 + ", " + r2 + ", " + r2 + ", " + r4, "m8n8k4"},
      {"mma.sync.aligned.m8n8k32.row.col.s32.s4.s4.s32 " + r2 + ", " + r1 + ", " + r1 + ", " + r2, ".s4"},
      {"mma.sync.aligned.m16n8k256.row.col.s32.b1.b1.s32.xor.popc " + r4 + ", " + r2 + ", " + r1 + ", " + r4, "b1"},
      {"mma.sp.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 " + r4 + ", " + r2 + ", " + r2 + ", " + r4 + ", %r9, 0",
       ".sp"},
      {"mma.sync.aligned.m16n8k16.row.row.f32.f16.f16.f32 " + r4 + ", " + r4 + ", " + r2 + ", " + r4, ".row.col"},
      {"mma.sync.aligned.m16n8k16.row.col.f32.f16.bf16.f32 " + r4 + ", " + r4 + ", " + r2 + ", " + r4, "types"},
      {"mma.sync.aligned.m16n8k16.row.col.f16.bf16.bf16.f16 " + r2 + ", " + r4 + ", " + r2 + ", " + r2, "types"},
      {"mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 " + r4 + ", " + r2 + ", " + r2 + ", " + r4, "4 registers"},
      {"mma.sync.aligned.m16n8k16.row.col.satfinite.f32.f16.f16.f32 " + r4 + ", " + r4 + ", " + r2 + ", " + r4,
       "satfinite"},
      {"mma.sync.aligned.m16n16k16.row.col.f32.f16.f16.f32 " + r4 + ", " + r4 + ", " + r2 + ", " + r4, "shape"},
      {"wgmma.fence.sync.aligned", "wgmma"},
  };
  for (const auto& [text, name] : refused) {
    CAPTURE(text);
    const std::string message = refusal(kernel(text + ";"));
    CHECK(message.find(name) != std::string::npos);
    CHECK(message.find("cannot run") != std::string::npos);
  }
}
