#include "app/mutant.h"

#include <doctest/doctest.h>

#include <fstream>

#include "app/error.h"
#include "app/patch.h"
#include "grader/temporary_folder.h"

using namespace tritutor;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

}  // namespace

TEST_CASE("a folder's mutants are its patches and its kernels, in the order of their names") {
  const TemporaryFolder folder;
  for (const char* name : {"b.cu", "a.patch", "c.patch", "notes.md"}) write(folder.path() / name, "");
  CHECK(mutants_in(folder.path()) ==
        std::vector<fs::path>{folder.path() / "a.patch", folder.path() / "b.cu", folder.path() / "c.patch"});
  CHECK(mutants_in(folder.path() / "missing").empty());
}

TEST_CASE("a mutant's kernel is its own text, or the solution with its patch applied") {
  const TemporaryFolder folder;
  Home home;
  home.root = folder.path() / "product";
  home.curriculum = folder.path() / "mine" / "curriculum.json";
  const fs::path whole = folder.path() / "whole.cu", patch = folder.path() / "copies.patch";
  write(whole, "// mutant: m\nkernel\n");
  CHECK(mutant_kernel(home, whole).file == whole);
  CHECK(mutant_kernel(home, whole).source == "// mutant: m\nkernel\n");

  write(patch,
        "// mutant: m\n--- a/solutions/level1/relu.cu\n+++ b/solutions/level1/relu.cu\n@@ -1 +1 @@\n-right\n+wrong\n");
  CHECK_THROWS_AS(mutant_kernel(home, patch), CommandError);
  write(home.root / "solutions/level1/relu.cu", "right\n");
  CHECK(mutant_kernel(home, patch).file == folder.path() / "copies.cu");
  CHECK(mutant_kernel(home, patch).source == "wrong\n");
  write(folder.path() / "mine/solutions/level1/relu.cu", "right\nand mine\n");
  CHECK(mutant_kernel(home, patch).source == "wrong\nand mine\n");
  write(folder.path() / "mine/solutions/level1/relu.cu", "changed\n");
  CHECK_THROWS_AS(mutant_kernel(home, patch), PatchError);
}

TEST_CASE("a mutant's dialect is that of its file, of a patch that of the file it changes") {
  const TemporaryFolder folder;
  Home home;
  home.root = folder.path();
  home.curriculum = folder.path() / "curriculum.json";
  write(folder.path() / "whole.py", "# mutant: m\n# refused: case tail\n#include <no comment>\n# refused: case late\n");
  const fs::path patch = folder.path() / "triton_copies.patch";
  write(patch,
        "# mutant: m\n--- a/solutions/level1/relu.py\n+++ b/solutions/level1/relu.py\n@@ -1 +1 @@\n-right\n+wrong\n");
  write(folder.path() / "solutions/level1/relu.py", "right\n");
  write(folder.path() / "no.patch", "nothing\n");
  CHECK(dialect_of_mutant(folder.path() / "whole.py") == DialectId::triton);
  CHECK(dialect_of_mutant(folder.path() / "whole.cu") == DialectId::cuda);
  CHECK(dialect_of_mutant(patch) == DialectId::triton);
  CHECK(dialect_of_mutant(folder.path() / "no.patch") == DialectId::cuda);
  CHECK(mutant_kernel(home, patch).file == folder.path() / "triton_copies.py");
  CHECK(mutants_in(folder.path()).size() == 3);

  std::vector<std::string> errors;
  const Mutant mutant = parse_mutant(read_text(folder.path() / "whole.py"), errors);
  CHECK(errors.empty());
  CHECK(mutant.mistake == "m");
  REQUIRE(mutant.reasons.size() == 1);
  CHECK(mutant.reasons[0].name == "tail");
}

TEST_CASE("a mutant states its mistake and its reasons") {
  std::vector<std::string> errors;
  const Mutant mutant = parse_mutant(
      "// mutant: no mask\n// refused: case tail\n// refused: finding out-of-bounds\n#include <tritutor.cuh>\n"
      "// refused: case not-part-of-the-head\n",
      errors);
  CHECK(errors.empty());
  CHECK(mutant.mistake == "no mask");
  REQUIRE(mutant.reasons.size() == 2);
  CHECK(mutant.reasons[1].kind == "finding");
  CHECK(mutant.reasons[1].name == "out-of-bounds");
}

TEST_CASE("a mutant that is only slow is refused by the rule for speed, with the counter that explains it") {
  std::vector<std::string> errors;
  const Mutant mutant = parse_mutant("// mutant: far apart\n// refused: slow sectors-per-request\n", errors);
  CHECK(errors.empty());
  Verdict verdict;
  verdict.result = Verdict::Result::fail;
  verdict.right = true;
  verdict.inefficient = Inefficiency{"sectors-per-request", 32, 4, "", 0, "", ""};
  CHECK(unmet_reasons(mutant, verdict).empty());
  verdict.inefficient->counter = "bytes-moved";
  CHECK(unmet_reasons(mutant, verdict).size() == 1);
  verdict.inefficient.reset();
  CHECK(unmet_reasons(mutant, verdict).size() == 1);
  verdict.right = false;
  CHECK(unmet_reasons(mutant, verdict).size() == 1);
  verdict.result = Verdict::Result::pass;
  CHECK(unmet_reasons(mutant, verdict)[0] == "it passes, and must not");
}

TEST_CASE("a mutant without a mistake, without a reason, or with an unknown one is an error") {
  std::vector<std::string> errors;
  parse_mutant("#include <tritutor.cuh>\n", errors);
  CHECK(errors.size() == 2);
  errors.clear();
  parse_mutant("// mutant: m\n// refused: something else\n", errors);
  CHECK(errors.size() == 2);
}

TEST_CASE("every stated reason must hold") {
  Mutant mutant;
  mutant.reasons = {{"case", "tail"}, {"pattern", "tail"}, {"finding", "race"}};
  Verdict verdict;
  verdict.result = Verdict::Result::fail;
  CaseResult tail;
  tail.name = "tail";
  tail.ran = true;
  tail.mismatch = Mismatch{};
  tail.mismatch->pattern = "tail";
  verdict.cases = {tail};
  const std::vector<std::string> unmet = unmet_reasons(mutant, verdict);
  REQUIRE(unmet.size() == 1);
  CHECK(unmet[0].find("finding race") != std::string::npos);
  CHECK(unmet[0].find("pattern tail") != std::string::npos);  // what happened instead
  verdict.result = Verdict::Result::pass;
  CHECK(unmet_reasons(mutant, verdict) == std::vector<std::string>{"it passes, and must not"});
}

TEST_CASE("a refusal says what stands in its sentence or in the compiler's log") {
  Mutant mutant;
  mutant.reasons = {{"refusal", "compile"}, {"says", "power of 2"}};
  Verdict verdict;
  verdict.result = Verdict::Result::error;
  verdict.refusal = refusal_of("compile", "Triton could not compile k");
  CHECK(unmet_reasons(mutant, verdict).size() == 1);
  verdict.refusal->diagnostics = {{"error", "k.py", 3, 1, "arange's range must be a power of 2"}};
  CHECK(unmet_reasons(mutant, verdict).empty());
}
