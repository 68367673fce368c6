#include <dlfcn.h>
#include <md4c-html.h>

#include <stdexcept>

#include "app/error.h"
#include "app/notes/markdown_html.h"

namespace tritutor {

namespace {

decltype(&md_html) open_md4c() {
  void* library = dlopen("libmd4c-html.so.0", RTLD_NOW | RTLD_LOCAL);
  void* function = library == nullptr ? nullptr : dlsym(library, "md_html");
  if (function == nullptr) {
    throw CommandError(status_environment,
                       "libmd4c-html.so.0 is not on this machine, so there is no HTML. Install it: apt-get install "
                       "libmd4c-html0");
  }
  return reinterpret_cast<decltype(&md_html)>(function);
}

void append(const MD_CHAR* text, MD_SIZE size, void* out) { static_cast<std::string*>(out)->append(text, size); }

}  // namespace

std::string markdown_to_html(std::string_view markdown) {
  static const auto convert = open_md4c();
  std::string html;
  if (convert(markdown.data(), static_cast<MD_SIZE>(markdown.size()), append, &html, MD_DIALECT_GITHUB | MD_FLAG_NOHTML,
              MD_HTML_FLAG_XHTML) != 0)
    throw std::runtime_error("libmd4c could not read a note");
  return html;
}

}  // namespace tritutor
