#include "vgpu/machine/findings/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace vgpu {

namespace {

constexpr size_t kMaxGroups = 200;
constexpr int64_t kNoLine = int64_t{1} << 40;  // keys of places without a line come after those with one
constexpr int64_t kNotYet = -1;
constexpr uint64_t kMaxPrinted = 1 << 20;  // bytes, as a real GPU's printf buffer

uint64_t linear(const Dim3& index, const Dim3& size) {
  return (uint64_t{index.z} * size.y + index.y) * size.x + index.x;
}

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

std::string plural(const std::string& noun, uint64_t n) { return n == 1 ? noun : noun + "s"; }

}  // namespace

std::string_view name_of(Finding::Kind kind) {
  switch (kind) {
    case Finding::Kind::out_of_bounds:
      return "out-of-bounds";
    case Finding::Kind::misaligned:
      return "misaligned";
    case Finding::Kind::null_pointer:
      return "null-pointer";
    case Finding::Kind::read_only_write:
      return "read-only-write";
    case Finding::Kind::uninitialized:
      return "uninitialized";
    case Finding::Kind::race:
      return "race";
    case Finding::Kind::barrier:
      return "barrier";
    case Finding::Kind::stack_overflow:
      return "stack-overflow";
    case Finding::Kind::timeout:
      return "timeout";
    case Finding::Kind::trap:
      return "trap";
    case Finding::Kind::assertion:
      return "assertion";
    case Finding::Kind::heap:
      return "heap";
    case Finding::Kind::unsupported:
      return "unsupported";
  }
  return "unknown";
}

int64_t Report::line_of(uint32_t pc) {
  if (lines_.size() <= pc) lines_.resize(pc + 1, kNotYet);
  if (lines_[pc] == kNotYet) {
    // By source line where there is one: an unrolled loop is one place.
    const int line = place_of(program_, pc).line;
    lines_[pc] = line > 0 ? int64_t{line} : kNoLine + pc;
  }
  return lines_[pc];
}

uint64_t Report::rank_of(uint64_t block, const Dim3& thread) const {
  return block * block_.count() + linear(thread, block_);
}

void Report::widen(Group& group, uint64_t block, int64_t byte_offset, uint64_t threads) {
  group.count += threads;
  group.first_block = std::min(group.first_block, block);
  group.last_block = std::max(group.last_block, block);
  group.lowest = std::min(group.lowest, byte_offset);
  group.highest = std::max(group.highest, byte_offset);
}

bool Report::count(Finding::Kind kind, uint32_t pc, std::string_view buffer, int64_t byte_offset, Dim3 block_index,
                   Dim3 thread, uint32_t read_site, uint32_t weight) {
  const std::lock_guard lock(mutex_);
  return count_in_group({line_of(pc), static_cast<int>(kind), buffer}, byte_offset, block_index, thread, read_site,
                        weight);
}

bool Report::count_at(Finding::Kind kind, int line, std::string_view buffer, int64_t byte_offset, Dim3 block_index,
                      Dim3 thread) {
  const std::lock_guard lock(mutex_);
  return count_in_group({line, static_cast<int>(kind), buffer}, byte_offset, block_index, thread, 0);
}

bool Report::count_in_group(const std::tuple<int64_t, int, std::string_view>& key, int64_t byte_offset,
                            const Dim3& block_index, const Dim3& thread, uint32_t read_site, uint32_t weight) {
  const auto found = groups_.find(key);
  if (found == groups_.end()) return groups_.size() >= kMaxGroups;
  const uint64_t block = linear(block_index, grid_);
  if (found->second.outdone_by(weight, rank_of(block, thread))) return false;
  widen(found->second, block, byte_offset, 1);
  add_site(found->second, read_site);
  return true;
}

void Report::add_site(Group& group, uint32_t site) {
  if (group.example.kind != Finding::Kind::race) return;
  if (std::find(group.read_sites.begin(), group.read_sites.end(), site) == group.read_sites.end()) {
    group.read_sites.push_back(site);
  }
}

