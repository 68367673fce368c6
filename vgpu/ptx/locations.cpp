#include "vgpu/ptx/locations.h"

#include <cstdint>
#include <utility>

namespace vgpu::ptx {

int Locations::add(Place place) { return intern(place, -1); }

int Locations::add_inlined(Place place, Place call) {
  const auto seen = latest_.find(call);
  int outer = seen != latest_.end() ? seen->second : intern(call, -1);
  if (depth_[outer] == deepest) outer = all_[outer].inlined_at;
  return intern(place, outer);
}

int Locations::intern(Place place, int inlined_at) {
  const SourceLocation location{place.file, place.line, place.column, inlined_at};
  const auto [entry, is_new] = index_.emplace(location, static_cast<int>(all_.size()));
  if (is_new) {
    all_.push_back(location);
    depth_.push_back(inlined_at < 0 ? 0 : depth_[inlined_at] + 1);
  }
  latest_[place] = entry->second;
  return entry->second;
}

std::vector<SourceLocation> Locations::take(const std::vector<std::string>& files) {
  for (SourceLocation& location : all_) {
    const bool known = location.file < static_cast<int>(files.size()) && !files[location.file].empty();
    if (!known) location.file = -1;
  }
  return std::move(all_);
}

size_t Locations::Hash::operator()(const Place& p) const {
  uint64_t h = static_cast<uint32_t>(p.line) * 0x9E3779B97F4A7C15ull;
  h = (h ^ static_cast<uint32_t>(p.column)) * 0xC2B2AE3D27D4EB4Full;
  h = (h ^ static_cast<uint32_t>(p.file)) * 0x9E3779B97F4A7C15ull;
  return h ^ (h >> 32);
}

size_t Locations::Hash::operator()(const SourceLocation& l) const {
  return (*this)(Place{l.file, l.line, l.column}) ^ static_cast<uint32_t>(l.inlined_at) * 0x9E3779B97F4A7C15ull;
}

bool Locations::Equal::operator()(const SourceLocation& a, const SourceLocation& b) const {
  return a.file == b.file && a.line == b.line && a.column == b.column && a.inlined_at == b.inlined_at;
}

}  // namespace vgpu::ptx
