// The public face: buffers, module variables, launches.

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <set>

#include "vgpu/machine/memory/memory.h"
#include "vgpu/machine/scheduling/sample.h"
#include "vgpu/machine/scheduling/schedule.h"
#include "vgpu/machine/warp.h"
#include "vgpu/vgpu.h"

namespace vgpu {

namespace {

// Below this many warps of work, host threads cost more than they bring.
constexpr uint64_t kParallelWarps = 64;
// More than this is not copied before a launch in order: racing reads are then not followed.
constexpr uint64_t kMostCopied = uint64_t{1} << 30;
// So often a launch is run to follow racing reads: each time with more of them.
constexpr int kMostRounds = 4;
// Larger buffers than this give their shadow's memory, a third of theirs, back after each launch.
constexpr uint64_t kMostShadowed = uint64_t{64} << 20;
// Of memory that the caller holds: no access of a thread is wider.
constexpr uintptr_t kWrappedAlignment = 16;

void check_launch(const KernelInfo& info, const Hardware& hardware, Dim3 grid, Dim3 block, uint32_t dynamic_shared,
                  size_t parameter_bytes) {
  const uint64_t threads = block.count();
  if (block.x == 0 || block.y == 0 || block.z == 0 || threads > Gpu::max_threads_per_block || block.z > 64) {
    throw LaunchError(fmt::format("{}: a block of {} x {} x {} threads is not possible: 1 to {} threads, z up to 64",
                                  info.name, block.x, block.y, block.z, Gpu::max_threads_per_block));
  }
  if (threads > info.max_threads_per_block) {
    throw LaunchError(fmt::format("{}: a block of {} threads is more than the kernel's launch bounds of {}", info.name,
                                  threads, info.max_threads_per_block));
  }
  if (info.required_block.x != 0 && !(info.required_block == block)) {
    throw LaunchError(fmt::format("{}: the kernel requires blocks of {} x {} x {}", info.name, info.required_block.x,
                                  info.required_block.y, info.required_block.z));
  }
  if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.x > 0x7fffffffu || grid.y > 65535 || grid.z > 65535) {
    throw LaunchError(
        fmt::format("{}: a grid of {} x {} x {} blocks is not possible: x from 1 to 2147483647, y and z to 65535",
                    info.name, grid.x, grid.y, grid.z));
  }
  if (info.static_shared_bytes > Gpu::max_static_shared_bytes) {
    throw LaunchError(
        fmt::format("{}: {} bytes of static shared memory are more than {} (48 KiB), which is the most of any device; "
                    "dynamic shared memory, extern __shared__, may be larger",
                    info.name, info.static_shared_bytes, Gpu::max_static_shared_bytes));
  }
  const uint64_t shared = info.static_shared_bytes + dynamic_shared;
  if (shared > hardware.shared_bytes_per_block) {
    throw LaunchError(
        fmt::format("{}: {} bytes of shared memory a block are more than the {} ({} KiB) of the device {}", info.name,
                    shared, hardware.shared_bytes_per_block, hardware.shared_bytes_per_block / 1024, hardware.name));
  }
  uint64_t wanted = 0;
  for (const Parameter& p : info.parameters) {
    wanted = (wanted + p.alignment - 1) / p.alignment * p.alignment + p.bytes;
  }
  if (parameter_bytes < wanted) {
    throw LaunchError(
        fmt::format("{}: {} bytes of parameters were given, {} are needed", info.name, parameter_bytes, wanted));
  }
}

/// A copy of what a launch may change, to start again from.
class Snapshot {
 public:
  explicit Snapshot(MemoryMap& memory) {
    memory.for_each([&](Buffer& buffer) {
      if (!buffer.writable) return;
      copies_.push_back({&buffer, {buffer.host, buffer.host + buffer.bytes}, buffer.undefined, buffer.origins});
    });
  }
  /// What a copy takes.
  static uint64_t bytes_of(MemoryMap& memory) {
    uint64_t bytes = 0;
    memory.for_each([&](Buffer& buffer) { bytes += buffer.writable ? buffer.bytes + buffer.undefined.size() : 0; });
    return bytes;
  }
  void restore() const {
    for (const Copy& copy : copies_) {
      std::copy(copy.bytes.begin(), copy.bytes.end(), copy.buffer->host);
      copy.buffer->undefined = copy.undefined;
      copy.buffer->origins = copy.origins;
    }
  }

