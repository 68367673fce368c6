// Whole kernels on tensor cores, as Triton 3.6 and NVRTC 13.0 compile them (tests/fixtures/ptx), against products in
// double.

#include <fstream>
#include <sstream>

#include "vgpu/machine/instructions/tensor_testing.h"
#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

std::string fixture(const std::string& name) {
  std::ifstream file(TRITUTOR_SOURCE_DIR "/tests/fixtures/ptx/" + name + ".ptx");
  REQUIRE_MESSAGE(file.good(), name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The elements of a matrix as a buffer's, line after line.
template <class T>
std::vector<T> elements(const Bits& matrix, bool row_major = true) {
  std::vector<T> result;
  for (int i = 0; i < matrix.rows * matrix.columns; ++i) {
    const int lines = row_major ? matrix.columns : matrix.rows;
    const uint64_t bits = row_major ? matrix(i / lines, i % lines) : matrix(i % lines, i / lines);
    T value;
    std::memcpy(&value, &bits, sizeof(T));
    result.push_back(value);
  }
  return result;
}

void check_close(double got, const Sum& sum, ElementKind d, ElementKind a, int k, int i, int j) {
  CAPTURE(i);
  CAPTURE(j);
  CHECK(std::fabs(got - sum.value) <= tolerance(d, a, k, sum));
}

/// Triton's mm_k: C (m x n, f32) = A (m x k) * B (k x n), in blocks of 64 x 64. Compiled for sizes that are multiples
/// of 16.
template <class T>
void check_triton(const std::string& name, ElementKind kind, int m, int n, int k) {
  CAPTURE(name);
  CAPTURE(m);
  std::mt19937 random(7);
  const Bits a = random_bits(m, k, kind, random), b = random_bits(k, n, kind, random), c(m, n, ElementKind::f32);
  Machine machine(fixture(name));
  machine.kernel = "mm_k";
  machine.dynamic_shared = 64 * 1024;
  const Address pa = machine.buffer("a", elements<T>(a), Access::read_only);
  const Address pb = machine.buffer("b", elements<T>(b), Access::read_only);
  const Address pc = machine.zeros<float>("c", static_cast<size_t>(m * n));
  const auto blocks = [](int size) { return static_cast<uint32_t>((size + 63) / 64); };
  const uint64_t scratch = 0;
  const LaunchResult result =
      machine.launch({blocks(m), blocks(n), 1}, {128, 1, 1}, pa, pb, pc, m, n, k, k, n, n, scratch, scratch);
  CHECK(result.completed);
  for (const Finding& finding : result.findings) FAIL_CHECK(name_of(finding.kind) << ": " << finding.message);
  const std::vector<float> got = machine.values<float>(pc);
  for (int i = 0; i < m; ++i) {
    for (int j = 0; j < n; ++j)
      check_close(got[static_cast<size_t>(i * n + j)], product_of(a, b, c, i, j), ElementKind::f32, kind, k, i, j);
  }
}

/// One tile: A (m x k, column after column) doubled, times B (k x n, row after row), plus ones.
template <class In, class Out>
void check_one(const std::string& name, ElementKind in, ElementKind out, int m, int n, int k) {
  CAPTURE(name);
  std::mt19937 random(5);
  Bits a = random_bits(m, k, in, random), b = random_bits(k, n, in, random);
  if (in == ElementKind::s8) {
    for (uint64_t& x : a.at) x = (x % 127 - 63) & 0xff;  // doubled, it is still a signed char
  }
  Machine machine(fixture("nvrtc-13.0-wmma"));
  machine.kernel = name;
  const Address pa = machine.buffer("a", elements<In>(a, false)), pb = machine.buffer("b", elements<In>(b));
  const Address pc = machine.zeros<Out>("c", static_cast<size_t>(m * n));
  machine.run(1, 32, pa, pb, pc);
  const std::vector<Out> got = machine.values<Out>(pc);
  const Bits none(m, n, out);
  for (int i = 0; i < m; ++i) {
    for (int j = 0; j < n; ++j) {
      Sum sum = product_of(a, b, none, i, j);
      sum = {2 * sum.value + 1, 2 * sum.magnitude + 1};
      uint64_t bits = 0;
      std::memcpy(&bits, &got[static_cast<size_t>(j * m + i)], sizeof(Out));
      check_close(value_of(out, bits), sum, out, in, k, i, j);
    }
  }
}

}  // namespace

TEST_CASE("tensor kernels: Triton's matrix product in f16, whole blocks and cut-off ones") {
  check_triton<uint16_t>("triton-3.6-mm_f16_sm80", ElementKind::f16, 64, 64, 32);
  check_triton<uint16_t>("triton-3.6-mm_f16_sm80", ElementKind::f16, 128, 64, 160);
  check_triton<uint16_t>("triton-3.6-mm_f16_sm80", ElementKind::f16, 80, 144, 48);
}

TEST_CASE("tensor kernels: Triton's matrix product in tf32, whole blocks and cut-off ones") {
  check_triton<uint32_t>("triton-3.6-mm_tf32_sm80", ElementKind::tf32, 64, 64, 32);
  check_triton<uint32_t>("triton-3.6-mm_tf32_sm80", ElementKind::tf32, 128, 64, 160);
  check_triton<uint32_t>("triton-3.6-mm_tf32_sm80", ElementKind::tf32, 80, 144, 48);
}

TEST_CASE("tensor kernels: nvcuda::wmma, alpha * A * B + beta * C") {
  constexpr int m = 64, n = 96, k = 48;
  std::mt19937 random(8);
  const Bits a = random_bits(m, k, ElementKind::f16, random), b = random_bits(k, n, ElementKind::f16, random);
  const Bits c = random_bits(m, n, ElementKind::f32, random);
  Machine machine(fixture("nvrtc-13.0-wmma"));
  machine.kernel = "wmma_gemm";
  const Address pa = machine.buffer("a", elements<uint16_t>(a)), pb = machine.buffer("b", elements<uint16_t>(b, false));
  const Address pc = machine.buffer("c", elements<float>(c));
  const float alpha = 0.5f, beta = -2;
  const LaunchResult result = machine.launch({n / 32, m / 32, 1}, {32, 1, 1}, pa, pb, pc, n, k, alpha, beta);
  CHECK(result.completed);
  for (const Finding& finding : result.findings) FAIL_CHECK(name_of(finding.kind) << ": " << finding.message);
  const std::vector<float> got = machine.values<float>(pc);
  for (int i = 0; i < m; ++i) {
    for (int j = 0; j < n; ++j) {
      const Sum product = product_of(a, b, Bits(m, n, ElementKind::f32), i, j);
      const double old = c.value(i, j);
      const Sum sum{0.5 * product.value - 2 * old, product.magnitude + 2 * std::fabs(old)};
      check_close(got[static_cast<size_t>(i * n + j)], sum, ElementKind::f32, ElementKind::f16, k, i, j);
    }
  }
}

TEST_CASE("tensor kernels: nvcuda::wmma, element-wise work on fragments of every type") {
  check_one<uint16_t, uint16_t>("wmma_half", ElementKind::f16, ElementKind::f16, 32, 8, 16);
  check_one<uint16_t, float>("wmma_bf16", ElementKind::bf16, ElementKind::f32, 8, 32, 16);
  check_one<int8_t, int32_t>("wmma_s8", ElementKind::s8, ElementKind::s32, 16, 16, 16);
  check_one<double, double>("wmma_f64", ElementKind::f64, ElementKind::f64, 8, 8, 4);
}

TEST_CASE("tensor kernels: nvcuda::wmma in tf32") {
  // Random bits rounded to tf32 by the kernel: exact where they are tf32 already.
  std::mt19937 random(9);
  Bits a = random_bits(16, 8, ElementKind::tf32, random), b = random_bits(8, 16, ElementKind::tf32, random);
  for (uint64_t& x : a.at) x &= 0xffffe000;
  for (uint64_t& x : b.at) x &= 0xffffe000;
  Machine machine(fixture("nvrtc-13.0-wmma"));
  machine.kernel = "wmma_tf32";
  const Address pa = machine.buffer("a", elements<float>(a)), pb = machine.buffer("b", elements<float>(b));
  const Address pc = machine.zeros<float>("c", 256);
  machine.run(1, 32, pa, pb, pc);
  const std::vector<float> got = machine.values<float>(pc);
  for (int i = 0; i < 16; ++i) {
    for (int j = 0; j < 16; ++j) {
      const Sum sum = product_of(a, b, Bits(16, 16, ElementKind::f32), i, j);
      check_close(got[static_cast<size_t>(i * 16 + j)], sum, ElementKind::f32, ElementKind::tf32, 8, i, j);
    }
  }
}

TEST_CASE("tensor kernels: inline assembly with cp.async, ldmatrix and mma.sync") {
  for (const auto& [m, n, k] : {std::tuple{32, 32, 64}, std::tuple{21, 40, 72}, std::tuple{16, 16, 8}}) {
    std::mt19937 random(10);
    const Bits a = random_bits(m, k, ElementKind::f16, random), b = random_bits(k, n, ElementKind::f16, random);
    Machine machine(fixture("nvrtc-13.0-mma"));
    machine.kernel = "mma_gemm";
    const Address pa = machine.buffer("a", elements<uint16_t>(a)), pb = machine.buffer("b", elements<uint16_t>(b));
    const Address pc = machine.zeros<float>("c", static_cast<size_t>(m * n));
    const Dim3 grid{static_cast<uint32_t>((n + 15) / 16), static_cast<uint32_t>((m + 15) / 16), 1};
    const LaunchResult result = machine.launch(grid, {32, 1, 1}, pa, pb, pc, m, n, k);
    CHECK(result.completed);
    for (const Finding& finding : result.findings) FAIL_CHECK(name_of(finding.kind) << ": " << finding.message);
    const std::vector<float> got = machine.values<float>(pc);
    for (int i = 0; i < m; ++i) {
      for (int j = 0; j < n; ++j) {
        const Sum sum = product_of(a, b, Bits(m, n, ElementKind::f32), i, j);
        check_close(got[static_cast<size_t>(i * n + j)], sum, ElementKind::f32, ElementKind::f16, k, i, j);
      }
    }
  }
}

TEST_CASE("tensor kernels: a tile among inline assembly, virtual calls, shuffles and a pipelined copy") {
  std::mt19937 random(11);
  const Bits a = random_bits(16, 16, ElementKind::f16, random), b = random_bits(16, 16, ElementKind::f16, random);
  Machine machine(fixture("nvrtc-13.0-tile"));
  machine.kernel = "tile";
  struct alignas(16) Float4 {
    float x, y, z, w;
  };
  const Address pa = machine.buffer("a", elements<uint16_t>(a)), pb = machine.buffer("b", elements<uint16_t>(b, false));
  const Address pc = machine.zeros<float>("c", 256), pv = machine.zeros<Float4>("v", 128);
  const Address out = machine.zeros<float>("out", 16);
  const int n = 4;
  const LaunchResult result = machine.launch({1, 1, 1}, {128, 1, 1}, pa, pb, pc, pv, out, n, Float4{1, 2, 3, 4});
  CHECK(result.completed);
  // Every thread writes the same few words of out; all warps store the same tile, which is harmless. The assembly of
  // line 57 asks a predicate that it has not set.
  for (const Finding& finding : result.findings) {
    const bool unset = finding.kind == Finding::Kind::uninitialized && finding.line == 57;
    CHECK_MESSAGE((finding.buffer == "out" || unset), finding.message);
  }
  const std::vector<float> got = machine.values<float>(pc);
  for (int i = 0; i < 16; ++i) {
    for (int j = 0; j < 16; ++j) {
      const Sum sum = product_of(a, b, Bits(16, 16, ElementKind::f32), i, j);
      check_close(got[static_cast<size_t>(i * 16 + j)], sum, ElementKind::f32, ElementKind::f16, 16, i, j);
    }
  }
}

TEST_CASE("tensor kernels: undefined elements spoil their row of A, their column of B and nothing else") {
  // Rows 3 and 12 of A and column 6 of B are never written. The other elements of D may go to the host.
  const char* const body =
      "mov.b32 %r20, 0; mov.u32 %r40, left; mov.u32 %r41, right; mov.b32 %r42, 0x3c003c00; shr.u32 %r43, %t, 1; "
      "and.b32 %r44, %t, 1;\n"
      "mad.lo.u32 %r45, %t, 16, %r40; mad.lo.u32 %r46, %t, 16, %r41;\n"
      "setp.ne.u32 %p1, %r43, 3; setp.ne.and.u32 %p1, %r43, 12, %p1;\n"
      "@%p1 st.shared.v4.b32 [%r45], {%r42, %r42, %r42, %r42};\n"  // half a row of A a lane
      "setp.ne.u32 %p2, %r43, 6; setp.lt.and.u32 %p2, %t, 16, %p2;\n"
      "@%p2 st.shared.v4.b32 [%r46], {%r42, %r42, %r42, %r42};\n"  // half a column of B a lane
      "bar.sync 0;\n"
      "and.b32 %r47, %t, 15; shr.u32 %r48, %t, 4; mad.lo.u32 %r49, %r47, 32, %r40; mad.lo.u32 %r49, %r48, 16, %r49;\n"
      "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r4, %r5, %r6, %r7}, [%r49];\n"
      "and.b32 %r47, %t, 7; shr.u32 %r48, %t, 3; and.b32 %r48, %r48, 1;\n"
      "mad.lo.u32 %r49, %r47, 32, %r41; mad.lo.u32 %r49, %r48, 16, %r49;\n"
      "ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%r8, %r9}, [%r49];\n"
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%r0, %r1, %r2, %r3}, {%r4, %r5, %r6, %r7}, {%r8, %r9},\n"
      "{%r20, %r20, %r20, %r20};\n";
  const auto launch = [&](const std::string& stores) {
    Machine machine(kernel(body + stores, "", ".shared .align 16 .b8 left[512]; .shared .align 16 .b8 right[256];"));
    const Address out = machine.zeros<float>("out", 128), in = machine.zeros<float>("in", 1);
    const LaunchResult result = machine.launch({1, 1, 1}, {32, 1, 1}, out, in);
    return std::pair{result.findings, machine.values<float>(out)};
  };
  // Lane l has rows l / 4 and l / 4 + 8, columns l % 4 * 2 and the next: row 3 is lanes 12 to 15, row 12 lanes 16 to
  // 19, column 6 the first element of each fourth lane.
  const std::string good =
      "shr.u32 %r43, %t, 2; setp.ne.u32 %p1, %r43, 3; setp.ne.u32 %p2, %r43, 4; and.b32 %r44, %t, 3;\n"
      "setp.ne.and.u32 %p3, %r44, 3, %p1; setp.ne.and.u32 %p4, %r44, 3, %p2;\n"
      "@%p3 st.global.b32 [%o], %r0; @%p1 st.global.b32 [%o+4], %r1; @%p4 st.global.b32 [%o+256], %r2;\n"
      "@%p2 st.global.b32 [%o+260], %r3;\n";
  const auto [none, values] = launch(good);
  for (const Finding& finding : none) FAIL_CHECK(finding.message);
  for (size_t lane = 0; lane < 32; ++lane) {
    CHECK(values[lane * 2 + 1] == (lane / 4 == 3 ? 0 : 16));
    CHECK(values[64 + lane * 2] == (lane / 4 == 4 || lane % 4 == 3 ? 0 : 16));
  }
  const std::tuple<const char*, uint64_t> bad[] = {{"st.global.b32 [%o], %r0;", 11},  // row 3: 4, column 6: 8, both: 1
                                                   {"st.global.b32 [%o], %r1;", 4},
                                                   {"st.global.b32 [%o], %r2;", 11},
                                                   {"st.global.b32 [%o], %r3;", 4}};
  for (const auto& [store, count] : bad) {
    CAPTURE(store);
    const std::vector<Finding> findings = launch(store).first;
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].kind == Finding::Kind::uninitialized);
    CHECK(findings[0].count == count);
  }
}
