#include "vgpu/machine/counting/count.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <map>
#include <utility>

namespace vgpu {

Counts& Counts::operator+=(const Counts& other) {
  for (const CountField& field : count_fields) this->*field.value += other.*field.value;
  return *this;
}

SiteCounts& SiteCounts::operator+=(const SiteCounts& other) {
  for (const auto field : kSiteCountFields) this->*field += other.*field;
  return *this;
}

void SectorSet::add(uint64_t first, uint64_t last) {
  for (uint64_t w = first / 64; w <= last / 64; ++w) {
    uint64_t bits = ~uint64_t{0};
    if (w == first / 64) bits &= ~uint64_t{0} << (first % 64);
    if (w == last / 64) bits &= ~uint64_t{0} >> (63 - last % 64);
    std::atomic_ref<uint64_t> word(words_[w]);
    if ((word.load(std::memory_order_relaxed) & bits) == bits) continue;
    word.fetch_or(bits, std::memory_order_relaxed);
    std::atomic_ref<uint8_t>(chunks_[w / kChunkWords]).store(1, std::memory_order_relaxed);
  }
}

bool SectorSet::has_any(uint64_t first, uint64_t last) const {
  for (uint64_t w = first / 64; w <= last / 64; ++w) {
    uint64_t bits = ~uint64_t{0};
    if (w == first / 64) bits &= ~uint64_t{0} << (first % 64);
    if (w == last / 64) bits &= ~uint64_t{0} >> (63 - last % 64);
    const std::atomic_ref<uint64_t> word(const_cast<uint64_t&>(words_[w]));
    if ((word.load(std::memory_order_relaxed) & bits) != 0) return true;
  }
  return false;
}

uint64_t SectorSet::count() const {
  uint64_t sum = 0;
  for (const uint64_t word : words_) sum += static_cast<uint64_t>(std::popcount(word));
  return sum;
}

namespace {

constexpr uint64_t kLineSectors = 4;

uint64_t sector_of_lane(const CountedAccess& access, uint32_t lane) {
  return (access.base + access.offsets[lane]) / SectorSet::kSectorBytes;
}

/// Of an access whose lanes lie side by side, or all at one place.
std::pair<uint64_t, uint64_t> sector_range(const CountedAccess& access) {
  const uint64_t first = access.base + access.offsets[std::countr_zero(access.mask)];
  const uint64_t end = first + (access.consecutive ? uint64_t{access.bytes} * kLanes : access.bytes);
  return {first / SectorSet::kSectorBytes, (end - 1) / SectorSet::kSectorBytes};
}

}  // namespace

void count_global(SiteCounts& counts, const CountedAccess& access, SectorSet& touched, uint32_t touching) {
  ++counts.global_requests;
  const uint64_t asked = uint64_t{access.bytes} * static_cast<uint64_t>(std::popcount(access.mask));
  counts.global_ideal_sectors += (asked + sector_bytes - 1) / sector_bytes;
  if (touching != access.mask) {
    for (uint32_t m = touching; m != 0; m &= m - 1) {
      const uint64_t s = sector_of_lane(access, static_cast<uint32_t>(std::countr_zero(m)));
      touched.add(s, s);
    }
  }
  if (access.consecutive || access.uniform) {
    const auto [first, last] = sector_range(access);
    if (touching == access.mask) touched.add(first, last);
    counts.global_sectors += last - first + 1;
    counts.global_lines += last / kLineSectors - first / kLineSectors + 1;
    return;
  }
  // Aligned accesses of up to 16 bytes never cross a sector: one sector a lane, often its neighbour's.
  uint64_t sectors[kLanes];
  uint32_t n = 0;
  bool rising = true;
  for (uint32_t m = access.mask; m != 0; m &= m - 1) {
    const uint64_t s = sector_of_lane(access, static_cast<uint32_t>(std::countr_zero(m)));
    if (n > 0 && sectors[n - 1] == s) continue;
    rising = rising && (n == 0 || sectors[n - 1] < s);
    sectors[n++] = s;
  }
  if (!rising) {
    std::sort(sectors, sectors + n);
    n = static_cast<uint32_t>(std::unique(sectors, sectors + n) - sectors);
  }
  for (uint32_t i = 0; i < n && touching == access.mask; ++i) touched.add(sectors[i], sectors[i]);
  counts.global_sectors += n;
  for (uint32_t i = 0; i < n; ++i) {
    counts.global_lines += i == 0 || sectors[i - 1] / kLineSectors != sectors[i] / kLineSectors ? 1 : 0;
  }
}

uint32_t lanes_in(const SectorSet& set, const CountedAccess& access) {
  if (access.consecutive || access.uniform) {
    const auto [first, last] = sector_range(access);
    if (!set.has_any(first, last)) return 0;
  }
  uint32_t lanes = 0;
  for (uint32_t m = access.mask; m != 0; m &= m - 1) {
    const auto l = static_cast<uint32_t>(std::countr_zero(m));
    const uint64_t s = sector_of_lane(access, l);
    if (set.has_any(s, s)) lanes |= 1u << l;
  }
  return lanes;
}

namespace {

/// Whether no two lanes want different units of the same way: the usual case, and quick to see.
bool no_conflict(const CountedAccess& access, uint32_t mask, uint32_t unit) {
  const auto shift = static_cast<uint32_t>(std::countr_zero(unit));
  const uint32_t ways = 128 / unit;
  uint64_t wanted[kLanes];
  uint32_t seen = 0;
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    const uint64_t u = (access.base + access.offsets[std::countr_zero(m)]) >> shift;
    const uint32_t way = static_cast<uint32_t>(u) & (ways - 1);
    if ((seen >> way & 1) != 0 && wanted[way] != u) return false;
    wanted[way] = u;
    seen |= 1u << way;
  }
  return true;
}

/// Passes for some lanes, each wanting one unit of `unit` bytes; `ways` units lie side by side in the banks.
uint32_t passes(const CountedAccess& access, uint32_t mask, uint32_t unit) {
  if (access.near || no_conflict(access, mask, unit)) return mask != 0 ? 1 : 0;
  const uint32_t ways = 128 / unit;
  uint64_t wanted[kLanes][4];  // the first distinct units of each way
  uint8_t count[kLanes] = {};
  uint32_t most = mask != 0 ? 1 : 0;
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    const uint64_t u = (access.base + access.offsets[std::countr_zero(m)]) / unit;
    const auto way = static_cast<uint32_t>(u % ways);
    uint8_t& n = count[way];
    bool known = false;
    if (n <= 4) {
      for (uint32_t i = 0; i < n; ++i) known = known || wanted[way][i] == u;
    } else {
      // Rare and slow: was this unit wanted by an earlier lane?
      for (uint32_t e = mask & ((m & -m) - 1); e != 0; e &= e - 1) {
        known = known || (access.base + access.offsets[std::countr_zero(e)]) / unit == u;
      }
    }
    if (known) continue;
    if (n < 4) wanted[way][n] = u;
    ++n;
    most = std::max<uint32_t>(most, n);
  }
  return most;
}

