// Programs from bytes. A statement is a family, chosen by one byte, and what it needs, chosen by the next ones. Names
// of lane-wise instructions come from the table the decoder itself looks them up in.

#include <fmt/format.h>

#include <algorithm>
#include <concepts>
#include <initializer_list>
#include <iterator>
#include <string_view>
#include <vector>

#include "tests/fuzz/fuzz.h"
#include "vgpu/ops/op.h"

namespace vgpu::fuzz {

namespace {

constexpr size_t kMostStatements = 160;

/// The input, read from its front; zeros behind its end.
class Bytes {
 public:
  explicit Bytes(std::span<const uint8_t> input) : input_(input) {}
  bool empty() const { return next_ >= input_.size(); }
  uint32_t byte() { return empty() ? 0 : input_[next_++]; }
  uint32_t below(uint32_t n) { return byte() % n; }
  bool one_in(uint32_t n) { return below(n) == n - 1; }
  uint32_t word() {
    uint32_t w = 0;
    for (int i = 0; i < 4; ++i) w = w << 8 | byte();
    return w;
  }
  template <size_t kCount>
  const char* pick(const char* const (&list)[kCount]) {
    return list[below(kCount)];
  }

 private:
  std::span<const uint8_t> input_;
  size_t next_ = 0;
};

/// One line of a function; a branch gets its label once all lines are known.
struct Statement {
  std::string text;    ///< without its semicolon
  int target = -1;     ///< of a branch: a label, modulo their number
  bool scope = false;  ///< in braces of its own: no semicolon behind it
};

/// A piece of a statement.
struct Part {
  Part(std::string t) : text(std::move(t)) {}
  Part(std::string_view t) : text(t) {}
  Part(const char* t) : text(t) {}
  template <std::integral T>
  Part(T value) : text(std::to_string(value)) {}
  std::string text;
};

/// Puts the parts where `pattern` has {}. Unlike a call's arguments, a list's elements are evaluated in order: every
/// compiler reads the same program out of the same bytes.
std::string fill(std::string_view pattern, std::initializer_list<Part> parts) {
  std::string text;
  for (const Part& part : parts) {
    const size_t at = pattern.find("{}");
    text.append(pattern.substr(0, at)).append(part.text);
    pattern.remove_prefix(at + 2);
  }
  return text.append(pattern);
}

/// Writes the statements of one function body.
class BodyWriter {
 public:
  BodyWriter(Bytes& bytes, std::vector<Statement>& statements) : bytes_(bytes), statements_(statements) {}

  void statement() {
    switch (bytes_.below(24)) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
      case 5:
        return lane();
      case 6:
      case 7:
      case 8:
        return load_store();
      case 9:
        return atomic();
      case 10:
        return move();
      case 11:
      case 12:
        return branch();
      case 13:
        return barrier();
      case 14:
        return shuffle();
      case 15:
        return collective();
      case 16:
        return call();
      case 17:
        return convert_address();
      case 18:
        return tensor();
      case 19:
        return async_copy();
      case 20:
        return quiet();
      case 21:
        return loop();
      case 22:
        return fresh_address();
      default:
        return bytes_.one_in(8) ? leave() : lane();
    }
  }

 private:
  void line(std::string text, int target = -1) { statements_.push_back({guard() + std::move(text), target}); }