std::vector<Report::ReadRace> Report::read_races() const {
  std::vector<ReadRace> races;
  for (const auto& [key, group] : groups_) {
    if (group.example.kind != Finding::Kind::race) continue;
    if (std::find(group.read_sites.begin(), group.read_sites.end(), kNoRead) != group.read_sites.end()) continue;
    ReadRace race{{std::get<0>(key), std::get<2>(key)}, group.read_sites};
    race.at_once = std::erase(race.sites, kAtOnce) != 0;
    races.push_back(std::move(race));
  }
  return races;
}

void Report::settle(const RaceKey& key, RaceVerdict verdict, Report& notes) {
  const auto found = groups_.find(std::tuple(key.first, static_cast<int>(Finding::Kind::race), key.second));
  if (found == groups_.end()) return;
  Group& group = found->second;
  if (verdict == RaceVerdict::rounded) {
    Incident note = group.example;
    note.text = fmt::format(
        "several threads store the same element of {}, each as it has rounded it: which of the values "
        "stays is open, and they differ in their last bits",
        note.buffer);
    note.cause = "the compiler has several threads compute one element, and the order of a sum is not the same in all";
    note.remedy = Finding::Remedy::unknown;
    note.threads = group.count;
    notes.add(note);
  }
  const bool nothing = program_.replicas ? verdict != RaceVerdict::used : verdict == RaceVerdict::verified;
  if (nothing) {
    groups_.erase(found);
  } else if (verdict == RaceVerdict::unused) {
    group.value_unused = true;
  }
}

int64_t Report::race_line(uint32_t pc) {
  const std::lock_guard lock(mutex_);
  return line_of(pc);
}

void Report::add(const Incident& incident) {
  const std::lock_guard lock(mutex_);
  const Key key{incident.place ? incident.place->line : line_of(incident.pc), static_cast<int>(incident.kind),
                incident.buffer};
  const auto found = groups_.find(key);
  const uint64_t block = linear(incident.block, grid_);
  const uint64_t rank = rank_of(block, incident.thread);
  if (found == groups_.end()) {
    if (groups_.size() >= kMaxGroups) return;
    Group first{incident, rank, incident.threads, block, block, incident.byte_offset, incident.byte_offset, {}, false};
    add_site(first, incident.read_site);
    groups_.emplace(key, std::move(first));
    return;
  }
  Group& group = found->second;
  add_site(group, incident.read_site);
  widen(group, block, incident.byte_offset, incident.threads);
  if (group.outdone_by(incident.weight, rank)) {
    group.example = incident;
    group.rank = rank;
  }
}

void Report::print(std::string_view text, uint64_t block_index) {
  const std::lock_guard lock(mutex_);
  if (printed_bytes_ + text.size() > kMaxPrinted) return;
  printed_bytes_ += text.size();
  printed_[block_index] += text;
}

void Report::clear() {
  groups_.clear();
  printed_.clear();
  printed_bytes_ = 0;
}

std::string Report::printed() const {
  std::string all;
  for (const auto& [block, text] : printed_) all += text;
  return all;
}

