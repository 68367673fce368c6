// Warp-wide operations against a scalar model of the PTX ISA's pseudo-code.

#include <algorithm>
#include <bit>

#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

constexpr uint32_t kAll = 0xffffffffu;

uint32_t value_of(uint32_t lane) { return 0x9e3779b9u * (lane + 1); }

/// PTX ISA, "shfl.sync", for one lane. Returns the source lane; `p` is the predicate.
int shuffled(const std::string& mode, int lane, uint32_t b, uint32_t c, bool& p) {
  const int bval = static_cast<int>(b & 0x1f), cval = static_cast<int>(c & 0x1f),
            mask = static_cast<int>(c >> 8 & 0x1f);
  const int max_lane = (lane & mask) | (cval & ~mask);
  const int min_lane = lane & mask;
  int j = 0;
  if (mode == "up") {
    j = lane - bval;
    p = j >= max_lane;
  } else if (mode == "down") {
    j = lane + bval;
    p = j <= max_lane;
  } else if (mode == "bfly") {
    j = lane ^ bval;
    p = j <= max_lane;
  } else {
    j = min_lane | (bval & ~mask);
    p = j <= max_lane;
  }
  return p ? j : lane;
}

/// %r1 is value_of(lane); %p1 says whether the lane's bit of the parameter `who` is set.
const char* const kPrepare =
    "add.u32 %r1, %t, 1; mul.lo.u32 %r1, %r1, 0x9e3779b9; ld.param.u32 %r10, [who]; mov.u32 %r11, %lanemask_eq;"
    "and.b32 %r11, %r10, %r11; setp.ne.u32 %p1, %r11, 0;";

std::vector<uint64_t> run_who(const std::string& body, uint32_t who, uint32_t threads = 32) {
  CAPTURE(body);
  CAPTURE(who);
  Machine m(kernel(kPrepare + body, ", .param .u32 who"));
  const Address out = m.zeros<uint64_t>("out", 32);
  m.run(1, threads, out, out, who);
  return m.values<uint64_t>(out);
}

constexpr uint32_t kSome[] = {kAll, 1u, 0x80000000u, 0x0000ffffu, 0xffff0000u, 0x55555555u, 0x12345678u};

}  // namespace

TEST_CASE("shfl.sync: every mode, distance, clamp and segment, with its predicate") {
  for (const std::string mode : {"up", "down", "bfly", "idx"}) {
    for (const uint32_t width : {32u, 16u, 8u, 4u, 2u, 1u}) {
      // __shfl_sync's third operand: ((32 - width) << 8) | 0x1f, for up without the clamp.
      const uint32_t c = (32 - width) << 8 | (mode == "up" ? 0 : 0x1f);
      for (const uint32_t b : {0u, 1u, 2u, 5u, 8u, 15u, 16u, 17u, 31u, 32u, 33u, 0xffffffffu}) {
        const std::string body = with(
            "shfl.sync.{m}.b32 %r2|%p2, %r1, {b}, {c}, -1; selp.u32 %r3, 1, 0, %p2;"
            "st.global.v2.b32 [%o], {%r2, %r3};",
            {{"m", mode}, {"b", std::to_string(b)}, {"c", std::to_string(c)}});
        CHECK(run_who(body, 0) == lanes([&](uint32_t l) {
                bool p = false;
                const int j = shuffled(mode, static_cast<int>(l), b, c, p);
                return uint64_t{p} << 32 | value_of(static_cast<uint32_t>(j));
              }));
      }
    }
  }
}

TEST_CASE("shfl.sync: clamps that are not the segment's end, operands that differ from lane to lane") {
  for (const std::string mode : {"up", "down", "bfly", "idx"}) {
    for (const uint32_t c : {0x1c05u, 0x0010u, 0x1803u, 0x000au}) {
      const std::string body = with(
          "mul.lo.u32 %r4, %t, 7; xor.b32 %r5, %t, {c}; and.b32 %r5, %r5, 0x1f1f;"
          "shfl.sync.{m}.b32 %r2|%p2, %r1, %r4, %r5, 0xffffffff; selp.u32 %r3, 1, 0, %p2;"
          "st.global.v2.b32 [%o], {%r2, %r3};",
          {{"m", mode}, {"c", std::to_string(c)}});
      CHECK(run_who(body, 0) == lanes([&](uint32_t l) {
              bool p = false;
              const int j = shuffled(mode, static_cast<int>(l), l * 7, (l ^ c) & 0x1f1f, p);
              return uint64_t{p} << 32 | value_of(static_cast<uint32_t>(j));
            }));
    }
  }
}