 private:
  struct Copy {
    Buffer* buffer;
    std::vector<std::byte> bytes;
    std::vector<uint8_t> undefined;
    StoredOrigins origins;
  };
  std::vector<Copy> copies_;
};

/// Shadows for every writable buffer, at work for as long as it lives.
class Shadows {
 public:
  Shadows(MemoryMap& memory, uint32_t narrowest) : memory_(memory) {
    memory_.for_each([&](Buffer& buffer) {
      if (!buffer.writable) return;
      if (!buffer.shadow || buffer.shadow->cell_bytes() != narrowest) {
        buffer.shadow = std::make_unique<GlobalShadow>(buffer.bytes, narrowest);
      }
      buffer.shadow->start();
    });
  }
  ~Shadows() {
    // The next launch uses them again, but for those that hold much memory.
    memory_.for_each([](Buffer& buffer) {
      if (buffer.shadow) buffer.shadow->finish();
      if (buffer.bytes > kMostShadowed) buffer.shadow.reset();
    });
  }
  Shadows(const Shadows&) = delete;
  Shadows& operator=(const Shadows&) = delete;

 private:
  MemoryMap& memory_;
};

bool uses_heap(const Program& program) {
  return std::any_of(program.functions.begin(), program.functions.end(),
                     [](const FunctionCode& f) { return f.external && (f.name == "malloc" || f.name == "free"); });
}

/// Races with reads may turn out to be none, or to matter to nobody: the launch runs once more, and the values that the
/// racing reads give are followed (race_taint.h). Memory is then as the launch has left it.
void follow_racing_reads(LaunchState& done, const Snapshot& before) {
  const std::vector<Report::ReadRace> races = done.report.read_races();
  std::set<uint32_t> sites;
  std::vector<RaceKey> keys;
  bool at_once = false;
  for (const Report::ReadRace& race : races) {
    keys.push_back(race.key);
    sites.insert(race.sites.begin(), race.sites.end());
    at_once = at_once || race.at_once;
  }
  if (keys.empty()) return;
  const uint64_t threads = done.block.count();
  const Snapshot after(done.memory);
  // The shadows of the first run know who read a place last; here all readers are known, and further ones may race.
  for (int round = 0; round < kMostRounds; ++round) {
    if (RaceTaint::too_large(sites.size(), done.grid.count() * threads)) break;
    RaceTaint taint(done.program, {sites.begin(), sites.end()}, keys, done.grid.count(), static_cast<uint32_t>(threads),
                    at_once);
    Report report(done.program, done.grid, done.block);
    LaunchState state(done, report, report);  // nothing of it is shown
    if (done.program.blocks_may_talk) state.released.resize(done.grid.count());
    state.taint = &taint;
    before.restore();
    {
      const Shadows shadows(done.memory, done.program.narrowest_global);
      run_in_order(state);
    }
    if (state.abort) break;
    if (taint.missing().empty()) {
      for (size_t i = 0; i < keys.size(); ++i) done.report.settle(keys[i], taint.verdict(i), done.notes);
      break;
    }
    sites.insert(taint.missing().begin(), taint.missing().end());
  }
  after.restore();
}

Buffer& buffer_at(MemoryMap& memory, Address address) {
  Buffer* buffer = memory.slot_of(address);
  if (buffer == nullptr || buffer->base != address) throw LaunchError("this is not the start of a buffer");
  return *buffer;
}

void describe(Buffer& buffer, std::string name, Access access, uint32_t element_bytes, std::string element_name) {
  buffer.name = std::move(name);
  buffer.writable = access == Access::read_write;
  buffer.element_bytes = element_bytes;
  buffer.element_name = std::move(element_name);
}

}  // namespace

