// Names that the compiler does not know: misspelt, of another place, or of another language.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "grader/dialect/cuda/compile_advice.h"
#include "grader/nearest.h"

namespace tritutor {
namespace {

/// What is often misspelt.
const std::vector<std::string>& known_names() {
  static const std::vector<std::string> names = {"threadIdx",
                                                 "blockIdx",
                                                 "blockDim",
                                                 "gridDim",
                                                 "warpSize",
                                                 "__syncthreads",
                                                 "__syncwarp",
                                                 "__shared__",
                                                 "__global__",
                                                 "__device__",
                                                 "__restrict__",
                                                 "__shfl_sync",
                                                 "__shfl_xor_sync",
                                                 "__shfl_up_sync",
                                                 "__shfl_down_sync",
                                                 "__ballot_sync",
                                                 "__activemask",
                                                 "__threadfence",
                                                 "atomicAdd",
                                                 "atomicMax",
                                                 "atomicMin",
                                                 "atomicExch",
                                                 "atomicCAS",
                                                 "printf",
                                                 "fmaxf",
                                                 "fminf",
                                                 "fabsf",
                                                 "fmaf",
                                                 "sqrtf",
                                                 "rsqrtf",
                                                 "expf",
                                                 "logf",
                                                 "tanhf",
                                                 "powf",
                                                 "float",
                                                 "double",
                                                 "unsigned",
                                                 "cdiv",
                                                 "INFINITY",
                                                 "constexpr",
                                                 "return",
                                                 "__ldg"};
  return names;
}

struct Elsewhere {
  std::string_view name;
  std::string_view advice;
};

constexpr std::array<Elsewhere, 34> elsewhere = {{
    {"cout", "A kernel prints with printf(\"%d\\n\", i); there are no streams on a device."},
    {"endl", "A kernel prints with printf(\"%d\\n\", i); there are no streams on a device."},
    {"vector", "There is no std::vector on a device: use an array of fixed size, or shared memory."},
    {"string", "There is no std::string on a device."},
    {"import", "This looks like Python: a kernel file is CUDA C++. The starter: tritutor reset"},
    {"def", "This looks like Python: a kernel file is CUDA C++. The starter: tritutor reset"},
    {"tl", "tl is Triton's; in CUDA C++ a program's number is blockIdx.x, and tl.arange is threadIdx.x."},
    {"triton", "This is Triton's; in CUDA C++, triton.cdiv is cdiv."},
    {"__shfl_down", "Shuffles name the lanes that take part: __shfl_down_sync(0xffffffff, value, distance)."},
    {"__shfl_up", "Shuffles name the lanes that take part: __shfl_up_sync(0xffffffff, value, distance)."},
    {"__shfl_xor", "Shuffles name the lanes that take part: __shfl_xor_sync(0xffffffff, value, mask)."},
    {"__shfl", "Shuffles name the lanes that take part: __shfl_sync(0xffffffff, value, lane)."},
    {"__ballot", "Votes name the lanes that take part: __ballot_sync(0xffffffff, condition)."},
    {"__any", "Votes name the lanes that take part: __any_sync(0xffffffff, condition)."},
    {"__all", "Votes name the lanes that take part: __all_sync(0xffffffff, condition)."},
    {"half", "half needs a header: #include <cuda_fp16.h> at the top."},
    {"half2", "half2 needs a header: #include <cuda_fp16.h> at the top."},
    {"__half", "__half needs a header: #include <cuda_fp16.h> at the top."},
    {"__half2", "__half2 needs a header: #include <cuda_fp16.h> at the top."},
    {"__nv_bfloat16", "__nv_bfloat16 needs a header: #include <cuda_bf16.h> at the top."},
    {"cooperative_groups", "Cooperative groups need a header: #include <cooperative_groups.h> at the top."},
    {"cg", "cg is usually: #include <cooperative_groups.h> and namespace cg = cooperative_groups; at the top."},
    {"wmma", "wmma needs a header: #include <mma.h> at the top, and is nvcuda::wmma."},
    {"nvcuda", "nvcuda::wmma needs a header: #include <mma.h> at the top."},
    {"cub", "cub's parts have headers of their own: #include <cub/block/block_reduce.cuh> at the top, for example."},
    {"curandState", "Random numbers of cuRAND need a header: #include <curand_kernel.h> at the top."},
    {"NAN", "NAN needs a header: #include <math.h> at the top."},
    {"M_PI", "M_PI needs a header: #include <math.h> at the top."},
    {"FLT_MAX", "FLT_MAX needs a header: #include <float.h> at the top. -INFINITY needs none."},
    {"FLT_MIN",
     "FLT_MIN needs a header: #include <float.h> at the top; it is the smallest positive float, and "
     "-INFINITY is what a maximum starts from."},
    {"DBL_MAX", "DBL_MAX needs a header: #include <float.h> at the top."},
    {"INT_MAX", "INT_MAX needs a header: #include <limits.h> at the top."},
    {"INT_MIN", "INT_MIN needs a header: #include <limits.h> at the top."},
    {"std", "The C++ library is host code; CUDA's own part of it is cuda::std (#include <cuda/std/array>)."},
}};

/// Whether a line lies in the body of launch().
bool in_launch(const SourceScan& scan, int line) {
  bool within = false;
  for (const Declaration& each : declarations(scan)) {
    if (each.line <= line) within = each.name == "launch";
  }
  return within;
}

/// Every name of the file that appears at least twice or is declared: a candidate for what was meant.
std::vector<std::string> names_of_file(const CompiledText& text, const std::string& except) {
  std::set<std::string> names;
  for (const Token& token : text.scan.tokens) {
    if (token.kind == Token::Kind::identifier && token.text != except && token.text.size() > 2)
      names.insert(token.text);
  }
  for (const Argument& each : text.exercise.arguments) names.insert(each.name);
  names.erase(except);
  return {names.begin(), names.end()};
}

}  // namespace

std::string advice_for_name(const std::string& name, const Diagnostic& error, const CompiledText& text) {
  if (name == "Plan" || name == "Problem" || name == "cdiv") {
    return fmt::format("{} comes with the tutor's header: write #include <tritutor.cuh> at the top.", name);
  }
  for (const Argument& each : text.exercise.arguments) {
    if (each.name != name || !in_launch(text.scan, error.line)) continue;
    if (each.role == Role::size || each.role == Role::scalar) {
      return fmt::format("In launch() the exercise's numbers are members of p: write p.{}.", name);
    }
    return fmt::format("launch() only plans: it has the numbers ({}) and no buffers. The kernel gets {} by itself.",
                       problem_members(text.exercise), name);
  }
  for (const Elsewhere& each : elsewhere) {
    if (each.name == name) return std::string(each.advice);
  }
  if (name.find("half") != std::string::npos) return "This needs a header: #include <cuda_fp16.h> at the top.";
  if (name.find("bfloat16") != std::string::npos) return "This needs a header: #include <cuda_bf16.h> at the top.";
  std::vector<std::string> meant = nearest(name, known_names(), 1);
  if (meant.empty() && name.size() > 2) meant = nearest(name, names_of_file(text, name), 1);
  if (!meant.empty()) return fmt::format("Did you mean {}?", meant[0]);
  return fmt::format("Nothing above line {} declares {}: is it misspelt, or its type missing before it?", error.line,
                     name);
}

std::string advice_for_std(const std::string& name) {
  if (name == "max" || name == "min") {
    return fmt::format("On a device {0} has no std:: before it: {0}(a, b), or fm{1}f(a, b) for floats.", name,
                       name.substr(1) == "ax" ? "ax" : "in");
  }
  for (const Elsewhere& each : elsewhere) {
    if (each.name == name) return std::string(each.advice);
  }
  static const std::set<std::string> functions = {"sqrt",  "exp",  "log",   "pow",  "fabs",  "abs", "sin",
                                                  "cos",   "tanh", "floor", "ceil", "round", "fma", "isnan",
                                                  "isinf", "log2", "exp2",  "erf",  "fmax",  "fmin"};
  if (functions.count(name) != 0) {
    return fmt::format("Write {0} without std::, or #include <cmath> at the top.", name);
  }
  return fmt::format(
      "The C++ library is host code; what CUDA has of it is cuda::std::{0}, with a header such as "
      "<cuda/std/utility>, <cuda/std/limits> or <cuda/std/array>.",
      name);
}

}  // namespace tritutor