std::string Report::cause_out_of_bounds(const Group& group) const {
  const Incident& incident = group.example;
  if (incident.buffer.empty()) return "";
  if (group.highest < 0) return "the index is below 0: is something subtracted that can be larger?";
  const int64_t element = std::max<uint32_t>(incident.element_bytes, 1);
  const auto bytes = static_cast<int64_t>(incident.buffer_bytes);
  const int64_t length = bytes / element;
  const int64_t highest = floor_div(group.highest, element);  // index
  const auto block_threads = static_cast<int64_t>(block_.count());
  if (incident.memory == Memory::dynamic_shared) {
    if (bytes == 0) {
      return "the launch asks for 0 bytes of dynamic shared memory: it must say how many a block needs, in bytes";
    }
    const std::string asked =
        fmt::format("the launch asks for {} bytes of dynamic shared memory, and index {} needs {}", bytes, highest,
                    (highest + 1) * element);
    return highest < bytes ? asked + ": is the size given in elements rather than bytes?" : asked;
  }
  if (incident.memory == Memory::shared) {
    if (highest < block_threads && length < block_threads) {
      return fmt::format("the array is shared by {} threads and has {} elements: is it too small for the block?",
                         block_threads, length);
    }
    return highest == length ? "one past the end of a shared array: is it < rather than <=, or a neighbour's index?"
                             : "an index into a shared array is outside it: does it fit the array's declared size?";
  }
  const uint64_t blocks = grid_.count();
  const bool all_in_last = group.first_block == group.last_block && group.last_block == blocks - 1;
  // Threads past the end are fewer than a block has; in a matrix a row past it is many elements.
  if (all_in_last && (highest - length < block_threads || block_.y > 1)) {
    const uint64_t thread = linear(incident.block, grid_) * block_.count() + linear(incident.thread, block_);
    if (highest == length && group.count == 1 && thread != static_cast<uint64_t>(highest)) {
      return "one past the end: is it < rather than <=, or a neighbour's index that the last element does not have?";
    }
    if (blocks == 1) return "is the mask that keeps threads past the end from it missing?";
    return fmt::format("{}all in the last block: is the mask that keeps threads past the end from it missing?",
                       group.count > 1 ? fmt::format("{} threads, ", group.count) : "");
  }
  if (length > 0 && element > 1 && highest >= 2 * length && highest / element < length) {
    return "far past the end: is the index in bytes where elements are meant, or a stride too large?";
  }
  if (group.first_block != group.last_block) {
    return "threads of several blocks do it: does the index formula fit the buffer's shape?";
  }
  return "does the index formula fit the buffer's shape?";
}

std::string Report::cause_of(const Group& group) const {
  const Incident& incident = group.example;
  if (!incident.cause.empty()) return incident.cause;
  switch (incident.kind) {
    case Finding::Kind::out_of_bounds:
      return cause_out_of_bounds(group);
    case Finding::Kind::misaligned:
      return fmt::format("an access of {} bytes needs an address that is a multiple of {}", incident.width,
                         incident.width);
    case Finding::Kind::null_pointer:
      return "is the pointer a kernel argument that was never set?";
    case Finding::Kind::read_only_write:
      return "the buffer is an input (const): write to the output instead";
    case Finding::Kind::stack_overflow:
      return incident.buffer.empty() ? "" : "an index into a local array is outside it";
    default:
      return "";
  }
}

Finding Report::finish(const Group& group) const {
  const Incident& incident = group.example;
  const Place place = incident.place ? *incident.place : place_of(program_, incident.pc);
  Finding finding;
  finding.kind = incident.kind;
  finding.file = place.file;
  finding.line = place.line;
  finding.column = place.column;
  finding.buffer = incident.buffer;
  finding.block = incident.block;
  finding.thread = incident.thread;
  finding.count = group.count;
  finding.cause = cause_of(group);
  finding.remedy = incident.remedy;
  finding.dynamic_shared = incident.memory == Memory::dynamic_shared;
  const int64_t element = std::max<uint32_t>(incident.element_bytes, 1);
  finding.index = floor_div(incident.byte_offset, element);
  // What begins inside and ends outside is wrong from the buffer's end on.
  const bool crosses_end = incident.kind == Finding::Kind::out_of_bounds && incident.byte_offset >= 0 &&
                           incident.byte_offset < static_cast<int64_t>(incident.buffer_bytes);
  const int64_t first = finding.index;
  if (crosses_end) finding.index = static_cast<int64_t>(incident.buffer_bytes) / element;
  finding.length = static_cast<int64_t>(incident.buffer_bytes) / element;
  std::string what = incident.text;
  if (what.empty() && !incident.buffer.empty()) {
    what = fmt::format("{} {}[{}]", incident.verb, incident.buffer, finding.index);
    if (crosses_end) what += fmt::format(", {} bytes at once from [{}] on", incident.width, first);
    if (incident.kind == Finding::Kind::misaligned) {
      what += fmt::format(" with {} bytes at once, at byte {} of it", incident.width, incident.byte_offset);
    } else if (incident.kind == Finding::Kind::read_only_write) {
      what += ", which is read-only";
    } else {
      const std::string noun = plural(incident.element_name, static_cast<uint64_t>(finding.length));
      what += finding.length > 0
                  ? fmt::format("; {} has {} {} (0..{})", incident.buffer, finding.length, noun, finding.length - 1)
              : incident.memory == Memory::dynamic_shared
                  // It goes by this name where the code has no other for it.
                  ? (incident.buffer == kDynamicShared
                         ? std::string("; there are 0 bytes of it")
                         : fmt::format("; {} is dynamic shared memory, of which there are 0 bytes", incident.buffer))
                  : fmt::format("; {} is empty", incident.buffer);
    }
  }
  if (group.value_unused) {
    what += "; the value that is read is never used";
    finding.remedy = Finding::Remedy::unknown;
    finding.cause = "no result hangs on it, but it is a race: read only what is used (inside the mask, for example)";
  }
  finding.message = fmt::format("block ({},{},{})", incident.block.x, incident.block.y, incident.block.z);
  if (!incident.of_many)
    finding.message += fmt::format(" thread ({},{},{})", incident.thread.x, incident.thread.y, incident.thread.z);
  finding.message += ": " + what;
  return finding;
}

