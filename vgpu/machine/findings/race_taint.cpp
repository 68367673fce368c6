#include "vgpu/machine/findings/race_taint.h"

#include <algorithm>
#include <bit>

#include "vgpu/machine/warp.h"

namespace vgpu {

namespace {

constexpr size_t kMostRaces = 1 << 21;  // readers of one finding

}  // namespace

RaceTaint::RaceTaint(const Program& program, std::vector<uint32_t> sites, std::vector<RaceKey> keys, uint64_t blocks,
                     uint32_t threads)
    : program_(program), blocks_(blocks), threads_(threads), keys_(keys.size()) {
  for (const uint32_t site : sites) {
    const auto next = static_cast<uint32_t>(numbers_.size());
    numbers_.emplace(site, std::min(next, kMostSites - 1));
  }
  fates_.resize(std::min<size_t>(numbers_.size(), kMostSites), std::vector<uint8_t>(blocks * threads));
  for (size_t i = 0; i < keys.size(); ++i) key_numbers_.emplace(keys[i], i);
}

uint32_t RaceTaint::bit_of(uint32_t pc) const {
  const auto found = numbers_.find(pc);
  return found == numbers_.end() ? 0 : 1u << found->second;
}

void RaceTaint::race(int64_t line, std::string_view buffer, uint32_t site, const Reader& reader) {
  const auto found = key_numbers_.find(std::pair(line, std::string(buffer)));
  const auto number = numbers_.find(site);
  if (found == key_numbers_.end()) return;
  Key& key = keys_[found->second];
  key.raced = true;
  if (number != numbers_.end()) key.sites |= 1u << number->second;
  if (key.used) return;
  if (number == numbers_.end() || key.races.size() >= kMostRaces) {
    key.used = true;
    return;
  }
  const Race race{number->second, reader};
  if ((fate_of(race) & kUsed) != 0) {
    key.used = true;
  } else if (key.races.insert(race).second) {
    key.fresh.push_back(race);
  }
}

void RaceTaint::note(const Warp& warp, int lane, uint32_t bits, uint8_t what) {
  const uint64_t thread = warp.block->linear * threads_ + warp.index * kLanes + static_cast<uint32_t>(lane);
  for (uint32_t m = bits & ~kSwapResult; m != 0; m &= m - 1) {
    fates_[static_cast<size_t>(std::countr_zero(m))][thread] |= what;
  }
}

void RaceTaint::compared(const Warp& warp, int lane, uint32_t bits, uint32_t swap) {
  note(warp, lane, bits, kCompared);
  for (uint32_t m = bits; m != 0; m &= m - 1) {
    compared_at_.emplace(static_cast<uint32_t>(std::countr_zero(m)), swap);
  }
}

void RaceTaint::decided(const Warp& warp, int lane, uint32_t bits, uint32_t branch) {
  note(warp, lane, bits, kDecided);
  for (uint32_t m = bits & ~kSwapResult; m != 0; m &= m - 1) {
    decided_at_.emplace(static_cast<uint32_t>(std::countr_zero(m)), branch);
  }
}

const std::vector<uint32_t>* RaceTaint::swaps_of(uint32_t branch) const {
  const auto found = program_.cas_branches.find(branch);
  return found == program_.cas_branches.end() ? nullptr : &found->second;
}

uint8_t RaceTaint::fate_of(const Race& race) const {
  const std::vector<uint8_t>& fates = fates_[race.site];
  uint64_t first = 0, count = blocks_ * threads_;
  if (race.reader.block != Reader::kAny) {
    first = race.reader.block * threads_;
    count = threads_;
    if (race.reader.thread != Reader::kAny) {
      first += race.reader.thread;
      count = 1;
    } else if (race.reader.warp != Reader::kAny) {
      first += uint64_t{race.reader.warp} * kLanes;
      count = std::min<uint64_t>(kLanes, threads_ - uint64_t{race.reader.warp} * kLanes);
    }
  }
  uint8_t all = 0;
  for (uint64_t t = first; t < first + count; ++t) all |= fates[t];
  return all;
}

bool RaceTaint::settled() {
  bool all = true;
  for (Key& key : keys_) {
    for (const Race& race : key.fresh) key.used = key.used || (fate_of(race) & kUsed) != 0;
    key.fresh.clear();
    if (key.used) key.races.clear();
    all = all && key.used;
  }
  return all;
}

bool RaceTaint::uses(const Key& key) const {
  return std::any_of(key.races.begin(), key.races.end(),
                     [&](const Race& race) { return (fate_of(race) & kUsed) != 0; });
}

RaceVerdict RaceTaint::verdict(size_t number) {
  Key& key = keys_[number];
  // A race that was not met again says nothing.
  if (key.used || !key.raced) return RaceVerdict::used;
  if (uses(key)) return RaceVerdict::used;
  bool verified = true;
  for (const Race& race : key.races) {
    const auto compared = [&](uint32_t swap) { return compared_at_.count({race.site, swap}) != 0; };
    // A branch decides whether a swap is tried, but not one of what was read here.
    for (const auto& [site, branch] : decided_at_) {
      const std::vector<uint32_t>& swaps = *swaps_of(branch);
      if (site == race.site && std::none_of(swaps.begin(), swaps.end(), compared)) return RaceVerdict::used;
    }
    verified = verified && std::any_of(compared_at_.begin(), compared_at_.end(),
                                       [&](const auto& each) { return each.first == race.site; });
  }
  if (verified) return RaceVerdict::verified;
  // "Never used" would be a strange thing to say of a read whose value another racing thread does use.
  const bool used_by_others = std::any_of(keys_.begin(), keys_.end(), [&](const Key& other) {
    return (other.sites & key.sites) != 0 && (other.used || uses(other));
  });
  return used_by_others ? RaceVerdict::used : RaceVerdict::unused;
}

}  // namespace vgpu
