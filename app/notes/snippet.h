#pragma once
// The code in notes, and what it is held to. A comment behind each fence, which no reader sees, says how it is tried:
//
//   <!-- compiles -->                         it is compiled, no more
//   <!-- fragment: float* x, int n -->        a part of a kernel that has these parameters: compiled within one
//   <!-- run                                  run on the virtual GPU:
//   x = f32[1000] iota                        a buffer (f32, f16, i32, u8): iota, zeros, ones, random or unwritten
//   y = f32[1000] unwritten
//   twice<<<4, 256>>>(x, y, 1000)             a launch, as CUDA has it; a number with a point is a float
//   expect y: y[i] == 2 * x[i]                device code that is true of every i of y
//   finding out-of-bounds                     a kind of finding; without this line there may be none
//   count bank_conflicts = 0                  what the last launch counted (vgpu.h, count_fields)
//   -->
//
// A run's first line may be "with the one before": the code of the fence before belongs to it.
// Behind ```python, a run is Python: python/tests/test_notes.py says what it may call.

#include <string>
#include <string_view>
#include <vector>

namespace tritutor {

struct Snippet {
  enum class Kind : uint8_t { unmarked, compiles, fragment, run };
  std::string language;  ///< "cuda", "python"
  int line = 0;          ///< of its first line in the note, from 1
  std::string code;      ///< with the one before where it asks for that
  Kind kind = Kind::unmarked;
  std::string parameters;        ///< of a fragment's frame
  std::vector<std::string> run;  ///< lines of a run
};

/// The fences of a language, in order. A fence without a comment is `unmarked`.
std::vector<Snippet> snippets_of(std::string_view markdown, std::string_view language);

/// The languages of all fences of a page, in order; an empty one for a fence that names none.
std::vector<std::string> fence_languages(std::string_view markdown);

}  // namespace tritutor