TEST_CASE("shfl.sync without a predicate, with a sink, in place, under a guard with the guarded lanes as members") {
  const auto next = lanes([](uint32_t l) { return value_of(l == 31 ? l : l + 1); });
  CHECK(run_who("shfl.sync.down.b32 %r2, %r1, 1, 31, -1; st.global.b32 [%o], %r2;", 0) == next);
  CHECK(run_who("shfl.sync.down.b32 %r2|_, %r1, 1, 31, -1; st.global.b32 [%o], %r2;", 0) == next);
  CHECK(run_who("shfl.sync.down.b32 %r1, %r1, 1, 31, -1; st.global.b32 [%o], %r1;", 0) == next);
  CHECK(run_who("shfl.sync.down.b32 _|%p2, %r1, 1, 31, -1; selp.u32 %r3, 1, 0, %p2; st.global.b32 [%o], %r3;", 0) ==
        lanes([](uint32_t l) { return l != 31; }));
  for (const uint32_t who : kSome) {
    // Every member reads the lowest one; others keep their register and predicate.
    const std::string body =
        "not.b32 %r20, %r10; add.u32 %r20, %r20, 1; and.b32 %r20, %r20, %r10; bfind.u32 %r21, %r20;"
        "mov.u32 %r2, 5; setp.eq.u32 %p2, %t, %t;"
        "@%p1 shfl.sync.idx.b32 %r2|%p2, %r1, %r21, 0x1f, %r10; selp.u32 %r3, 1, 0, %p2;"
        "st.global.v2.b32 [%o], {%r2, %r3};";
    CHECK(run_who(body, who) == lanes([&](uint32_t l) {
            return uint64_t{1} << 32 | (who >> l & 1 ? value_of(static_cast<uint32_t>(std::countr_zero(who))) : 5);
          }));
  }
}

TEST_CASE("vote.sync: all, any, uni, ballot, of a predicate and its negation, over every kind of member mask") {
  for (const uint32_t members : kSome) {
    for (const uint32_t holds : {0u, kAll, 0x0000ffffu, 1u, 0x12345678u, 0x80000000u}) {
      for (const bool negated : {false, true}) {
        const std::string body = with(
            "ld.param.u32 %r12, [in]; mov.u32 %r13, %lanemask_eq; and.b32 %r12, %r12, %r13; setp.ne.u32 %p2, %r12, 0;"
            "mov.u32 %r2, 0; @!%p1 bra END; vote.sync.all.pred %p3, {n}%p2, %r10; vote.sync.any.pred %p4, {n}%p2, %r10;"
            "vote.sync.uni.pred %p5, {n}%p2, %r10; vote.sync.ballot.b32 %r3, {n}%p2, %r10;"
            "selp.u32 %r2, 1, 0, %p3; @%p4 or.b32 %r2, %r2, 2; @%p5 or.b32 %r2, %r2, 4;"
            "st.global.v2.b32 [%o], {%r2, %r3}; END:",
            {{"n", negated ? "!" : ""}});
        Machine m(kernel(kPrepare + body, ", .param .u32 who"));
        const Address out = m.zeros<uint64_t>("out", 32);
        m.run(1, 32, out, uint64_t{holds}, members);
        const uint32_t p = (negated ? ~holds : holds) & members;
        const uint64_t bits = (p == members ? 1u : 0u) | (p != 0 ? 2u : 0u) | (p == members || p == 0 ? 4u : 0u);
        CHECK(m.values<uint64_t>(out) ==
              lanes([&](uint32_t l) { return members >> l & 1 ? uint64_t{p} << 32 | bits : 0; }));
      }
    }
  }
}

