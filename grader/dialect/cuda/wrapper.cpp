#include "grader/dialect/cuda/wrapper.h"

#include <fmt/format.h>

#include <algorithm>

#include "grader/dialect/cuda/standard_headers.h"
#include "grader/scalar.h"

namespace tritutor {
namespace {

bool is_number(const Argument& argument) { return argument.role == Role::size || argument.role == Role::scalar; }

}  // namespace

bool uses_half(const Exercise& exercise) {
  return std::any_of(exercise.arguments.begin(), exercise.arguments.end(),
                     [](const Argument& argument) { return argument.type == reference::Type::f16; });
}

std::string problem_header(const Exercise& exercise) {
  std::string text = fmt::format("#pragma once\n{}", standard_integer_types());
  if (uses_half(exercise)) text += "#include <cuda_fp16.h>\n";
  text += fmt::format("// The numbers of exercise {}.\nstruct Problem {{\n", exercise.id);
  for (const Argument& argument : exercise.arguments) {
    if (is_number(argument)) text += fmt::format("  {} {};\n", reference::c_name_of(argument.type), argument.name);
  }
  return text + "};\n";
}

std::vector<std::byte> problem_bytes(const Exercise& exercise, const reference::Values& values) {
  std::vector<std::byte> bytes;
  size_t alignment = 1;
  for (const Argument& argument : exercise.arguments) {
    if (!is_number(argument)) continue;
    pack_scalar(bytes, argument.type, values.at(argument.name));
    alignment = std::max(alignment, reference::size_of(argument.type));
  }
  if (bytes.empty()) bytes.resize(1);  // an empty struct has one byte
  bytes.resize((bytes.size() + alignment - 1) / alignment * alignment);
  return bytes;
}

std::string kernel_parameters(const Exercise& exercise) {
  std::string parameters;
  for (const Argument& argument : exercise.arguments) {
    if (!parameters.empty()) parameters += ", ";
    const std::string_view type = reference::c_name_of(argument.type);
    if (argument.role == Role::input) parameters += "const ";
    parameters += type;
    if (!is_number(argument)) parameters += "*";
  }
  return parameters;
}

// A kernel may take one more pointer, the scratch buffer. Every name is reserved, so that a learner's macro (N, T, n)
// cannot change what stands here.
std::string wrapper_text(const Exercise& exercise) {
  // The first empty line ends a comment that the learner's last line may have left with a backslash.
  return fmt::format(R"(

#include <tritutor.cuh>
#line 1 "{0}"
template <class __tritutor_a, class __tritutor_b> struct __tritutor_same {{ static constexpr bool __value = false; }};
template <class __tritutor_a> struct __tritutor_same<__tritutor_a, __tritutor_a> {{ static constexpr bool __value = true; }};
template <class __tritutor_a> struct __tritutor_kernel {{ static constexpr bool __value = false; }};
template <> struct __tritutor_kernel<void({2})> {{ static constexpr bool __value = true; }};
template <class __tritutor_a> struct __tritutor_kernel<void({2}, __tritutor_a*)> {{ static constexpr bool __value = true; }};
static_assert(__tritutor_kernel<decltype(::{1})>::__value, "signature");
#line 1 "{3}"
static_assert(__tritutor_same<decltype(::launch), void(Plan&, const Problem&)>::__value, "signature");
#line 1 "{4}"
extern "C" __global__ void {5}(Plan* __tritutor_plan_out, const Problem* __tritutor_problem) {{
  ::launch(*__tritutor_plan_out, *__tritutor_problem);
}}
)",
                     kernel_check_file, exercise.slug, kernel_parameters(exercise), launch_check_file, entry_file,
                     plan_entry);
}

}  // namespace tritutor
