#include "vgpu/machine/instructions/atomic.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <string>

#include "vgpu/machine/checks/definedness.h"
#include "vgpu/machine/checks/lane_access.h"
#include "vgpu/machine/instructions/mbarrier.h"
#include "vgpu/machine/memory/address.h"

namespace vgpu {

namespace {

template <class T>
T load(const void* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

template <class T>
void store(void* to, T value) {
  std::memcpy(to, &value, sizeof(T));
}

template <class T>
T integer_result(AtomicOp op, T old, T b) {
  using U = std::make_unsigned_t<T>;
  switch (op) {
    case AtomicOp::add:
      return static_cast<T>(static_cast<U>(old) + static_cast<U>(b));
    case AtomicOp::min:
      return std::min(old, b);
    case AtomicOp::max:
      return std::max(old, b);
    case AtomicOp::inc:
      return old >= b ? T{0} : static_cast<T>(old + 1);
    case AtomicOp::dec:
      return old == 0 || old > b ? b : static_cast<T>(old - 1);
    case AtomicOp::and_:
      return static_cast<T>(old & b);
    case AtomicOp::or_:
      return static_cast<T>(old | b);
    case AtomicOp::xor_:
      return static_cast<T>(old ^ b);
    default:
      return b;  // exch
  }
}

template <class T>
void integer_atomic(const AtomicInfo& info, std::byte* host, const char* b, const char* c) {
  const T old = load<T>(host);
  if (info.op == AtomicOp::cas) {
    if (old == load<T>(b)) store(host, load<T>(c));
  } else {
    store(host, integer_result(info.op, old, load<T>(b)));
  }
}

/// Half-precision sums: the lane-wise instruction does them, on rows of which only lane 0 counts.
void half_atomic(const AtomicInfo& info, std::byte* host, const char* b) {
  alignas(64) char rows[2 * sizeof(uint32_t) * kLanes] = {};
  OpRows at;
  at.s[1] = sizeof(uint32_t) * kLanes;
  std::memcpy(rows, host, info.memory.width);
  std::memcpy(rows + at.s[1], b, info.memory.width);
  info.half_add(rows, at, 1);
  std::memcpy(host, rows, info.memory.width);
}

float flushed(float x) { return std::fabs(x) < std::numeric_limits<float>::min() ? std::copysign(0.0f, x) : x; }

/// PTX ISA, atom: on global memory add.f32 flushes subnormals, on shared memory it does not.
float float_sum(float old, float b, bool flush) {
  const float sum = flush ? flushed(flushed(old) + flushed(b)) : old + b;
  return sum == sum ? sum : std::bit_cast<float>(0x7fffffffu);  // the GPU's canonical NaN
}

void apply(const AtomicInfo& info, std::byte* host, const char* b, const char* c, bool global) {
  switch (info.type) {
    case AtomicType::u16:
      return integer_atomic<uint16_t>(info, host, b, c);
    case AtomicType::u32:
      return integer_atomic<uint32_t>(info, host, b, c);
    case AtomicType::u64:
      return integer_atomic<uint64_t>(info, host, b, c);
    case AtomicType::s32:
      return integer_atomic<int32_t>(info, host, b, c);
    case AtomicType::s64:
      return integer_atomic<int64_t>(info, host, b, c);
    case AtomicType::f32:
      return store(host, float_sum(load<float>(host), load<float>(b), global));
    case AtomicType::f64:
      return store(host, load<double>(host) + load<double>(b));
    case AtomicType::half:
      return half_atomic(info, host, b);
    case AtomicType::b128:
      if (info.op == AtomicOp::exch) {
        std::memcpy(host, b, 16);
      } else if (std::memcmp(host, b, 16) == 0) {
        std::memcpy(host, c, 16);
      }
      return;
  }
}

/// What an atomic adds, compares with or puts in its place others will see, whatever memory it is.
void check_operands(Warp& warp, const AtomicInfo& info, int lane) {
  if (!warp.tracking) return;
  const uint32_t bit = 1u << lane;
  const auto check = [&](uint32_t row, const std::function<std::string(int)>& what) {
    if (row == kNone || (undefined_of(warp, row) & bit) == 0) return;
    report_undefined(warp, bit, row, what);
    set_undefined(warp, row, bit, 0);  // once is enough
  };
  check(info.memory.base, [](int) { return std::string("the address hangs on"); });
  const auto element = [&](int l) { return element_at(warp, info.memory, address_of(warp, info.memory, l)); };
  if (info.op == AtomicOp::cas) {
    check(info.b, [&](int l) { return element(l) + " is compared with"; });
    check(info.c, [&](int l) { return element(l) + " is given"; });
  } else {
    check(info.b, [&](int l) { return element(l) + " is atomically updated with"; });
  }
}

}  // namespace

void atomic_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const auto& info = *static_cast<const AtomicInfo*>(inst.info);
  const uint32_t bytes = info.memory.width;
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    check_operands(warp, info, l);
    bool undefined = false;
    std::byte* host = resolve_lane(warp, info.memory, l, bytes, Use::atomic, &undefined);
    const size_t lane = static_cast<size_t>(l) * bytes;
    char old[16] = {};
    if (host != nullptr && undefined && info.op != AtomicOp::exch) {
      report_undefined_origin(warp, 1u << l, origin_of_read(warp, info.memory, l, 0, bytes),
                              [](int) { return std::string("the atomic starts from"); });
    }
    if (host != nullptr) {
      std::memcpy(old, host, bytes);
      const uint64_t slot = address_of(warp, info.memory, l) >> kSlotBits;
      const bool global =
          info.memory.space != ptx::Space::shared && (info.memory.space != ptx::Space::generic || slot < kSharedSlot);
      apply(info, host, warp.registers + info.b + lane, warp.registers + info.c + lane, global);
      if (!global && (info.releases || info.acquires)) {
        order_by_word(warp, l, static_cast<uint64_t>(host - warp.block->shared.data()), info.releases, info.acquires);
      }
    }
    if (info.result != kNone) std::memcpy(warp.registers + info.result + lane, old, bytes);
  }
  if (info.result != kNone) {
    set_undefined(warp, info.result, mask, 0);
    note_look(warp, info.result, bytes, mask);
  }
  // An atomic shows a block what others have released before (global_shadow.h).
  Block& block = *warp.block;
  if (info.releases && !warp.launch->released.empty()) warp.launch->released[block.linear] = block.tick();
  if (info.memory.space != ptx::Space::shared) block.acquired = block.tick();
}

}  // namespace vgpu
