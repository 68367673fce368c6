#include "vgpu/machine/decode/load_waits.h"

#include <algorithm>
#include <optional>

#include "vgpu/machine/decode/basic_block.h"

namespace vgpu {

namespace {

using ptx::Instruction;

enum class Effect : uint8_t { none, load, store, swap, barrier, copy, copies_done };

/// What an instruction means to loads of global memory before and after it.
Effect effect_of(const Instruction& inst) {
  const std::string& op = inst.opcode;
  if (op == "bar" || op == "barrier" || op == "membar" || op == "fence" || op == "call") return Effect::barrier;
  if (op == "cp") return inst.has("async") && inst.has("global") ? Effect::copy : Effect::copies_done;
  const bool elsewhere = inst.has("shared") || inst.has("shared::cta") || inst.has("local") || inst.has("const") ||
                         inst.has("param") || inst.has("param::entry") || inst.has("param::func");
  if (elsewhere) return Effect::none;
  if (op == "ld" || op == "ldu") return Effect::load;
  if (op == "st" || op == "red") return Effect::store;
  if (op == "atom") return Effect::swap;
  return Effect::none;
}

/// Registers by number, each with the round of loads that its value hangs on: 0, it hangs on none.
class Rounds {
 public:
  explicit Rounds(size_t registers) : round_(registers + 1) {}
  int of(int reg) const { return round_[static_cast<size_t>(reg)]; }
  void set(int reg, int round) {
    if (round != 0 || of(reg) != 0) touched_.push_back(reg);
    round_[static_cast<size_t>(reg)] = round;
  }
  void clear() {
    for (const int reg : touched_) round_[static_cast<size_t>(reg)] = 0;
    touched_.clear();
  }

 private:
  std::vector<int> round_;
  std::vector<int> touched_;
};

/// So few instructions behind a condition are predicated instead of jumped over.
constexpr size_t kMostPredicated = 16;
/// Of such blocks between a condition and where its ways meet: the jumps around an else are blocks too.
constexpr size_t kMostBetween = 3;

/// Blocks as ptxas makes them: short ones that are only skipped, or chosen between, become a part of what stands around
/// them. `conditional` says of each instruction whether it is in such a one.
std::vector<BasicBlock> predicated(const ptx::Function& function, std::vector<bool>& conditional) {
  const std::vector<BasicBlock> blocks = basic_blocks(function);
  std::vector<size_t> first_in(blocks.size(), blocks.size()), last_in(blocks.size());  // the blocks that go on at each
  for (size_t b = 0; b < blocks.size(); ++b) {
    for (const size_t next : blocks[b].next) {
      first_in[next] = std::min(first_in[next], b);
      last_in[next] = std::max(last_in[next], b);
    }
  }
  const auto is_short = [&](const BasicBlock& block) {
    if (block.end - block.first > kMostPredicated) return false;
    const auto first = function.instructions.begin() + static_cast<std::ptrdiff_t>(block.first);
    return std::none_of(first, first + static_cast<std::ptrdiff_t>(block.end - block.first),
                        [](const Instruction& inst) { return effect_of(inst) == Effect::barrier; });
  };
  // Where the ways from a block meet again, if there is nothing but short blocks between; else the block itself.
  const auto join_of = [&](size_t b) {
    for (size_t join = b + 2; join <= b + kMostBetween + 1 && join < blocks.size(); ++join) {
      bool closed = blocks[b].next.size() == 2 && first_in[join] >= b && last_in[join] < join;
      for (const size_t next : blocks[b].next) closed = closed && next > b && next <= join;
      for (size_t i = b + 1; i < join; ++i) {
        closed = closed && first_in[i] >= b && last_in[i] < i && is_short(blocks[i]) && !blocks[i].next.empty();
        for (const size_t next : blocks[i].next) closed = closed && next > i && next <= join;
      }
      if (closed) return join;
    }
    return b;
  };
  std::vector<BasicBlock> result;
  std::vector<size_t> now(blocks.size());  // where each block has gone
  for (size_t b = 0; b < blocks.size(); ++b) {
    result.push_back(blocks[b]);
    now[b] = result.size() - 1;
    for (size_t join = join_of(b); join != b; join = join_of(b)) {
      std::fill(conditional.begin() + static_cast<std::ptrdiff_t>(blocks[b].end),
                conditional.begin() + static_cast<std::ptrdiff_t>(blocks[join].first), true);
      while (b < join) now[++b] = result.size() - 1;
      result.back().end = blocks[b].end;
      result.back().next = blocks[b].next;
    }
  }
  for (BasicBlock& block : result) {
    for (size_t& next : block.next) next = now[next];
  }
  return result;
}

class Finder {
 public:
  explicit Finder(const ptx::Function& function)
      : function_(function),
        rounds_(function.registers.size()),
        copies_(static_cast<int>(function.registers.size())),
        conditional_(function.instructions.size()),
        waits_(function.instructions.size()) {}

