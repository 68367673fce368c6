#include "vgpu/vgpu.h"

namespace vgpu {

Counts& Counts::operator+=(const Counts& other) {
  warp_instructions += other.warp_instructions;
  lane_instructions += other.lane_instructions;
  global_load_requests += other.global_load_requests;
  global_load_sectors += other.global_load_sectors;
  global_store_requests += other.global_store_requests;
  global_store_sectors += other.global_store_sectors;
  shared_load_requests += other.shared_load_requests;
  shared_load_wavefronts += other.shared_load_wavefronts;
  shared_store_requests += other.shared_store_requests;
  shared_store_wavefronts += other.shared_store_wavefronts;
  bank_conflicts += other.bank_conflicts;
  atomics += other.atomics;
  barriers += other.barriers;
  tensor_operations += other.tensor_operations;
  fp32 += other.fp32;
  fp64 += other.fp64;
  integer += other.integer;
  control += other.control;
  conversion += other.conversion;
  special += other.special;
  return *this;
}

}  // namespace vgpu
