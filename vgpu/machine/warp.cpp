#include "vgpu/machine/warp.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "vgpu/machine/checks/definedness.h"
#include "vgpu/machine/instructions/follow_reads.h"
#include "vgpu/machine/instructions/mbarrier.h"
#include "vgpu/machine/scheduling/control_flow.h"
#include "vgpu/ops/lane_memory.h"

namespace vgpu {

namespace {

constexpr uint32_t kMaxLocalBytes = 512 * 1024;  // per thread, as on real hardware
constexpr uint32_t kMaxFileBytes = 256 * 1024 * 1024;

uint32_t special_value(const Warp& warp, Special special, int lane) {
  const LaunchState& launch = *warp.launch;
  const Block& block = *warp.block;
  const uint32_t bit = 1u << lane;
  switch (special) {
    case Special::tid_x:
      return warp.thread_of(lane).x;
    case Special::tid_y:
      return warp.thread_of(lane).y;
    case Special::tid_z:
      return warp.thread_of(lane).z;
    case Special::ntid_x:
      return launch.block.x;
    case Special::ntid_y:
      return launch.block.y;
    case Special::ntid_z:
      return launch.block.z;
    case Special::ctaid_x:
      return block.index.x;
    case Special::ctaid_y:
      return block.index.y;
    case Special::ctaid_z:
      return block.index.z;
    case Special::nctaid_x:
      return launch.grid.x;
    case Special::nctaid_y:
      return launch.grid.y;
    case Special::nctaid_z:
      return launch.grid.z;
    case Special::laneid:
      return static_cast<uint32_t>(lane);
    case Special::warpid:
      return warp.index;
    case Special::nwarpid:
      return static_cast<uint32_t>(block.warps.size());
    case Special::smid:
      return static_cast<uint32_t>(block.linear % 16);
    case Special::nsmid:
      return 16;
    case Special::gridid:
      return 1;
    case Special::grid_workspace_low:
      return static_cast<uint32_t>(launch.grid_workspace);
    case Special::grid_workspace_high:
      return static_cast<uint32_t>(launch.grid_workspace >> 32);
    case Special::lanemask_eq:
      return bit;
    case Special::lanemask_le:
      return bit | (bit - 1);
    case Special::lanemask_lt:
      return bit - 1;
    case Special::lanemask_ge:
      return ~(bit - 1);
    case Special::lanemask_gt:
      return ~(bit | (bit - 1));
    case Special::dynamic_smem_size:
      return launch.dynamic_shared;
    case Special::total_smem_size:
      return launch.total_shared;
  }
  return 0;
}

// Values that change from block to block; the others stay for the whole launch.
bool changes_with_block(Special special) {
  return special == Special::ctaid_x || special == Special::ctaid_y || special == Special::ctaid_z ||
         special == Special::smid;
}

void fill_special(Warp& warp, const SpecialRow& row, char* frame) {
  uint32_t* lanes = row_at<uint32_t>(frame, row.row);
  if (changes_with_block(row.special)) {
    lane_memory().broadcast(lanes, sizeof(uint32_t), special_value(warp, row.special, 0));
    return;
  }
  for (int l = 0; l < kLanes; ++l) lanes[l] = special_value(warp, row.special, l);
}

void fill_constant(const ConstantRow& constant, char* frame) {
  char* row = frame + constant.row;
  for (int l = 0; l < kLanes; ++l) {
    switch (constant.bytes) {
      case 0:
        *row_at<uint32_t>(row, 0) = constant.value != 0 ? kFullMask : 0;
        return;
      case 2:
        row_at<uint16_t>(row, 0)[l] = static_cast<uint16_t>(constant.value);
        break;
      case 4:
        row_at<uint32_t>(row, 0)[l] = static_cast<uint32_t>(constant.value);
        break;
      case 8:
        row_at<uint64_t>(row, 0)[l] = constant.value;
        break;
      default:  // 16 bytes: the value is the low half
        row_at<uint64_t>(row, 0)[2 * l] = constant.value;
        row_at<uint64_t>(row, 0)[2 * l + 1] = 0;
        break;
    }
  }
}

}  // namespace

Dim3 Warp::thread_of(int lane) const {
  const Dim3& size = launch->block;
  const uint32_t linear = index * kLanes + static_cast<uint32_t>(lane);
  return {linear % size.x, linear / size.x % size.y, linear / (size.x * size.y)};
}

uint32_t Warp::existing() const {
  const uint32_t lanes = std::min<uint32_t>(block->threads - index * kLanes, kLanes);
  return lanes == kLanes ? kFullMask : (1u << lanes) - 1;
}

void Warp::reserve_file(uint32_t bytes) {
  if (bytes <= file_bytes) return;
  if (bytes > kMaxFileBytes) throw LaunchError("the call stack's registers grew past 256 MiB: endless recursion?");
  const uint32_t size = std::max(bytes, file_bytes * 2);
  std::unique_ptr<char[]> grown(new char[size + 64]);
  char* aligned = grown.get() + (64 - reinterpret_cast<uintptr_t>(grown.get()) % 64) % 64;
  if (file != nullptr) std::memcpy(aligned, file, file_bytes);
  std::memset(aligned + file_bytes, 0, size - file_bytes);
  storage = std::move(grown);
  file = aligned;
  file_bytes = size;
  if (tracking) {
    undefined.resize(file_bytes / kRowAlignment + 1);
    origins.resize(undefined.size() * kLanes);
  }
}

bool Warp::reserve_local(uint32_t bytes) {
  if (bytes <= local_bytes) return true;
  if (bytes > kMaxLocalBytes) return false;
  const uint32_t size = std::min(std::max((bytes + 15) / 16 * 16, local_bytes * 2), kMaxLocalBytes);
  std::unique_ptr<std::byte[]> grown(new std::byte[static_cast<size_t>(size) * kLanes]);
  std::memset(grown.get(), 0xff, static_cast<size_t>(size) * kLanes);
  for (size_t l = 0; local_bytes > 0 && l < kLanes; ++l) {
    std::memcpy(grown.get() + l * size, local_memory.get() + l * local_bytes, local_bytes);
  }
  std::vector<uint8_t> grown_undefined(static_cast<size_t>(size) * kLanes, 0xff);
  for (size_t l = 0; local_bytes > 0 && l < kLanes; ++l) {
    std::memcpy(grown_undefined.data() + l * size, local_undefined.data() + l * local_bytes, local_bytes);
  }
  local_undefined = std::move(grown_undefined);
  local_memory = std::move(grown);
  local_bytes = size;
  return true;
}

void prepare_frame(Warp& warp, uint32_t function, uint32_t frame) {
  const FunctionCode& code = warp.launch->program.functions[function];
  warp.reserve_file(frame + code.frame_bytes);
  char* registers = warp.file + frame;
  for (const ConstantRow& constant : code.constants) fill_constant(constant, registers);
  for (const SpecialRow& special : code.specials) fill_special(warp, special, registers);
}

Block::Block(LaunchState& state) : launch(&state) {
  threads = static_cast<uint32_t>(state.block.count());
  warps.resize((threads + kLanes - 1) / kLanes);
  shared.resize(state.total_shared);
  shadow.resize(state.total_shared, state.program.narrow_shared, state.program.code.size());
  barrier_time.resize(warps.size() * kLanes);
  counts.resize(state.program.code.size());
}

Block::~Block() = default;

void Block::start(uint64_t linear_index) {
  const LaunchState& state = *launch;
  const auto kernel = static_cast<uint32_t>(&state.kernel - state.program.functions.data());
  linear = linear_index;
  index.x = static_cast<uint32_t>(linear % state.grid.x);
  index.y = static_cast<uint32_t>(linear / state.grid.x % state.grid.y);
  index.z = static_cast<uint32_t>(linear / (uint64_t{state.grid.x} * state.grid.y));
  live = threads;
  idle_turns = 0;
  waiting = false;
  tick();
  acquired = 0;
  whole_barrier_time = 0;
  partial_barrier_time = 0;
  shadow.start(clock);
  copies.reset();
  if (state.program.orders_by_words) mbarriers_of(*this);
  if (mbarriers) mbarriers->clear();
  std::fill(barrier_time.begin(), barrier_time.end(), 0);
  barriers.fill({});
  noted.clear();
  if (!shared.empty()) std::memset(shared.data(), 0xff, shared.size());
  if (const uint32_t own = state.program.reserved_shared; own != 0) {  // the system hands it over as zeros
    std::memset(shared.data() + state.shared_offset[own], 0, state.shared_bytes[own]);
    shadow.define(state.shared_offset[own], state.shared_bytes[own]);
  }
  for (size_t w = 0; w < warps.size(); ++w) {
    Warp& warp = warps[w];
    warp.block = this;
    warp.launch = launch;
    warp.index = static_cast<uint32_t>(w);
    warp.live = warp.existing();
    if (warp.prepared != kernel) {
      prepare_frame(warp, kernel, 0);
      warp.prepared = kernel;
    } else {
      for (const SpecialRow& special : state.kernel.specials) {
        if (changes_with_block(special.special)) fill_special(warp, special, warp.file);
      }
    }
    // Registers start as zero so that what an uninitialised one does is at least always the same.
    std::memset(warp.file, 0, state.kernel.register_bytes);
    if (state.kernel.local_bytes > 0) {
      warp.reserve_local(state.kernel.local_bytes);
      std::memset(warp.local_memory.get(), 0xff, static_cast<size_t>(warp.local_bytes) * kLanes);
      std::fill(warp.local_undefined.begin(), warp.local_undefined.end(), 0xff);
    }
    std::fill(std::begin(warp.sync_time), std::end(warp.sync_time), 0);
    warp.full_sync_time = 0;
    warp.last_sync_time = 0;
    warp.met_time = 0;
    warp.tracking = false;
    warp.local_origins.clear();
    if (state.taint != nullptr) {
      start_tracking(warp);
      start_following(warp);
    }
    if (!state.kernel.unset_rows.empty()) {
      start_tracking(warp);
      set_unset(warp, state.kernel, 0, warp.live);
    }
    warp.idle = warp.gives_way = warp.still = false;
    warp.waits_at = 0;
    warp.looks.fill({});
    warp.steps = 0;
    warp.lane_steps = 0;
    warp.groups.clear();
    warp.gathering = 0;
    Group group;
    group.mask = warp.live;
    group.pc = state.kernel.first;
    group.function = kernel;
    warp.groups.push_back(std::move(group));
  }
}

}  // namespace vgpu
