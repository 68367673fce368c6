// The notes: every piece of CUDA C++ in them compiles and does what its note says, and every link leads somewhere.
// (Their Triton is tried by python/tests/test_notes.py.)

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "app/error.h"
#include "app/explain_page.h"
#include "app/home.h"
#include "app/notes/markdown_view.h"
#include "app/notes/note.h"
#include "app/notes/snippet.h"
#include "app/notes/snippet_run.h"
#include "app/program_testing.h"
#include "grader/judge/compare.h"

namespace tritutor {
namespace {

using program_testing::contains;
using program_testing::Folder;
using program_testing::Result;
using program_testing::run;

const std::filesystem::path folder = TRITUTOR_SOURCE_DIR "/notes";

void try_page(const std::string& name) {
  const std::string text = read_text(folder / (name + ".md"));
  for (const Snippet& snippet : snippets_of(text, "cuda")) {
    INFO("notes/", name, ".md:", snippet.line);
    switch (snippet.kind) {
      case Snippet::Kind::unmarked:
        FAIL_CHECK("no comment behind this code says how it is tried (app/notes/snippet.h)");
        break;
      case Snippet::Kind::run: {
        const SnippetRun result = run_snippet(snippet);
        CHECK(fmt::format("{}", fmt::join(result.failures, "\n")) == "");
        break;
      }
      default:
        CHECK(compile_snippet(snippet) == "");
    }
  }
}

/// The notes, and what else has code of the same form.
std::vector<std::string> pages() {
  std::vector<std::string> names = note_names();
  names.push_back("cheatsheet");
  return names;
}

TEST_CASE("the CUDA C++ of the notes does what they say") {
  for (const std::string& name : pages()) try_page(name);
}

TEST_CASE("every fence of a note says what it holds, and every Python one how it is tried") {
  const std::set<std::string> known = {"cuda", "python", "ptx", "mlir"};
  for (const std::string& name : pages()) {
    const std::string text = read_text(folder / (name + ".md"));
    for (const std::string& language : fence_languages(text)) CHECK_MESSAGE(known.count(language) == 1, name, language);
    for (const Snippet& snippet : snippets_of(text, "python"))
      CHECK_MESSAGE(snippet.kind != Snippet::Kind::unmarked, name, ".md:", snippet.line);
  }
}

/// Text without what is code: fences and `...`.
std::string prose_of(const std::string& markdown) {
  static const std::regex span("`[^`]*`");
  std::string prose;
  bool code = false;
  std::istringstream lines(without_comments(markdown));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) code = !code;
    if (!code) prose += std::regex_replace(line, span, "") + "\n";
  }
  return prose;
}

TEST_CASE("every link of a note leads to a file, and to a section that is there") {
  const std::regex link("\\]\\(([^)]+)\\)");
  size_t count = 0;
  for (const std::string& name : note_names()) {
    const std::string text = prose_of(read_text(folder / (name + ".md")));
    for (std::sregex_iterator at(text.begin(), text.end(), link), end; at != end; ++at) {
      const std::string target = (*at)[1];
      if (contains(target, "://")) continue;
      INFO("notes/", name, ".md: ", target);
      ++count;
      const size_t hash = std::min(target.find('#'), target.size());
      const std::string file = target.substr(0, hash);
      if (!file.empty()) CHECK(std::filesystem::exists(folder / file));
      if (hash == target.size()) continue;
      const std::string page = file.empty() ? name : file.substr(0, file.size() - 3);
      CHECK(read_note(folder, page).section(target.substr(hash + 1)).has_value());
    }
  }
  CHECK(count >= 10);
}

TEST_CASE("every finding, pattern and refusal is in the debugging note") {
  const std::string text = read_text(folder / "debugging.md");
  for (const ExplainPage& page : explain_pages(folder / "explain")) {
    if (page.group != "term" && page.name != "stopped")
      CHECK_MESSAGE(contains(text, "(explain/" + page.name + ".md)"), page.name);
  }
  for (const auto& [id, meaning] : mismatch_patterns()) CHECK_MESSAGE(contains(text, id), id);
}

TEST_CASE("the notes to read before an exercise are there") {
  const Curriculum curriculum = load_curriculum(TRITUTOR_SOURCE_DIR "/curriculum.json");
  for (const Exercise& exercise : curriculum.exercises) {
    INFO(exercise.id);
    if (!exercise.optional) CHECK_FALSE(exercise.read.empty());
    for (const std::string& topic : exercise.read) CHECK_FALSE(topic_text(folder, topic).empty());
  }
  Folder empty;
  CHECK(contains(run(empty.path, {"show", "2.3"}).out, "Read first: tritutor notes patterns#softmax"));
}

