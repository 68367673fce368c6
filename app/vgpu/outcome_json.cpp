#include "app/vgpu/outcome_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "app/vgpu/kernel_name.h"

namespace vgpu_program {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const vgpu::Dim3& size) { return {size.x, size.y, size.z}; }

Json to_json(const vgpu::Counts& counts) {
  Json out;
  for (const vgpu::CountField& field : vgpu::count_fields) out[field.name] = counts.*field.value;
  return out;
}

Json to_json(const vgpu::Counters& counters, const Source& source) {
  Json lines = Json::array();
  for (const vgpu::LineCounts& each : counters.lines) {
    lines.push_back({{"file", source.shown(each.file)}, {"line", each.line}, {"counts", to_json(each.counts)}});
  }
  return {{"total", to_json(counters.total)},
          {"dram_read_sectors", counters.dram_read_sectors},
          {"dram_written_sectors", counters.dram_written_sectors},
          {"lines", lines}};
}

Json to_json(const vgpu::Finding& one, const Source& source) {
  return {{"kind", vgpu::name_of(one.kind)},
          {"file", source.shown(one.file)},
          {"line", one.line},
          {"column", one.column},
          {"source", source.line(one.file, one.line)},
          {"message", one.message},
          {"cause", one.cause},
          {"buffer", one.buffer},
          {"index", one.index},
          {"length", one.length},
          {"block", to_json(one.block)},
          {"thread", to_json(one.thread)},
          {"count", one.count}};
}

Json value_at(Element type, const std::byte* from) {
  if (!is_float(type)) return Json::parse(text_at(type, from));
  const double value = load_float(type, from);
  if (std::isfinite(value)) return value;
  return text_at(type, from);
}

Json arguments_of(const Outcome& outcome) {
  Json all = Json::array();
  for (const Bound& each : outcome.arguments) all.push_back({{"name", each.name}, {"given", each.argument.text}});
  for (const Shown& each : outcome.shown) {
    const Element type = outcome.arguments[each.argument].argument.element;
    Json values = Json::array();
    for (uint64_t i = 0; i < each.first_count; ++i)
      values.push_back(value_at(type, each.values.data() + i * size_of(type)));
    all[each.argument]["values"] = values;
  }
  return all;
}

}  // namespace

Json to_json(const Outcome& outcome, const Source& source) {
  const vgpu::LaunchResult& result = outcome.result;
  Json findings = Json::array(), notes = Json::array();
  for (const vgpu::Finding& each : result.findings) findings.push_back(to_json(each, source));
  for (const vgpu::Finding& each : result.notes) notes.push_back(to_json(each, source));
  const char* clean = outcome.sampled ? "sampled" : "clean";
  const char* verdict = result.stopped ? "stopped" : result.findings.empty() ? clean : "findings";
  Json json = {{"file", outcome.file},
               {"kernel", outcome.kernel.name},
               {"signature", demangled(outcome.kernel.name)},
               {"grid", to_json(outcome.grid)},
               {"block", to_json(outcome.block)},
               {"shared_bytes", outcome.kernel.static_shared_bytes + outcome.dynamic_shared},
               {"verdict", verdict},
               {"completed", result.completed},
               {"warp_instructions", result.warp_instructions},
               {"lane_instructions", result.lane_instructions},
               {"findings", findings},
               {"notes", notes},
               {"printed", result.printed},
               {"counters", to_json(result.counters, source)},
               {"arguments", arguments_of(outcome)}};
  if (outcome.sampled) {
    json["sample"] = {
        {"blocks_run", result.blocks_run}, {"blocks", outcome.grid.count()}, {"end", vgpu::name_of(result.sample_end)}};
  }
  return json;
}

Json to_json(const vgpu::KernelInfo& kernel, const std::vector<std::string>& names) {
  Json parameters = Json::array();
  for (size_t i = 0; i < kernel.parameters.size(); ++i) {
    const vgpu::Parameter& each = kernel.parameters[i];
    Json one = {{"type", each.type}, {"bytes", each.bytes}, {"alignment", each.alignment}};
    if (i < names.size()) one["name"] = names[i];
    parameters.push_back(one);
  }
  Json json = {{"kernel", kernel.name},
               {"signature", demangled(kernel.name)},
               {"parameters", parameters},
               {"static_shared_bytes", kernel.static_shared_bytes},
               {"max_threads_per_block", kernel.max_threads_per_block},
               {"required_block", kernel.required_block.x == 0 ? Json() : to_json(kernel.required_block)}};
  if (kernel.refusal) {
    json["refused"] = {
        {"file", kernel.refusal->file()}, {"line", kernel.refusal->line()}, {"message", kernel.refusal->what()}};
  }
  return json;
}

std::string text_of(const Json& json) { return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace); }

}  // namespace vgpu_program