uint64_t Hardware::blocks_at_once(uint64_t block_threads, uint64_t shared_bytes) const {
  const uint64_t warps = (std::max<uint64_t>(block_threads, 1) + kLanes - 1) / kLanes;
  const uint64_t system_bytes = shared_bytes_per_sm - shared_bytes_per_block;
  uint64_t per_sm = std::min<uint64_t>(blocks_per_sm, threads_per_sm / (warps * kLanes));
  if (shared_bytes + system_bytes > 0) per_sm = std::min(per_sm, shared_bytes_per_sm / (shared_bytes + system_bytes));
  return sms * per_sm;
}

struct Gpu::Impl {
  Hardware hardware;
  MemoryMap memory;
  const Module* module = nullptr;  ///< whose variables lie in the module slots

  void set_up(const Module& wanted) {
    if (module == &wanted) return;
    tear_down();
    for (const ModuleVariable& variable : wanted.program().variables) {
      Buffer& buffer = memory.place(variable.address, std::max<uint64_t>(variable.bytes, 1));
      std::memset(buffer.host, 0, buffer.bytes);
      std::transform(
          variable.init.begin(),
          variable.init.begin() + static_cast<ptrdiff_t>(std::min<size_t>(variable.init.size(), buffer.bytes)),
          buffer.host, [](uint8_t b) { return std::byte{b}; });
      buffer.writable = variable.writable;
      buffer.name = variable.name;
    }
    module = &wanted;
  }
  /// What the blocks of a grid count their arrivals in: two words, of which cooperative_groups uses the second.
  Buffer& set_up_grid() {
    Buffer& buffer = memory.place(slot_address(kGridSlot), 8);
    std::memset(buffer.host, 0, buffer.bytes);
    buffer.name = "grid.sync()'s counter";
    buffer.host_reads = false;
    return buffer;
  }
  void tear_down() {
    for (uint32_t slot = kFirstModuleSlot; slot < kFirstPieceSlot; ++slot) memory.release(slot);
    memory.release_pieces();
    module = nullptr;
  }
};

Gpu::Gpu(Hardware hardware) : impl_(std::make_unique<Impl>()) { impl_->hardware = std::move(hardware); }
Gpu::~Gpu() = default;
Gpu::Gpu(Gpu&&) noexcept = default;
Gpu& Gpu::operator=(Gpu&&) noexcept = default;

Address Gpu::allocate(std::string name, uint64_t bytes, Access access, uint32_t element_bytes,
                      std::string element_name) {
  Buffer& buffer = impl_->memory.allocate(bytes);
  describe(buffer, std::move(name), access, element_bytes, std::move(element_name));
  return buffer.base;
}

Address Gpu::allocate_lazy(std::string name, uint64_t bytes, std::span<const std::byte> pattern, Access access,
                           uint32_t element_bytes, std::string element_name) {
  Buffer& buffer = impl_->memory.allocate_lazy(bytes, pattern);
  describe(buffer, std::move(name), access, element_bytes, std::move(element_name));
  return buffer.base;
}

Address Gpu::wrap(std::string name, std::span<std::byte> host, Access access, uint32_t element_bytes,
                  std::string element_name) {
  // The shadows' cells start at a buffer's first byte, and no aligned access may straddle them.
  if (reinterpret_cast<uintptr_t>(host.data()) % kWrappedAlignment != 0) {
    throw LaunchError(fmt::format("{}: its memory is not aligned to {} bytes", name, kWrappedAlignment));
  }
  Buffer& buffer = impl_->memory.wrap(host);
  describe(buffer, std::move(name), access, element_bytes, std::move(element_name));
  return buffer.base;
}

