#pragma once
// Requests to global memory, as the virtual GPU counted them: how many sectors each touches, and how many it needs.

#include "vgpu/vgpu.h"

namespace tritutor {

/// Warp-level requests to global memory in one direction.
struct Requests {
  double requests = 0, sectors = 0;
  double ideal_sectors = 0;  ///< as many as the bytes of the lanes fill side by side

  double per_request() const { return requests == 0 ? 0 : sectors / requests; }
  double ideal_per_request() const { return requests == 0 ? 0 : ideal_sectors / requests; }
  /// More than twice the sectors that the bytes need: neighbouring lanes want places that do not lie side by side.
  /// 16-byte accesses touch 16 sectors by right, and are none.
  bool scattered() const { return sectors > 2 * ideal_sectors; }
};

inline Requests loads(const vgpu::Counts& c) {
  return {static_cast<double>(c.global_load_requests), static_cast<double>(c.global_load_sectors),
          static_cast<double>(c.global_load_ideal_sectors)};
}

inline Requests stores(const vgpu::Counts& c) {
  return {static_cast<double>(c.global_store_requests), static_cast<double>(c.global_store_sectors),
          static_cast<double>(c.global_store_ideal_sectors)};
}

/// Sectors that scattered loads and stores touch.
inline double scattered_sectors(const vgpu::Counts& c) {
  double result = 0;
  for (const Requests& each : {loads(c), stores(c)}) result += each.scattered() ? each.sectors : 0;
  return result;
}

/// The same of a whole launch, line by line.
inline double scattered_sectors(const vgpu::Counters& counters) {
  double result = 0;
  for (const vgpu::LineCounts& line : counters.lines) result += scattered_sectors(line.counts);
  return result;
}

}  // namespace tritutor
