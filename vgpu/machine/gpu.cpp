// The public face: buffers, module variables, launches; and how blocks are shared out to host threads.

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "vgpu/machine/memory.h"
#include "vgpu/machine/sample.h"
#include "vgpu/machine/warp.h"
#include "vgpu/vgpu.h"

namespace vgpu {

namespace {

// Blocks that spin may wait for one that has not started: so many are kept going side by side.
constexpr size_t kResidentBlocks = 64;
// Turns a block may spin before another one is started beside it.
constexpr int kPatience = 16;
// Below this many warps of work, host threads cost more than they bring.
constexpr uint64_t kParallelWarps = 64;
// Larger buffers than this give their shadow's memory, a third of theirs, back after each launch.
constexpr uint64_t kMostShadowed = uint64_t{64} << 20;

/// Adds what a block's object has counted to the launch's sum.
void collect(LaunchState& state, const Block& block) {
  const std::lock_guard lock(state.counts_mutex);
  for (size_t pc = 0; pc < block.counts.size(); ++pc) {
    SiteCounts& sum = state.counts[pc];
    const SiteCounts& mine = block.counts[pc];
    sum.warps += mine.warps;
    sum.lanes += mine.lanes;
    sum.global_requests += mine.global_requests;
    sum.global_sectors += mine.global_sectors;
    sum.shared_requests += mine.shared_requests;
    sum.shared_wavefronts += mine.shared_wavefronts;
    sum.bank_conflicts += mine.bank_conflicts;
  }
}

void count(LaunchState& state, const Block& block) {
  uint64_t steps = 0, lanes = 0;
  for (const Warp& warp : block.warps) {
    steps += warp.steps;
    lanes += warp.lane_steps;
  }
  state.lane_instructions += lanes;
  if ((state.warp_instructions += steps) <= state.limits.total_steps || state.abort) return;
  Incident incident;
  incident.kind = Finding::Kind::timeout;
  incident.pc = state.kernel.first;
  incident.block = block.index;
  incident.text = fmt::format("the launch used up its budget of {} warp instructions", state.limits.total_steps);
  incident.cause = "does the grid hold many more blocks than the problem needs?";
  state.report.add(incident);
  state.abort = true;
}

bool stop_asked(LaunchState& state) {
  if (state.limits.stop != nullptr && state.limits.stop->load(std::memory_order_relaxed)) {
    state.stopped = true;
    state.abort = true;
  }
  return state.abort.load(std::memory_order_relaxed);
}

/// One after the other; a block that only spins is set aside while later ones run.
void run_in_order(LaunchState& state) {
  const uint64_t blocks = state.grid.count();
  std::deque<std::unique_ptr<Block>> resident;
  std::vector<std::unique_ptr<Block>> spare;
  uint64_t next = 0;
  const auto start = [&] {
    std::unique_ptr<Block> block;
    if (spare.empty()) {
      block = std::make_unique<Block>(state);
    } else {
      block = std::move(spare.back());
      spare.pop_back();
    }
    block->start(next++);
    resident.push_back(std::move(block));
  };
  const auto finish = [&] {
    for (const auto& block : spare) collect(state, *block);
    for (const auto& block : resident) collect(state, *block);
  };
  while (next < blocks || !resident.empty()) {
    if (resident.empty()) start();
    if (stop_asked(state)) return finish();
    std::unique_ptr<Block> block = std::move(resident.front());
    resident.pop_front();
    Turn turn = Turn::yielded;
    // Once others wait beside it, each has one turn at a time.
    const int turns = resident.empty() ? kPatience : 1;
    for (int i = 0; i < turns && turn == Turn::yielded; ++i) turn = run_block(*block);
    if (turn == Turn::aborted) {
      count(state, *block);
      spare.push_back(std::move(block));
      return finish();
    }
    if (turn == Turn::done) {
      count(state, *block);
      spare.push_back(std::move(block));
      continue;
    }
    resident.push_back(std::move(block));
    if (state.program.blocks_may_talk && resident.size() < kResidentBlocks && next < blocks) {
      start();
      std::rotate(resident.begin(), resident.end() - 1, resident.end());  // the new one goes first
    }
  }
  finish();
}

/// Host threads take blocks in turn. The shadows of writable buffers see whether two blocks meet in a word.
void run_in_parallel(LaunchState& state, unsigned threads) {
  const uint64_t blocks = state.grid.count();
  std::atomic<uint64_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      Block block(state);
      struct Collector {  // however this thread ends
        LaunchState& state;
        Block& block;
        ~Collector() { collect(state, block); }
      } const collector{state, block};
      // A few at a time: neighbours share cache lines.
      const uint64_t chunk = std::clamp<uint64_t>(blocks / (threads * 8), 1, 32);
      for (;;) {
        const uint64_t first = next.fetch_add(chunk);
        if (first >= blocks) return;
        for (uint64_t b = first; b < std::min(first + chunk, blocks); ++b) {
          if (stop_asked(state)) return;
          block.start(b);
          Turn turn = Turn::yielded;
          while (turn == Turn::yielded) turn = run_block(block);
          count(state, block);
          if (turn == Turn::aborted) return;
        }
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      failure = std::current_exception();
      state.abort = true;
    }
  };
  std::vector<std::jthread> workers;
  for (unsigned t = 1; t < threads; ++t) workers.emplace_back(work);
  work();
  workers.clear();
  if (failure) std::rethrow_exception(failure);
}

void check_launch(const KernelInfo& info, Dim3 grid, Dim3 block, uint64_t shared, size_t parameter_bytes) {
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
  if (shared > Gpu::max_shared_bytes) {
    throw LaunchError(fmt::format("{}: {} bytes of shared memory a block are more than {}", info.name, shared,
                                  Gpu::max_shared_bytes));
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
      copies_.push_back({&buffer, {buffer.host, buffer.host + buffer.bytes}, buffer.undefined});
    });
  }
  void restore() const {
    for (const Copy& copy : copies_) {
      std::copy(copy.bytes.begin(), copy.bytes.end(), copy.buffer->host);
      copy.buffer->undefined = copy.undefined;
    }
  }

 private:
  struct Copy {
    Buffer* buffer;
    std::vector<std::byte> bytes;
    std::vector<uint8_t> undefined;
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

void describe(Buffer& buffer, std::string name, Access access, uint32_t element_bytes, std::string element_name) {
  buffer.name = std::move(name);
  buffer.writable = access == Access::read_write;
  buffer.element_bytes = element_bytes;
  buffer.element_name = std::move(element_name);
}

}  // namespace

