// In place of markdown_html_md4c.cpp where tritutor was built without libmd4c's headers.

#include "app/error.h"
#include "app/notes/markdown_html.h"

namespace tritutor {

std::string markdown_to_html(std::string_view) {
  throw CommandError(
      status_environment,
      "this tritutor was built without libmd4c, so there is no HTML. Install its headers and build again: "
      "apt-get install libmd4c-dev libmd4c-html0-dev");
}

}  // namespace tritutor
