#pragma once
// Runs a CUDA C++ snippet of a note on the virtual GPU (snippet.h says what of it is asked), for tests.

#include <set>
#include <string>
#include <vector>

#include "app/notes/snippet.h"
#include "vgpu/vgpu.h"

namespace tritutor {

/// What the launches of a run did, and which of its expectations were not met.
struct SnippetRun {
  std::set<std::string> findings;     ///< kinds
  std::vector<std::string> failures;  ///< one line each: what was expected and what came
};

/// Compiles the snippet with the tutor's header. Failures: what does not compile, a line of the run that is not
/// understood, a result that is not as expected, findings other than those named, a count other than the one named.
SnippetRun run_snippet(const Snippet& snippet);

/// Compiles it only, a fragment within its frame. Returns the compiler's log; empty: it compiled.
std::string compile_snippet(const Snippet& snippet);

}  // namespace tritutor
