#include "grader/dialect/triton/triton_advice.h"

#include <array>
#include <utility>

namespace tritutor {
namespace {

/// Parts of the compiler's messages (Triton 3.4 to 3.9).
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> advices{{
    {"power of 2",
     "tl.arange and every shape in a kernel take powers of two: make BLOCK one, and let the mask cut off the rest. "
     "triton.next_power_of_2(n) gives one that is large enough."},
    {"oop-carried variable",
     "A variable has one type before a loop and another after a round: start it as what it becomes, "
     "tl.zeros((BLOCK,), dtype=tl.float32)."},
    {"Loop carried variable",
     "A variable has one type before a loop and another after a round: start it as what it becomes, "
     "tl.zeros((BLOCK,), dtype=tl.float32)."},
    {"make_shape_compatible",
     "Two tensors of these shapes meet in one operation: which axis did a reduction take away, and is [:, None] or "
     "[None, :] missing?"},
    {"Cannot access global variable",
     "A kernel sees of the file's globals only those that are constants to the compiler: write NAME = "
     "tl.constexpr(...), or give it as an argument."},
    {"is not defined", "A kernel sees its own variables, its parameters, other kernels and tl.constexpr globals."},
    {"constexpr",
     "What shapes and ranges are made of must be known to the compiler: a parameter BLOCK: tl.constexpr, and "
     "BLOCK=1024 at the launch."},
    {"missing a required argument", "The launch leaves out one of the kernel's parameters."},
    {"Did you forget to add @triton.jit",
     "A kernel may call only tl's functions and functions that are @triton.jit "
     "themselves."},
    {"has no attribute", "The reference card lists what there is: tritutor cheatsheet."},
}};

}  // namespace

std::string triton_advice(std::string_view message) {
  for (const auto& [part, advice] : advices) {
    if (message.find(part) != std::string_view::npos) return std::string(advice);
  }
  return "";
}

}  // namespace tritutor