TEST_CASE("match.sync: any and all, 32 and 64 bits") {
  for (const uint32_t members : kSome) {
    for (const uint32_t modulus : {1u, 3u, 32u}) {
      const std::string head = with(
          "rem.u32 %r2, %t, {n}; cvt.u64.u32 %rd2, %r2; shl.b64 %rd2, %rd2, 32; mov.u32 %r3, 0;"
          "setp.ne.u32 %p2, %t, %t;",
          {{"n", std::to_string(modulus)}});
      const auto same = [&](uint32_t l) {
        uint32_t mask = 0;
        for (uint32_t k = 0; k < 32; ++k) mask |= uint32_t{(members >> k & 1) && k % modulus == l % modulus} << k;
        return mask;
      };
      const auto any = lanes([&](uint32_t l) { return members >> l & 1 ? same(l) : 0; });
      CHECK(run_who(head + "@%p1 match.any.sync.b32 %r3, %r2, %r10; st.global.b32 [%o], %r3;", members) == any);
      CHECK(run_who(head + "@%p1 match.any.sync.b64 %r3, %rd2, %r10; st.global.b32 [%o], %r3;", members) == any);
      const bool agree = same(static_cast<uint32_t>(std::countr_zero(members))) == members;
      const auto all = lanes([&](uint32_t l) { return agree && (members >> l & 1) ? uint64_t{1} << 32 | members : 0; });
      const std::string end = "selp.u32 %r4, 1, 0, %p2; st.global.v2.b32 [%o], {%r3, %r4};";
      CHECK(run_who(head + "@%p1 match.all.sync.b32 %r3|%p2, %r2, %r10;" + end, members) == all);
      CHECK(run_who(head + "@%p1 match.all.sync.b64 %r3|%p2, %rd2, %r10;" + end, members) == all);
    }
  }
}

TEST_CASE("redux.sync: every operation") {
  for (const uint32_t members : kSome) {
    std::vector<uint32_t> values;
    for (uint32_t l = 0; l < 32; ++l) {
      if (members >> l & 1) values.push_back(value_of(l));
    }
    uint32_t add = 0, all = kAll, any = 0, odd = 0;
    int32_t low = INT32_MAX, high = INT32_MIN;
    for (const uint32_t v : values) {
      add += v;
      all &= v;
      any |= v;
      odd ^= v;
      low = std::min(low, static_cast<int32_t>(v));
      high = std::max(high, static_cast<int32_t>(v));
    }
    const std::pair<const char*, uint32_t> forms[] = {{"add.u32", add},
                                                      {"add.s32", add},
                                                      {"min.u32", *std::min_element(values.begin(), values.end())},
                                                      {"max.u32", *std::max_element(values.begin(), values.end())},
                                                      {"min.s32", static_cast<uint32_t>(low)},
                                                      {"max.s32", static_cast<uint32_t>(high)},
                                                      {"and.b32", all},
                                                      {"or.b32", any},
                                                      {"xor.b32", odd}};
    for (const auto& [form, expected] : forms) {
      CAPTURE(form);
      const uint32_t want = expected;
      CHECK(run_who(with("mov.u32 %r2, 5; @%p1 redux.sync.{f} %r2, %r1, %r10; st.global.b32 [%o], %r2;", {{"f", form}}),
                    members) == lanes([&](uint32_t l) { return members >> l & 1 ? want : 5; }));
    }
  }
}

TEST_CASE("activemask, elect.sync, lane masks") {
  for (const uint32_t who : kSome) {
    CHECK(run_who("mov.u32 %r2, 0; @!%p1 bra END; activemask.b32 %r2; END: st.global.b32 [%o], %r2;", who) ==
          lanes([&](uint32_t l) { return who >> l & 1 ? who : 0; }));
    CHECK(run_who("mov.u32 %r2, 99; setp.ne.u32 %p2, %t, %t; @%p1 elect.sync %r2|%p2, %r10; selp.u32 %r3, 1, 0, %p2;"
                  "st.global.v2.b32 [%o], {%r2, %r3};",
                  who) == lanes([&](uint32_t l) {
            const auto leader = static_cast<uint32_t>(std::countr_zero(who));
            return who >> l & 1 ? uint64_t{l == leader} << 32 | leader : 99;
          }));
  }
  CHECK(run_who("mov.u32 %r2, %lanemask_lt; mov.u32 %r3, %lanemask_ge; st.global.v2.b32 [%o], {%r2, %r3};", 0) ==
        lanes([](uint32_t l) {
          const uint32_t below = (1u << l) - 1;
          return uint64_t{~below} << 32 | below;
        }));
  CHECK(run_who("mov.u32 %r2, %lanemask_le; mov.u32 %r3, %lanemask_gt; st.global.v2.b32 [%o], {%r2, %r3};", 0) ==
        lanes([](uint32_t l) {
          const uint32_t up_to = l == 31 ? kAll : (2u << l) - 1;
          return uint64_t{~up_to} << 32 | up_to;
        }));
}

