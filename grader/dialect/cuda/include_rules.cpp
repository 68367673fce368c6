#include "grader/dialect/cuda/include_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

namespace tritutor {
namespace {

/// A relative name of plain words: no folder above, no absolute path, no odd characters.
bool is_plain(std::string_view name) {
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-' || c == '+' || c == '/';
  };
  return !name.empty() && name.front() != '/' && name.find("..") == std::string_view::npos &&
         std::all_of(name.begin(), name.end(), allowed);
}

/// A header of the C or C++ library: one word, ending in nothing or .h.
bool looks_like_host_header(std::string_view name) {
  return name.find('/') == std::string_view::npos && name.rfind("cuda", 0) != 0;
}

Refusal refuse(const std::string& file, const Directive& at, std::string reason, std::string kind = "include") {
  Refusal refusal;
  refusal.kind = std::move(kind);
  refusal.message = fmt::format("{}:{}: {}", file, at.line, reason);
  refusal.diagnostics.push_back({"error", file, at.line, at.column, std::move(reason)});
  return refusal;
}

}  // namespace

std::optional<Refusal> check_includes(const SourceScan& scan, const std::string& file,
                                      const std::vector<std::string>& own,
                                      const std::function<bool(const std::string&)>& is_cuda_header, bool have_cuda) {
  for (const Directive& at : scan.directives) {
    if (at.name == "line" || (!at.name.empty() && std::isdigit(static_cast<unsigned char>(at.name[0])))) {
      return refuse(file, at, "#line would hide where things stand; remove it");
    }
    if (at.name == "import" || at.name == "include_next" || at.name == "embed") {
      return refuse(
          file, at,
          fmt::format("#{} is not accepted; include the tutor's or CUDA's headers by #include <...>", at.name));
    }
    if (at.name != "include") continue;
    if (at.delimiter == 0) {
      return refuse(file, at,
                    fmt::format("#include {} takes its name from a macro; write the header's name in <>", at.argument));
    }
    const std::string& name = at.argument;
    if (!is_plain(name)) {
      return refuse(file, at,
                    fmt::format("#include of \"{}\" is not accepted: only the tutor's headers ({}) and CUDA's "
                                "(such as <cuda_fp16.h>), by plain names",
                                name, fmt::join(own, ", ")));
    }
    const bool known = std::find(own.begin(), own.end(), name) != own.end();
    if (at.delimiter == '"') {
      return refuse(file, at,
                    fmt::format("#include \"{0}\" would read a file beside yours; {1}", name,
                                known || is_cuda_header(name) ? fmt::format("write #include <{}>", name)
                                                              : "put everything into this one file"));
    }
    if (known || is_cuda_header(name)) continue;
    if (!have_cuda && !looks_like_host_header(name)) {
      return refuse(file, at,
                    fmt::format("CUDA's headers were not found on this machine, so <{}> cannot be included; start "
                                "tritutor by ./tritutor, which fetches them, or set CUDA_HOME to a CUDA Toolkit",
                                name),
                    "environment");
    }
    return refuse(file, at,
                  fmt::format("<{}> is neither the tutor's header ({}) nor one of CUDA's; a kernel file has no "
                              "host code, and printf and the mathematical functions need no header",
                              name, fmt::join(own, ", ")));
  }
  if (scan.directive_in_raw_string != 0) {
    Directive at;
    at.line = scan.directive_in_raw_string;
    at.column = 1;
    return refuse(file, at,
                  "a line of this raw string begins with '#' and could become a directive; use plain strings");
  }
  return std::nullopt;
}

}  // namespace tritutor
