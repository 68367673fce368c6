#include "app/notes/notes_html.h"

#include <fmt/format.h>

#include <fstream>
#include <regex>

#include "app/error.h"
#include "app/explain_page.h"
#include "app/home.h"
#include "app/notes/markdown_html.h"

namespace tritutor {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view style = R"(
:root{color-scheme:light dark;--paper:#fff;--ink:#1f2328;--quiet:#59636e;--box:#f3f5f8;--edge:#d1d9e0;--link:#0a58ca}
@media(prefers-color-scheme:dark){:root{--paper:#12161c;--ink:#e6edf3;--quiet:#9aa4af;--box:#1b212a;--edge:#363d47;--link:#78b0ff}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
nav{padding:.7em 1.2em;border-bottom:1px solid var(--edge)}nav a{margin-right:1.1em}
main{max-width:50em;margin:0 auto;padding:0 1.2em 4em}a{color:var(--link)}
code,pre{font-family:ui-monospace,monospace;font-size:.92em}code{background:var(--box);padding:.1em .25em;border-radius:3px}
pre{background:var(--box);border:1px solid var(--edge);border-radius:6px;padding:.7em .9em;overflow-x:auto;line-height:1.4}
pre code{background:none;padding:0}
pre code.language-cuda::before,pre code.language-python::before{display:block;color:var(--quiet);margin-bottom:.4em}
pre code.language-cuda::before{content:"CUDA C++"}pre code.language-python::before{content:"Triton"}
table{border-collapse:collapse;display:block;overflow-x:auto}td,th{border:1px solid var(--edge);padding:.3em .6em;text-align:left}
figure{margin:1.2em 0}figure svg{max-width:100%;height:auto}
@media(min-width:90em){main:has(.pair){max-width:84em}main>:not(.pair){max-width:50em}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:1em;align-items:start}.pair pre{margin:0;min-width:0}}
@media print{nav{display:none}pre{white-space:pre-wrap}}
)";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      out += c;
    }
  }
  return out;
}

/// Every match replaced by what a function makes of it.
std::string replaced(const std::string& text, const std::regex& pattern, const auto& replacement) {
  std::string out;
  size_t at = 0;
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match) {
    out += text.substr(at, static_cast<size_t>(match->position()) - at) + replacement(*match);
    at = static_cast<size_t>(match->position() + match->length());
  }
  return out + text.substr(at);
}

/// Headings get the anchors that links name.
std::string with_anchors(const std::string& html) {
  static const std::regex heading("<h([1-6])>(.*?)</h[1-6]>"), tag("<[^>]*>");
  return replaced(html, heading, [](const std::smatch& match) {
    return fmt::format("<h{0} id=\"{1}\">{2}</h{0}>", match[1].str(),
                       anchor_of(std::regex_replace(match[2].str(), tag, "")), match[2].str());
  });
}

std::string with_pages_for_notes(const std::string& html) {
  static const std::regex link("href=\"([^\":]*)\\.md(#[^\"]*)?\"");
  return std::regex_replace(html, link, "href=\"$1.html$2\"");
}

/// A picture's file in place of its name.
std::string with_pictures(const std::string& html, const fs::path& pictures) {
  static const std::regex picture("<p><img src=\"([^\"]*\\.svg)\" alt=\"([^\"]*)\" /></p>");
  return replaced(html, picture, [&](const std::smatch& match) {
    return fmt::format("<figure>{}</figure>", read_text(pictures / match[1].str()));
  });
}

/// CUDA C++ and Triton that follow each other stand side by side where there is room.
std::string with_pairs(const std::string& html) {
  constexpr std::string_view open[] = {"<pre><code class=\"language-cuda\">", "<pre><code class=\"language-python\">"};
  constexpr std::string_view close = "</pre>\n";
  std::string out;
  size_t at = 0;
  while (at < html.size()) {
    const std::string_view rest = std::string_view(html).substr(at);
    const size_t starts[] = {rest.find(open[0]), rest.find(open[1])};
    const int first = starts[0] < starts[1] ? 0 : 1;
    if (starts[first] == std::string_view::npos) break;
    const size_t middle = rest.find(close, starts[first]) + close.size();
    size_t end = middle;
    out += rest.substr(0, starts[first]);
    if (rest.substr(middle).starts_with(open[1 - first])) {
      end = rest.find(close, middle) + close.size();
      out += fmt::format("<div class=\"pair\">{}</div>\n", rest.substr(starts[first], end - starts[first]));
    } else {
      out += rest.substr(starts[first], end - starts[first]);
    }
    at += end;
  }
  return out + html.substr(at);
}

/// `up` leads from the page's folder to that of the notes: "", or "../".
std::string page(const std::string& title, const std::string& body, std::string_view up) {
  std::string links = fmt::format("<a href=\"{}index.html\">Notes</a>", up);
  for (const std::string& name : note_names()) links += fmt::format("<a href=\"{0}{1}.html\">{1}</a>", up, name);
  links += fmt::format("<a href=\"{}cheatsheet.html\">cheatsheet</a>", up);
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\"/>\n<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n"
      "<nav aria-label=\"Notes\">{}</nav>\n<main>\n{}</main>\n</body>\n</html>\n",
      escaped(title), style, links, body);
}

std::string body_of(const std::string& markdown, const fs::path& pictures) {
  const std::string html = markdown_to_html(without_comments(markdown));
  return with_pairs(with_pictures(with_pages_for_notes(with_anchors(html)), pictures));
}

void write(const fs::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out)
    throw CommandError(status_environment, fmt::format("cannot write {}. Name another folder: --to", shown(file)));
}

std::string index_page(const fs::path& notes) {
  std::string markdown = "# Notes\n\n";
  for (const std::string& name : note_names()) {
    const Note note = read_note(notes, name);
    markdown += fmt::format("- [{}]({}.md): {}\n", note.title, name, note.summary);
  }
  markdown += "- [Cheatsheet](cheatsheet.md)\n\n## Words of a verdict\n\n";
  for (const ExplainPage& word : explain_pages(notes / "explain"))
    markdown += fmt::format("- [{0}](explain/{0}.md): {1}\n", word.name, word.summary);
  return page("Notes", body_of(markdown, notes), "");
}

}  // namespace

std::string html_page(const Note& note, const fs::path& pictures) {
  return page(note.title, body_of(note.text, pictures), "");
}

void write_html(const fs::path& notes, const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder / "explain", error);
  write(folder / "index.html", index_page(notes));
  std::vector<std::string> names = note_names();
  names.push_back("cheatsheet");
  for (const std::string& name : names) write(folder / (name + ".html"), html_page(read_note(notes, name), notes));
  for (const ExplainPage& word : explain_pages(notes / "explain")) {
    const std::string text = read_text(notes / "explain" / (word.name + ".md"));
    write(folder / "explain" / (word.name + ".html"), page(word.name, body_of(text, notes), "../"));
  }
}

}  // namespace tritutor
