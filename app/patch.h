#pragma once
// A unified diff of one file, applied strictly: every line it holds on to or takes away must stand exactly where the
// diff says. `patch -p1` and `git apply` take the same files; unlike them, nothing is searched for and nothing is
// guessed, so that whoever changes a file hears of every patch over it.
//
//   anything before the names is no part of the patch
//   --- a/solutions/level1/relu.cu
//   +++ b/solutions/level1/relu.cu
//   @@ -21,3 +21,3 @@
//      const int i = first + j * BLOCK;
//   -    if (i < n) y[i] = fmaxf(0.0f, v[j]);
//   +    if (i < n) y[i] = fabsf(v[j]);
//      }

#include <stdexcept>
#include <string>
#include <string_view>

namespace tritutor {

/// One sentence: the hunk, what is wrong with it, and the next step.
class PatchError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The file that a patch changes, without "a/": "solutions/level1/relu.cu". Throws PatchError.
std::string patched_file(std::string_view patch);

/// `source`, the text of patched_file(patch), with the patch applied. Throws PatchError for a patch that is malformed,
/// that does not fit, or that changes nothing.
std::string apply_patch(std::string_view patch, std::string_view source);

}  // namespace tritutor