uint32_t lane_range(uint32_t first, uint32_t count) {
  return count == kLanes ? kFullMask : ((1u << count) - 1) << first;
}

/// Whether every lane with the bit `apart` (1 or 2) in its number wants what the lane without it does.
bool neighbours_agree(const CountedAccess& access, uint32_t mask, uint32_t apart) {
  if (mask == kFullMask || mask == kFullMask >> 16 || mask == kFullMask << 16) {
    const uint64_t* offsets = access.offsets + std::countr_zero(mask);
    uint64_t differ = 0;
    for (int l = 0; l < std::popcount(mask); ++l) differ |= offsets[l] ^ offsets[l ^ static_cast<int>(apart)];
    return differ == 0;
  }
  const uint32_t followers = mask & (apart == 1 ? 0xaaaaaaaau : 0xccccccccu);
  for (uint32_t m = followers; m != 0; m &= m - 1) {
    const auto l = static_cast<uint32_t>(std::countr_zero(m));
    const uint32_t leader = l ^ apart;
    if ((mask >> leader & 1) == 0 || access.offsets[l] != access.offsets[leader]) return false;
  }
  return true;
}

}  // namespace

void count_shared(SiteCounts& counts, const CountedAccess& access, bool store) {
  ++counts.shared_requests;
  const uint32_t parts = access.bytes <= 4 ? 1 : access.bytes / 4;
  if (access.consecutive) {
    counts.shared_wavefronts += parts;
    return;
  }
  if (access.uniform && parts == 1) {
    ++counts.shared_wavefronts;
    return;
  }
  uint32_t wavefronts = 0, needed = 0;
  const uint32_t unit = std::max<uint32_t>(access.bytes, 4);
  // 32 lanes of 4 bytes, 16 of 8, 8 of 16 fill the banks. Loads take twice as many lanes at once where neighbours want
  // the same.
  const uint32_t lanes = kLanes / parts, most = parts > 1 && !store ? 2 * lanes : lanes;
  for (uint32_t first = 0; first < kLanes; first += most) {
    const uint32_t all = access.mask & lane_range(first, most);
    const bool together = most > lanes && (neighbours_agree(access, all, 1) || neighbours_agree(access, all, 2));
    const uint32_t step = together ? most : lanes;
    for (uint32_t part = first; part < first + most; part += step) {
      const uint32_t mask = all & lane_range(part, step);
      if (mask == 0) continue;
      ++needed;
      wavefronts += passes(access, mask, unit);
    }
  }
  counts.shared_wavefronts += wavefronts;
  counts.bank_conflicts += wavefronts - needed;
}