  std::string guard() {
    const uint32_t b = bytes_.byte();
    return b < 200 ? "" : fill("@{}%p{} ", {b & 1 ? "!" : "", b / 2 % 4});
  }
  std::string reg(Row row) {
    switch (row) {
      case Row::pred:
        return fill("%p{}", {bytes_.below(4)});
      case Row::b16:
        return fill("%h{}", {bytes_.below(5)});
      case Row::b32:
        return fill("%r{}", {bytes_.below(9)});
      case Row::b64:
        return fill("%d{}", {bytes_.below(8)});
      default:
        return fill("%q{}", {bytes_.below(3)});
    }
  }
  std::string to(Row row) { return bytes_.one_in(40) ? "_" : reg(row); }
  std::string number() {
    static const char* const kNumbers[] = {"0",  "1",  "-1", "2",  "4",  "7",          "8",          "16",
                                           "31", "32", "33", "63", "64", "2147483647", "-2147483648"};
    return bytes_.one_in(4) ? std::to_string(static_cast<int32_t>(bytes_.word())) : bytes_.pick(kNumbers);
  }
  std::string from(Row row) {
    const uint32_t kind = bytes_.byte();
    if (row == Row::pred) return (kind < 40 ? "!" : "") + reg(row);
    if (kind < 190) return reg(row);
    if (kind < 235) return number();
    if (row == Row::b32 && kind < 245) return special();
    if (row == Row::b32 && kind < 250) return fmt::format("0f{:08X}", bytes_.word());
    if (row == Row::b64 && kind < 248) return fmt::format("0d{:08X}{:08X}", kind, bytes_.word());
    return row == Row::b32 || row == Row::b64 ? variable() : reg(row);
  }
  const char* special() {
    static const char* const kSpecials[] = {"%tid.x",       "%tid.y",       "%ntid.x", "%ctaid.x", "%nctaid.x",
                                            "%laneid",      "%warpid",      "%smid",   "WARP_SZ",  "%gridid",
                                            "%lanemask_lt", "%lanemask_ge", "%tid.z",  "%ctaid.y", "%total_smem_size"};
    return bytes_.pick(kSpecials);
  }
  const char* variable() {
    static const char* const kVariables[] = {"shared_bytes", "dynamic_bytes", "global_bytes", "const_bytes", "format"};
    return bytes_.pick(kVariables);
  }
  /// [base + offset]; `space` may not be the base's: then the address lies nowhere.
  std::string address(std::string_view space) {
    const uint32_t kind = bytes_.byte();
    const int offset = kind % 16 < 12 ? 4 * static_cast<int>(kind % 8) : static_cast<int>(bytes_.word()) % 5000;
    if (kind < 40) return fill("[%d{}+{}]", {bytes_.below(8), offset});
    if (kind < 60) return fill("[{}+{}]", {kind < 44 ? "local_bytes" : variable(), offset});
    if (kind < 64) return fill("[{}]", {offset});
    std::string base = "%d2";  // generic: one's own element of `out`
    if (space == "shared" || space == "shared::cta") base = kind < 110 ? "shared_bytes" : kind < 150 ? "%d3" : "%r2";
    if (space == "local") base = kind < 150 ? "local_bytes" : "%d4";
    if (space == "const") base = "const_bytes";
    if (space == "global" && kind < 150) base = kind < 90 ? "%d0" : kind < 110 ? "global_bytes" : "%d1";
    return fill("[{}+{}]", {base, offset});
  }
  std::string vector(Row row, size_t count, bool write) {
    std::string text = "{";
    for (size_t i = 0; i < count; ++i) {
      if (i != 0) text += ", ";
      text += write ? to(row) : from(row);
    }
    return text + "}";
  }

  void lane() {
    const std::vector<Op>& ops = op_table().all();
    const uint32_t high = bytes_.byte();
    const Op& op = ops[(high << 8 | bytes_.byte()) % ops.size()];
    std::string name = op.name;
    const bool pair = name.back() == '|';
    if (pair) name.pop_back();
    if (name.starts_with("pack") || name.starts_with("unpack") || name.starts_with("extract")) return move();
    // convert.cpp's names for wide registers: what stands behind the @ is the register's, not the instruction's.
    for (size_t at = name.find('@'); at != std::string::npos; at = name.find('@')) {
      const size_t end = name.find_first_not_of("0123456789", at + 1);
      name.erase(at, end == std::string::npos ? end : end - at);
    }
    std::string text = fill("{} {}", {name, to(op.d[0])});
    if (pair) text += "|" + to(op.d[1]);
    for (int i = 0; i < 4; ++i) {
      if (i == op.immediate_source) {
        text += fill(", {}", {bytes_.byte()});
        continue;
      }
      if (op.s[i] == Row::none) break;
      const bool last = i == 3 || op.s[i + 1] == Row::none;
      if (!(op.carry_in && last)) text += ", " + from(op.s[i]);
    }
    line(text);
  }

