// What a kernel can do wrong with memory: each is found at its line, named, counted, and the launch goes on.

#include <cmath>

#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

const char* const kFile = ".file 1 \"k.cu\"\n";

/// The one finding of a launch that goes on to its end.
Finding only_finding(const LaunchResult& result) {
  CHECK(result.completed);
  REQUIRE(result.findings.size() == 1);
  return result.findings[0];
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("reading past a buffer's end: index, length, block, thread, count, cause, the values are 0") {
  Machine m(
      kernel(".loc 1 12 7\nmul.wide.u32 %rd1, %t, 4; add.u64 %rd1, %in, %rd1; ld.global.f32 %f1, [%rd1];\n.loc 1 13 "
             "3\nst.global.f32 [%o], %f1;",
             "", kFile));
  const Address x = m.buffer("x", std::vector<float>(1000, 1.5f), Access::read_only, "float"),
                y = m.zeros<uint64_t>("y", 1024);
  const LaunchResult result = m.launch({4, 1, 1}, {256, 1, 1}, y, x);
  const Finding f = only_finding(result);
  CHECK(f.kind == Finding::Kind::out_of_bounds);
  CHECK(f.file == "k.cu");
  CHECK(f.line == 12);
  CHECK(f.column == 7);
  CHECK(f.buffer == "x");
  CHECK(f.index == 1000);
  CHECK(f.length == 1000);
  CHECK(f.block == Dim3{3, 0, 0});
  CHECK(f.thread == Dim3{232, 0, 0});
  CHECK(f.count == 24);
  CHECK(f.message == "block (3,0,0) thread (232,0,0): read x[1000]; x has 1000 floats (0..999)");
  CHECK(has(f.cause, "24 threads, all in the last block"));
  CHECK(has(f.cause, "mask"));
  CHECK(m.values<uint64_t>(y)[999] == 0x3fc00000);
  CHECK(m.values<uint64_t>(y)[1000] == 0);
  CHECK(m.values<uint64_t>(y)[1023] == 0);
}

TEST_CASE("writing and atomics past the end, below the start, good lanes of the same access still happen") {
  Machine m(
      kernel("setp.gt.u32 %p1, %t, 31;\n.loc 1 3 1\nsub.u64 %rd1, %o, 16; st.global.b64 [%rd1], 7;\n.loc 1 4 1\n@%p1 "
             "ret; atom.global.add.u32 "
             "%r1, [%o+240], 1;",
             "", kFile));
  const Address out = m.zeros<uint64_t>("out", 32, "long");
  const LaunchResult result = m.launch({1, 1, 1}, {32, 1, 1}, out, out);
  REQUIRE(result.findings.size() == 2);
  const Finding& below = result.findings[0];
  CHECK(below.line == 3);
  CHECK(below.kind == Finding::Kind::out_of_bounds);
  CHECK(below.index == -2);
  CHECK(below.count == 2);
  CHECK(below.thread == Dim3{0, 0, 0});
  CHECK(has(below.message, "wrote out[-2]; out has 32 longs (0..31)"));
  CHECK(has(below.cause, "below 0"));
  const Finding& above = result.findings[1];
  CHECK(above.line == 4);
  CHECK(above.index == 32);
  CHECK(above.count == 30);
  CHECK(above.thread == Dim3{2, 0, 0});
  CHECK(has(above.message, "atomically updated out[32]"));
  const auto got = m.values<uint64_t>(out);
  CHECK(got[0] == 7);
  CHECK(got[29] == 7);
  CHECK(got[30] == 1);  // lane 0's atomic
  CHECK(got[31] == 1);
}

TEST_CASE("an access that straddles the end, an empty buffer, and far beyond") {
  Machine m(
      kernel("ld.global.b64 %rd1, [%in+8]; ld.global.b32 %r1, [%out]; ld.global.b32 %r2, [%in+0x7fffffff0]; "
             "ld.global.b32 %r3, [%in+-0x7fffffff0];",
             "", kFile));
  const Address x = m.zeros<uint32_t>("x", 3, "int"), none = m.zeros<uint32_t>("none", 0, "int");
  const LaunchResult result = m.launch({1, 1, 1}, {1, 1, 1}, none, x);
  REQUIRE(result.findings.size() == 4);
  CHECK(result.findings[0].index == 3);
  CHECK(has(result.findings[0].message, "read x[3], 8 bytes at once from [2] on; x has 3 ints"));
  CHECK(result.findings[0].buffer == "x");
  CHECK(has(result.findings[1].message, "none is empty"));
  CHECK(result.findings[2].buffer == "x");
  CHECK(result.findings[2].index == 0x7fffffff0 / 4);
  CHECK(result.findings[3].buffer == "x");
  CHECK(result.findings[3].index == -0x7fffffff0 / 4);
}

TEST_CASE("null pointers, with a small index too, and wild ones") {
  Machine m(
      kernel(".loc 1 1 1\nld.global.f32 %f1, [%in];\n.loc 1 2 1\nst.global.f32 [%in+4096], %f1;\n.loc 1 3 1\nmov.u64 "
             "%rd1, 0x123456789abcdef0; ld.global.f32 %f2, [%rd1];"
             "\n.loc 1 4 1\nld.f32 %f2, [%in+-8];\nst.global.f32 [%out], %f2;",
             "", kFile));
  const Address out = m.zeros<float>("out", 1);
  const LaunchResult result = m.launch({1, 1, 1}, {1, 1, 1}, out, uint64_t{0});
  CHECK(result.completed);
  REQUIRE(result.findings.size() == 4);
  CHECK(result.findings[0].kind == Finding::Kind::null_pointer);
  CHECK(has(result.findings[0].message, "read through a null pointer"));
  CHECK(result.findings[1].kind == Finding::Kind::null_pointer);
  CHECK(has(result.findings[1].message, "wrote through a null pointer (address 0x1000)"));
  CHECK(result.findings[2].kind == Finding::Kind::out_of_bounds);
  CHECK(result.findings[2].line == 3);
  CHECK(has(result.findings[2].message, "0x123456789abcdef0"));
  CHECK(has(result.findings[2].message, "no buffer"));
  CHECK(result.findings[3].kind == Finding::Kind::null_pointer);
  CHECK(m.values<float>(out)[0] == 0);
}

TEST_CASE("a freed buffer is no buffer any more") {
  Machine m(kernel("ld.global.b32 %r1, [%in];", "", kFile));
  const Address x = m.zeros<uint32_t>("x", 4), out = m.zeros<uint32_t>("out", 4);
  m.gpu.free(x);
  const LaunchResult result = m.launch({1, 1, 1}, {1, 1, 1}, out, x);
  const Finding f = only_finding(result);
  CHECK(f.buffer.empty());
  CHECK(has(f.message, "no buffer"));
}

TEST_CASE("misaligned vectors and words") {
  Machine m(
      kernel(".loc 1 6 1\nadd.u64 %rd1, %in, 4; ld.global.v4.f32 {%f1,%f2,%f3,%f4}, [%rd1];\n.loc 1 7 1\nld.global.b32 "
             "%r1, [%in+2];\n.loc 1 8 1\nst.global.b16 [%in+1], 5;\n"
             ".loc 1 9 1\nred.global.add.u64 [%in+4], 1;",
             "", kFile));
  const Address x = m.zeros<float>("x", 16, "float");
  const LaunchResult result = m.launch({1, 1, 1}, {2, 1, 1}, x, x);
  CHECK(result.completed);
  REQUIRE(result.findings.size() == 4);
  for (const Finding& f : result.findings) CHECK(f.kind == Finding::Kind::misaligned);
  CHECK(result.findings[0].line == 6);
  CHECK(result.findings[0].count == 2);
  CHECK(result.findings[0].index == 1);
  CHECK(has(result.findings[0].message, "16 bytes"));
  CHECK(has(result.findings[0].cause, "multiple of 16"));
  CHECK(has(result.findings[3].cause, "multiple of 8"));
  CHECK(m.values<uint64_t>(x) == std::vector<uint64_t>(8));
}

TEST_CASE("writing to a const input leaves it as it was") {
  Machine m(
      kernel(".loc 1 2 1\nst.global.b32 [%in], 9;\n.loc 1 3 1\natom.global.add.u32 %r1, [%in+4], 1; ld.global.b32 %r2, "
             "[%in]; st.global.b32 [%out], %r2;",
             "", kFile));
  const Address x = m.buffer<uint32_t>("x", {5, 6}, Access::read_only), out = m.zeros<uint32_t>("out", 1);
  const LaunchResult result = m.launch({1, 1, 1}, {3, 1, 1}, out, x);
  CHECK(result.completed);
  REQUIRE(result.findings.size() == 2);
  CHECK(result.findings[0].kind == Finding::Kind::read_only_write);
  CHECK(result.findings[0].line == 2);
  CHECK(result.findings[0].count == 3);
  CHECK(has(result.findings[0].message, "wrote x[0], which is read-only"));
  CHECK(result.findings[1].kind == Finding::Kind::read_only_write);
  CHECK(result.findings[1].line == 3);
  CHECK(m.values<uint32_t>(x) == std::vector<uint32_t>{5, 6});
  CHECK(m.values<uint32_t>(out)[0] == 5);
}

TEST_CASE("a shared array's end is its own, though another one lies behind it") {
  const std::string body =
      ".shared .align 4 .f32 tile[32]; .shared .align 4 .f32 next[32]; mov.u32 %r1, tile; mov.u32 %r2, next; "
      "mad.lo.u32 %r3, %t, 4, %r1; mad.lo.u32 %r4, %t, 4, %r2;"
      "st.shared.f32 [%r3], 0f3F800000; st.shared.f32 [%r4], 0f40000000; bar.sync 0;\n.loc 1 9 4\nld.shared.f32 %f1, "
      "[%r3+4];\n.loc 1 10 4\nst.shared.f32 [%r4+-4], 0f00000000;"
      "\n.loc 1 11 4\ncvt.u64.u32 %rd1, %r3; cvta.shared.u64 %rd1, %rd1; ld.f32 %f2, [%rd1+124];\nst.global.f32 [%o], "
      "%f1;";
  Machine m(kernel(body, "", kFile));
  const Address out = m.zeros<uint64_t>("out", 32);
  const LaunchResult result = m.launch({1, 1, 1}, {32, 1, 1}, out, out);
  CHECK(result.completed);
  std::vector<Finding> bounds;
  for (const Finding& f : result.findings) {
    if (f.kind == Finding::Kind::out_of_bounds) bounds.push_back(f);
  }
  REQUIRE(bounds.size() == 3);
  // By the first thread that does it: 0 writes below next, 1 reads past tile through a pointer, 31 past its end.
  CHECK(bounds[0].line == 10);
  CHECK(has(bounds[0].message, "wrote next[-1]; next has 32 floats (0..31)"));
  CHECK(bounds[0].count == 1);
  CHECK(bounds[1].line == 11);
  CHECK(bounds[1].buffer == "tile");
  CHECK(bounds[1].index == 32);
  CHECK(bounds[1].count == 31);
  CHECK(bounds[2].line == 9);
  CHECK(has(bounds[2].message, "read tile[32]; tile has 32 floats (0..31)"));
  CHECK(bounds[2].thread == Dim3{31, 0, 0});
  CHECK(m.values<uint64_t>(out)[0] == 0x3f800000);
  CHECK(m.values<uint64_t>(out)[31] == 0);
}

TEST_CASE("shared memory: far past the last array, dynamic memory's end, a null address") {
  const std::string module = std::string(kFile) + ".extern .shared .align 16 .b8 dyn[];\n";
  Machine m(
      kernel(".loc 1 1 1\nmov.u32 %r1, dyn; ld.shared.b32 %r2, [%r1+60]; ld.shared.b32 %r2, [%r1+64];\n.loc 1 2 "
             "1\nld.shared.b32 %r2, [%r1+0x2000000];\n.loc 1 3 1\nmov.u32 %r3, 0; st.shared.b32 [%r3], 1;",
             "", module));
  m.dynamic_shared = 64;
  const Address out = m.zeros<uint64_t>("out", 1);
  const LaunchResult result = m.launch({1, 1, 1}, {1, 1, 1}, out, out);
  CHECK(result.completed);
  std::vector<Finding> bounds;
  for (const Finding& f : result.findings) {
    if (f.kind != Finding::Kind::uninitialized) bounds.push_back(f);
  }
  REQUIRE(bounds.size() == 3);
  for (const Finding& f : bounds) CHECK(f.kind == Finding::Kind::out_of_bounds);
  CHECK(bounds[0].index == 16);  // in elements of the access: PTX does not say what the array holds
  CHECK(bounds[0].length == 16);
  CHECK(bounds[0].line == 1);
  CHECK(bounds[1].line == 2);
  CHECK(bounds[2].line == 3);
}

TEST_CASE("local memory: past the array of a thread is a stack overflow, at its first byte") {
  const std::string body =
      ".local .align 4 .b32 a[10]; mov.u64 %rd1, a; mul.wide.u32 %rd2, %t, 4; add.u64 %rd1, %rd1, %rd2;\n.loc 1 5 "
      "1\nst.local.b32 [%rd1], %t;";
  Machine m(kernel(body, "", kFile));
  const Address out = m.zeros<uint64_t>("out", 1);
  CHECK(m.launch({1, 1, 1}, {10, 1, 1}, out, out).findings.empty());
  const Finding f = only_finding(m.launch({1, 1, 1}, {32, 1, 1}, out, out));
  CHECK(f.kind == Finding::Kind::stack_overflow);
  CHECK(f.line == 5);
  CHECK(f.thread.x >= 10);
  CHECK(f.thread.x <= 12);  // the stack is rounded up to 16 bytes
  CHECK_FALSE(f.cause.empty());
}

TEST_CASE("a finding names the learner's line, walking out of headers") {
  // helper.cuh:40 is inlined into k.cu:15, which is inlined into k.cu:30.
  const std::string files = ".file 1 \"k.cu\"\n.file 2 \"helper.cuh\"\n";
  const std::string body =
      ".loc 1 30 3\n.loc 1 15 9, function_name info, inlined_at 1 30 3\n.loc 2 40 2, function_name info, inlined_at 1 "
      "15 9\nld.global.b32 %r1, [%in+64];";
  Machine m(kernel(body, "", files) + ".section .debug_str {\ninfo:\n.b8 0\n}\n");
  const Address x = m.zeros<uint32_t>("x", 4);
  const Finding f = only_finding(m.launch({1, 1, 1}, {1, 1, 1}, x, x));
  CHECK(f.file == "k.cu");
  CHECK(f.line == 15);
  CHECK(f.column == 9);
}

TEST_CASE("the same line and buffer is one finding, another buffer is another") {
  Machine m(kernel(".loc 1 4 1\nsetp.lt.u32 %p1, %t, 8; selp.b64 %rd1, %in, %out, %p1; ld.global.b32 %r1, [%rd1+400];",
                   "", kFile));
  const Address x = m.zeros<uint32_t>("x", 4, "int"), y = m.zeros<uint32_t>("y", 4, "int");
  const LaunchResult result = m.launch({2, 1, 1}, {16, 1, 1}, y, x);
  REQUIRE(result.findings.size() == 2);
  CHECK(result.findings[0].buffer == "x");
  CHECK(result.findings[0].count == 8);
  CHECK(result.findings[1].buffer == "y");
  CHECK(result.findings[1].count == 24);
  CHECK(has(result.findings[1].cause, "several blocks"));
}

TEST_CASE("constant memory and module variables have ends, and constants are not written") {
  Machine m(
      kernel(".loc 1 4 1\nld.const.b32 %r1, [c+8];\n.loc 1 5 1\nld.global.b32 %r1, [g+8];\n.loc 1 6 1\nmov.u64 %rd1, "
             "c; st.b32 [%rd1], 3;",
             "", std::string(kFile) + ".const .align 4 .b32 c[2] = {1, 2};\n.global .align 4 .b32 g[2];\n"));
  const Address out = m.zeros<uint32_t>("out", 1);
  const LaunchResult result = m.launch({1, 1, 1}, {1, 1, 1}, out, out);
  REQUIRE(result.findings.size() == 3);
  CHECK(result.findings[0].buffer == "c");
  CHECK(result.findings[0].kind == Finding::Kind::out_of_bounds);
  CHECK(result.findings[1].buffer == "g");
  CHECK(result.findings[2].kind == Finding::Kind::read_only_write);
}

TEST_CASE("a parameter index past the parameters") {
  Machine m(kernel("mov.b64 %rd1, out; ld.param.b32 %r1, [%rd1+16];", "", kFile));
  const Address out = m.zeros<uint32_t>("out", 1);
  const Finding f = only_finding(m.launch({1, 1, 1}, {5, 1, 1}, out, out));
  CHECK(f.kind == Finding::Kind::out_of_bounds);
  CHECK(f.buffer == "the kernel's parameters");
  CHECK(f.count == 5);
}

TEST_CASE("races of one buffer are one finding, which asks for the widest barrier that is missing") {
  // Each thread reads what its neighbour in the warp wrote, then what one of the other warp did.
  const std::string body =
      ".shared .b32 s[64]; mov.u32 %r1, s; mad.lo.u32 %r2, %t, 4, %r1; xor.b32 %r3, %t, 1; mad.lo.u32 %r3, %r3, 4, %r1;"
      "xor.b32 %r4, %t, 32; mad.lo.u32 %r4, %r4, 4, %r1; mov.u32 %r6, 0;"
      "st.shared.b32 [%r2], %r6; bar.sync 0;\n.loc 1 5 1\nst.shared.b32 [%r2], %t;\n.loc 1 6 1\n"
      "ld.shared.b32 %r5, [%r3];\n.loc 1 7 1\n{w}\n.loc 1 8 1\nadd.u32 %r5, %r5, %r6; st.global.b32 [%o], %r5;";
  {
    Machine m(kernel(with(body, {{"w", "ld.shared.b32 %r6, [%r4];"}}), "", kFile));
    const Address out = m.zeros<uint64_t>("out", 64);
    const Finding f = only_finding(m.launch({1, 1, 1}, {64, 1, 1}, out, out));
    CHECK(f.kind == Finding::Kind::race);
    CHECK(f.line == 5);
    CHECK(f.count > 64);  // those within the warps are counted too
    CHECK(has(f.message, "read at line 7 with no barrier between"));
    CHECK(has(f.message, "likewise in line 6"));
    CHECK(has(f.cause, "__syncthreads()"));
  }
  {
    Machine m(kernel(with(body, {{"w", ""}}), "", kFile));
    const Address out = m.zeros<uint64_t>("out", 64);
    const Finding f = only_finding(m.launch({1, 1, 1}, {64, 1, 1}, out, out));
    CHECK(f.line == 6);
    CHECK_FALSE(has(f.message, "likewise"));
    CHECK(has(f.cause, "__syncwarp()"));
  }
}

TEST_CASE("out of bounds: the likely cause goes by the memory and by how far past the end it is") {
  const auto cause_of = [](const std::string& body, uint32_t threads, uint32_t dynamic) {
    CAPTURE(body);
    Machine m(
        kernel(".shared .b32 s[16]; mov.u32 %r1, s; mov.u32 %r2, d; mul.wide.u32 %rd1, %t, 4;"
               "add.u64 %rd1, %in, %rd1; mad.lo.u32 %r1, %t, 4, %r1; mad.lo.u32 %r2, %t, 4, %r2;"
               "mul.wide.u32 %rd2, %t, 16; add.u64 %rd2, %in, %rd2;" +
                   body,
               "", std::string(kFile) + ".extern .shared .align 4 .b8 d[];\n"));
    m.dynamic_shared = dynamic;
    const Address x = m.zeros<uint32_t>("x", 40, "int"), out = m.zeros<uint64_t>("out", 256);
    const LaunchResult result = m.launch({1, 1, 1}, {threads, 1, 1}, out, x);
    REQUIRE(result.findings.size() == 1);
    return result.findings[0].cause;
  };
  CHECK(has(cause_of("st.shared.b32 [%r2], 1;", 32, 0), "asks for 0 bytes of dynamic shared memory"));
  CHECK(has(cause_of("st.shared.b32 [%r2], 1;", 32, 32),
            "asks for 32 bytes of dynamic shared memory, and index 31 needs "
            "128: is the size given in elements rather than bytes?"));
  CHECK_FALSE(has(cause_of("st.shared.b32 [%r2+400], 1;", 32, 64), "elements rather than bytes"));
  CHECK(has(cause_of("st.shared.b32 [%r1], 1;", 32, 0), "shared by 32 threads and has 16 elements"));
  CHECK(has(cause_of("st.shared.b32 [%r1+4], 1;", 16, 0), "one past the end of a shared array"));
  CHECK(has(cause_of("st.shared.b32 [%r1+400], 1;", 16, 0), "outside it"));
  CHECK(has(cause_of("ld.global.b32 %r3, [%rd1];", 64, 0), "mask"));
  CHECK(has(cause_of("ld.global.b32 %r3, [%rd1];", 41, 0), "mask"));
  CHECK(has(cause_of("ld.global.b32 %r3, [%rd1+4];", 40, 0), "one past the end"));
  CHECK(has(cause_of("ld.global.b32 %r3, [%rd2];", 40, 0), "in bytes where elements are meant"));
}

TEST_CASE("a shuffle from threads that are not there: they returned, do not exist, or are not named") {
  const auto cause_of = [](const std::string& body, uint32_t threads) {
    CAPTURE(body);
    Machine m(kernel(body + "\n.loc 1 9 1\nst.global.b32 [%o], %r1; OUT:", "", kFile));
    const Address out = m.zeros<uint64_t>("out", 64);
    m.gpu.mark_undefined(out);
    const LaunchResult result = m.launch({1, 1, 1}, {threads, 1, 1}, out, out);
    REQUIRE(result.findings.size() == 1);
    CHECK(result.findings[0].kind == Finding::Kind::uninitialized);
    return result.findings[0].cause;
  };
  const std::string shuffle = "\n.loc 1 8 1\nshfl.sync.down.b32 %r1, %t, 16, 31, {m};";
  CHECK(has(cause_of(".loc 1 4 1\nsetp.ge.u32 %p1, %t, 20; @%p1 bra OUT;" + with(shuffle, {{"m", "-1"}}), 32),
            "threads 20 to 31 returned in line 4 before this shuffle, which names all 32 lanes of the warp"));
  CHECK(has(cause_of(with(shuffle, {{"m", "-1"}}), 20), "the block has 20 threads"));
  CHECK(has(cause_of(".loc 1 4 1\nsetp.ge.u32 %p1, %t, 20; @%p1 bra REST;" + with(shuffle, {{"m", "0x000fffff"}}) +
                         "bra STORE; REST: mov.u32 %r1, 0; STORE:",
                     32),
            "which its mask does not name (0x000fffff)"));
}
