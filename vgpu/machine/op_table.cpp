#include <stdexcept>
#include <utility>

#include "vgpu/ops/lane_memory.h"
#include "vgpu/ops/op.h"

namespace vgpu {

namespace isa_baseline {
void fill_table(OpTable& table);
LaneMemory lane_memory_functions();
}  // namespace isa_baseline
#ifdef VGPU_HAS_V3
namespace isa_v3 {
void fill_table(OpTable& table);
LaneMemory lane_memory_functions();
}  // namespace isa_v3
#endif

void OpTable::add(Op op) {
  if (!index_.emplace(op.name, ops_.size()).second) throw std::logic_error("instruction added twice: " + op.name);
  ops_.push_back(std::move(op));
}

const Op* OpTable::find(std::string_view name) const {
  const auto it = index_.find(std::string(name));
  return it == index_.end() ? nullptr : &ops_[it->second];
}

namespace {

OpTable make(void (*fill)(OpTable&)) {
  OpTable table;
  fill(table);
  return table;
}

bool has_v3() {
#ifdef VGPU_HAS_V3
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
#else
  return false;
#endif
}

const OpTable& baseline() {
  static const OpTable table = make(isa_baseline::fill_table);
  return table;
}

#ifdef VGPU_HAS_V3
const OpTable& v3() {
  static const OpTable table = make(isa_v3::fill_table);
  return table;
}
#endif

}  // namespace

std::vector<std::pair<std::string, const OpTable*>> op_tables() {
  std::vector<std::pair<std::string, const OpTable*>> tables;
#ifdef VGPU_HAS_V3
  if (has_v3()) tables.emplace_back("x86-64-v3", &v3());
#endif
  tables.emplace_back("baseline", &baseline());
  return tables;
}

const OpTable& op_table() {
#ifdef VGPU_HAS_V3
  if (has_v3()) return v3();
#endif
  return baseline();
}

namespace {

LaneMemory choose_lane_memory() {
#ifdef VGPU_HAS_V3
  if (has_v3()) return isa_v3::lane_memory_functions();
#endif
  return isa_baseline::lane_memory_functions();
}

}  // namespace

const LaneMemory chosen_lane_memory = choose_lane_memory();

}  // namespace vgpu