TEST_CASE("groups that come apart meet at different instructions of the same operation") {
  // The arms of the branch each have their own shuffle; the mask names both.
  const std::string body =
      "setp.lt.u32 %p2, %t, 16; @%p2 bra LOW; add.u32 %r5, %r1, 1; shfl.sync.bfly.b32 %r2, %r1, 16, 31, -1;"
      "add.u32 %r2, %r2, 1000; bra END;"
      "LOW: shfl.sync.bfly.b32 %r2, %r1, 16, 31, -1; END: st.global.b32 [%o], %r2;";
  CHECK(run_who(body, 0) == lanes([](uint32_t l) { return (value_of(l ^ 16) + (l < 16 ? 0 : 1000)) & 0xffffffffu; }));
  const std::string votes =
      "setp.lt.u32 %p2, %t, 20; setp.lt.u32 %p3, %t, 10; @%p2 bra LOW; vote.sync.ballot.b32 %r2, !%p3, -1;"
      "bra END; LOW: vote.sync.ballot.b32 %r2, %p3, -1; END: st.global.b32 [%o], %r2;";
  CHECK(run_who(votes, 0) == lanes([](uint32_t) { return 0xfff003ffu; }));
}

TEST_CASE("each arm of a branch has its own members") {
  const std::string body =
      "setp.lt.u32 %p2, %t, 12; @%p2 bra LOW; redux.sync.add.s32 %r2, 1, 0xfffff000; bra END;"
      "LOW: redux.sync.add.s32 %r2, 2, 0x00000fff; END: st.global.b32 [%o], %r2;";
  CHECK(run_who(body, 0) == lanes([](uint32_t l) { return l < 12 ? 24 : 20; }));
}

TEST_CASE("lanes that execute one instruction with different member masks are separate operations") {
  // As cooperative groups' tiles do: lanes 0-7, 8-15, ... each name their own tile.
  const std::string tile =
      "and.b32 %r20, %t, 24; mov.u32 %r21, 255; shl.b32 %r21, %r21, %r20; and.b32 %r22, %t, 1;"
      "setp.ne.u32 %p2, %r22, 0; shr.u32 %r23, %t, 4;";
  const auto tile_of = [](uint32_t l) { return 255u << (l & 24); };
  CHECK(run_who(tile + "vote.sync.ballot.b32 %r2, %p2, %r21; st.global.b32 [%o], %r2;", 0) ==
        lanes([&](uint32_t l) { return 0xaaaaaaaau & tile_of(l); }));
  CHECK(run_who(tile + "redux.sync.add.u32 %r2, %t, %r21; st.global.b32 [%o], %r2;", 0) ==
        lanes([&](uint32_t l) { return 8 * (l & 24) + 28; }));
  CHECK(run_who(tile + "match.any.sync.b32 %r2, %r23, %r21; st.global.b32 [%o], %r2;", 0) == lanes(tile_of));
  CHECK(run_who(tile + "setp.lt.u32 %p3, %t, 8; vote.sync.any.pred %p4, %p3, %r21; selp.u32 %r2, 1, 0, %p4;"
                       "st.global.b32 [%o], %r2;",
                0) == lanes([](uint32_t l) { return l < 8; }));
  CHECK(run_who(tile + "bar.warp.sync %r21; shfl.sync.idx.b32 %r2, %r1, 3, 0x181f, %r21; st.global.b32 [%o], %r2;",
                0) == lanes([](uint32_t l) { return value_of((l & 24) + 3); }));
}

TEST_CASE("bar.warp.sync holds lanes back until the others have written") {
  const std::string body =
      ".shared .b32 s[32]; mov.u32 %r3, s; mad.lo.u32 %r3, %t, 4, %r3; setp.lt.u32 %p2, %t, 16;"
      "@%p2 bra LOW; st.shared.b32 [%r3], %r1; bar.warp.sync -1; bra READ;"
      "LOW: st.shared.b32 [%r3], %r1; bar.warp.sync -1;"
      "READ: xor.b32 %r4, %t, 31; mov.u32 %r5, s; mad.lo.u32 %r5, %r4, 4, %r5; ld.shared.b32 %r6, [%r5];"
      "st.global.b32 [%o], %r6;";
  CHECK(run_who(body, 0) == lanes([](uint32_t l) { return value_of(31 - l); }));
}

