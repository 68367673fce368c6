#include "vgpu/machine/shadows/kept_reads.h"

#include <bit>
#include <cstring>

namespace vgpu {

namespace {

constexpr size_t kMostReads = 8192;
constexpr uint32_t kMostPlaces = 1024 * kLanes, kMostWithin = 4096 * kLanes;

}  // namespace

bool KeptReads::add(uint32_t site, uint32_t time, uint32_t warp, const SharedAccess& access) {
  using enum PlainRead::Kind;
  const auto kind = access.consecutive ? consecutive : access.uniform ? uniform : scattered;
  if (reads_.size() == kMostReads || (kind == scattered && places_used_ == kMostPlaces)) open_ = false;
  if (!open_) return false;
  uint32_t place = 0, index = 0;
  if (kind == scattered) {
    if (places_.empty()) places_.resize(kMostPlaces);
    index = places_used_;
    places_used_ += kLanes;
    uint32_t* to = places_.data() + index;
    for (int l = 0; l < kLanes; ++l) to[l] = static_cast<uint32_t>(access.base + access.offsets[l]);
  } else {
    place = static_cast<uint32_t>(access.base + access.offsets[std::countr_zero(access.mask)]);
  }
  reads_.push_back({site, time, warp, access.mask, place, index, static_cast<uint8_t>(access.bytes), kind});
  return true;
}

bool KeptReads::add_words(uint32_t site, uint32_t time, uint32_t warp, uint32_t place, WordRow words,
                          const uint8_t* within) {
  using enum PlainRead::Kind;
  const auto kind = words == WordRow::consecutive ? consecutive : words == WordRow::same ? uniform : near;
  const uint32_t index = within_used_;
  if (reads_.size() == kMostReads || (kind == near && index == kMostWithin)) open_ = false;
  if (!open_) return false;
  if (kind == near) {
    if (within_.empty()) within_.resize(kMostWithin);
    std::memcpy(within_.data() + index, within, kLanes);
    within_used_ += kLanes;
  }
  reads_.push_back({site, time, warp, kFullMask, place, index, 4, kind});
  return true;
}

void KeptReads::clear() {
  reads_.clear();
  places_used_ = within_used_ = 0;
}

void KeptReads::start() {
  clear();
  open_ = true;
}

uint32_t KeptReads::place_of(const PlainRead& read, uint32_t lane) const {
  switch (read.kind) {
    case PlainRead::Kind::consecutive:
      return read.place + lane * read.bytes;
    case PlainRead::Kind::uniform:
      return read.place;
    case PlainRead::Kind::near:
      return read.place + 4u * within_[read.index + lane];
    default:
      return places_[read.index + lane];
  }
}

}  // namespace vgpu
