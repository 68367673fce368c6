#pragma once
// Collects what goes wrong during a launch: one finding for each place and kind, with an example and a count.

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "vgpu/machine/findings/race_taint.h"
#include "vgpu/machine/program.h"
#include "vgpu/vgpu.h"

namespace vgpu {

/// What kind of memory an incident is about, for its likely cause.
enum class Memory : uint8_t { other, global, shared, dynamic_shared };

/// One thing that went wrong in one thread.
struct Incident {
  Finding::Kind kind{};
  uint32_t pc = 0;
  Dim3 block{0, 0, 0}, thread{0, 0, 0};
  std::string verb;    ///< "read", "wrote", "atomically updated"; empty: not a memory access
  std::string buffer;  ///< what it was meant for, empty: nothing known
  std::string element_name = "byte";
  uint32_t element_bytes = 1;
  int64_t byte_offset = 0;  ///< from the buffer's start
  uint64_t buffer_bytes = 0;
  uint64_t address = 0;
  uint32_t width = 0;    ///< bytes of the access
  uint64_t threads = 1;  ///< that did it
  bool of_many = false;  ///< the text says which threads: the message names only the block
  uint32_t weight = 0;   ///< of two examples the one with more is kept
  int other_line = 0;    ///< of a race: the other access's
  Finding::Remedy remedy = Finding::Remedy::unknown;
  Memory memory = Memory::other;
  std::string text;  ///< the whole message where the parts above do not make it
  std::string cause;
  uint32_t read_site =
      kNone;  ///< of a race: the instruction that reads, kNone: none does, or its value is not followed
  std::optional<Place> place;  ///< where it is shown, if that is not pc's place
};

class Report {
 public:
  Report(const Program& program, Dim3 grid, Dim3 block) : program_(program), grid_(grid), block_(block) {}

  /// Where the incident belongs to a finding that is known and keeps its example, counts it: true, and there is no need
  /// to put it into words. Findings in loops come by the million.
  bool count(Finding::Kind kind, uint32_t pc, std::string_view buffer, int64_t byte_offset, Dim3 block, Dim3 thread,
             uint32_t read_site = kNone, uint32_t weight = 0);
  /// The same for findings with a place of their own, Incident::place, at this line.
  bool count_at(Finding::Kind kind, int line, std::string_view buffer, int64_t byte_offset, Dim3 block, Dim3 thread);
  /// Adds one thread's incident. Safe from several host threads; the example kept is the lowest block's lowest
  /// thread's.
  void add(const Incident& incident);
  void print(std::string_view text, uint64_t block_index);
  bool empty() const { return groups_.empty(); }

  /// The races of which each is one with a plain read, and those reads' instructions, or of lanes that write at once.
  struct ReadRace {
    RaceKey key;
    std::vector<uint32_t> sites;
    bool at_once = false;
  };
  std::vector<ReadRace> read_races() const;
  /// What became of the values that such a race's reads gave. What is no finding, and yet worth saying, goes to
  /// `notes`.
  void settle(const RaceKey& key, RaceVerdict verdict, Report& notes);
  /// The line that a race at this instruction is counted at.
  int64_t race_line(uint32_t pc);

  /// In the order of their examples. Races of one buffer are one finding: the one that asks for the widest barrier.
  std::vector<Finding> findings() const;
  /// What printf wrote, block by block in order.
  std::string printed() const;
  void clear();

 private:
  struct Group {
    Incident example;
    uint64_t rank = 0;  ///< of the example: block then thread
    uint64_t count = 0;
    uint64_t first_block = 0, last_block = 0;
    int64_t lowest = 0, highest = 0;   ///< byte offsets
    std::vector<uint32_t> read_sites;  ///< of a race
    bool value_unused = false;

    /// Whether an incident with this weight and rank is the better example.
    bool outdone_by(uint32_t weight, uint64_t other_rank) const {
      return weight != example.weight ? weight > example.weight : other_rank < rank;
    }
  };
  using Key = std::tuple<int64_t, int, std::string>;

  int64_t line_of(uint32_t pc);
  bool count_in_group(const std::tuple<int64_t, int, std::string_view>& key, int64_t byte_offset, const Dim3& block,
                      const Dim3& thread, uint32_t read_site = kNone, uint32_t weight = 0);
  uint64_t rank_of(uint64_t block, const Dim3& thread) const;
  static void add_site(Group& group, uint32_t site);
  static void widen(Group& group, uint64_t block, int64_t byte_offset, uint64_t threads);
  Finding finish(const Group& group) const;
  Finding finish_races(const std::vector<const Group*>& races) const;
  std::string cause_out_of_bounds(const Group& group) const;
  std::string cause_of(const Group& group) const;
  bool changes_in_place(const Group& race) const;

  const Program& program_;
  Dim3 grid_, block_;
  std::map<Key, Group, std::less<>> groups_;
  std::vector<int64_t> lines_;  ///< of each instruction, as keys; kNotYet
  std::map<uint64_t, std::string> printed_;
  uint64_t printed_bytes_ = 0;
  mutable std::mutex mutex_;
};

}  // namespace vgpu
