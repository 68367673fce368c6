#include "app/patch.h"

#include <doctest/doctest.h>

using namespace tritutor;

namespace {

const std::string names = "// mutant: m\n--- a/solutions/level1/x.cu\n+++ b/solutions/level1/x.cu\n";
const std::string source = "one\ntwo\nthree\nfour\nfive\n";

std::string error_of(const std::string& hunks, const std::string& text = source) {
  try {
    apply_patch(names + hunks, text);
  } catch (const PatchError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a patch names its file, and what stands before the names is no part of it") {
  CHECK(patched_file(names) == "solutions/level1/x.cu");
  CHECK(patched_file("--- a/y.py\t2024-01-01 00:00:00\n+++ b/y.py\n") == "y.py");
  CHECK_THROWS_AS(patched_file(""), PatchError);
  CHECK_THROWS_AS(patched_file("--- a/x.cu\n"), PatchError);
  CHECK_THROWS_AS(patched_file("--- x.cu\n+++ x.cu\n"), PatchError);
}

TEST_CASE("lines are replaced, taken away and put in where the hunks say") {
  CHECK(apply_patch(names + "@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n@@ -4 +4,2 @@ a heading\n four\n+and a half\n",
                    source) == "one\n2\nthree\nfour\nand a half\nfive\n");
  CHECK(apply_patch(names + "@@ -2 +1,0 @@\n-two\n", source) == "one\nthree\nfour\nfive\n");
  CHECK(apply_patch(names + "@@ -2,0 +3 @@\n+2.5\n", source) == "one\ntwo\n2.5\nthree\nfour\nfive\n");
  CHECK(apply_patch(names + "@@ -0,0 +1 @@\n+zero\n", source) == "zero\n" + source);
}

TEST_CASE("lines are put in at the end of the file, and into an empty one") {
  CHECK(apply_patch(names + "@@ -5 +5,2 @@\n five\n+six\n", source) == source + "six\n");
  CHECK(apply_patch(names + "@@ -5,0 +6 @@\n+six\n", source) == source + "six\n");
  CHECK(apply_patch(names + "@@ -0,0 +1 @@\n+one\n", "") == "one\n");
}

TEST_CASE("a last line without a newline is told from one with it") {
  const std::string mark = "\\ No newline at end of file\n";
  CHECK(apply_patch(names + "@@ -2 +2 @@\n-two\n" + mark + "+2\n", "one\ntwo") == "one\n2\n");
  CHECK(apply_patch(names + "@@ -2 +2 @@\n-two\n+2\n" + mark, "one\ntwo\n") == "one\n2");
  CHECK(apply_patch(names + "@@ -1,2 +1,2 @@\n-one\n+1\n two\n" + mark, "one\ntwo") == "1\ntwo");
  CHECK(error_of("@@ -2 +2 @@\n-two\n+2\n", "one\ntwo") ==
        "hunk 1 expects line 2 of solutions/level1/x.cu to be `two`, where `two` without a newline stands; make the "
        "patch anew (patch -p1, git diff -U1)");
  CHECK(error_of("@@ -2,0 +3 @@\n+three\n", "one\ntwo").find("behind one without a newline") != std::string::npos);
  CHECK(apply_patch(names + "@@ -2 +2 @@\n-two\n+2", source) == "one\n2\nthree\nfour\nfive\n");  // the patch's own end
}

TEST_CASE("an empty line of the file may have lost its space in the patch") {
  CHECK(apply_patch(names + "@@ -1,2 +1,2 @@\n\n-two\n+2\n", "\ntwo\n") == "\n2\n");
}

TEST_CASE("a line that is not the expected one is named, with the line that stands there") {
  const std::string second = "@@ -1 +1 @@\n-one\n+1\n@@ -3,2 +3,2 @@\n three\n-four\n+4\n";
  CHECK(error_of(second, "one\ntwo\nthree\nvier\nfive\n") ==
        "hunk 2 expects line 4 of solutions/level1/x.cu to be `four`, where `vier` stands; make the patch anew "
        "(patch -p1, git diff -U1)");
  CHECK(error_of(second, "one\ntwo\n3\nfour\n").find("line 3 of") != std::string::npos);  // a line it only holds on to
  CHECK(error_of(second, "zero\n" + source).find("`one`, where `zero` stands") != std::string::npos);  // moved
  CHECK(error_of(second, "one\ntwo\nthree\n").find("`four`, where the end of the file stands") != std::string::npos);
  CHECK(error_of("@@ -9,0 +10 @@\n+ten\n").find("line 10 of solutions/level1/x.cu, which has 5") != std::string::npos);
}

TEST_CASE("a malformed hunk is refused") {
  CHECK(error_of("@@ -1 +1 @\n-one\n+1\n").find("hunk 1 should begin with \"@@ -LINE") == 0);
  CHECK(error_of("@@ -0 +1 @@\n-one\n+1\n").find("should begin with") != std::string::npos);
  CHECK(error_of("@@ -x +1 @@\n-one\n+1\n").find("should begin with") != std::string::npos);
  CHECK(error_of("@@ -1,2 +1,2 @@\n-one\n+1\n").find("fewer lines") != std::string::npos);
  CHECK(error_of("@@ -1,2 +1,2 @@\n-one\n+1\ntwo\n").find("\"two\"") != std::string::npos);
  CHECK(error_of("@@ -1 +1 @@\n-one\n-two\n+1\n").find("the lines that its @@ line counts") != std::string::npos);
  CHECK(error_of("@@ -1 +1 @@\n-one\n+1\n+and more\n").find("hunk 2 should begin with") == 0);
  CHECK(error_of("@@ -3 +3 @@\n-three\n+3\n@@ -1 +1 @@\n-one\n+1\n").find("hunk 2 begins before") == 0);
}

TEST_CASE("a patch that changes nothing is refused") {
  CHECK(error_of("").find("it changes nothing") == 0);
  CHECK(error_of("@@ -1 +1 @@\n one\n").find("it changes nothing") == 0);
}