  void load_store() {
    static const char* const kSpaces[] = {"", "global", "shared", "local", "const", "param", "shared::cta", "global"};
    static const char* const kHints[] = {
        "", "", "", ".volatile", ".relaxed.gpu", ".nc", ".acquire.gpu", ".L1::evict_last"};
    static const char* const kTypes[] = {"u8",  "s8",  "b16", "u16", "s16", "b32",  "u32",
                                         "s32", "f32", "b64", "u64", "f64", "b128", "b8"};
    static constexpr Row kRows[] = {Row::b16, Row::b16, Row::b16, Row::b16, Row::b16, Row::b32,  Row::b32,
                                    Row::b32, Row::b32, Row::b64, Row::b64, Row::b64, Row::b128, Row::b16};
    const bool stores = bytes_.one_in(2);
    const std::string_view space = bytes_.pick(kSpaces);
    const bool load = !stores || (space == "param" && !bytes_.one_in(20));
    const std::string_view hint = bytes_.pick(kHints);
    const uint32_t type = bytes_.below(std::size(kTypes));
    const uint32_t wide = bytes_.byte();
    const size_t elements = wide < 180 ? 1 : wide < 220 ? 2 : wide < 250 ? 4 : 8;
    // Sub-word types may lie in wider registers.
    const Row row = wide % 8 == 7 && kRows[type] == Row::b16 ? Row::b32 : kRows[type];
    const std::string name =
        fill("{}{}{}{}{}.{}", {load ? "ld" : "st", hint, space.empty() ? "" : ".", space,
                               elements == 1 ? "" : ".v" + std::to_string(elements), kTypes[type]});
    const std::string where =
        space == "param" ? fill("[{}+{}]", {bytes_.one_in(3) ? "in" : "out", bytes_.below(12)}) : address(space);
    const std::string data = elements == 1 ? (load ? to(row) : from(row)) : vector(row, elements, load);
    line(load ? fill("{} {}, {}", {name, data, where}) : fill("{} {}, {}", {name, where, data}));
  }

  void atomic() {
    static const char* const kSpaces[] = {"", ".global", ".shared", ".shared", ".global"};
    static const char* const kOps[] = {"add", "min", "max", "inc", "dec", "and", "or", "xor", "exch", "cas"};
    static const char* const kTypes[] = {"u32", "s32", "b32",   "f32",  "u64", "b64",
                                         "s64", "f64", "f16x2", "b128", "b16", "f16"};
    static constexpr Row kRows[] = {Row::b32, Row::b32, Row::b32, Row::b32,  Row::b64, Row::b64,
                                    Row::b64, Row::b64, Row::b32, Row::b128, Row::b16, Row::b16};
    const bool reduces = bytes_.one_in(3);
    const std::string space = bytes_.pick(kSpaces);
    std::string op = bytes_.pick(kOps);
    const uint32_t type = bytes_.below(std::size(kTypes));
    // A refusal ends the whole program, so forms that are not there are rare.
    if (!bytes_.one_in(100)) {
      const std::string_view name = kTypes[type];
      if (name[0] == 'f') op = "add";
      if ((name == "b128" || name == "b16") && op != "cas") op = "exch";
    }
    std::string text =
        fill("{}{}{}.{}{}.{} ", {reduces ? "red" : "atom", bytes_.one_in(4) ? ".release.gpu" : "", space, op,
                                 kTypes[type][0] == 'f' && kTypes[type][1] == '1' ? ".noftz" : "", kTypes[type]});
    if (!reduces) text += to(kRows[type]) + ", ";
    text += address(space.empty() ? "" : space.substr(1)) + ", ";
    text += from(kRows[type]);
    if (op == "cas") text += ", " + from(kRows[type]);
    line(text);
  }