void Gpu::free(Address address) { impl_->memory.release(static_cast<uint32_t>(address >> kSlotBits)); }

std::span<std::byte> Gpu::data(Address address) {
  Buffer& buffer = buffer_at(impl_->memory, address);
  return {buffer.host, buffer.bytes};
}

void Gpu::mark_undefined(Address address, bool host_reads) {
  Buffer& buffer = buffer_at(impl_->memory, address);
  buffer.undefined.assign(buffer.bytes, 0xff);
  buffer.origins.clear();
  buffer.host_reads = host_reads;
}

void Gpu::mark_undefined(Address address, std::span<const uint8_t> bytes, bool host_reads) {
  Buffer& buffer = buffer_at(impl_->memory, address);
  if (bytes.size() != buffer.bytes) throw LaunchError("not as many entries as the buffer has bytes");
  mark_undefined(address, host_reads);
  std::transform(bytes.begin(), bytes.end(), buffer.undefined.begin(),
                 [](uint8_t undefined) { return undefined != 0 ? uint8_t{0xff} : uint8_t{0}; });
}

void Gpu::watch_writes(Address address) {
  Buffer& buffer = buffer_at(impl_->memory, address);
  buffer.writes =
      std::make_unique<WriteMap>(buffer.bytes / std::max<uint32_t>(buffer.element_bytes, 1), buffer.element_bytes);
}

Coverage Gpu::coverage(Address address) const {
  const Buffer& buffer = buffer_at(impl_->memory, address);
  if (!buffer.writes) throw LaunchError("this buffer is not watched");
  return buffer.writes->summary();
}

std::vector<std::string> Gpu::changed_variables() const {
  std::vector<std::string> names;
  if (impl_->module == nullptr) return names;
  for (const ModuleVariable& variable : impl_->module->program().variables) {
    if (!variable.writable) continue;
    const std::byte* now = impl_->memory.host(variable.address, variable.bytes);
    for (uint64_t i = 0; now != nullptr && i < variable.bytes; ++i) {
      const uint8_t before = i < variable.init.size() ? variable.init[i] : 0;
      if (now[i] == std::byte{before}) continue;
      names.push_back(variable.name);
      break;
    }
  }
  return names;
}

void Gpu::unload(const Module& module) {
  if (impl_->module == &module) impl_->tear_down();
}

