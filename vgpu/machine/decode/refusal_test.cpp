// What this GPU does not have is refused by name and place, never ignored: the kernel that needs it, and no other.

#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;

TEST_CASE("instructions of newer GPUs and other engines are refused by name") {
  for (const std::string text :
       {"wgmma.fence.sync.aligned;",
        "wgmma.mma_async.sync.aligned.m64n8k16.f32.f16.f16 {%f1,%f2,%f3,%f4}, %rd1, %rd2, 1, 1, 1, 0, 0;",
        "wgmma.commit_group.sync.aligned;",
        "wgmma.wait_group.sync.aligned 0;",
        "tcgen05.alloc.cta_group::1.sync.aligned.shared::cta.b32 [%rd1], 32;",
        "tcgen05.wait::ld.sync.aligned;",
        "mbarrier.try_wait.shared.b64 %p1, [%rd1], %rd2;",
        "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%rd1], [%rd2], 16, [%rd3];",
        "cp.async.bulk.commit_group;",
        "cp.async.bulk.tensor.1d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%rd1], [%rd2, {%r1}], "
        "[%rd3];",
        "tensormap.replace.tile.rank.global.b1024.b32 [%rd1], 1;",
        "prefetch.tensormap [%rd1];",
        "barrier.cluster.arrive;",
        "barrier.cluster.wait;",
        "mapa.u64 %rd1, %rd2, %r1;",
        "getctarank.u64 %r1, %rd1;",
        "griddepcontrol.wait;",
        "setmaxnreg.inc.sync.aligned.u32 240;",
        "multimem.red.global.add.u32 [%rd1], %r1;",
        "red.async.relaxed.cluster.shared::cluster.mbarrier::complete_tx::bytes.add.u32 [%rd1], %r1, [%rd2];",
        "st.async.shared::cluster.mbarrier::complete_tx::bytes.b32 [%rd1], %r1, [%rd2];",
        "tex.2d.v4.f32.f32 {%f1,%f2,%f3,%f4}, [%rd1, {%f5, %f6}];",
        "suld.b.1d.b32.trap %r1, [%rd1, {%r2}];",
        "sust.b.1d.b32.trap [%rd1, {%r2}], %r1;",
        "txq.width.b32 %r1, [%rd1];",
        "alloca.u64 %rd1, 64;",
        "stacksave.u64 %rd1;",
        "redux.sync.min.f32 %f1, %f2, -1;"}) {
    CAPTURE(text);
    const std::string message = refusal(kernel(text));
    const std::string opcode = text.substr(0, text.find_first_of(" ;"));
    CHECK(message.find("`" + opcode + "`") != std::string::npos);
  }
}

TEST_CASE("unknown modifiers are refused, in every family") {
  for (const std::string text : {"ld.banana.global.b32 %r1, [%in];",
                                 "ld.global.b24 %r1, [%in];",
                                 "st.global.banana.b32 [%in], %r1;",
                                 "ld.shared::cluster.b32 %r1, [%in];",
                                 "st.tex.b32 [%in], %r1;",
                                 "atom.global.nand.b32 %r1, [%in], %r2;",
                                 "atom.global.add.v4.f32 {%f1,%f2,%f3,%f4}, [%in], {%f1,%f2,%f3,%f4};",
                                 "atom.global.min.f32 %f1, [%in], %f2;",
                                 "atom.global.add.b128 %q1, [%in], %q2;",
                                 "atom.global.add.b16 %rs1, [%in], %rs2;",
                                 "atom.shared::cluster.add.u32 %r1, [%in], %r2;",
                                 "add.banana.u32 %r1, %r2, %r3;",
                                 "add.f32.banana %f1, %f2, %f3;",
                                 "cvt.rn.f8.f32 %rs1, %f1;",
                                 "setp.banana.u32 %p1, %r1, %r2;",
                                 "shfl.sync.left.b32 %r1, %r2, 1, 31, -1;",
                                 "shfl.sync.idx.b64 %rd1, %rd2, 1, 31, -1;",
                                 "shfl.up.b32 %r1, %r2, 1, 31;",
                                 "vote.sync.most.pred %p1, %p2, -1;",
                                 "vote.all.pred %p1, %p2;",
                                 "match.some.sync.b32 %r1, %r2, -1;",
                                 "match.any.sync.b16 %r1, %rs2, -1;",
                                 "redux.sync.mul.u32 %r1, %r2, -1;",
                                 "redux.sync.add.u64 %rd1, %rd2, -1;",
                                 "bar.banana 0;",
                                 "bar.sync.banana 0;",
                                 "bar.red.xor.pred %p1, 0, %p2;",
                                 "bar.warp.banana -1;",
                                 "membar.banana;",
                                 "fence.banana;",
                                 "cvta.banana.u64 %rd1, %rd2;",
                                 "cvta.shared.u32 %r1, %r2;",
                                 "isspacep.banana %p1, %rd1;",
                                 "activemask.b64 %rd1;",
                                 "nanosleep.u64 %rd1;",
                                 "bra.banana END;",
                                 "banana.b32 %r1, %r2;"}) {
    CAPTURE(text);
    const std::string message = refusal(kernel(text + " END:"));
    const std::string opcode = text.substr(0, text.find_first_of(" ;"));
    CHECK(message.find("`" + opcode + "`") != std::string::npos);
  }
}

