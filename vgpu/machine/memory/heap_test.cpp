// malloc and free within a kernel.

#include "vgpu/machine/memory/heap.h"

#include <set>

#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

const char* const kFunctions =
    ".extern .func (.param .b64 r) malloc (.param .b64 bytes);\n.extern .func free (.param .b64 address);\n";

/// Calls malloc(bytes) into %rd10.
std::string get(const std::string& bytes) {
  return "{ .param .b64 p; st.param.b64 [p], " + bytes +
         "; .param .b64 q; call.uni (q), malloc, (p); ld.param.b64 %rd10, [q]; }\n";
}
const std::string kGive = "{ .param .b64 p; st.param.b64 [p], %rd10; call.uni free, (p); }\n";

Finding finding_of(const std::string& body) {
  Machine m(kernel(body, "", kFunctions));
  const Address out = m.zeros<uint64_t>("out", 1);
  const LaunchResult result = m.launch({}, {}, out, out);
  REQUIRE(result.findings.size() == 1);
  return result.findings[0];
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("each thread's memory is its own, aligned, and the host's numbers come back through it") {
  Machine m(kernel(get("16") +
                       "st.b64 [%rd10+8], %i; ld.b64 %rd1, [%rd10+8]; sub.u64 %rd1, %rd1, %in; and.b64 %rd2, "
                       "%rd10, 15; add.u64 %rd1, %rd1, %rd2; st.global.b64 [%o], %rd1;" +
                       kGive,
                   "", kFunctions));
  const Address out = m.zeros<uint64_t>("out", 256), in = m.zeros<uint64_t>("in", 256);
  m.run(4, 64, out, in);
  for (uint64_t i = 0; i < 256; ++i) CHECK(m.values<uint64_t>(out)[i] == 8 * i);
}

TEST_CASE("memory of one launch is there in the next, until it is freed") {
  Machine m(
      kernel("setp.eq.u64 %p1, %in, 0; @%p1 bra $first; ld.global.b64 %rd10, [%out]; ld.b32 %r1, [%rd10]; "
             "st.global.b32 [%out], %r1;" +
                 kGive + "ret; $first: " + get("4") + "st.b32 [%rd10], 99; st.global.b64 [%out], %rd10;",
             "", kFunctions));
  const Address out = m.zeros<uint64_t>("out", 1);
  m.run(1, 1, out, uint64_t{0});
  m.run(1, 1, out, uint64_t{1});
  CHECK(static_cast<uint32_t>(m.values<uint64_t>(out)[0]) == 99);
}

TEST_CASE("the heap is as large as a GPU's: then malloc gives 0") {
  const uint64_t half = Heap::kBytes / 2;
  Machine m(kernel(get(std::to_string(half)) +
                       "setp.ne.u64 %p1, %rd10, 0; selp.b64 %rd1, 1, 0, "
                       "%p1; mov.u64 %rd3, %rd10;" +
                       get(std::to_string(half)) + "mov.u64 %rd2, %rd10; mov.u64 %rd10, %rd3;" + kGive +
                       get(std::to_string(half)) +
                       "setp.ne.u64 %p1, %rd10, 0; selp.b64 %rd4, 4, 0, %p1; add.u64 %rd1, "
                       "%rd1, %rd2; add.u64 %rd1, %rd1, %rd4; st.global.b64 [%o], %rd1;",
                   "", kFunctions));
  const Address out = m.zeros<uint64_t>("out", 1);
  m.run(1, 1, out, out);
  CHECK(m.values<uint64_t>(out)[0] == 5);  // the first is there, the second not, and after a free one is again
}

TEST_CASE("what goes wrong with memory of malloc is said") {
  const Finding past = finding_of(get("64") + "st.b32 [%rd10+64], %r1;");
  CHECK(past.kind == Finding::Kind::out_of_bounds);
  CHECK(has(past.message, "wrote malloc(64)[16]; malloc(64) has 16 elements (0..15)"));
  const Finding before = finding_of(get("64") + "st.b32 [%rd10-4], 1;");
  CHECK(before.kind == Finding::Kind::out_of_bounds);
  CHECK(has(before.message, "malloc(64)[-1]"));
  const Finding after = finding_of(get("64") + kGive + "st.b32 [%rd10+8], 1;");
  CHECK(after.kind == Finding::Kind::heap);
  CHECK(has(after.message, "wrote malloc(64), 8 bytes from its start, after it was freed"));
  CHECK(has(finding_of(get("64") + kGive + kGive).message, "frees malloc(64) once more"));
  CHECK(
      has(finding_of(get("64") + "add.u64 %rd10, %rd10, 4;" + kGive).message, "4 bytes from the start of malloc(64)"));
  CHECK(has(finding_of("mov.u64 %rd10, %out;" + kGive).message, "which malloc() did not give"));
  CHECK(finding_of(get("64") + "ld.b32 %r1, [%rd10]; st.global.b32 [%o], %r1;").kind == Finding::Kind::uninitialized);
  CHECK(finding_of(get("0") + "st.b8 [%rd10], 1;").kind == Finding::Kind::out_of_bounds);
}

TEST_CASE("free of a null pointer does nothing, and an address is never given twice") {
  Machine m(kernel("mov.u64 %rd10, 0;" + kGive + get("8") + kGive + "st.global.b64 [%o], %rd10;", "", kFunctions));
  const Address out = m.zeros<uint64_t>("out", 64);
  m.run(2, 32, out, out);
  const std::vector<uint64_t> got = m.values<uint64_t>(out);
  CHECK(std::set<uint64_t>(got.begin(), got.end()).size() == 64);
}
