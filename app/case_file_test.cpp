#include "app/case_file.h"

#include <doctest/doctest.h>

using namespace tritutor;

namespace {

CaseFile parsed(std::string_view source, size_t errors) {
  std::vector<std::string> found;
  const CaseFile file = parse_case_file(source, found);
  CHECK(found.size() == errors);
  return file;
}

constexpr std::string_view head = "// case: a sum\n// exercise: 2.1\n// verdict: fail\n";

Verdict failed() {
  Verdict verdict;
  verdict.file = "a.cu";
  verdict.result = Verdict::Result::fail;
  CaseResult one;
  vgpu::Finding finding;
  finding.kind = vgpu::Finding::Kind::race;
  finding.file = "a.cu";
  finding.line = 7;
  one.findings.push_back(finding);
  finding.file = "other.cuh";
  finding.line = 9;
  one.findings.push_back(finding);
  verdict.cases.push_back(one);
  return verdict;
}

}  // namespace

TEST_CASE("the header of a case file") {
  SUBCASE("says what is wanted") {
    const CaseFile file = parsed(
        "\xef\xbb\xbf// case: a sum\n//    of parts\n// exercise: 2.1\n// verdict: fail\n"
        "// finding: race 7\n// finding: out-of-bounds 9\n// says: two  words\n"
        "// never says: a word\n#include <tritutor.cuh>\n// says: no more\n",
        0);
    CHECK(file.about == "a sum of parts");
    CHECK(file.exercise == "2.1");
    CHECK(file.verdict == "fail");
    REQUIRE(file.findings.size() == 2);
    CHECK(file.findings[1].kind == "out-of-bounds");
    CHECK(file.findings[1].line == 9);
    CHECK(file.says == std::vector<std::string>{"two words"});
    CHECK(file.never_says == std::vector<std::string>{"a word"});
  }
  SUBCASE("ends at a comment of the file's own") { parsed(std::string(head) + "// exercise 2.1: twice\nint x;\n", 0); }
  SUBCASE("has no unknown key") { parsed(std::string(head) + "// sais: a word\n", 1); }
  SUBCASE("is not missing") { parsed("#include <tritutor.cuh>\n", 3); }
  SUBCASE("has a verdict that there is") { parsed("// case: a\n// exercise: 1.1\n// verdict: wrong\n", 1); }
  SUBCASE("says each thing once") { parsed(std::string(head) + "// verdict: pass\n", 2 - 1); }
  SUBCASE("names findings that there are, with their lines") {
    parsed(std::string(head) + "// finding: race\n", 1);
    parsed(std::string(head) + "// finding: races 7\n", 1);
    parsed(std::string(head) + "// finding: race 7x\n", 1);
  }
  SUBCASE("says something") { parsed(std::string(head) + "// says:\n", 1); }
}

TEST_CASE("what a case file wishes") {
  CaseFile file = parsed(head, 0);
  const Verdict verdict = failed();
  const auto unmet = [&] { return unmet_wishes(file, verdict, "a race\n    in line 7").size(); };
  CHECK(unmet() == 0);
  SUBCASE("is a verdict") {
    file.verdict = "pass";
    CHECK(unmet() == 1);
  }
  SUBCASE("is a finding at its line") {
    file.findings = {{"race", 7}};
    CHECK(unmet() == 0);
    file.findings = {{"race", 8}, {"barrier", 7}};
    CHECK(unmet() == 2);
    file.findings = {{"race", 9}};  // that one lies in another file
    CHECK(unmet() == 1);
  }
  SUBCASE("are words, wherever the lines break") {
    file.says = {"race in line"};
    CHECK(unmet() == 0);
    file.says = {"race in a line"};
    CHECK(unmet() == 1);
  }
  SUBCASE("are words not to be said") {
    file.never_says = {"a race in"};
    CHECK(unmet() == 1);
    file.never_says = {"a barrier"};
    CHECK(unmet() == 0);
  }
}
