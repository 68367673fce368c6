#include "grader/dialect/triton/own_terms.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <string>

namespace tritutor {
namespace {

using Kind = vgpu::Finding::Kind;

/// "3", "(3, 1)" or "(3, 1, 0)": as many dimensions as the grid has.
std::string program_id(const std::string& x, const std::string& y, const std::string& z, const vgpu::Dim3& grid) {
  if (grid.z > 1) return fmt::format("({}, {}, {})", x, y, z);
  return grid.y > 1 ? fmt::format("({}, {})", x, y) : x;
}

/// The machine's words in Triton's: a block is a program; its threads are the compiler's, and nobody wrote them.
std::string in_triton_terms(std::string text, const vgpu::Dim3& grid) {
  static const std::regex place(R"(\bblock \((\d+),(\d+),(\d+)\)( thread \(\d+,\d+,\d+\))?)");
  std::string out;
  std::smatch found;
  while (std::regex_search(text, found, place)) {
    out += found.prefix();
    out += "program " + program_id(found[1], found[2], found[3], grid);
    text = found.suffix();
  }
  out += text;
  static const std::regex owner(R"(\bthread \(\d+,\d+,\d+\) of (?=program))");
  out = std::regex_replace(out, owner, "");
  out = std::regex_replace(out, std::regex(R"(\bthread \(\d+,\d+,\d+\))"), "another part of the same program");
  out = std::regex_replace(out, std::regex(R"(__syncthreads\(\))"), "tl.debug_barrier()");
  out = std::regex_replace(out, std::regex(R"(\batomicAdd\(\))"), "tl.atomic_add()");
  return out;
}

bool is_argument(const Exercise& exercise, const std::string& buffer, Role role) {
  return std::any_of(exercise.arguments.begin(), exercise.arguments.end(),
                     [&](const Argument& each) { return each.role == role && each.name == buffer; });
}

const ScratchBuffer* scratch_named(const LaunchPlan& plan, const std::string& name) {
  const auto found = std::find_if(plan.scratch.begin(), plan.scratch.end(),
                                  [&](const ScratchBuffer& each) { return each.name == name; });
  return found == plan.scratch.end() ? nullptr : &*found;
}

std::string out_of_bounds(const vgpu::Finding& finding, const LaunchPlan& plan, const Step& step) {
  if (finding.index < 0) return "the offset is below 0: is something subtracted that can be larger?";
  if (finding.length <= 0) return "";
  const auto programs = static_cast<int64_t>(step.grid.count());
  if (scratch_named(plan, finding.buffer) != nullptr && finding.index < programs) {
    return fmt::format(
        "{0} was made with {1} elements, and the launch has {2} programs: does each keep a value there? "
        "Then it needs {2}",
        finding.buffer, finding.length, programs);
  }
  const int64_t tile = std::max<int64_t>(step.tile, 1024);
  if (finding.index - finding.length < tile) {
    return fmt::format(
        "elements past the end get through: is the mask missing, or does it compare with another size than "
        "the {} of {}?",
        finding.length, finding.buffer);
  }
  return fmt::format("far past the end of {}: do the offsets fit its shape and strides, and the mask too?",
                     finding.buffer);
}

std::string undefined(const vgpu::Finding& finding, const Exercise& exercise, const LaunchPlan& plan) {
  if (scratch_named(plan, finding.buffer) != nullptr) {
    return fmt::format(
        "{} holds nothing until a program stores to it: which program, or which launch, should have "
        "stored this element?",
        finding.buffer);
  }
  if (!is_argument(exercise, finding.buffer, Role::output)) return "";
  return fmt::format(
      "the output {0} holds nothing until the kernel stores to it: is it read, or added to by an atomic, "
      "before? {0}.zero_() in the host function makes it 0",
      finding.buffer);
}

std::string race(const vgpu::Finding& finding, const vgpu::Dim3& grid) {
  if (finding.remedy == vgpu::Finding::Remedy::atomic) {
    return "several programs load, change and store the same element, so some changes are lost: use tl.atomic_add(), "
           "or "
           "let each have an element of its own and add them up in a second launch";
  }
  if (finding.remedy == vgpu::Finding::Remedy::unknown && grid.count() > 1) return "";
  return "inside a program nothing orders a store before a load of the same memory but tl.debug_barrier()";
}

}  // namespace

void say_in_triton_terms(std::vector<vgpu::Finding>& findings, const Exercise& exercise, const LaunchPlan& plan,
                         const Step& step) {
  for (vgpu::Finding& finding : findings) {
    std::string cause;
    switch (finding.kind) {
      case Kind::out_of_bounds:
        cause = out_of_bounds(finding, plan, step);
        break;
      case Kind::uninitialized:
        cause = undefined(finding, exercise, plan);
        break;
      case Kind::race:
        cause = race(finding, step.grid);
        break;
      case Kind::read_only_write:
        cause = fmt::format("{} is an input: store to the output instead", finding.buffer);
        break;
      case Kind::null_pointer:
        cause = "the pointer that this access starts from is no tensor's";
        break;
      default:
        break;
    }
    finding.message = in_triton_terms(finding.message, step.grid);
    finding.cause = cause.empty() ? in_triton_terms(finding.cause, step.grid) : cause;
  }
}

}  // namespace tritutor