  void move() {
    static constexpr Row kWhole[] = {Row::b32, Row::b64, Row::b64, Row::b128, Row::b128};
    static constexpr Row kPart[] = {Row::b16, Row::b32, Row::b16, Row::b64, Row::b32};
    static constexpr size_t kParts[] = {2, 2, 4, 2, 4};
    const uint32_t which = bytes_.below(10);
    if (which < 5) {
      const int bits = 8 * static_cast<int>(kWhole[which]);
      if (bytes_.one_in(2))
        return line(fill("mov.b{} {}, {}", {bits, to(kWhole[which]), vector(kPart[which], kParts[which], false)}));
      return line(fill("mov.b{} {}, {}", {bits, vector(kPart[which], kParts[which], true), from(kWhole[which])}));
    }
    static const char* const kClocks[] = {"mov.u32 %r5, %clock", "mov.u64 %d5, %clock64", "mov.u64 %d6, %globaltimer"};
    static const char* const kFunctions[] = {"leaf", "recursive", "vprintf", "k"};
    if (which == 5) return line(bytes_.pick(kClocks));
    if (which == 6) return line(fill("mov.u64 {}, {}", {to(Row::b64), bytes_.pick(kFunctions)}));
    if (which == 7) return line(fill("mov.u32 {}, {}", {to(Row::b32), special()}));
    line(fill("mov.u{} {}, {}", {which == 8 ? 32 : 64, to(which == 8 ? Row::b32 : Row::b64),
                                 bytes_.one_in(3) ? "local_bytes" : variable()}));
  }

  void branch() {
    if (bytes_.one_in(6)) return line(fill("brx.idx {}, labels", {reg(Row::b32)}));
    line(bytes_.one_in(5) ? "bra.uni " : "bra ", static_cast<int>(bytes_.byte()));
  }

  void loop() {
    const int begin = static_cast<int>(statements_.size());
    const uint32_t turns = bytes_.below(9);
    statements_.push_back({"add.u32 %r8, %r8, 1"});
    for (uint32_t i = bytes_.below(3); i > 0; --i) lane();
    statements_.push_back({fill("setp.lt.u32 %p3, %r8, {}", {turns})});
    statements_.push_back({"@%p3 bra ", begin});
  }

  void barrier() {
    switch (bytes_.below(10)) {
      case 0:
        return line(fill("bar.red.popc.u32 {}, {}, {}", {to(Row::b32), bytes_.below(3), from(Row::pred)}));
      case 1:
        return line(
            fill("bar.red.{}.pred {}, 0, {}", {bytes_.one_in(2) ? "and" : "or", to(Row::pred), from(Row::pred)}));
      case 2:
        return line(fill("bar.arrive {}, {}", {bytes_.below(3), 32 * bytes_.below(4)}));
      case 3:
        return line(fill("bar.sync {}, {}", {bytes_.below(17), from(Row::b32)}));
      case 4:
        return line(fill("barrier.sync {}", {from(Row::b32)}));
      case 5:
        return line(fill("bar.warp.sync {}", {members()}));
      default:
        return line("bar.sync 0");
    }
  }
  std::string members() {
    static const char* const kMasks[] = {"-1", "-1", "-1", "0xffff", "1", "0", "%r3", "%lanemask_le"};
    return bytes_.pick(kMasks);
  }

  void shuffle() {
    static const char* const kModes[] = {"up", "down", "bfly", "idx"};
    const std::string mode = bytes_.pick(kModes);
    const std::string d = to(Row::b32);
    const std::string p = bytes_.one_in(2) ? "|" + to(Row::pred) : "";
    const std::string a = from(Row::b32), b = from(Row::b32);
    line(fill("shfl.sync.{}.b32 {}{}, {}, {}, {}, {}", {mode, d, p, a, b,
                                                        bytes_.one_in(3) ? from(Row::b32)
                                                        : mode == "up"   ? "0"
                                                                         : "31",
                                                        members()}));
  }

