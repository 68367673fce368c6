#include "grader/dialect/triton/recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "grader/dialect/triton/triton_advice.h"
#include "reference/array.h"

namespace tritutor {
namespace {

using nlohmann::json;

constexpr uint32_t least_tile = 2;

std::vector<const Argument*> buffers_of(const Exercise& exercise) {
  std::vector<const Argument*> buffers;
  for (const Argument& argument : exercise.arguments) {
    if (argument.role == Role::input || argument.role == Role::output) buffers.push_back(&argument);
  }
  return buffers;
}

int digit_of(char hex) { return hex <= '9' ? hex - '0' : hex - 'a' + 10; }

std::vector<std::byte> bytes_of(const std::string& hex) {
  std::vector<std::byte> bytes;
  bytes.reserve(hex.size() / 2);
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(digit_of(hex[i]) << 4 | digit_of(hex[i + 1])));
  }
  return bytes;
}

Diagnostic diagnostic_of(const json& from, const std::string& file) {
  return {from.at("severity"), file, from.at("line"), from.at("column"), from.at("message")};
}

Refusal refusal_from(const json& from, const std::string& file) {
  Refusal refusal = tritutor::refusal_of(from.at("kind"), from.at("message"));
  for (const json& each : from.value("diagnostics", json::array())) {
    refusal.diagnostics.push_back(diagnostic_of(each, file));
  }
  refusal.expected = from.value("expected", "");
  refusal.found = from.value("found", "");
  if (!refusal.diagnostics.empty()) refusal.advice = triton_advice(refusal.diagnostics[0].message);
  return refusal;
}

RecordedArgument argument_of(const json& from, const std::vector<const Argument*>& buffers) {
  RecordedArgument argument;
  if (from.contains("bytes")) {
    argument.bytes = bytes_of(from.at("bytes"));
    return argument;
  }
  argument.offset = from.at("offset");
  if (from.contains("scratch")) {
    argument.kind = RecordedArgument::Kind::scratch;
    argument.number = from.at("scratch");
    return argument;
  }
  argument.kind = RecordedArgument::Kind::buffer;
  const std::string name = from.at("buffer");
  const auto found =
      std::find_if(buffers.begin(), buffers.end(), [&](const Argument* each) { return each->name == name; });
  if (found == buffers.end()) throw std::runtime_error("the recorder names a buffer that the exercise has not");
  argument.number = static_cast<size_t>(found - buffers.begin());
  return argument;
}

ScratchBuffer scratch_of(const json& from) {
  ScratchBuffer scratch;
  scratch.name = from.at("name");
  scratch.bytes = from.at("bytes");
  const std::string element = from.at("element");
  reference::Type type{};
  const bool known = reference::parse_type(element, type);
  scratch.element_bytes = known ? static_cast<uint32_t>(reference::size_of(type)) : 1;
  scratch.element_name = known ? std::string(reference::c_name_of(type)) : "byte";
  return scratch;
}

/// How many elements a program is about: the kernel's one constant that is called a block.
uint32_t tile_of(const RecordedKernel* kernel) {
  if (kernel == nullptr) return 0;
  uint64_t tile = 0;
  for (const auto& [name, value] : kernel->constants) {
    if (!name.starts_with("BLOCK")) continue;
    if (tile > 0 || value.empty() ||
        !std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; }))
      return 0;
    tile = std::stoull(value);
  }
  return tile >= least_tile && tile <= UINT32_MAX ? static_cast<uint32_t>(tile) : 0;
}

}  // namespace

const RecordedKernel* Recording::kernel(std::string_view name) const {
  const auto found = std::find_if(kernels.begin(), kernels.end(), [&](const auto& each) { return each.name == name; });
  return found == kernels.end() ? nullptr : &*found;
}

json arguments_as_json(const Exercise& exercise) {
  json arguments = json::array();
  for (const Argument& argument : exercise.arguments) {
    const char* role = argument.role == Role::input    ? "input"
                       : argument.role == Role::output ? "output"
                       : argument.role == Role::size   ? "size"
                                                       : "scalar";
    arguments.push_back(
        {{"name", argument.name}, {"type", std::string(reference::name_of(argument.type))}, {"role", role}});
  }
  return arguments;
}

json case_as_json(const Exercise& exercise, const Case& test) {
  json shapes = json::object(), values = json::object();
  for (const Argument* buffer : buffers_of(exercise)) shapes[buffer->name] = shape_of(*buffer, test.values);
  for (const auto& [name, value] : test.values) values[name] = value;
  return {{"name", test.name}, {"shapes", shapes}, {"values", values}};
}