LaunchResult Gpu::launch(const Module& module, std::string_view kernel, Dim3 grid, Dim3 block, uint32_t dynamic_shared,
                         std::span<const std::byte> parameters, const Limits& limits) {
  const KernelInfo* info = module.find_kernel(kernel);
  if (info == nullptr) throw LaunchError(fmt::format("there is no kernel {} in the module", kernel));
  if (info->refusal) throw LoadError(*info->refusal);
  check_launch(*info, impl_->hardware, grid, block, dynamic_shared, parameters.size());
  impl_->set_up(module);

  const Program& program = module.program();
  const auto code = std::find_if(program.functions.begin(), program.functions.end(),
                                 [&](const FunctionCode& f) { return f.entry && f.name == kernel; });
  LaunchSetup setup{program, *code, impl_->memory, grid, block, parameters, limits, dynamic_shared};
  uint32_t offset = 0;
  for (size_t i = 0; i < program.shared.size(); ++i) {
    const uint32_t alignment = std::max<uint32_t>(program.shared[i].alignment, 16);
    offset = (offset + alignment - 1) / alignment * alignment;
    setup.shared_offset.push_back(offset);
    setup.shared_bytes.push_back(i == 0 ? dynamic_shared : program.shared[i].bytes);
    offset += setup.shared_bytes.back();
  }
  setup.total_shared = offset;
  setup.device = impl_->hardware.name;
  setup.blocks_at_once = impl_->hardware.blocks_at_once(block.count(), info->static_shared_bytes + dynamic_shared);
  if (program.uses_grid_workspace && grid.count() <= setup.blocks_at_once) {
    setup.grid_workspace = impl_->set_up_grid().base;
  }
  Report report(program, grid, block), notes(program, grid, block);
  std::optional<LaunchState> run(std::in_place, setup, report, notes);

  const auto clear_sectors = [&] {
    impl_->memory.for_each([](Buffer& buffer) {
      buffer.read_sectors.resize(buffer.bytes);
      buffer.written_sectors.resize(buffer.bytes);
    });
  };
  clear_sectors();

  if (limits.sample.blocks > 0 || limits.coverage) {
    // What has not run has touched nothing: races are not looked for.
    impl_->memory.for_each([](Buffer& buffer) { buffer.shadow.reset(); });
    LaunchResult result;
    result.blocks_may_talk = program.blocks_may_talk;
    limits.coverage ? run_for_coverage(*run, result) : run_sample(*run, result);
    // A block that reads what others leave may have gone astray for want of it.
    if (!program.blocks_may_talk || run->grid_too_large) result.findings = report.findings();
    result.notes = notes.findings();
    result.printed = report.printed();
    return result;
  }

  const uint64_t warps = grid.count() * ((block.count() + kLanes - 1) / kLanes);
  const bool undoable = !uses_heap(program);  // what malloc() and free() do cannot be undone
  const bool parallel = undoable && limits.threads > 1 && grid.count() > 1 && warps >= kParallelWarps &&
                        !program.blocks_may_talk && grid.count() <= GlobalShadow::kMostBlocks;
  std::optional<Snapshot> before;
  if (undoable && (parallel || Snapshot::bytes_of(impl_->memory) <= kMostCopied)) before.emplace(impl_->memory);
  if (parallel) {
    {
      const Shadows shadows(impl_->memory, program.narrowest_global);
      run->parallel = true;
      run_in_parallel(*run, static_cast<unsigned>(std::min<uint64_t>(limits.threads, grid.count())));
    }
    // A finding that ended the launch early depends on who came first; so does a conflict.
    // That the budget ran out does not.
    const bool only_budget = run->over_budget && report.findings().size() == 1;
    if (run->conflict || (run->abort && !run->stopped && !only_budget)) {
      before->restore();
      report.clear();
      notes.clear();
      run.emplace(setup, report, notes);
      clear_sectors();
    }
  }
  LaunchState& state = *run;
  if (!state.parallel) {
    if (program.blocks_may_talk) state.released.resize(grid.count());
    const Shadows shadows(impl_->memory, program.narrowest_global);
    run_in_order(state);
  }

  LaunchResult result;
  result.blocks_may_talk = program.blocks_may_talk;
  impl_->memory.for_each([&](Buffer& buffer) {
    result.counters.dram_read_sectors += buffer.read_sectors.count();
    result.counters.dram_written_sectors += buffer.written_sectors.count();
  });
  if (before && !state.abort) follow_racing_reads(state, *before);
  result.findings = report.findings();
  result.notes = notes.findings();
  result.printed = report.printed();
  result.warp_instructions = state.warp_instructions;
  result.lane_instructions = state.lane_instructions;
  result.stopped = state.stopped;
  result.completed = !state.abort;
  result.over_budget = state.over_budget;
  result.blocks_run = state.blocks_done;
  result.blocks_completed = state.blocks_completed;
  result.working_blocks = state.memory_sites.empty() ? result.blocks_run : state.working_blocks.load();
  summarise(program, state.counts, result.counters);
  return result;
}

void pack(std::vector<std::byte>& buffer, const void* value, size_t bytes, size_t alignment) {
  buffer.resize((buffer.size() + alignment - 1) / alignment * alignment);
  const auto* from = static_cast<const std::byte*>(value);
  buffer.insert(buffer.end(), from, from + bytes);
}

}  // namespace vgpu