struct Gpu::Impl {
  MemoryMap memory;
  const Module* module = nullptr;  ///< whose variables lie in the module slots

  void set_up(const Module& wanted) {
    if (module == &wanted) return;
    tear_down();
    for (const ModuleVariable& variable : wanted.program().variables) {
      Buffer& buffer = memory.place(variable.slot, std::max<uint64_t>(variable.bytes, 1));
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
  void tear_down() {
    for (uint32_t slot = kFirstModuleSlot; slot < kSharedSlot; ++slot) memory.release(slot);
    module = nullptr;
  }
};

Gpu::Gpu() : impl_(std::make_unique<Impl>()) {}
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

void Gpu::free(Address address) { impl_->memory.release(static_cast<uint32_t>(address >> kSlotBits)); }

std::span<std::byte> Gpu::data(Address address) {
  Buffer* buffer = impl_->memory.slot_of(address);
  if (buffer == nullptr || buffer->base != address) throw LaunchError("this is not the start of a buffer");
  return {buffer->host, buffer->bytes};
}

void Gpu::mark_undefined(Address address, bool host_reads) {
  Buffer* buffer = impl_->memory.slot_of(address);
  if (buffer == nullptr || buffer->base != address) throw LaunchError("this is not the start of a buffer");
  buffer->undefined.assign(buffer->bytes, 0xff);
  buffer->host_reads = host_reads;
}

void Gpu::unload(const Module& module) {
  if (impl_->module == &module) impl_->tear_down();
}

LaunchResult Gpu::launch(const Module& module, std::string_view kernel, Dim3 grid, Dim3 block, uint32_t dynamic_shared,
                         std::span<const std::byte> parameters, const Limits& limits) {
  const KernelInfo* info = module.find_kernel(kernel);
  if (info == nullptr) throw LaunchError(fmt::format("there is no kernel {} in the module", kernel));
  check_launch(*info, grid, block, info->static_shared_bytes + dynamic_shared, parameters.size());
  impl_->set_up(module);

  const Program& program = module.program();
  const auto code = std::find_if(program.functions.begin(), program.functions.end(),
                                 [&](const FunctionCode& f) { return f.entry && f.name == kernel; });
  Report report(program, grid, block);
  LaunchState state(program, *code, impl_->memory, report);
  state.grid = grid;
  state.block = block;
  state.parameters = parameters;
  state.limits = limits;
  state.dynamic_shared = dynamic_shared;
  uint32_t offset = 0;
  for (size_t i = 0; i < program.shared.size(); ++i) {
    const uint32_t alignment = std::max<uint32_t>(program.shared[i].alignment, 16);
    offset = (offset + alignment - 1) / alignment * alignment;
    state.shared_offset.push_back(offset);
    state.shared_bytes.push_back(i == 0 ? dynamic_shared : program.shared[i].bytes);
    offset += state.shared_bytes.back();
  }
  state.total_shared = offset;

  state.counts.resize(program.code.size());
  const auto clear_sectors = [&] {
    impl_->memory.for_each([](Buffer& buffer) {
      buffer.read_sectors.resize(buffer.bytes);
      buffer.written_sectors.resize(buffer.bytes);
    });
  };
  clear_sectors();

  if (limits.sample.blocks > 0) {
    // What has not run has touched nothing: races are not looked for.
    impl_->memory.for_each([](Buffer& buffer) { buffer.shadow.reset(); });
    LaunchResult result;
    run_sample(state, result);
    // A block that reads what others leave may have gone astray for want of it.
    if (!program.blocks_may_talk) result.findings = report.findings();
    result.printed = report.printed();
    return result;
  }

  const uint64_t warps = grid.count() * ((block.count() + kLanes - 1) / kLanes);
  const bool parallel = limits.threads > 1 && grid.count() > 1 && warps >= kParallelWarps && !program.blocks_may_talk &&
                        grid.count() < GlobalShadow::kManyBlocks - 1;
  if (parallel) {
    const Snapshot before(impl_->memory);
    {
      const Shadows shadows(impl_->memory, program.narrowest_global);
      state.parallel = true;
      run_in_parallel(state, static_cast<unsigned>(std::min<uint64_t>(limits.threads, grid.count())));
    }
    // A finding that ended the launch early depends on who came first; so does a conflict.
    if (state.conflict || (state.abort && !state.stopped)) {
      before.restore();
      report.clear();
      state.parallel = false;
      state.abort = false;
      state.conflict = false;
      state.warp_instructions = 0;
      state.lane_instructions = 0;
      std::fill(state.counts.begin(), state.counts.end(), SiteCounts{});
      clear_sectors();
    }
  }
  if (!state.parallel) {
    if (program.blocks_may_talk) state.released.resize(grid.count());
    const Shadows shadows(impl_->memory, program.narrowest_global);
    run_in_order(state);
  }

  LaunchResult result;
  result.findings = report.findings();
  result.printed = report.printed();
  result.warp_instructions = state.warp_instructions;
  result.lane_instructions = state.lane_instructions;
  result.stopped = state.stopped;
  result.completed = !state.abort;
  result.blocks_run = grid.count();
  summarise(program, state.counts, result.counters);
  impl_->memory.for_each([&](Buffer& buffer) {
    result.counters.dram_read_sectors += buffer.read_sectors.count();
    result.counters.dram_written_sectors += buffer.written_sectors.count();
  });
  return result;
}

void pack(std::vector<std::byte>& buffer, const void* value, size_t bytes, size_t alignment) {
  buffer.resize((buffer.size() + alignment - 1) / alignment * alignment);
  const auto* from = static_cast<const std::byte*>(value);
  buffer.insert(buffer.end(), from, from + bytes);
}

}  // namespace vgpu
