#include "vgpu/machine/shadows/visibility.h"

#include <algorithm>
#include <bit>

#include "vgpu/ops/op.h"

namespace vgpu {

namespace {

void raise(uint32_t* to, const uint32_t* from, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) to[i] = std::max(to[i], from[i]);
}

}  // namespace

Visibility::Visibility(uint32_t threads)
    : threads_(threads),
      work_(size_t{threads} * threads),
      copies_(size_t{threads} * threads),
      taken_(threads),
      news_((threads + kLanes - 1) / kLanes) {}

void Visibility::pass_on(uint32_t thread, uint32_t now, Passed& to) const {
  to.work.resize(threads_);
  to.copies.resize(threads_);
  raise(to.work.data(), work_.data() + size_t{thread} * threads_, threads_);
  raise(to.copies.data(), copies_.data() + size_t{thread} * threads_, threads_);
  to.work[thread] = now;
}

void Visibility::pass_on_copies(uint32_t thread, uint32_t now, Passed& to) const {
  to.work.resize(threads_);
  to.copies.resize(threads_);
  to.work[thread] = to.copies[thread] = now;
}

void Visibility::take(uint32_t thread, uint32_t now, const Passed& from) {
  taken_[thread] = now;
  news_[thread / kLanes] = 1;
  if (from.work.empty()) return;
  raise(work_.data() + size_t{thread} * threads_, from.work.data(), threads_);
  raise(copies_.data() + size_t{thread} * threads_, from.copies.data(), threads_);
}

void Visibility::join(const std::vector<uint32_t>& threads, uint32_t now) {
  Passed all;
  uint32_t taken = 0;
  for (const uint32_t thread : threads) {
    pass_on(thread, now, all);
    taken = std::max(taken, taken_[thread]);
  }
  for (const uint32_t thread : threads) take(thread, taken, all);
}

void Visibility::join_lanes(uint32_t warp, uint32_t lanes, uint32_t now) {
  std::vector<uint32_t> threads;
  for (uint32_t m = lanes; m != 0; m &= m - 1)
    threads.push_back(warp * kLanes + static_cast<uint32_t>(std::countr_zero(m)));
  join(threads, now);
}

void Visibility::share(uint32_t warp, uint32_t lanes) {
  if (news_[warp] == 0) return;
  const uint32_t first = warp * kLanes, end = std::min<uint32_t>(first + kLanes, threads_);
  Passed all;
  all.work.resize(threads_);
  all.copies.resize(threads_);
  uint32_t taken = 0;
  for (uint32_t m = lanes; m != 0; m &= m - 1) {
    const uint32_t thread = first + static_cast<uint32_t>(std::countr_zero(m));
    raise(all.work.data(), work_.data() + size_t{thread} * threads_, threads_);
    raise(all.copies.data(), copies_.data() + size_t{thread} * threads_, threads_);
    taken = std::max(taken, taken_[thread]);
  }
  std::fill(all.work.begin() + first, all.work.begin() + end, 0);
  std::fill(all.copies.begin() + first, all.copies.begin() + end, 0);
  for (uint32_t m = lanes; m != 0; m &= m - 1) take(first + static_cast<uint32_t>(std::countr_zero(m)), taken, all);
  const uint32_t existing = end - first == kLanes ? kFullMask : (1u << (end - first)) - 1;
  if ((lanes & existing) == existing) news_[warp] = 0;
}

bool Visibility::sees_warp(uint32_t thread, uint32_t warp, uint32_t time) const {
  const uint32_t first = warp * kLanes, end = std::min<uint32_t>(first + kLanes, threads_);
  for (uint32_t other = first; other < end; ++other) {
    if (sees(thread, other, time)) return true;
  }
  return false;
}

}  // namespace vgpu
