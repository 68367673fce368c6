#include "app/notes/markdown_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "app/notes/markdown_table.h"

namespace tritutor {

namespace {

bool is_item(std::string_view text) {
  if (text.starts_with("- ")) return true;
  const size_t digits = text.find_first_not_of("0123456789");
  return digits != 0 && digits != std::string_view::npos && text.substr(digits).starts_with(". ");
}

size_t heading_level(std::string_view text) {
  const size_t level = text.find_first_not_of('#');
  return level != std::string_view::npos && level > 0 && text[level] == ' ' ? level : 0;
}

/// Each word painted for itself: wrapping may part them, and a pager forgets colours at a line's end.
std::string paint_words(std::string_view text, const auto& paint) {
  std::string out;
  size_t at = 0;
  while (at < text.size()) {
    const size_t end = std::min(text.find(' ', at), text.size());
    out += paint(text.substr(at, end - at));
    if (end < text.size()) out += ' ';
    at = end + 1;
  }
  return out;
}

/// "[text](target)" at the start of `text`, its bytes in `length`; 0: there is none.
struct Link {
  std::string_view text, target;
  size_t length = 0;
};

Link link_at(std::string_view text) {
  const size_t close = text.find("](");
  if (!text.starts_with('[') || close == std::string_view::npos) return {};
  if (text.substr(1, close - 1).find('[') != std::string_view::npos) return {};
  const size_t end = text.find(')', close);
  if (end == std::string_view::npos) return {};
  return {text.substr(1, close - 1), text.substr(close + 2, end - close - 2), end + 1};
}

/// Paragraphs, items and tables gathered line by line, since Markdown breaks them anywhere.
class Renderer {
 public:
  Renderer(const Style& style, int width) : style_(style), width_(width) {}

  void line(std::string_view text) {
    if (comment_) {
      comment_ = text.find("-->") == std::string_view::npos;
    } else if (text.starts_with("```")) {
      flush();
      code_ = !code_;
    } else if (code_) {
      out_ += text.empty() ? "\n" : fmt::format("    {}\n", text);
    } else if (text.starts_with("<!--")) {
      flush();
      comment_ = text.find("-->") == std::string_view::npos;
      after_comment_ = true;
    } else if (text.empty()) {
      flush();
      // What stands around a comment is one blank line apart, not two.
      if (!after_comment_ || !out_.ends_with("\n\n")) out_ += "\n";
      after_comment_ = false;
    } else if (const size_t level = heading_level(text); level > 0) {
      flush();
      const std::string title = view_inline(text.substr(level + 1), Style(false));
      out_ += style_.bold(title) + "\n";
      if (level == 1) out_ += style_.dim(std::string(columns_of(title), '=')) + "\n";
    } else if (text.starts_with("|")) {
      flush_paragraph();
      table_.add_line(text);
    } else {
      if (is_item(text)) flush();
      while (text.starts_with(' ')) text.remove_prefix(1);
      if (!paragraph_.empty()) paragraph_ += ' ';
      paragraph_ += text;
    }
  }

  std::string text() {
    flush();
    return std::move(out_);
  }

 private:
  void flush_paragraph() {
    if (!paragraph_.empty()) out_ += wrap(view_inline(paragraph_, style_), width_);
    paragraph_.clear();
  }

  void flush() {
    flush_paragraph();
    out_ += table_.text(style_, width_, [&](std::string_view cell) { return view_inline(cell, style_); });
    table_ = {};
  }

  const Style& style_;
  int width_;
  bool code_ = false, comment_ = false, after_comment_ = false;
  std::string paragraph_, out_;
  MarkdownTable table_;
};

}  // namespace

std::string view_inline(std::string_view text, const Style& style) {
  std::string out;
  while (!text.empty()) {
    if (text.starts_with('`')) {
      const size_t end = std::min(text.find('`', 1), text.size());
      out += paint_words(text.substr(1, end - 1), [&](std::string_view word) { return style.cyan(word); });
      text.remove_prefix(std::min(end + 1, text.size()));
    } else if (const size_t end = text.find("**", 2); text.starts_with("**") && end != std::string_view::npos) {
      out += paint_words(text.substr(2, end - 2), [&](std::string_view word) { return style.bold(word); });
      text.remove_prefix(end + 2);
    } else if (const Link picture = text.starts_with('!') ? link_at(text.substr(1)) : Link{}; picture.length > 0) {
      out += fmt::format("[picture: {}: notes/{}]", picture.text, picture.target);
      text.remove_prefix(1 + picture.length);
    } else if (const Link link = link_at(text); link.length > 0) {
      const std::string shown = shown_link(link.target);
      out += view_inline(link.text, style);
      // A word of `explain` says by itself what to type.
      if (shown != link.text && shown != fmt::format("tritutor explain {}", link.text))
        out += " (" + style.dim(shown) + ")";
      text.remove_prefix(link.length);
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

std::string shown_link(std::string_view target) {
  const size_t hash = std::min(target.find('#'), target.size());
  std::string_view file = target.substr(0, hash), section = target.substr(hash);
  constexpr std::string_view end = ".md";
  if (file.find("://") != std::string_view::npos || (!file.empty() && !file.ends_with(end))) return std::string(target);
  file.remove_suffix(std::min(end.size(), file.size()));
  while (file.starts_with("../")) file.remove_prefix(3);
  constexpr std::string_view explain = "explain/";
  if (file.starts_with(explain)) return fmt::format("tritutor explain {}", file.substr(explain.size()));
  if (file.empty()) return fmt::format("see \"{}\"", section.substr(std::min<size_t>(1, section.size())));
  return fmt::format("tritutor notes {}{}", file, section);
}

std::string view_markdown(std::string_view text, const Style& style, int width) {
  Renderer renderer(style, width);
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) renderer.line(line);
  return renderer.text();
}

}  // namespace tritutor