TEST_CASE("what a newer GPU has is refused by the feature's name") {
  const std::pair<const char*, const char*> features[] = {
      {"wgmma.fence.sync.aligned;", "wgmma) need sm_90a"},
      {"tcgen05.wait::ld.sync.aligned;", "need sm_100a"},
      {"cp.async.bulk.commit_group;", "the bulk copy engine (TMA) needs sm_90"},
      {"cp.async.bulk.tensor.1d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%rd1], [%rd2, {%r1}], "
       "[%rd3];",
       "the bulk copy engine (TMA) needs sm_90"},
      {"tensormap.replace.tile.rank.global.b1024.b32 [%rd1], 1;", "the bulk copy engine (TMA) needs sm_90"},
      {"prefetch.tensormap [%rd1];", "the bulk copy engine (TMA) needs sm_90"},
      {"barrier.cluster.arrive;", "thread block clusters need sm_90"},
      {"mapa.u64 %rd1, %rd2, %r1;", "thread block clusters need sm_90"},
      {"mov.u32 %r1, %cluster_ctaid.x;", "thread block clusters need sm_90"},
      {"st.async.shared::cluster.mbarrier::complete_tx::bytes.b32 [%rd1], %r1, [%rd2];", "need sm_90"},
      {"mbarrier.arrive.expect_tx.shared.b64 %rd1, [%rd2], 16;", "expect_tx) needs sm_90"},
      {"mbarrier.try_wait.shared.b64 %p1, [%rd1], %rd2;", "mbarrier.try_wait needs sm_90"},
      {"griddepcontrol.wait;", "needs sm_90"},
      {"setmaxnreg.inc.sync.aligned.u32 240;", "needs sm_90a"},
      {"multimem.red.global.add.u32 [%rd1], %r1;", "needs sm_90"},
      {"redux.sync.min.f32 %f1, %f2, -1;", "needs sm_100a"},
  };
  for (const auto& [text, feature] : features) {
    CAPTURE(text);
    CHECK_MESSAGE(refusal(kernel(text)).find(feature) != std::string::npos, refusal(kernel(text)));
  }
}

