#include "vgpu/machine/findings/race_taint.h"

#include <algorithm>
#include <bit>

#include "vgpu/machine/warp.h"

namespace vgpu {

namespace {

constexpr size_t kMostRaces = 1 << 21;  // readers of one finding

}  // namespace

RaceTaint::RaceTaint(const Program& program, std::vector<uint32_t> sites, std::vector<RaceKey> keys, uint64_t blocks,
                     uint32_t threads, bool at_once)
    : program_(program), threads_(threads), at_once_(at_once), keys_(keys.size()) {
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

bool RaceTaint::watches(std::string_view buffer) const {
  return std::any_of(key_numbers_.begin(), key_numbers_.end(),
                     [&](const auto& each) { return each.first.second == buffer && !keys_[each.second].used; });
}

/// The race's own key. One that was not seen before counts for all of its buffer's, of which there is a finding.
std::vector<RaceTaint::Key*> RaceTaint::keys_at(int64_t line, std::string_view buffer) {
  std::vector<Key*> keys;
  for (const auto& [key, number] : key_numbers_) {
    if (key.second == buffer && key.first == line) return {&keys_[number]};
    if (key.second == buffer) keys.push_back(&keys_[number]);
  }
  return keys;
}

void RaceTaint::race(int64_t line, std::string_view buffer, uint32_t site, const Reader& reader) {
  const auto number = numbers_.find(site);
  if (number == numbers_.end()) missing_.insert(site);
  for (Key* key : keys_at(line, buffer)) {
    key->raced = true;
    if (number != numbers_.end()) key->sites |= 1u << number->second;
    if (key->used || number == numbers_.end()) continue;
    const Race race{number->second, reader};
    if (key->races.size() >= kMostRaces || (fate_of(race) & kUsed) != 0) {
      key->used = true;
    } else if (key->races.insert(race).second) {
      key->fresh.push_back(race);
    }
  }
}

void RaceTaint::ordered(int64_t line, std::string_view buffer) {
  for (Key* key : keys_at(line, buffer)) key->raced = true;
}

void RaceTaint::wrote_at_once(int64_t line, std::string_view buffer, bool same) {
  for (Key* key : keys_at(line, buffer)) {
    key->raced = key->rounded = true;
    key->used = key->used || !same;
  }
}

void RaceTaint::note(const Warp& warp, const Followed& set, uint8_t what) {
  const uint64_t first = warp.block->linear * threads_ + warp.index * kLanes;
  for (uint32_t m = set.reads & ~kSwapResult; m != 0; m &= m - 1) {
    uint8_t* fates = fates_[static_cast<size_t>(std::countr_zero(m))].data() + first;
    for (uint32_t l = set.lanes; l != 0; l &= l - 1) fates[std::countr_zero(l)] |= what;
  }
}

void RaceTaint::compared(const Warp& warp, int lane, uint32_t bits, uint32_t swap) {
  note(warp, {bits, 1u << lane}, kCompared);
  for (uint32_t m = bits; m != 0; m &= m - 1) {
    compared_at_.emplace(static_cast<uint32_t>(std::countr_zero(m)), swap);
  }
}

void RaceTaint::decided(const Warp& warp, const Followed& set, uint32_t branch) {
  note(warp, set, kDecided);
  for (uint32_t m = set.reads & ~kSwapResult; m != 0; m &= m - 1) {
    decided_at_.emplace(static_cast<uint32_t>(std::countr_zero(m)), branch);
  }
}

const std::vector<uint32_t>* RaceTaint::swaps_of(uint32_t branch) const {
  const auto found = program_.cas_branches.find(branch);
  return found == program_.cas_branches.end() ? nullptr : &found->second;
}

uint8_t RaceTaint::fate_of(const Race& race) const {
  return fates_[race.site][race.reader.block * threads_ + race.reader.thread];
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
  bool verified = !key.rounded;
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
  if (used_by_others) return RaceVerdict::used;
  return key.rounded ? RaceVerdict::rounded : RaceVerdict::unused;
}

}  // namespace vgpu
