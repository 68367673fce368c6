#include "grader/dialect/triton/own_terms.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <regex>
#include <string>

#include "grader/dialect/triton/own_words.h"

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
  static const std::regex owner(R"(\bthread \(\d+,\d+,\d+\) of (?=program))");
  static const std::regex thread(R"(\bthread \(\d+,\d+,\d+\))");
  std::string out;
  std::smatch found;
  while (std::regex_search(text, found, place)) {
    out += found.prefix();
    out += "program " + program_id(found[1], found[2], found[3], grid);
    text = found.suffix();
  }
  out = std::regex_replace(out + text, owner, "");
  return in_triton_words(std::regex_replace(out, thread, "another part of the same program"));
}

const Argument* argument_named(const Exercise& exercise, const std::string& name) {
  const auto found = std::find_if(exercise.arguments.begin(), exercise.arguments.end(),
                                  [&](const Argument& each) { return each.name == name; });
  return found == exercise.arguments.end() ? nullptr : &*found;
}

/// "(7, 1000)", "(7,)".
std::string shape_in_words(const std::vector<int64_t>& shape) {
  return fmt::format("({}{})", fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
}

const ScratchBuffer* scratch_named(const LaunchPlan& plan, const std::string& name) {
  const auto found = std::find_if(plan.scratch.begin(), plan.scratch.end(),
                                  [&](const ScratchBuffer& each) { return each.name == name; });
  return found == plan.scratch.end() ? nullptr : &*found;
}

/// An argument in a case, by the name in a finding.
struct Tensor {
  const Argument* argument = nullptr;  ///< nullptr: the buffer is none of the exercise's
  std::vector<int64_t> shape;
};

Tensor tensor_of(const vgpu::Finding& finding, const Exercise& exercise, const Case& test) {
  Tensor tensor{argument_named(exercise, finding.buffer), {}};
  if (tensor.argument != nullptr) tensor.shape = shape_of(*tensor.argument, test.values);
  return tensor;
}

int64_t program_number(const vgpu::Finding& finding, const vgpu::Dim3& grid) {
  return (static_cast<int64_t>(finding.block.z) * grid.y + finding.block.y) * grid.x + finding.block.x;
}

std::string out_of_bounds(const vgpu::Finding& finding, const Tensor& tensor, const LaunchPlan& plan,
                          const Step& step) {
  if (finding.index < 0) {
    return "the offset is below 0: did it leave the range of its integer type (int32 ends at 2147483647: "
           ".to(tl.int64)), or is something subtracted that can be larger?";
  }
  if (finding.length <= 0) return "";
  const auto programs = static_cast<int64_t>(step.grid.count());
  if (scratch_named(plan, finding.buffer) != nullptr && finding.index < programs) {
    return fmt::format(
        "{0} was made with {1} element{3}, and the launch has {2} programs: does each keep a value there? Then it "
        "needs {2}",
        finding.buffer, finding.length, programs, finding.length == 1 ? "" : "s");
  }
  if (tensor.shape.size() >= 2) {
    const int64_t rows = tensor.shape[tensor.shape.size() - 2], columns = tensor.shape.back();
    const int64_t program = program_number(finding, step.grid);
    if (programs > rows && program >= rows && columns > 0 && finding.index / columns == program) {
      return fmt::format("{} has {} rows, and the grid {} programs: does the grid count rows?", finding.buffer, rows,
                         programs);
    }
    return fmt::format(
        "is the mask missing (of rows, or of columns), or is a row taken to be longer than the {} of {}?", columns,
        finding.buffer);
  }
  return fmt::format(
      "elements past the end get through: is the mask missing, does it compare with another size than the {} of {}, or "
      "are the offsets another tensor's?",
      finding.length, finding.buffer);
}

std::string undefined(const vgpu::Finding& finding, const Tensor& tensor, const LaunchPlan& plan) {
  if (scratch_named(plan, finding.buffer) != nullptr) {
    return fmt::format(
        "{} holds nothing until a program stores to it: which program, or which launch, should have "
        "stored this element?",
        finding.buffer);
  }
  if (tensor.argument == nullptr || tensor.argument->role != Role::output) return "";
  return fmt::format(
      "the output {0} holds nothing until the kernel stores to it: is it read, or added to by an atomic, "
      "before? {0}.zero_() in the host function makes it 0",
      finding.buffer);
}

std::string race(const vgpu::Finding& finding) {
  if (finding.remedy != vgpu::Finding::Remedy::atomic) return "";
  return "several programs load, change and store the same element, so some changes are lost: use tl.atomic_add(), or "
         "let each have an element of its own and add them up in a second launch";
}

std::string cause_of(const vgpu::Finding& finding, const Tensor& tensor, const LaunchPlan& plan, const Step& step) {
  switch (finding.kind) {
    case Kind::out_of_bounds:
      return out_of_bounds(finding, tensor, plan, step);
    case Kind::uninitialized:
      return undefined(finding, tensor, plan);
    case Kind::race:
      return race(finding);
    case Kind::read_only_write:
      return fmt::format("{} is an input: store to the output instead", finding.buffer);
    case Kind::null_pointer:
      return "the pointer that this access starts from is no tensor's";
    default:
      return "";
  }
}

/// "x has 7000 floats (0..6999)" as a tensor's shape.
void say_shape(vgpu::Finding& finding, const Tensor& tensor) {
  if (tensor.argument == nullptr) return;
  const std::string counted = fmt::format("; {} has {} ", finding.buffer, finding.length);
  const size_t at = finding.message.find(counted);
  if (at == std::string::npos) return;
  const size_t end = finding.message.find(')', at);
  finding.message.replace(at, end == std::string::npos ? end : end + 1 - at,
                          fmt::format("; {} has shape {}", finding.buffer, shape_in_words(tensor.shape)));
}

}  // namespace

void say_in_triton_terms(std::vector<vgpu::Finding>& findings, const Exercise& exercise, const Case& test,
                         const LaunchPlan& plan, const Step& step) {
  for (vgpu::Finding& finding : findings) {
    const Tensor tensor = tensor_of(finding, exercise, test);
    const std::string cause = cause_of(finding, tensor, plan, step);
    say_shape(finding, tensor);
    finding.message = in_triton_terms(finding.message, step.grid);
    finding.cause = cause.empty() ? in_triton_terms(finding.cause, step.grid) : cause;
  }
  // What a racing store has not yet brought is no matter of starting values.
  for (vgpu::Finding& finding : findings) {
    const bool of_a_race = finding.kind == Kind::uninitialized &&
                           std::any_of(findings.begin(), findings.end(), [&](const vgpu::Finding& other) {
                             return other.kind == Kind::race && other.buffer == finding.buffer;
                           });
    if (of_a_race) finding.cause = "it follows from the race: that store has not come yet";
  }
}

}  // namespace tritutor