TEST_CASE("operands that do not fit are refused") {
  for (const std::string text : {"ld.global.b32 %rs1, [%in];",
                                 "ld.global.v2.b32 {%r1,%r2,%r3}, [%in];",
                                 "ld.global.v4.b32 %r1, [%in];",
                                 "ld.global.b32 %r1, [%rs1];",
                                 "st.global.b64 [%in], %r1;",
                                 "st.param.b32 [out], %r1;",
                                 "add.u32 %r1, %r2;",
                                 "add.u32 %r1, %r2, %r3, %r4;",
                                 "add.u32 %rd1, %r2, %r3;",
                                 "add.u64 %rd1, %r2, %rd3;",
                                 "add.u32 %r1, %p1, %r3;",
                                 "shfl.sync.idx.b32 %rd1, %r2, 1, 31, -1;",
                                 "shfl.sync.idx.b32 %r1|%r2, %r2, 1, 31, -1;",
                                 "shfl.sync.idx.b32 %r1, %r2, 1, 31;",
                                 "vote.sync.ballot.b32 %p1, %p2, -1;",
                                 "vote.sync.all.pred %p1, %r2, -1;",
                                 "redux.sync.add.u32 %r1, %rd2, -1;",
                                 "match.any.sync.b64 %r1, %r2, -1;",
                                 "bar.arrive 0;",
                                 "bar.red.popc.u32 %r1, 0;",
                                 "bar.red.popc.u32 %p1, 0, %p2;",
                                 "atom.global.add.u32 %r1, [%in];",
                                 "atom.global.cas.b32 %r1, [%in], %r2;",
                                 "atom.global.add.u32 %rd1, [%in], %r2;",
                                 "atom.global.add.u64 %rd1, [%in], %r2;",
                                 "mov.u32 %r1, %tid.w;",
                                 "mov.u32 %r1, %cluster_ctaid.x;",
                                 "mov.u32 %rd1, %clock;",
                                 "mov.u64 %r1, %clock64;",
                                 "mov.u64 %rd1, %tid.x;",
                                 "mov.b64 %rs1, out;",
                                 "activemask.b32 %rd1;",
                                 "isspacep.shared %r1, %rd1;",
                                 "brx.idx %r1, nowhere;",
                                 "call nowhere;"}) {
    CAPTURE(text);
    CHECK_FALSE(refusal(kernel(text)).empty());
  }
}

TEST_CASE("a refusal names the learner's file and line, walking out of headers, and the PTX line") {
  std::string file;
  int line = 0;
  const std::string ptx = std::string(kHeader) +
                          ".file 1 \"relu.cu\"\n.file 2 \"mma.hpp\"\n"
                          ".visible .entry k()\n{\n"
                          ".loc 1 21 3\n"
                          ".loc 2 140 5, function_name info, inlined_at 1 21 3\n"
                          "wgmma.fence.sync.aligned;\nret;\n}\n.section .debug_str {\ninfo:\n.b8 0\n}\n";
  const std::string message = refusal(ptx, &file, &line);
  CHECK(file == "relu.cu");
  CHECK(line == 21);
  CHECK(message.find("PTX line 10") != std::string::npos);
  CHECK(message.find("in k") != std::string::npos);
}

TEST_CASE("what merely hints or orders is accepted") {
  for (const std::string text :
       {"membar.cta;", "membar.gl;", "membar.sys;", "fence.acq_rel.gpu;", "fence.sc.sys;", "fence.sc.cta;",
        "nanosleep.u32 100;", "nanosleep.u32 %r1;", "prefetch.global.L1 [%in];",
        "prefetch.global.L2::evict_last [%in];", "pmevent 1;", "discard.global.L2 [%in], 128;",
        "applypriority.global.L2::evict_normal [%in], 128;", "bra.uni END;", "bar.sync 0;", "barrier.sync 0;",
        "barrier.sync.aligned 0;", "bar.cta.sync 0;", "barrier.cta.sync.aligned 0, 32;"}) {
    CAPTURE(text);
    CHECK(refusal(kernel(text + " END:")) == "");
  }
}

TEST_CASE("text that is no PTX is refused with its line") {
  CHECK(refusal("") != "");
  CHECK(refusal("int main() {}") != "");
  CHECK(refusal(kernel("add.u32 %r1, %r2, %nosuch;")) != "");
  CHECK(refusal(kernel("bra NOWHERE;")) != "");
  CHECK(refusal(std::string(kHeader) + ".visible .entry k() {") != "");
  CHECK(refusal(std::string(kHeader) + ".extern .func (.param .b32 r) nosuch(.param .b64 n);\n.visible .entry k()\n{\n"
                                       ".param .b64 a; .param .b32 r; call (r), nosuch, (a);\n}\n")
            .find("nosuch") != std::string::npos);
}