/// Whether threads read, change and store one place in one line: no barrier would order that.
bool Report::changes_in_place(const Group& race) const {
  const int line = place_of(program_, race.example.pc).line;
  if (line == 0 || race.example.other_line != line || race.value_unused) return false;
  bool stored_by_several = false, read_there = false;
  for (const uint32_t site : race.read_sites) {
    (site == kNone ? stored_by_several : read_there) |= site == kNone || place_of(program_, site).line == line;
  }
  return stored_by_several && read_there;
}

Finding Report::finish_races(const std::vector<const Group*>& races) const {
  const auto order = [](const Group& race) { return std::pair(!race.value_unused, race.example.weight); };
  const Group* widest = races[0];
  for (const Group* race : races) {
    if (order(*race) > order(*widest)) widest = race;
  }
  Finding finding = finish(*widest);
  if (changes_in_place(*widest)) {
    finding.remedy = Finding::Remedy::atomic;
    finding.cause =
        "several threads read, change and store the same place, so some changes are lost: use an atomic (atomicAdd()), "
        "or let each have a place of its own and add them up afterwards";
  }
  std::set<int> lines;
  for (const Group* race : races) {
    if (race != widest) finding.count += race->count;
    lines.insert({place_of(program_, race->example.pc).line, race->example.other_line});
  }
  for (const int told : {0, finding.line, widest->example.other_line}) lines.erase(told);
  if (!lines.empty()) {
    finding.message += "; likewise in ";
    size_t left = lines.size();
    for (const int line : lines) {
      finding.message += fmt::format("line {}{}", line, left > 2 ? ", " : left == 2 ? " and " : "");
      --left;
    }
  }
  return finding;
}

std::vector<Finding> Report::findings() const {
  const std::lock_guard lock(mutex_);
  std::vector<const Group*> order;
  for (const auto& [key, group] : groups_) order.push_back(&group);
  std::stable_sort(order.begin(), order.end(), [](const Group* a, const Group* b) { return a->rank < b->rank; });
  std::vector<Finding> findings;
  std::vector<std::string> raced;
  for (const Group* group : order) {
    const Incident& incident = group->example;
    if (incident.kind != Finding::Kind::race || incident.buffer.empty()) {
      findings.push_back(finish(*group));
      continue;
    }
    if (std::find(raced.begin(), raced.end(), incident.buffer) != raced.end()) continue;
    raced.push_back(incident.buffer);
    std::vector<const Group*> races;
    std::copy_if(order.begin(), order.end(), std::back_inserter(races), [&](const Group* other) {
      return other->example.kind == Finding::Kind::race && other->example.buffer == incident.buffer;
    });
    findings.push_back(finish_races(races));
  }
  return findings;
}

}  // namespace vgpu