  std::vector<uint8_t> run() {
    const std::vector<BasicBlock> blocks = predicated(function_, conditional_);
    std::vector<std::vector<int>> left(blocks.size());
    std::vector<size_t> last_behind(blocks.size());  // of each block: the last one that goes back to it, 0: none
    for (size_t b = 0; b < blocks.size(); ++b) {
      for (const size_t next : blocks[b].next) {
        if (next <= b) last_behind[next] = b + 1;
      }
    }
    for (const bool again : {false, true}) {
      for (size_t b = 0; b < blocks.size(); ++b) {
        std::vector<int> pending;
        if (const auto from = before(blocks, b)) pending = left[*from];
        if (again && last_behind[b] != 0) {
          const std::vector<int>& around = left[last_behind[b] - 1];
          pending.insert(pending.end(), around.begin(), around.end());
        }
        left[b] = look_at(blocks[b], pending);
      }
    }
    return std::move(waits_);
  }

 private:
  /// Where a warp that skips nothing comes from.
  static std::optional<size_t> before(const std::vector<BasicBlock>& blocks, size_t block) {
    for (size_t b = block; b-- > 0;) {
      const std::vector<size_t>& next = blocks[b].next;
      if (std::find(next.begin(), next.end(), block) != next.end()) return b;
    }
    return std::nullopt;
  }

  /// Notes the waits of a block that starts while the registers of `pending` are still to come, and gives those that
  /// are at its end.
  std::vector<int> look_at(const BasicBlock& block, const std::vector<int>& pending) {
    rounds_.clear();
    for (const int reg : pending) rounds_.set(reg, 1);
    int waited = 0;                           // rounds whose values were used
    int fence = 0;                            // what follows is of a later round
    std::vector<std::pair<int, int>> loaded;  // register and round
    for (size_t i = block.first; i < block.end; ++i) {
      const Instruction& inst = function_.instructions[i];
      waits_[i] = 0;
      registers_of(inst, read_, written_);
      const Effect effect = effect_of(inst);
      if (effect == Effect::copies_done) read_.push_back(copies_);
      if (effect == Effect::copy) written_.push_back(copies_);
      int round = 0;
      for (const int reg : read_) round = std::max(round, rounds_.of(reg));
      if (round > waited) {
        waits_[i] = static_cast<uint8_t>(std::min(round - waited, 255));
        waited = round;
      }
      if (effect == Effect::store || effect == Effect::swap) fence = std::max(fence, round);
      if (effect == Effect::barrier) fence = std::max(fence, waited);
      if (effect == Effect::load || effect == Effect::copy || effect == Effect::swap) {
        round = std::max(round, fence) + 1;
        for (const int reg : written_) loaded.emplace_back(reg, round);
      }
      for (const int reg : written_) {
        // Of an else's value and the one that was loaded, the loaded one counts.
        rounds_.set(reg, conditional_[i] ? std::max(round, rounds_.of(reg)) : round);
      }
    }
    std::vector<int> left;
    for (const auto& [reg, round] : loaded) {
      if (round > waited && rounds_.of(reg) == round) left.push_back(reg);
    }
    for (const int reg : pending) {
      if (waited == 0 && rounds_.of(reg) == 1) left.push_back(reg);
    }
    return left;
  }

  const ptx::Function& function_;
  Rounds rounds_;
  const int copies_;  // stands for what cp.async brings
  std::vector<bool> conditional_;
  std::vector<uint8_t> waits_;
  std::vector<int> read_, written_;
};

}  // namespace

std::vector<uint8_t> load_waits(const ptx::Function& function) { return Finder(function).run(); }

}  // namespace vgpu
