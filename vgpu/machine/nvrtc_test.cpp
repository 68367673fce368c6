// Kernels as NVRTC 13.0 compiles them for compute_80, from end to end: tests/fixtures/ptx, the .cu beside each.

#include <cmath>
#include <fstream>
#include <sstream>

#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

std::string fixture(const std::string& name) {
  std::ifstream file(TRITUTOR_SOURCE_DIR "/tests/fixtures/ptx/nvrtc-13.0-" + name + ".ptx");
  REQUIRE_MESSAGE(file.good(), name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Big {
  int a[5];
  float b;
};

/// The .cu's inlined functions, in double.
double square(double x) { return x * x + 1.5; }

}  // namespace

TEST_CASE("structs by value, recursion, function pointers, printf, a switch, scoped inline assembly") {
  struct Case {
    int k, at5;          // the kernel's k, and out[5]
    int out0;            // functions[k & 1](k) + buf[out[5] & 7] + (int)table[k] + *pointer
    int changed, value;  // what the switch writes
    const char* printed;
  };
  // buf[k] is v + pred + pred2 with v = k: 2 for each comparison with 3 that does not hold, else 1.
  constexpr Case kCases[] = {{0, 5, 1 + 5 + 1 + 7, 2, 1, "hello 0 1.000000\n"},
                             {1, 1, 8 + 5 + 2 + 7, 2, 10, "hello 1 5.500000\n"},
                             {1, 4, 8 + 4 + 2 + 7, 2, 10, "hello 1 5.500000\n"}};
  for (const Case& c : kCases) {
    CAPTURE(c.k);
    Machine m(fixture("calls"));
    m.kernel = "calls";
    m.dynamic_shared = 32 * sizeof(int);
    std::vector<int> data(16);
    for (int i = 0; i < 16; ++i) data[static_cast<size_t>(i)] = i < 8 ? i : -1;
    data[5] = c.at5;
    const Address out = m.buffer("out", data);
    const LaunchResult result = m.launch({1, 1, 1}, {32, 1, 1}, Big{{1, 2, 3, 4, 5}, 6}, out, c.k);
    CHECK(result.completed);
    // Every thread writes out[0], and tile is half-written: nothing worse than that.
    for (const Finding& f : result.findings) {
      CHECK((f.kind == Finding::Kind::uninitialized || f.kind == Finding::Kind::race));
    }
    const auto got = m.values<int>(out);
    CHECK(got[0] == c.out0);
    CHECK(got[static_cast<size_t>(c.changed)] == c.value);
    CHECK(got[9] == -1);
    std::string expected;
    for (int l = 0; l < 32; ++l) expected += c.printed;
    CHECK(result.printed == expected);
  }
}

TEST_CASE("__trap() where a condition holds, and a table read past its end, each at its line") {
  Machine m(fixture("calls"));
  m.kernel = "calls";
  m.dynamic_shared = 32 * sizeof(int);
  std::vector<int> data(16);
  const Address out = m.buffer("out", data);
  const LaunchResult trapped = m.launch({1, 1, 1}, {32, 1, 1}, Big{}, out, 2);
  CHECK_FALSE(trapped.completed);
  REQUIRE_FALSE(trapped.findings.empty());
  bool trap = false;
  for (const Finding& f : trapped.findings) {
    if (f.kind != Finding::Kind::trap) continue;
    trap = true;
    CHECK(f.line == 59);
    CHECK(f.count == 32);
  }
  CHECK(trap);
  CHECK(m.values<int>(out)[3] == 7);

  const Address again = m.buffer("out", data);
  const LaunchResult beyond = m.launch({1, 1, 1}, {32, 1, 1}, Big{}, again, 3);
  CHECK(beyond.completed);
  bool found = false;
  for (const Finding& f : beyond.findings) {
    if (f.kind != Finding::Kind::out_of_bounds) continue;
    found = true;
    CHECK(f.buffer == "table");
    CHECK(f.line == 40);
    CHECK(f.count == 32);
  }
  CHECK(found);
  CHECK(m.values<int>(again)[9] == 3);
}

TEST_CASE("a finding in code with inlining names the kernel's line") {
  constexpr uint32_t kCount = 8;
  Machine m(fixture("inlining"));
  m.kernel = "deep";
  std::vector<float> x(kCount);
  for (size_t i = 0; i < kCount; ++i) x[i] = static_cast<float>(i) * 0.5f - 1;
  const Address from = m.buffer("x", x, Access::read_only, "float"), to = m.zeros<float>("y", 3 * kCount, "float");
  const LaunchResult result = m.launch({1, 1, 1}, {32, 1, 1}, to, from, kCount);
  CHECK(result.completed);
  REQUIRE(result.findings.size() == 1);
  const Finding& f = result.findings[0];
  CHECK(f.file == "/nvrtc-13.0-inlining.cu");
  CHECK(f.line == 17);
  CHECK(f.count == 3);  // x[i + 3]
  CHECK(f.message.find("read x[8]; x has 8 floats (0..7)") != std::string::npos);
  // y[i] = norm(x[i], 2) + norm(2, x[i]) with norm(a, b) = square(a) / square(b).
  for (size_t i = 0; i < kCount; ++i) {
    const double s = square(x[i]), t = square(2);
    CHECK(std::abs(m.values<float>(to)[i] - (s / t + t / s)) < 1e-6);
  }
}
