// The difference of two texts: as `diff -u` writes it, and such that the one becomes the other with it.

#include "app/unified_diff.h"

#include <doctest/doctest.h>

#include <random>

#include "app/patch.h"

namespace tritutor {
namespace {

std::string diff(const std::string& before, const std::string& after) {
  return unified_diff(before, after, "a/k.cu", "b/k.cu");
}

TEST_CASE("texts that are the same have no difference") {
  CHECK(diff("a\nb\n", "a\nb\n").empty());
  CHECK(diff("", "").empty());
}

TEST_CASE("a change stands among three lines of context") {
  CHECK(diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n") ==
        "--- a/k.cu\n+++ b/k.cu\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST_CASE("changes far apart are hunks of their own, near ones share one") {
  const std::string far = "a\n1\n2\n3\n4\n5\n6\n7\nb\n", near = "a\n1\n2\n3\n4\n5\n6\nb\n";
  const std::string far_diff = diff(far, "A\n1\n2\n3\n4\n5\n6\n7\nB\n");
  CHECK(far_diff ==
        "--- a/k.cu\n+++ b/k.cu\n@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n");
  const std::string near_diff = diff(near, "A\n1\n2\n3\n4\n5\n6\nB\n");
  CHECK(near_diff == "--- a/k.cu\n+++ b/k.cu\n@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n");
}

TEST_CASE("what is only added or taken away, and a last line without a newline") {
  CHECK(diff("", "1\n2\n") == "--- a/k.cu\n+++ b/k.cu\n@@ -0,0 +1,2 @@\n+1\n+2\n");
  CHECK(diff("1\n", "") == "--- a/k.cu\n+++ b/k.cu\n@@ -1,1 +0,0 @@\n-1\n");
  CHECK(diff("1\n2", "1\n2\n") ==
        "--- a/k.cu\n+++ b/k.cu\n@@ -1,2 +1,2 @@\n 1\n-2\n\\ No newline at end of file\n+2\n");
}

TEST_CASE("with the difference applied, the one text is the other") {
  std::mt19937 random(1);
  const auto text = [&](const std::string& from) {  // lines of few kinds, so that many are alike; some of `from` kept
    std::string made;
    for (size_t at = 0; at < from.size(); at += 2) {
      if (random() % 8 != 0) made += from.substr(at, 2);
      if (random() % 8 == 0) made += std::string(1, static_cast<char>('a' + random() % 4)) + "\n";
    }
    return made;
  };
  const std::string lines = "a\nb\nc\nd\na\nb\nb\nc\na\nd\na\na\nc\nb\nd\nd\na\nc\nb\na\na\nb\nc\nd\na\nc\n";
  for (int i = 0; i < 300; ++i) {
    const std::string before = text(lines), after = text(before);
    if (before == after) continue;
    const std::string patch = diff(before, after);
    INFO(patch);
    CHECK(apply_patch(patch, before) == after);
  }
}

TEST_CASE("of texts too long for a table, all that lies between the first and the last change is replaced") {
  std::string before = "same\n", after = "same\n";
  for (int i = 0; i < 5000; ++i) {
    before += "b" + std::to_string(i) + "\n";
    after += "a" + std::to_string(i) + "\n";
  }
  const std::string patch = diff(before, after);
  CHECK(patch.find("@@ -1,5001 +1,5001 @@\n same\n-b0\n") != std::string::npos);
  CHECK(apply_patch(patch, before) == after);
}

}  // namespace
}  // namespace tritutor