void summarise(const Program& program, const std::vector<SiteCounts>& sites, Counters& counters) {
  std::map<std::pair<std::string, int>, Counts> lines;
  for (uint32_t pc = 0; pc < sites.size(); ++pc) {
    const SiteCounts& site = sites[pc];
    if (site.warps == 0) continue;
    Counts c;
    c.warp_instructions = site.warps;
    c.lane_instructions = site.lanes;
    c.bank_conflicts = site.bank_conflicts;
    if (const auto waits = program.load_waits.find(pc); waits != program.load_waits.end()) {
      c.load_waits = waits->second * site.warps;
    }
    switch (program.code[pc].kind) {
      case Kind::load:
        c.global_load_requests = site.global_requests;
        c.global_load_sectors = site.global_sectors;
        c.global_load_ideal_sectors = site.global_ideal_sectors;
        c.global_load_lines = site.global_lines;
        c.shared_load_requests = site.shared_requests;
        c.shared_load_wavefronts = site.shared_wavefronts;
        break;
      case Kind::store:
        c.global_store_requests = site.global_requests;
        c.global_store_sectors = site.global_sectors;
        c.global_store_ideal_sectors = site.global_ideal_sectors;
        c.global_store_lines = site.global_lines;
        c.shared_store_requests = site.shared_requests;
        c.shared_store_wavefronts = site.shared_wavefronts;
        break;
      case Kind::copy:
        c.global_load_requests = site.global_requests;
        c.global_load_sectors = site.global_sectors;
        c.global_load_ideal_sectors = site.global_ideal_sectors;
        c.global_load_lines = site.global_lines;
        c.shared_store_requests = site.shared_requests;
        c.shared_store_wavefronts = site.shared_wavefronts;
        break;
      case Kind::atomic:
        c.atomics = site.warps;
        c.atomic_lanes = site.lanes;
        break;
      case Kind::barrier:
        c.barriers = site.warps;
        break;
      case Kind::tensor:
        c.tensor_operations = site.warps;
        break;
      case Kind::tensor_pair:
        c.tensor_operations = 2 * site.warps;
        break;
      case Kind::fp32:
        c.fp32 = site.warps;
        break;
      case Kind::fp64:
        c.fp64 = site.warps;
        break;
      case Kind::integer:
        c.integer = site.warps;
        break;
      case Kind::control:
        c.control = site.warps;
        break;
      case Kind::conversion:
        c.conversion = site.warps;
        break;
      case Kind::special:
        c.special = site.warps;
        break;
      case Kind::other:
        break;
    }
    counters.total += c;
    const Place place = place_of(program, pc);
    lines[{place.file, place.line}] += c;
  }
  for (auto& [place, counts] : lines) counters.lines.push_back({place.first, place.second, counts});
}

}  // namespace vgpu
