// tritutor explain WORD: what a word of a verdict means, how it comes about, how to mend it.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/commands.h"
#include "app/explain_page.h"
#include "app/output.h"
#include "grader/nearest.h"

namespace tritutor {

namespace {

/// "Bank conflict" and "bank_conflict" are bank-conflict.
std::string word_of(const std::vector<std::string>& parts) {
  std::string word = fmt::format("{}", fmt::join(parts, "-"));
  for (char& c : word) {
    if (c == ' ' || c == '_') c = '-';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return word;
}

const ExplainPage& page_of(const std::vector<ExplainPage>& pages, const std::string& word) {
  std::vector<std::string> known;
  for (const ExplainPage& page : pages) {
    if (page.explains(word)) return page;
    known.push_back(page.name);
    known.insert(known.end(), page.also.begin(), page.also.end());
  }
  const std::vector<std::string> meant = nearest(word, known);
  const std::string near = meant.empty() ? "" : fmt::format(" Did you mean {}?", fmt::join(meant, ", "));
  throw CommandError(status_usage,
                     fmt::format("there is no page on '{}'.{} All of them: tritutor explain", word, near));
}

void print_all(const std::vector<ExplainPage>& pages, const Style& style, int width) {
  constexpr std::pair<const char*, const char*> groups[] = {{"finding", "What a kernel did wrong"},
                                                            {"pattern", "What is common to the wrong results"},
                                                            {"refusal", "Why a file is not run"},
                                                            {"term", "Words of CUDA, and what is counted"}};
  const std::string indent(20, ' ');
  for (const auto& [group, title] : groups) {
    print("{}\n", style.bold(title));
    for (const ExplainPage& page : pages) {
      if (page.group != group) continue;
      std::string text = page.summary;
      if (!page.also.empty()) text += fmt::format(" ({})", fmt::join(page.also, ", "));
      print("  {} {}", pad(page.name, indent.size() - 3), wrap(text, width, indent).substr(indent.size()));
    }
  }
  print("\nA page: tritutor explain race\n");
}

}  // namespace

void add_explain(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("explain", "Explain a word of a verdict: race, tail, sector, ...");
  auto words = std::make_shared<std::vector<std::string>>();
  command->add_option("word", *words, "The word; absent: all of them are listed")->type_name("WORD");
  command->footer("Examples:\n  tritutor explain race\n  tritutor explain bank conflict\n  tritutor explain");
  command->callback([&session, words] {
    const std::vector<ExplainPage> pages = explain_pages(session.home().root / "notes" / "explain");
    if (words->empty()) return print_all(pages, session.style(), session.width());
    print("{}", view_explain_page(page_of(pages, word_of(*words)), session.style(), session.width()));
  });
}

}  // namespace tritutor
