// The pages of `tritutor explain`: one for every word that a verdict may use, and code in them that compiles.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/explain_page.h"
#include "app/program_testing.h"
#include "grader/dialect/cuda/nvrtc.h"
#include "grader/judge/compare.h"
#include "vgpu/vgpu.h"

namespace tritutor {
namespace {

using program_testing::contains;
using program_testing::Folder;
using program_testing::Result;
using program_testing::run;

const std::vector<ExplainPage>& pages() {
  static const std::vector<ExplainPage> all = explain_pages(TRITUTOR_SOURCE_DIR "/notes/explain");
  return all;
}

const ExplainPage* page_on(std::string_view word) {
  for (const ExplainPage& page : pages()) {
    if (page.explains(word)) return &page;
  }
  return nullptr;
}

void check_page(std::string_view word, const std::string& group) {
  INFO("notes/explain/: ", word);
  const ExplainPage* page = page_on(word);
  REQUIRE(page != nullptr);
  CHECK(page->group == group);
}

TEST_CASE("every kind of finding has a page") {
  // Kinds follow each other from 0; the name past the last is "unknown".
  int kinds = 0;
  for (;; ++kinds) {
    const std::string_view name = vgpu::name_of(static_cast<vgpu::Finding::Kind>(kinds));
    if (name == "unknown") break;
    check_page(name, "finding");
  }
  CHECK(kinds >= 13);
}

TEST_CASE("every mismatch pattern has a page, which says what it is") {
  for (const auto& [id, meaning] : mismatch_patterns()) {
    check_page(id, "pattern");
    const ExplainPage& page = *page_on(id);
    // A page on several patterns has an item or a sentence on each.
    if (!page.also.empty() && page.name != id) CHECK_MESSAGE(contains(page.text, id), page.name << " without " << id);
  }
}

TEST_CASE("every refusal, and every word of a verdict's counters, has a page") {
  for (const char* kind : {"compile", "include", "signature", "missing-kernel", "plan", "environment", "stopped"}) {
    check_page(kind, "refusal");
  }
  check_page("unsupported", "finding");
  for (const char* word : {"sectors-per-request", "shared-wavefronts", "bytes-moved", "active-lanes", "sector",
                           "wavefront", "bank-conflict", "mask", "warp", "block", "grid", "thread", "lane", "occupancy",
                           "shared-memory", "limit", "medal", "waiting"}) {
    check_page(word, "term");
  }
}

TEST_CASE("no word is explained twice, and every page has code or says enough without") {
  std::set<std::string> seen;
  for (const ExplainPage& page : pages()) {
    CHECK_MESSAGE(seen.insert(page.name).second, page.name);
    for (const std::string& word : page.also) CHECK_MESSAGE(seen.insert(word).second, word);
    CHECK_MESSAGE(!page.summary.empty(), page.name);
    if (page.group == "pattern") CHECK_MESSAGE(!cuda_snippets(page).empty(), page.name);
  }
}

TEST_CASE("the code of every page compiles") {
  // One program of all: each snippet in a namespace of its own, under the name of its page.
  std::string source, headers;
  int count = 0;
  for (const ExplainPage& page : pages()) {
    for (const std::string& snippet : cuda_snippets(page)) {
      std::string body;
      std::istringstream lines(snippet);
      for (std::string line; std::getline(lines, line);) {
        // Headers do not go into a namespace; what <assert.h> and <stdio.h> have for kernels, NVRTC knows by itself.
        const bool include = line.starts_with("#include");
        if (include && contains(line, "<cuda")) headers += line + "\n";
        body += (include ? "" : line) + "\n";
      }
      source += fmt::format("namespace snippet_{} {{\n#line 1 \"{}.md\"\n{}}}\n", count++, page.name, body);
    }
  }
  CHECK(count >= 60);
  const Nvrtc::Output output =
      Nvrtc::instance().compile("pages.cu", headers + "#include <tritutor.cuh>\n" + source,
                                {{"tritutor.cuh", program_testing::read(TRITUTOR_SOURCE_DIR "/tl/tritutor.cuh")},
                                 {"tritutor_problem.cuh", "struct Problem { int n; };\n"}});
  CHECK_MESSAGE(output.compiled, output.log);
}

/// A run of a page's kernel: one block, every pointer to as many floats, the first of several read-only.
struct Trial {
  const char* page;
  uint32_t threads;
  size_t elements;
  std::vector<int32_t> integers;
};

std::set<std::string> findings_of(const std::string& snippet, const Trial& trial) {
  std::string source;
  std::istringstream lines(snippet);
  for (std::string line; std::getline(lines, line);) source += (line.starts_with("#include") ? "" : line) + "\n";
  const Nvrtc::Output output = Nvrtc::instance().compile("page.cu", source, {});
  REQUIRE_MESSAGE(output.compiled, output.log);
  const auto module = vgpu::Module::load(output.code);
  const vgpu::KernelInfo kernel = module->kernels().at(0);
  vgpu::Gpu gpu;
  std::vector<std::byte> parameters;
  size_t pointers = 0, integers = 0;
  for (const vgpu::Parameter& parameter : kernel.parameters) pointers += parameter.bytes == 8 ? 1 : 0;
  bool first = pointers > 1;
  for (const vgpu::Parameter& parameter : kernel.parameters) {
    if (parameter.bytes == 8) {
      const vgpu::Access access = first ? vgpu::Access::read_only : vgpu::Access::read_write;
      const vgpu::Address address = gpu.allocate(first ? "x" : "y", trial.elements * 4, access, 4, "float");
      std::ranges::fill(gpu.data(address), std::byte{0});
      vgpu::pack(parameters, &address, 8, 8);
      first = false;
    } else {
      vgpu::pack(parameters, &trial.integers.at(integers++), 4, 4);
    }
  }
  vgpu::Limits limits;
  limits.warp_steps = 100'000;
  std::set<std::string> kinds;
  for (const vgpu::Finding& finding :
       gpu.launch(*module, kernel.name, {1, 1, 1}, {trial.threads, 1, 1}, 0, parameters, limits).findings)
    kinds.emplace(vgpu::name_of(finding.kind));
  return kinds;
}

TEST_CASE("the wrong code of a finding's page brings the finding about, the right code brings none") {
  const Trial trials[] = {
      {"out-of-bounds", 256, 200, {200}}, {"misaligned", 1, 300, {1, 10}},
      {"null-pointer", 64, 64, {64}},     {"read-only-write", 64, 64, {64}},
      {"uninitialized", 64, 256, {200}},  {"race", 256, 256, {}},
      {"barrier", 256, 256, {100}},       {"stack-overflow", 1, 64, {}},
      {"timeout", 1, 64, {64}},           {"trap", 64, 64, {50}},
      {"assertion", 64, 64, {50}},        {"heap", 1, 64, {}},
  };
  for (const Trial& trial : trials) {
    INFO(trial.page);
    const std::vector<std::string> snippets = cuda_snippets(*page_on(trial.page));
    REQUIRE(snippets.size() >= 2);
    CHECK(findings_of(snippets[0], trial).count(trial.page) == 1);
    CHECK(findings_of(snippets[1], trial).empty());
  }
}

TEST_CASE("a page is shown without Markdown's marks, wrapped, its code as it is") {
  ExplainPage page;
  page.name = "word";
  page.summary = "a summary";
  page.text =
      "\nA `paragraph` that Markdown\nbreaks anywhere.\n- An item\n  of two lines.\n\n## Wrong\n\n```cuda\n  int "
      "i;\n\n```\nEnd.\n";
  CHECK(view_explain_page(page, Style(false), 40) ==
        "word: a summary\n\nA paragraph that Markdown breaks\nanywhere.\n- An item of two lines.\n\nWrong\n\n"
        "      int i;\n\nEnd.\n");
  CHECK(cuda_snippets(page) == std::vector<std::string>{"  int i;\n\n"});
}

TEST_CASE("a page of another form is refused with its file") {
  Folder folder;
  folder.write("race.md", "# Races\n");
  CHECK_THROWS_WITH_AS(explain_pages(folder.path), doctest::Contains("race.md: the first line"), ExplainPageError);
  folder.write("race.md", "# race: two threads\nText.\n");
  CHECK_THROWS_WITH_AS(explain_pages(folder.path), doctest::Contains("race.md: the second line"), ExplainPageError);
}

TEST_CASE("explain finds a word however it is typed, lists all, and suggests the nearest") {
  Folder folder;
  Result result = run(folder.path, {"explain", "race"});
  CHECK(result.status == 0);
  CHECK(result.out.starts_with("race: "));
  CHECK(contains(result.out, "__syncthreads()"));
  CHECK(run(folder.path, {"explain", "Bank", "conflict"}).out == run(folder.path, {"explain", "bank_conflict"}).out);
  CHECK(run(folder.path, {"explain", "head"}).out.starts_with("tail: "));

  result = run(folder.path, {"explain"});
  CHECK(result.status == 0);
  for (const ExplainPage& page : pages()) CHECK_MESSAGE(contains(result.out, "\n  " + page.name + " "), page.name);
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) CHECK_MESSAGE(line.size() <= 80, line);

  result = run(folder.path, {"explain", "rase"});
  CHECK(result.status == 2);
  CHECK(contains(result.err, "Did you mean race"));
  CHECK(run(folder.path, {"explain", "xyzzyplugh"}).status == 2);
}

}  // namespace
}  // namespace tritutor
