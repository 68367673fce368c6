#include "grader/dialect/cuda/plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>

#include "grader/dialect/cuda/wrapper.h"
#include "grader/scalar.h"

namespace tritutor {
namespace {

/// What checking a plan needs to know of the file.
struct FileContext : PlanContext {
  const std::vector<Declaration>& declarations;
};

/// struct Plan of tl/tritutor.cuh as it lies in device memory.
struct DevicePlan {
  static constexpr int max_steps = 16;
  static constexpr int max_name = 64;

  struct DeviceStep {
    char kernel[max_name];
    uint32_t grid[3];
    uint32_t block[3];
    uint32_t shared_bytes;
  };

  DeviceStep steps[max_steps];
  int32_t count;
  uint64_t scratch_bytes;
};
static_assert(sizeof(DevicePlan::DeviceStep) == 64 + 7 * 4);
static_assert(offsetof(DevicePlan, count) == 16 * 92);
static_assert(offsetof(DevicePlan, scratch_bytes) == 1480);
static_assert(sizeof(DevicePlan) == 1488);

/// launch() only computes a few sizes: past this it is endless.
constexpr uint64_t launch_steps = 4'000'000;

Refusal refuse(const FileContext& context, const Case& test, const std::string& reason) {
  Refusal refusal;
  refusal.kind = "plan";
  refusal.message = fmt::format("{} (case \"{}\")", reason, test.name);
  for (const Declaration& each : context.declarations) {
    if (each.name == "launch")
      refusal.diagnostics.push_back({"error", context.file, each.line, 0, "in this launch plan"});
  }
  return refusal;
}

/// A string as the learner would write it in the source: a name may hold anything.
std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += fmt::format("\\x{:02x}", c);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

/// A step as the learner wrote it, with its numbers.
std::string shown(const Step& step) {
  std::string text = fmt::format("plan.run({}, dim3({}, {}, {}), dim3({}, {}, {})", in_quotes(step.kernel), step.grid.x,
                                 step.grid.y, step.grid.z, step.block.x, step.block.y, step.block.z);
  if (step.shared_bytes > 0) text += fmt::format(", {}", step.shared_bytes);
  return text + ")";
}

std::vector<std::string> callable_kernels(const vgpu::Module& module) {
  std::vector<std::string> names;
  for (const vgpu::KernelInfo& kernel : module.kernels()) {
    if (kernel.name != plan_entry) names.push_back(kernel.name);
  }
  return names;
}

std::string unknown_kernel(const FileContext& context, const Step& step) {
  for (const Declaration& each : context.declarations) {
    if (each.kernel && each.name == step.kernel) {
      return fmt::format(
          "{}: the kernel {} is not declared extern \"C\", so it cannot be found by its name; write "
          "extern \"C\" before its __global__",
          shown(step), step.kernel);
    }
  }
  return fmt::format("{}: the file has no kernel {}; it has {}", shown(step), in_quotes(step.kernel),
                     fmt::join(callable_kernels(context.module), ", "));
}

/// PTX types that an argument may have: integers appear as .u or .s or .b of their size.
bool is_parameter(const vgpu::Parameter& parameter, const Argument& argument) {
  const bool buffer = argument.role == Role::input || argument.role == Role::output;
  const size_t bytes = buffer ? 8 : reference::size_of(argument.type);
  const bool floating = !buffer && (argument.type == reference::Type::f32 || argument.type == reference::Type::f64);
  return parameter.bytes == bytes && (parameter.type.front() == 'f') == floating;
}

/// What is wrong with the parameters of a step's kernel; nullopt where nothing is.
std::optional<std::string> check_parameters(const FileContext& context, const Step& step,
                                            const vgpu::KernelInfo& kernel, uint64_t scratch_bytes) {
  const std::vector<Argument>& arguments = context.exercise.arguments;
  const size_t given = kernel.parameters.size();
  bool same = given == arguments.size() || given == arguments.size() + 1;
  for (size_t i = 0; same && i < arguments.size(); ++i) same = is_parameter(kernel.parameters[i], arguments[i]);
  const bool scratch = given == arguments.size() + 1;
  if (same && scratch) same = kernel.parameters.back().bytes == 8 && kernel.parameters.back().type.front() != 'f';
  if (!same) {
    std::string found = fmt::format("{} parameters", given);
    for (const Declaration& each : context.declarations) {
      if (each.kernel && each.name == step.kernel) found = each.text;
    }
    return fmt::format(
        "{}: every step gets the exercise's arguments, ({}), and optionally one pointer to scratch memory "
        "after them; {} takes others: {}",
        shown(step), kernel_parameters(context.exercise), step.kernel, found);
  }
  if (scratch && scratch_bytes == 0) {
    return fmt::format(
        "{}: {} takes a pointer to scratch memory, but none was asked for; call plan.scratch(bytes) in "
        "launch()",
        shown(step), step.kernel);
  }
  return std::nullopt;
}

/// Why a grid has no blocks: a size smaller than what it is divided by, as a rule.
std::string no_blocks(const FileContext& context, const Case& test, const Step& step) {
  const vgpu::Dim3& grid = step.grid;
  const std::string where = grid.x == 0 ? "x" : grid.y == 0 ? "y" : "z";
  const bool small = std::any_of(test.values.begin(), test.values.end(),
                                 [](const auto& value) { return value.second >= 0 && value.second < 16384; });
  return fmt::format("{}: the grid has no blocks in {}; {} here{}", shown(step), where,
                     sizes_in_words(context.exercise, test.values),
                     small ? ", and / rounds down: cdiv(a, b) rounds up" : ": does the number of blocks fit its type?");
}

std::optional<std::string> check_shape(const FileContext& context, const Case& test, const Step& step,
                                       const vgpu::KernelInfo& kernel) {
  const auto& [grid, block] = std::pair(step.grid, step.block);
  if (grid.x == 0 || grid.y == 0 || grid.z == 0) return no_blocks(context, test, step);
  if (grid.x > 2147483647u || grid.y > 65535 || grid.z > 65535) {
    return fmt::format("{}: the grid is too large; at most 2147483647 blocks in x and 65535 in y and in z",
                       shown(step));
  }
  if (block.x == 0 || block.y == 0 || block.z == 0) {
    return fmt::format("{}: the block has no threads; every dimension must be 1 or more", shown(step));
  }
  if (block.count() > vgpu::Gpu::max_threads_per_block || block.z > 64) {
    return fmt::format("{}: the block has {} threads; at most {} are possible, and 64 in z", shown(step), block.count(),
                       vgpu::Gpu::max_threads_per_block);
  }
  if (block.count() > kernel.max_threads_per_block) {
    return fmt::format("{}: the block has {} threads, more than the {} of the kernel's __launch_bounds__", shown(step),
                       block.count(), kernel.max_threads_per_block);
  }
  const vgpu::Dim3 required = kernel.required_block;
  if (required.count() > 0 && !(required == block)) {
    return fmt::format("{}: the kernel requires blocks of ({}, {}, {})", shown(step), required.x, required.y,
                       required.z);
  }
  if (kernel.static_shared_bytes > vgpu::Gpu::max_static_shared_bytes) {
    return fmt::format(
        "{}: {} declares {} bytes of shared memory; at most {} (48 KiB) can be declared: make it extern __shared__, "
        "and "
        "give plan.run its bytes as the fourth argument",
        shown(step), kernel.name, kernel.static_shared_bytes, vgpu::Gpu::max_static_shared_bytes);
  }
  const uint64_t shared = kernel.static_shared_bytes + step.shared_bytes;
  if (shared > context.hardware.shared_bytes_per_block) {
    return fmt::format(
        "{}: a block would need {} bytes of shared memory ({} declared, {} at launch); at most {} ({} KiB) are "
        "possible on the device {}",
        shown(step), shared, kernel.static_shared_bytes, step.shared_bytes, context.hardware.shared_bytes_per_block,
        context.hardware.shared_bytes_per_block / 1024, context.hardware.name);
  }
  return std::nullopt;
}

std::optional<std::string> check_step(const FileContext& context, const Case& test, const Step& step,
                                      uint64_t scratch_bytes) {
  const vgpu::KernelInfo* kernel = step.kernel == plan_entry ? nullptr : context.module.find_kernel(step.kernel);
  if (!kernel) return unknown_kernel(context, step);
  if (kernel->refusal) throw vgpu::LoadError(*kernel->refusal);
  if (auto wrong = check_parameters(context, step, *kernel, scratch_bytes)) return wrong;
  return check_shape(context, test, step, *kernel);
}

/// What launch() wrote, read from device memory.
LaunchPlan read_plan(const DevicePlan& raw) {
  LaunchPlan plan;
  if (raw.scratch_bytes > 0) plan.scratch.push_back({.bytes = raw.scratch_bytes});
  for (int i = 0; i < std::clamp(raw.count, 0, DevicePlan::max_steps); ++i) {
    const DevicePlan::DeviceStep& from = raw.steps[i];
    Step step;
    step.kernel.assign(from.kernel, strnlen(from.kernel, DevicePlan::max_name));
    step.grid = {from.grid[0], from.grid[1], from.grid[2]};
    step.block = {from.block[0], from.block[1], from.block[2]};
    step.shared_bytes = from.shared_bytes;
    plan.steps.push_back(std::move(step));
  }
  return plan;
}

}  // namespace

std::variant<LaunchPlan, Refusal> make_plan(const PlanContext& plan_context,
                                            const std::vector<Declaration>& declarations, const Case& test,
                                            Device& device, const vgpu::Limits& limits) {
  const FileContext context{plan_context, declarations};
  DevicePlan raw{};
  const std::vector<std::byte> problem = problem_bytes(context.exercise, test.values);
  const Device::Buffer plan_buffer =
      device.allocate({"plan", sizeof(raw), false, 1, "byte", BufferSpec::Content::data});
  const Device::Buffer problem_buffer =
      device.allocate({"problem", problem.size(), true, 1, "byte", BufferSpec::Content::data});
  device.upload(plan_buffer, std::as_bytes(std::span(&raw, 1)));
  device.upload(problem_buffer, problem);
  std::vector<std::byte> parameters;
  vgpu::pack(parameters, &plan_buffer, 8, 8);
  vgpu::pack(parameters, &problem_buffer, 8, 8);

  vgpu::Limits own = limits;
  own.warp_steps = std::min(own.warp_steps, launch_steps);
  const vgpu::LaunchResult result = device.run({std::string(plan_entry), {1, 1, 1}, {1, 1, 1}, 0}, parameters, own);
  if (result.stopped) {
    Refusal refusal;
    refusal.kind = "stopped";
    refusal.message = "stopped while launch() ran";
    return refusal;
  }
  if (!result.findings.empty()) {
    const vgpu::Finding& first = result.findings.front();
    Refusal refusal = refuse(context, test, fmt::format("launch() itself went wrong: {}", first.message));
    refusal.diagnostics.clear();
    for (const vgpu::Finding& each : result.findings) {
      refusal.diagnostics.push_back({"error", context.file, each.line, each.column, each.message});
    }
    return refusal;
  }
  device.download(plan_buffer, std::as_writable_bytes(std::span(&raw, 1)));
  if (raw.count <= 0) {
    return refuse(context, test, "the plan is empty: launch() never called plan.run(\"kernel\", grid, block)");
  }
  if (raw.count > DevicePlan::max_steps) {
    return refuse(
        context, test,
        fmt::format("launch() asked for {} steps; at most {} are possible", raw.count, DevicePlan::max_steps));
  }
  if (raw.scratch_bytes > max_scratch_bytes) {
    return refuse(
        context, test,
        fmt::format("plan.scratch({}): at most {} bytes (1 GiB) are possible", raw.scratch_bytes, max_scratch_bytes));
  }
  LaunchPlan plan = read_plan(raw);
  plan.printed = result.printed;
  for (const Step& step : plan.steps) {
    if (const auto wrong = check_step(context, test, step, raw.scratch_bytes)) return refuse(context, test, *wrong);
  }
  return plan;
}

std::vector<std::byte> pack_parameters(const Exercise& exercise, const reference::Values& values,
                                       const std::vector<Device::Buffer>& buffers) {
  std::vector<std::byte> parameters;
  size_t next = 0;
  for (const Argument& argument : exercise.arguments) {
    if (argument.role == Role::input || argument.role == Role::output) {
      vgpu::pack(parameters, &buffers[next++], 8, 8);
    } else {
      pack_scalar(parameters, argument.type, values.at(argument.name));
    }
  }
  return parameters;
}

std::vector<std::byte> step_parameters(const Exercise& exercise, const vgpu::Module& module, const Step& step,
                                       std::vector<std::byte> parameters, Device::Buffer scratch) {
  const vgpu::KernelInfo* kernel = module.find_kernel(step.kernel);
  if (kernel && kernel->parameters.size() > exercise.arguments.size()) vgpu::pack(parameters, &scratch, 8, 8);
  return parameters;
}

}  // namespace tritutor
