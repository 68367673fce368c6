#include "grader/dialect/cuda/plan_terms.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace tritutor {
namespace {

constexpr uint64_t float_bytes = 4;

std::string counted(uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string floats(uint64_t bytes) { return counted(bytes / float_bytes, "float"); }

/// An index that so many elements would hold, and so many bytes do not.
bool fits_elements(const vgpu::Finding& finding, uint64_t bytes) {
  return finding.index >= finding.length && finding.index < static_cast<int64_t>(bytes);
}

std::string dynamic_shared(const vgpu::Finding& finding, const Step& step) {
  if (step.shared_bytes == 0) {
    return fmt::format(
        "plan.run asks for 0 bytes of dynamic shared memory: they are its fourth argument. One float for each thread: "
        "{} * sizeof(float)",
        step.block.count());
  }
  if (!fits_elements(finding, step.shared_bytes)) return "";
  return fmt::format(
      "plan.run asks for {} bytes of dynamic shared memory, room for {}: its fourth argument counts bytes, not "
      "elements",
      step.shared_bytes, floats(step.shared_bytes));
}

std::string scratch(const vgpu::Finding& finding, const LaunchPlan& plan, const Step& step) {
  // What a plan would count in elements: as many as some step has blocks or threads.
  const uint64_t bytes = plan.scratch.empty() ? 0 : plan.scratch[0].bytes;
  const bool is_count = std::any_of(plan.steps.begin(), plan.steps.end(), [&](const Step& each) {
    const uint64_t blocks = each.grid.count(), threads = each.block.count();
    return bytes == blocks || bytes == threads || bytes == blocks * threads;
  });
  if (is_count && fits_elements(finding, bytes)) {
    return fmt::format(
        "plan.scratch({0}) asks for {1}, room for {2}: it counts bytes, not elements. For {3} it takes "
        "{0} * sizeof(float)",
        bytes, counted(bytes, "byte"), floats(bytes), counted(bytes, "float"));
  }
  const auto blocks = static_cast<int64_t>(step.grid.count());
  if (finding.index < finding.length || finding.index >= blocks) return "";
  return fmt::format(
      "the scratch buffer has room for {}, and {} has {} blocks: does each keep a value there? "
      "plan.scratch counts bytes, 4 for each float",
      floats(bytes), step.kernel, blocks);
}

std::string undefined(const vgpu::Finding& finding, const Exercise& exercise) {
  if (finding.buffer == "scratch") {
    return "scratch holds nothing until a block stores to it: which block or step should have stored this element?";
  }
  const bool is_output = std::any_of(exercise.arguments.begin(), exercise.arguments.end(), [&](const Argument& each) {
    return each.role == Role::output && each.name == finding.buffer;
  });
  if (!is_output) return "";
  return fmt::format(
      "the output {} holds nothing until the kernel stores to it: is it added to (+=, atomicAdd), or read, "
      "before?",
      finding.buffer);
}

}  // namespace

void say_in_plan_terms(std::vector<vgpu::Finding>& findings, const Exercise& exercise, const LaunchPlan& plan,
                       const Step& step) {
  for (vgpu::Finding& finding : findings) {
    std::string cause;
    if (finding.kind == vgpu::Finding::Kind::out_of_bounds && finding.index >= 0) {
      if (finding.dynamic_shared) cause = dynamic_shared(finding, step);
      if (finding.buffer == "scratch") cause = scratch(finding, plan, step);
    }
    if (finding.kind == vgpu::Finding::Kind::uninitialized) cause = undefined(finding, exercise);
    if (!cause.empty()) finding.cause = std::move(cause);
  }
}

}  // namespace tritutor