TEST_CASE("the cheatsheet has both dialects and fits 80 columns") {
  Folder empty;
  const Result result = run(empty.path, {"cheatsheet"});
  CHECK(result.status == 0);
  for (const char* part : {"__global__", "@triton.jit", "blockIdx.x", "tl.program_id(0)", "plan.run", "triton.cdiv"})
    CHECK_MESSAGE(contains(result.out, part), part);
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) CHECK_MESSAGE(columns_of(line) <= 80, line);
}

TEST_CASE("the roadmap shows what is passed and what is next") {
  Folder empty;
  Result result = run(empty.path, {"roadmap"});
  CHECK(result.status == 0);
  CHECK(contains(result.out, "Week 1: Fundamentals"));
  CHECK(contains(result.out, "[>] 0.1"));
  CHECK(contains(result.out, "[ ] 4.1"));
  CHECK(run(empty.path, {"next"}).status == 0);
  CHECK(run(empty.path, {"submit", "0.1"}).status == 0);
  result = run(empty.path, {"roadmap"});
  CHECK(contains(result.out, "[x] 0.1"));
  CHECK(contains(result.out, "[>] 1.1"));
  CHECK(contains(result.out, "(1 of 10)"));
  const nlohmann::json json = nlohmann::json::parse(run(empty.path, {"roadmap", "--json"}).out);
  CHECK(json["next"] == "1.1");
  CHECK(json["stages"][0]["passed"] == 1);
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) CHECK_MESSAGE(columns_of(line) <= 80, line);
}

TEST_CASE("a snippet's run is held to what it says") {
  Snippet snippet;
  snippet.kind = Snippet::Kind::run;
  snippet.code =
      "__global__ void twice(const float* x, float* y, int n) {\n"
      "  int i = blockIdx.x * blockDim.x + threadIdx.x;\n  y[i] = 2 * x[i];\n}\n";
  const std::vector<std::string> buffers = {"x = f32[128] iota", "y = f32[128] unwritten"};
  const auto with = [&](std::vector<std::string> lines) {
    snippet.run = buffers;
    snippet.run.insert(snippet.run.end(), lines.begin(), lines.end());
    return run_snippet(snippet).failures;
  };
  CHECK(with({"twice<<<2, 64>>>(x, y, 128)", "expect y: y[i] == 2 * x[i]", "count global_load_requests = 4"}).empty());
  CHECK(with({"twice<<<2, 64>>>(x, y, 128)", "expect y: y[i] == 3 * x[i]"}).size() == 1);
  CHECK(with({"twice<<<2, 64>>>(x, y, 128)", "count global_load_requests = 5"}).size() == 1);
  CHECK(with({"twice<<<3, 64>>>(x, y, 128)"}).size() == 1);  // past the end, which no line names
  CHECK(with({"twice<<<3, 64>>>(x, y, 128)", "finding out-of-bounds"}).empty());
  CHECK(with({"twice<<<2, 64>>>(x, y, 128)", "finding out-of-bounds"}).size() == 1);
  CHECK(with({"twice<<<1, 64>>>(x, y, 128)", "expect y: y[i] == 2 * x[i]"}).size() == 2);  // half is unwritten
  CHECK(with({"thrice<<<2, 64>>>(x, y, 128)"}).size() == 1);
  CHECK(with({"twise"}).size() == 1);
  snippet.code += "int j = ;\n";
  CHECK(with({}).size() == 1);
}

TEST_CASE("the comment behind a fence says how its code is tried") {
  const std::vector<Snippet> all = snippets_of(
      "```cuda\na\n```\n<!-- compiles -->\n\n```cuda\nb\n```\n<!-- fragment: float* x, int n -->\n```python\np\n```\n"
      "```cuda\nc\n```\n<!-- run\nwith the one before\nx = f32[1] ones\n-->\n```cuda\nd\n```\ntext\n",
      "cuda");
  REQUIRE(all.size() == 4);
  CHECK(all[0].kind == Snippet::Kind::compiles);
  CHECK(all[1].kind == Snippet::Kind::fragment);
  CHECK(all[1].parameters == "float* x, int n");
  CHECK(all[1].line == 7);
  CHECK(all[2].kind == Snippet::Kind::run);
  CHECK(all[2].code == "b\nc\n");
  CHECK(all[2].run == std::vector<std::string>{"x = f32[1] ones"});
  CHECK(all[3].kind == Snippet::Kind::unmarked);
}

TEST_CASE("Markdown is shown without its marks") {
  const Style plain(false);
  CHECK(view_markdown("# Title\n\nSome `code` and **bold** text.\n", plain, 80) ==
        "Title\n=====\n\nSome code and bold text.\n");
  CHECK(view_markdown("1. one two three\n2. two\n", plain, 11) == "1. one two\n   three\n2. two\n");
  CHECK(view_markdown("See [races](explain/race.md), [sums](patterns.md#sums).\n", plain, 100) ==
        "See races (tritutor explain race), sums (tritutor notes patterns#sums).\n");
  CHECK(view_markdown("A [race](explain/race.md).\n", plain, 80) == "A race.\n");
  CHECK(view_markdown("![A grid](pictures/grid.svg)\n", plain, 80) == "[picture: A grid: notes/pictures/grid.svg]\n");
  CHECK(view_markdown("a\n\n<!-- run\nx\n-->\n\nb\n", plain, 80) == "a\n\nb\n");
  CHECK(view_markdown("[a] b(c)\n", plain, 80) == "[a] b(c)\n");
}

