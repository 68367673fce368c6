#include "vgpu/c/result_json.h"

#include <nlohmann/json.hpp>

#include "grader/judge/predict.h"

namespace vgpu_c {

namespace {

using Json = nlohmann::ordered_json;

// A kernel's printf may write what is no UTF-8.
std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json to_json(const vgpu::Dim3& size) { return {size.x, size.y, size.z}; }

Json to_json(const vgpu::Counts& counts) {
  Json out;
  for (const vgpu::CountField& field : vgpu::count_fields) out[field.name] = counts.*field.value;
  return out;
}

Json to_json(const vgpu::Counters& counters) {
  Json lines = Json::array();
  for (const vgpu::LineCounts& each : counters.lines) {
    lines.push_back({{"file", each.file}, {"line", each.line}, {"counts", to_json(each.counts)}});
  }
  return {{"total", to_json(counters.total)},
          {"dram_read_sectors", counters.dram_read_sectors},
          {"dram_written_sectors", counters.dram_written_sectors},
          {"lines", lines}};
}

Json to_json(const std::vector<vgpu::Finding>& findings) {
  Json out = Json::array();
  for (const vgpu::Finding& one : findings) {
    out.push_back({{"kind", vgpu::name_of(one.kind)},
                   {"file", one.file},
                   {"line", one.line},
                   {"column", one.column},
                   {"message", one.message},
                   {"cause", one.cause},
                   {"buffer", one.buffer},
                   {"index", one.index},
                   {"length", one.length},
                   {"block", to_json(one.block)},
                   {"thread", to_json(one.thread)},
                   {"count", one.count}});
  }
  return out;
}

Json prediction_of(const Launched& launched, const vgpu::LaunchResult& result, const tritutor::DeviceProfile& profile) {
  if (!result.completed) return {};
  tritutor::StepCounters step;
  step.kernel = launched.kernel;
  step.blocks = step.blocks_run = launched.grid.count();
  step.counters = result.counters;
  step.threads = launched.block.count();
  step.shared_bytes = launched.shared_bytes;
  step.registers_live = launched.registers_live;
  step.most_threads = launched.most_threads;
  // Which fraction of a limit is reached is not asked here, but there has to be one: a byte to move.
  const tritutor::LimitWork any_work{"bandwidth", 1, 0, 0};
  const tritutor::Prediction prediction = tritutor::predict({step}, any_work, profile);
  const tritutor::ModelError error = tritutor::model_error(prediction);
  Json terms;
  for (const tritutor::TimeTerm& term : tritutor::time_terms(step, profile)) terms[term.part] = term.us;
  return {{"device", profile.name}, {"time_us", prediction.time_us},   {"limiter", prediction.limiter},
          {"terms_us", terms},      {"busy_sms", prediction.busy_sms}, {"slower", error.slower},
          {"faster", error.faster}};
}

}  // namespace

std::string kernels_json(const vgpu::Module& module) {
  Json all = Json::array();
  for (const vgpu::KernelInfo& kernel : module.kernels()) {
    Json parameters = Json::array();
    for (const vgpu::Parameter& each : kernel.parameters) {
      parameters.push_back({{"type", each.type}, {"bytes", each.bytes}, {"alignment", each.alignment}});
    }
    Json refused;
    if (kernel.refusal) {
      refused = {
          {"message", kernel.refusal->what()}, {"file", kernel.refusal->file()}, {"line", kernel.refusal->line()}};
    }
    all.push_back({{"kernel", kernel.name},
                   {"parameters", parameters},
                   {"static_shared_bytes", kernel.static_shared_bytes},
                   {"registers_live", kernel.registers_live},
                   {"max_threads_per_block", kernel.max_threads_per_block},
                   {"required_block", kernel.required_block.x == 0 ? Json() : to_json(kernel.required_block)},
                   {"refused", refused}});
  }
  return text_of(all);
}

std::string profiles_json(const std::vector<tritutor::DeviceProfile>& profiles) {
  Json all = Json::array();
  for (const tritutor::DeviceProfile& each : profiles) all.push_back({{"name", each.name}, {"title", each.title}});
  return text_of(all);
}

std::string properties_json(const tritutor::DeviceProfile& profile) {
  const vgpu::Hardware hardware = tritutor::hardware_of(profile);
  return text_of({{"name", profile.name},
                  {"title", profile.title},
                  {"sm_count", hardware.sms},
                  {"warp_size", 32},
                  {"max_threads_per_block", vgpu::Gpu::max_threads_per_block},
                  {"max_shared_bytes_per_block", hardware.shared_bytes_per_block},
                  {"max_shared_bytes_per_sm", hardware.shared_bytes_per_sm},
                  {"threads_per_sm", hardware.threads_per_sm},
                  {"blocks_per_sm", hardware.blocks_per_sm},
                  {"clock_mhz", profile.clock_mhz},
                  {"l2_bytes", static_cast<uint64_t>(profile.l2_mbytes * 1e6)},
                  {"dram_gbytes_per_s", profile.dram_gbytes_per_s},
                  {"fp32_tflops", profile.fp32_tflops()},
                  {"tensor_f16_tflops", profile.tensor_f16_tflops}});
}

std::string result_json(const Launched& launched, const vgpu::LaunchResult& result,
                        const tritutor::DeviceProfile& profile) {
  return text_of({{"kernel", launched.kernel},
                  {"grid", to_json(launched.grid)},
                  {"block", to_json(launched.block)},
                  {"shared_bytes", launched.shared_bytes},
                  {"completed", result.completed},
                  {"stopped", result.stopped},
                  {"over_budget", result.over_budget},
                  {"warp_instructions", result.warp_instructions},
                  {"lane_instructions", result.lane_instructions},
                  {"findings", to_json(result.findings)},
                  {"notes", to_json(result.notes)},
                  {"printed", result.printed},
                  {"counters", to_json(result.counters)},
                  {"prediction", prediction_of(launched, result, profile)}});
}

}  // namespace vgpu_c