namespace {

json request_of(const Exercise& exercise, const std::string& program, const std::string& source,
                const CompileContext& context, int capability) {
  json request{{"file", program}, {"source", source}, {"function", exercise.slug}};
  request["at_once"] = std::max(1u, std::thread::hardware_concurrency());
  request["arguments"] = arguments_as_json(exercise);
  request["cases"] = json::array();
  for (const Case& test : context.cases) request["cases"].push_back(case_as_json(exercise, test));
  const vgpu::Hardware& hardware = context.hardware;
  request["properties"] = {{"capability", capability},
                           {"name", hardware.name},
                           {"multiprocessor_count", hardware.sms},
                           {"max_shared_mem", hardware.shared_bytes_per_block},
                           {"max_num_regs", 65536},
                           {"warpSize", 32}};
  return request;
}

std::string text_of(const json& request) { return request.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace

std::string recording_request(const Exercise& exercise, const std::string& program, const std::string& source,
                              const CompileContext& context, int capability, bool cubin) {
  json request = request_of(exercise, program, source, context, capability);
  request["cubin"] = cubin;
  request["configs"] = json::object();
  for (const auto& [kernel, number] : context.configuration.chosen) request["configs"][kernel] = std::stoi(number);
  return text_of(request);
}

std::string configurations_request(const Exercise& exercise, const std::string& program, const std::string& source,
                                   const CompileContext& context, int capability) {
  json request = request_of(exercise, program, source, context, capability);
  request["tune"] = true;
  return text_of(request);
}

Configurations parse_configurations(const std::string& file, const std::string& answer) {
  const json from = json::parse(answer);
  if (from.contains("refusal")) return refusal_from(from.at("refusal"), file);
  std::vector<Configuration> configurations;
  for (const json& each : from.at("configurations")) {
    Configuration& one = configurations.emplace_back();
    one.name = each.at("name");
    for (const auto& [kernel, number] : each.at("configs").items()) {
      one.chosen[kernel] = std::to_string(number.get<int>());
    }
  }
  return configurations;
}

Recording parse_recording(const Exercise& exercise, const std::string& file, const std::string& answer) {
  const json from = json::parse(answer);
  Recording recording;
  recording.printed = from.value("printed", "");
  for (const json& each : from.value("warnings", json::array())) {
    recording.warnings.push_back(diagnostic_of(each, file));
  }
  if (from.contains("refusal")) {
    recording.refusal = refusal_from(from.at("refusal"), file);
    return recording;
  }
  recording.ptx = from.at("ptx");
  for (const std::byte each : bytes_of(from.value("cubin", ""))) recording.cubin += static_cast<char>(each);
  for (const json& each : from.at("kernels")) {
    RecordedKernel kernel{each.at("name"),
                          each.at("shown"),
                          each.at("line"),
                          each.at("warps"),
                          each.at("stages"),
                          each.at("shared_bytes"),
                          {}};
    for (const auto& [name, value] : each.at("constants").items()) kernel.constants.emplace_back(name, value);
    recording.kernels.push_back(std::move(kernel));
  }
  const std::vector<const Argument*> buffers = buffers_of(exercise);
  for (const json& each : from.at("cases")) {
    RecordedCase& one = recording.cases.emplace_back();
    if (each.contains("refusal")) {
      one.refusal = refusal_from(each.at("refusal"), file);
      continue;
    }
    for (const json& scratch : each.at("scratch")) one.plan.scratch.push_back(scratch_of(scratch));
    for (const json& launch : each.at("launches")) {
      Step step;
      step.kernel = launch.at("kernel");
      const json& grid = launch.at("grid");
      step.grid = {grid.at(0), grid.at(1), grid.at(2)};
      step.block = {launch.at("block"), 1, 1};
      step.shared_bytes = launch.at("shared_bytes");
      step.launch = static_cast<uint32_t>(recording.arguments.size());
      step.tile = tile_of(recording.kernel(step.kernel));
      std::vector<RecordedArgument>& arguments = recording.arguments.emplace_back();
      for (const json& argument : launch.at("arguments")) arguments.push_back(argument_of(argument, buffers));
      one.plan.steps.push_back(std::move(step));
      one.lines.push_back(launch.at("line"));
    }
  }
  return recording;
}

}  // namespace tritutor