  void collective() {
    static const char* const kRedux[] = {"add.s32", "min.u32", "max.s32", "and.b32", "or.b32", "xor.b32"};
    switch (bytes_.below(6)) {
      case 0:
        return line(fill("vote.sync.ballot.b32 {}, {}, {}", {to(Row::b32), from(Row::pred), members()}));
      case 1: {
        static const char* const kVotes[] = {"all", "any", "uni"};
        const char* vote = bytes_.pick(kVotes);
        return line(fill("vote.sync.{}.pred {}, {}, {}", {vote, to(Row::pred), from(Row::pred), members()}));
      }
      case 2:
        return line(fill("match.any.sync.b64 {}, {}, {}", {to(Row::b32), from(Row::b64), members()}));
      case 3:
        return line(fill("match.all.sync.b32 {}|{}, {}, {}", {to(Row::b32), to(Row::pred), from(Row::b32), members()}));
      case 4:
        return line(fill("activemask.b32 {}", {to(Row::b32)}));
      default: {
        const char* redux = bytes_.pick(kRedux);
        return line(fill("redux.sync.{} {}, {}, {}", {redux, to(Row::b32), from(Row::b32), members()}));
      }
    }
  }

  // Arguments in scopes of their own, as compilers write them; some calls pass too few or of another size.
  void call() {
    const uint32_t which = bytes_.below(8);
    const std::string guarded = guard();
    std::string text;
    if (which == 0) {
      text = fill(
          "{ .param .b64 a; .param .b64 b; .param .b32 c; st.param.b64 [a], {}; st.param.b64 [b], {}; "
          "{}call.uni (c), vprintf, (a, b); }",
          {bytes_.one_in(4) ? from(Row::b64) : "%d5", bytes_.one_in(2) ? "%d4" : from(Row::b64), guarded});
    } else if (which == 1) {
      text = fill("{ .param .b64 a; {}call.uni leaf, (a); }", {guarded});
    } else {
      const std::string target = which == 2 ? reg(Row::b64) : which < 6 ? "leaf" : "recursive";
      text = fill(
          "{ .param .b32 a; .param .b32 c; st.param.b32 [a+0], {}; {}call (c), {}, (a){}; "
          "ld.param.b32 {}, [c+0]; }",
          {from(Row::b32), guarded, target, which == 2 ? ", prototype" : "", to(Row::b32)});
    }
    statements_.push_back({text, -1, true});
  }

  void convert_address() {
    static const char* const kSpaces[] = {"global", "shared", "local", "const", "param"};
    const char* space = bytes_.pick(kSpaces);
    if (bytes_.one_in(3)) return line(fill("isspacep.{} {}, {}", {space, to(Row::pred), from(Row::b64)}));
    line(fill("cvta{}.{}.u64 {}, {}", {bytes_.one_in(2) ? ".to" : "", space, to(Row::b64), from(Row::b64)}));
  }

  void tensor() {
    switch (bytes_.below(8)) {
      case 0:
        return line(fill("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {}, {}, {}, {}",
                         {vector(Row::b32, 4, true), vector(Row::b32, 4, false), vector(Row::b32, 2, false),
                          vector(Row::b32, 4, false)}));
      case 1:
        return line(fill("mma.sync.aligned.m16n8k32.row.col.satfinite.s32.s8.u8.s32 {}, {}, {}, {}",
                         {vector(Row::b32, 4, true), vector(Row::b32, 4, false), vector(Row::b32, 2, false),
                          vector(Row::b32, 4, false)}));
      case 2:
        return line(fill("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {}, {}, {}, {}",
                         {vector(Row::b32, 4, true), vector(Row::b32, 4, false), vector(Row::b32, 2, false),
                          vector(Row::b32, 4, false)}));
      case 3:
        return line(fill("wmma.load.a.sync.aligned.row.m16n16k16{}.f16 {}, {}, {}",
                         {bytes_.one_in(2) ? ".shared" : "", vector(Row::b32, 8, true), address(""), from(Row::b32)}));
      case 4:
        return line(fill("wmma.store.d.sync.aligned.col.m16n16k16.shared.f32 {}, {}",
                         {address("shared"), vector(Row::b32, 8, false)}));
      case 5:
        return line(fill("wmma.mma.sync.aligned.row.col.m16n16k16.f32.f32 {}, {}, {}, {}",
                         {vector(Row::b32, 8, true), vector(Row::b32, 8, false), vector(Row::b32, 8, false),
                          vector(Row::b32, 8, false)}));
      case 6:
        return line(fill("ldmatrix.sync.aligned.m8n8.x4{}.shared.b16 {}, {}",
                         {bytes_.one_in(2) ? ".trans" : "", vector(Row::b32, 4, true), address("shared")}));
      default:
        return line(
            fill("stmatrix.sync.aligned.m8n8.x2.shared.b16 {}, {}", {address("shared"), vector(Row::b32, 2, false)}));
    }
  }

