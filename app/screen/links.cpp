#include "app/screen/links.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "app/terminal.h"

namespace tritutor::screen {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

size_t digits_from(std::string_view text, size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Whether what stands at `at` is the end of a longer name, such as "other/" before it makes it.
bool continues_name(std::string_view text, size_t at) {
  if (at == 0) return false;
  const size_t escape = text.rfind('\x1b', at);
  if (escape != std::string_view::npos && Style::code_at(text.substr(escape)) == at - escape) return false;
  const char c = text[at - 1];
  return is_digit(c) || is_letter(c) || c == '/' || c == '_' || c == '.' || c == '-';
}

}  // namespace

size_t link_at(std::string_view text) {
  if (!is_link(text)) return 0;
  const size_t end = text.find("\x1b\\", 1);
  return end == std::string_view::npos ? 0 : end + 2;
}

bool shows_links(const std::function<const char*(const char* name)>& environment) {
  const auto value = [&](const char* name) {
    const char* text = environment(name);
    return std::string_view(text == nullptr ? "" : text);
  };
  const std::string_view term = value("TERM"), program = value("TERM_PROGRAM"), vte = value("VTE_VERSION");
  if (term.empty() || term == "dumb" || term == "linux" || term == "vt100") return false;
  if (program == "Apple_Terminal") return false;
  // Before 0.50 VTE showed them as text.
  return vte.empty() || std::atoi(std::string(vte).c_str()) >= 5000;
}

std::string file_uri(const std::filesystem::path& absolute, std::string_view host) {
  std::string uri = fmt::format("file://{}", host);
  for (const char c : absolute.string()) {
    const bool plain = is_digit(c) || is_letter(c) || std::string_view("/-_.~").find(c) != std::string_view::npos;
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

std::string with_links(std::string_view text, std::string_view name, std::string_view uri) {
  if (name.empty() || uri.empty()) return std::string(text);
  std::string out;
  size_t done = 0;
  for (size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const size_t line = at + name.size() + 1;
    const size_t line_end = digits_from(text, std::min(line, text.size()));
    if (line > text.size() || text[line - 1] != ':' || line_end == line || at < done) continue;
    if (continues_name(text, at)) continue;
    size_t end = line_end;
    if (end < text.size() && text[end] == ':') {
      const size_t column_end = digits_from(text, end + 1);
      if (column_end > end + 1) end = column_end;
    }
    out += text.substr(done, at - done);
    out += fmt::format("\x1b]8;;{}#{}\x1b\\{}{}", uri, text.substr(line, line_end - line), text.substr(at, end - at),
                       link_end);
    done = end;
  }
  return out + std::string(text.substr(done));
}

}  // namespace tritutor::screen