TEST_CASE("a table fits the width: its widest column is wrapped") {
  const std::string table = "| a | what it is |\n| --- | --- |\n| `x` | words and more words |\n| y \\| z | w |\n";
  CHECK(view_markdown(table, Style(false), 80) ==
        "a      what it is\n-----  --------------------\nx      words and more words\ny | z  w\n");
  CHECK(view_markdown(table, Style(false), 22) ==
        "a      what it is\n-----  ---------------\nx      words and more\n       words\ny | z  w\n");
  // Colours take no room.
  const std::string painted = view_markdown(table, Style(true), 22);
  CHECK(contains(painted, Style(true).cyan("x") + "      words and more\n"));
  // A column is not made narrower than its words while another can be.
  const Style color(true);
  CHECK(view_markdown("| a | b |\n| --- | --- |\n| `eviction_policy` | one two three four |\n", color, 27) ==
        color.bold("a") + std::string(16, ' ') + color.bold("b") + "\n" + color.dim("---------------  ----------") +
            "\n" + color.cyan("eviction_policy") + "  one two\n" + std::string(17, ' ') + "three four\n");
}

TEST_CASE("notes as HTML: every page, with its pictures, its links, and both dialects side by side") {
  Folder empty;
  const Result result = run(empty.path, {"notes", "patterns", "--html", "--to", "pages"});
  if (result.status == 3 && contains(result.err, "libmd4c")) {
    MESSAGE("skipped: ", result.err);
    return;
  }
  CHECK(result.status == 0);
  CHECK(result.out == "pages/patterns.html\n");
  const std::filesystem::path made = empty.path / "pages";
  std::vector<std::string> names = pages();
  names.push_back("index");
  for (const ExplainPage& page : explain_pages(folder / "explain")) names.push_back("explain/" + page.name);
  const std::regex link("href=\"([^\":]+)\"");
  for (const std::string& name : names) {
    INFO(name);
    const std::filesystem::path file = made / (name + ".html");
    const std::string html = program_testing::read(file);
    CHECK(html.starts_with("<!doctype html>"));
    CHECK_FALSE(contains(html, "<!--"));
    CHECK_FALSE(contains(html, "<script"));
    CHECK_FALSE(contains(html, "<img"));
    for (std::sregex_iterator at(html.begin(), html.end(), link), end; at != end; ++at) {
      const std::string target = (*at)[1];
      const size_t hash = std::min(target.find('#'), target.size());
      INFO(target);
      const std::filesystem::path page = hash == 0 ? file : file.parent_path() / target.substr(0, hash);
      REQUIRE(std::filesystem::exists(page));
      if (hash < target.size()) CHECK(contains(program_testing::read(page), "id=\"" + target.substr(hash + 1) + "\""));
    }
  }
  const std::string patterns = program_testing::read(made / "patterns.html");
  CHECK(contains(patterns, "<figure><svg"));
  CHECK(contains(patterns, "<div class=\"pair\"><pre><code class=\"language-cuda\">"));
  CHECK(contains(patterns, "<h2 id=\"softmax\">Softmax</h2>"));
  CHECK(contains(program_testing::read(made / "explain" / "race.html"), "../patterns.html"));
  CHECK(run(empty.path, {"notes", "--to", "pages"}).status == 2);
}

TEST_CASE("notes lists, shows, finds sections, and suggests the nearest") {
  Folder empty;
  Result result = run(empty.path, {"notes"});
  CHECK(result.status == 0);
  for (const std::string& name : note_names()) CHECK_MESSAGE(contains(result.out, name + " "), name);
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) CHECK_MESSAGE(line.size() <= 80, line);

  const Note patterns = read_note(folder, "patterns");
  result = run(empty.path, {"notes", "patterns"});
  CHECK(result.status == 0);
  CHECK(result.out.starts_with(patterns.title));
  CHECK_FALSE(contains(result.out, "<!--"));
  CHECK_FALSE(contains(result.out, "```"));
  const std::string section = run(empty.path, {"notes", "patterns#softmax"}).out;
  CHECK(contains(result.out, section.substr(0, section.find('\n'))));
  CHECK(section.size() < result.out.size());

  result = run(empty.path, {"notes", "paterns"});
  CHECK(result.status == 2);
  CHECK(contains(result.err, "Did you mean patterns"));
  result = run(empty.path, {"notes", "patterns#sofmax"});
  CHECK(result.status == 2);
  CHECK(contains(result.err, "Did you mean softmax"));
}

}  // namespace
}  // namespace tritutor