TEST_CASE("members that have exited, or never existed, are not waited for") {
  const std::string body =
      "setp.ge.u32 %p2, %t, 20; @%p2 exit; vote.sync.ballot.b32 %r2, %p3, -1; redux.sync.add.u32 %r3, 1, -1;"
      "st.global.b32 [%o], %r3;";
  CHECK(run_who("setp.eq.u32 %p3, %t, %t;" + body, 0) == lanes([](uint32_t l) { return l < 20 ? 20 : 0; }));
  CHECK(run_who("redux.sync.add.u32 %r3, 1, -1; st.global.b32 [%o], %r3;", 0, 13) ==
        lanes([](uint32_t l) { return l < 13 ? 13 : 0; }));
  // They exit while the others already wait.
  CHECK(run_who(
            "setp.lt.u32 %p2, %t, 20; @%p2 bra WAIT; mov.u32 %r4, 0; L: add.u32 %r4, %r4, 1; setp.lt.u32 %p4, %r4, 50;"
            "@%p4 bra L; exit; WAIT: redux.sync.add.u32 %r3, 1, -1; st.global.b32 [%o], %r3;",
            0) == lanes([](uint32_t l) { return l < 20 ? 20 : 0; }));
}

TEST_CASE("a member that never comes is a finding, at the instruction that waits") {
  Machine m(
      kernel(".file 1 \"warp.cu\"\n.loc 1 7 3\nsetp.lt.u32 %p1, %t, 8; @%p1 bra HERE; bra END;\n"
             ".loc 1 8 5\nHERE: vote.sync.ballot.b32 %r1, %p1, -1;\n.loc 1 9 3\nEND: bar.sync 0;"));
  const Address out = m.zeros<uint64_t>("out", 32);
  const LaunchResult result = m.launch({1, 1, 1}, {32, 1, 1}, out, out);
  CHECK_FALSE(result.completed);
  REQUIRE(result.findings.size() == 1);  // at what the others have not come to, rather than where they are
  CHECK(result.findings[0].kind == Finding::Kind::barrier);
  CHECK(result.findings[0].line == 8);
  CHECK(result.findings[0].count == 8);
  CHECK(result.findings[0].message.find("0xffffffff names threads 8 to 31 too") != std::string::npos);
  CHECK(result.findings[0].message.find("line 9") != std::string::npos);
}

TEST_CASE("forms without .sync take the lanes that run them, up to PTX 6.3") {
  const std::string body =
      "mov.u32 %r2, 0; setp.ge.u32 %p1, %t, 12; setp.eq.u32 %p2, %t, %t; @%p1 bra UPPER;\n"
      "vote.ballot.b32 %r1, %p2; vote.all.pred %p3, %p2; @%p3 or.b32 %r2, %r2, 1; shfl.idx.b32 %r3, %t, 3, 31; bra "
      "END;\n"
      "UPPER: vote.ballot.b32 %r1, %p2; vote.any.pred %p3, !%p2; @%p3 or.b32 %r2, %r2, 1; shfl.down.b32 %r3, %t, 1, "
      "31;\n"
      "END: shl.b32 %r3, %r3, 8; or.b32 %r2, %r2, %r3; mov.b64 %rd1, {%r1, %r2}; st.global.b64 [%o], %rd1;";
  std::string text = kernel(body);
  CHECK(refusal(text).find("only with .sync") != std::string::npos);
  text.replace(text.find(".version 8.0\n.target sm_80"), 26, ".version 6.3\n.target sm_75");
  CHECK(refusal(text) == "");
  Machine m(text);
  const Address out = m.zeros<uint64_t>("out", 32);
  m.run(1, 32, out, out);
  CHECK(m.values<uint64_t>(out) == lanes([](uint32_t l) -> uint64_t {
          const uint64_t shuffled = l < 12 ? 3 : l == 31 ? 31 : l + 1;
          const uint64_t upper = shuffled << 8 | (l < 12 ? 1 : 0);
          return upper << 32 | (l < 12 ? 0xfffu : 0xfffff000u);
        }));
  text = kernel("shfl.down.b32 %r1, %r2, 1, 31, -1;");
  text.replace(text.find(".version 8.0\n.target sm_80"), 26, ".version 6.3\n.target sm_75");
  CHECK(refusal(text).find("an operand too many") != std::string::npos);
}