namespace {

const char* const kBad = "wgmma.fence.sync.aligned;";

/// Why kernel `name` of a module cannot run, empty: it can.
std::string refusal_of(const Module& module, const std::string& name) {
  const KernelInfo* info = module.find_kernel(name);
  REQUIRE(info != nullptr);
  return info->refusal ? info->refusal->what() : "";
}

std::string entry(const std::string& name, const std::string& body) {
  return ".visible .entry " + name + "()\n{\n.reg .b64 %rd<4>;\n" + body + "\nret;\n}\n";
}

}  // namespace

TEST_CASE("a kernel that cannot run leaves the others of its file alone") {
  const std::string text = std::string(kHeader) + ".file 1 \"pair.cu\"\n" +
                           entry("first", std::string(".loc 1 7 3\n") + kBad) +
                           ".visible .entry second(.param .u64 out)\n{\n.reg .b64 %rd<4>; .reg .b32 %r<4>;\n"
                           "ld.param.u64 %rd1, [out]; mov.u32 %r1, %tid.x; mul.wide.u32 %rd2, %r1, 4;\n"
                           "add.s64 %rd1, %rd1, %rd2; st.global.u32 [%rd1], %r1; ret;\n}\n";
  Machine m(text);
  CHECK(m.module().kernels().size() == 2);
  CHECK(refusal_of(m.module(), "first").find("`wgmma.fence.sync.aligned`") != std::string::npos);
  CHECK(refusal_of(m.module(), "second").empty());
  m.kernel = "second";
  const Address out = m.zeros<uint32_t>("out", 32);
  m.run(1, 32, out);
  CHECK(m.values<uint32_t>(out)[31] == 31);
  m.kernel = "first";
  try {
    m.launch({1, 1, 1}, {32, 1, 1});
    FAIL("it was launched");
  } catch (const LoadError& error) {
    CHECK(error.file() == "pair.cu");
    CHECK(error.line() == 7);
  }
}

TEST_CASE("a device function that cannot run refuses the kernels that reach it") {
  const std::string text =
      std::string(kHeader) + ".func bad() {\n" + kBad + "\nret; }\n.func good() { ret; }\n" +
      ".func between() { call bad; ret; }\n.func around() { call around; call between; ret; }\n"
      ".global .u64 table[2] = { good, pointed_to };\n.func pointed_to() {\n" +
      kBad + "\nret; }\n" + entry("direct", "call bad;") + entry("far", "call around;") + entry("none", "call good;") +
      entry("pointer", "mov.u64 %rd1, good; proto: .callprototype _ (); call %rd1, (), proto;") + entry("empty", "");
  std::string forward = text;  // a variable may name only what was declared before it
  forward.insert(forward.find(".global"), ".func pointed_to();\n");
  const auto module = Module::load(forward);
  CHECK(refusal_of(*module, "direct").find("in bad") != std::string::npos);
  CHECK(refusal_of(*module, "far").find("in bad") != std::string::npos);
  CHECK(refusal_of(*module, "none").empty());
  CHECK(refusal_of(*module, "pointer").find("in pointed_to") != std::string::npos);
  CHECK(refusal_of(*module, "empty").empty());
}

TEST_CASE("a kernel too large for a GPU, or made for clusters, is refused alone") {
  const auto module = Module::load(std::string(kHeader) + entry("stack", ".local .b8 a[4194304];") +
                                   ".visible .entry pair() .reqnctapercluster 2, 1, 1 { ret; }\n" + entry("k", ""));
  CHECK(refusal_of(*module, "stack").find("local memory of stack") != std::string::npos);
  CHECK(refusal_of(*module, "pair").find("clusters") != std::string::npos);
  CHECK(refusal_of(*module, "k").empty());
}

TEST_CASE("what came with a later GPU than the file is made for is refused with that reason") {
  std::string text = kernel("min.xorsign.abs.f32 %f1, %f2, %f3; max.NaN.xorsign.abs.bf16x2 %r1, %r2, %r3;");
  CHECK(refusal(text).find("`min.xorsign.abs.f32`: it needs .target sm_86 or later, and the file is made for sm_80") !=
        std::string::npos);
  text.replace(text.find("sm_80"), 5, "sm_86");
  CHECK(refusal(text) == "");
}