  void async_copy() {
    switch (bytes_.below(6)) {
      case 0:
        return line("cp.async.commit_group");
      case 1:
        return line(fill("cp.async.wait_group {}", {bytes_.below(3)}));
      case 2:
        return line("cp.async.wait_all");
      case 3:
        return line(
            fill("cp.async.cg.shared.global {}, {}, 16, {}", {address("shared"), address("global"), from(Row::b32)}));
      default:
        return line(
            fill("cp.async.ca.shared.global {}, {}, {}", {address("shared"), address("global"), 4 << bytes_.below(3)}));
    }
  }

  void quiet() {
    static const char* const kQuiet[] = {"membar.gl", "membar.cta", "fence.acq_rel.gpu", "prefetch.global.L2 [%d0]",
                                         "nanosleep.u32 20"};
    line(bytes_.pick(kQuiet));
  }

  void fresh_address() {
    static const char* const kFresh[] = {"mad.wide.u32 %d2, %r0, 4, %d1",
                                         "mad.wide.u32 %d2, %r1, 4, %d1",
                                         "mad.wide.u32 %d5, %r1, 8, %d0",
                                         "add.u64 %d6, %d2, 4096",
                                         "mov.u64 %d5, leaf",
                                         "cvta.global.u64 %d5, format",
                                         "and.b64 %d2, %d2, -16",
                                         "mad.wide.u32 %d0, %r0, 16, %d1",
                                         "and.b32 %r2, %r2, -16",
                                         "mov.b32 %r3, 3"};
    statements_.push_back({bytes_.pick(kFresh)});
  }

  void leave() {
    static const char* const kLeave[] = {"exit", "ret", "trap"};
    line(bytes_.pick(kLeave));
  }

  Bytes& bytes_;
  std::vector<Statement>& statements_;
};

constexpr std::string_view kRegisters = R"(  .reg .pred %p<4>;
  .reg .b16 %h<5>;
  .reg .b32 %r<9>;
  .reg .b64 %d<8>;
  .reg .b128 %q<3>;
  .local .align 16 .b8 local_bytes[64];
prototype: .callprototype (.param .b32 _) _ (.param .b32 _);
)";

constexpr std::string_view kModule = R"(.version 8.7
.target sm_80
.address_size 64
.shared .align 16 .b8 shared_bytes[2048];
.extern .shared .align 16 .b8 dynamic_bytes[];
.global .align 16 .b8 global_bytes[256];
.const .align 16 .b8 const_bytes[64] = {1, 2, 3};
.global .align 1 .b8 format[13] = {37, 100, 32, 37, 115, 32, 37, 103, 32, 37, 112, 10, 0};
.extern .func (.param .b32 result) vprintf (.param .b64 text, .param .b64 values);
)";

constexpr std::string_view kKernelStart = R"(  ld.param.u64 %d0, [in];
  ld.param.u64 %d1, [out];
  mov.u32 %r0, %tid.x;
  mov.u32 %r7, %ctaid.x;
  mov.u32 %r8, %ntid.x;
  mad.lo.u32 %r1, %r7, %r8, %r0;
  mad.wide.u32 %d2, %r1, 4, %d1;
  mov.u32 %r2, shared_bytes;
  mad.lo.u32 %r2, %r0, 4, %r2;
  cvt.u64.u32 %d3, %r2;
  cvta.shared.u64 %d3, %d3;
  mov.u64 %d4, local_bytes;
  cvta.local.u64 %d4, %d4;
  mov.u64 %d5, format;
  mov.u32 %r8, 0;
  and.b32 %r4, %r0, 1;
  setp.eq.u32 %p0, %r4, 0;
  setp.lt.u32 %p1, %r0, 16;
  setp.ne.u32 %p2, %r7, 0;
)";

std::string body(const std::vector<Statement>& statements) {
  const int count = static_cast<int>(statements.size()) + 1;
  std::string text = "labels: .branchtargets L0";
  for (int i = 1; i < std::min(count, 4); ++i) text += fmt::format(", L{}", i);
  text += ";\n";
  for (int i = 0; i < count - 1; ++i) {
    const Statement& s = statements[static_cast<size_t>(i)];
    const std::string label = s.target < 0 ? "" : fmt::format("L{}", s.target % count);
    text += fmt::format("L{}:\n  {}{}{}\n", i, s.text, label, s.scope ? "" : ";");
  }
  return text + fmt::format("L{}:\n", count - 1);
}

}  // namespace

WrittenProgram write_program(std::span<const uint8_t> input) {
  Bytes bytes(input);
  // Two blocks, many (host threads share them out), and shapes whose last warp is not full.
  static constexpr Dim3 kGrids[] = {{2, 1, 1}, {1, 1, 1}, {64, 1, 1}, {3, 2, 1}, {32, 1, 1}};
  static constexpr Dim3 kBlocks[] = {{32, 1, 1}, {64, 1, 1}, {1, 1, 1}, {40, 1, 1}, {8, 9, 1}, {96, 1, 1}};
  WrittenProgram program;
  program.grid = kGrids[bytes.below(std::size(kGrids))];
  program.block = kBlocks[bytes.below(std::size(kBlocks))];
  program.dynamic_shared = 64 * bytes.below(3);
  const uint32_t in_functions = bytes.below(5);
  std::vector<Statement> leaf, recursive, kernel;
  BodyWriter leaf_writer(bytes, leaf), recursive_writer(bytes, recursive), kernel_writer(bytes, kernel);
  for (uint32_t i = 0; i < in_functions; ++i) (i % 2 == 0 ? leaf_writer : recursive_writer).statement();
  while (!bytes.empty() && kernel.size() < kMostStatements) kernel_writer.statement();

  program.ptx = kModule;
  for (const auto& [name, statements] : {std::pair{"leaf", &leaf}, std::pair{"recursive", &recursive}}) {
    program.ptx += fmt::format(".func (.param .b32 result) {} (.param .b32 in);\n", name);
  }
  const auto function = [&](const char* name, const std::vector<Statement>& statements, std::string_view end) {
    program.ptx +=
        fmt::format(".func (.param .b32 result) {} (.param .b32 in)\n{{\n  .param .b32 out;\n{}", name, kRegisters);
    program.ptx += "  ld.param.b32 %r0, [in+0];\n" + body(statements) + std::string(end) + "  ret;\n}\n";
  };
  function("leaf", leaf, "  add.u32 %r0, %r0, 1;\n  st.param.b32 [result+0], %r0;\n");
  function("recursive", recursive,
           "  setp.eq.u32 %p0, %r0, 0;\n  @%p0 bra DONE;\n  sub.u32 %r0, %r0, 1;\n"
           "  { .param .b32 a; .param .b32 c; st.param.b32 [a+0], %r0; call (c), recursive, (a); "
           "ld.param.b32 %r0, [c+0]; }\n"
           "DONE:\n  st.param.b32 [result+0], %r0;\n");
  program.ptx +=
      fmt::format(".entry k (.param .u64 in, .param .u64 out)\n{{\n{}{}{}  st.global.b32 [%d2], %r4;\n  ret;\n}}\n",
                  kRegisters, kKernelStart, body(kernel));
  return program;
}

}  // namespace vgpu::fuzz
