#include "grader/dialect/cuda/include_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "grader/dialect/cuda/condition_rules.h"
#include "grader/dialect/cuda/standard_headers.h"

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

Refusal refuse(const std::string& file, const Directive& at, std::string reason, std::string kind = "include") {
  Refusal refusal;
  refusal.kind = std::move(kind);
  refusal.message = fmt::format("{}:{}: {}", file, at.line, reason);
  refusal.diagnostics.push_back({"error", file, at.line, at.column, "this line is not accepted"});
  return refusal;
}

/// Why a header that is nobody's cannot be included.
std::string no_such_header(const std::string& name, const std::vector<std::string>& own,
                           const std::function<bool(const std::string&)>& is_cuda_header) {
  const std::string twin = "cuda/std/" + name;
  if (name.find('/') == std::string::npos && is_cuda_header(twin)) {
    return fmt::format(
        "<{0}> is for host code, and a kernel file has none; CUDA has it for kernels: write #include <{1}> "
        "and cuda::std:: for std::",
        name, twin);
  }
  if (is_host_header(name)) {
    return fmt::format(
        "<{}> is for host code, and a kernel file has none: it holds kernels and launch(), and the tutor "
        "allocates, copies and compares. Remove the line, and what needs it",
        name);
  }
  return fmt::format(
      "<{}> is neither the tutor's header ({}) nor one of CUDA's, and a kernel file has no host code; "
      "remove the line (printf and the mathematical functions need no header)",
      name, fmt::join(own, ", "));
}

}  // namespace

std::optional<Refusal> check_includes(const SourceScan& scan, const std::string& file,
                                      const std::vector<std::string>& own,
                                      const std::function<bool(const std::string&)>& is_cuda_header, bool have_cuda) {
  if (const Directive* at = asks_for_files(scan)) {
    return refuse(file, *at,
                  "a kernel file may not ask which files this machine has (__has_include, or a macro that could become "
                  "it); include the header you want by #include <...>");
  }
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
    const bool known = std::find(own.begin(), own.end(), name) != own.end() || standard_header(name).has_value();
    if (at.delimiter == '"') {
      return refuse(file, at,
                    fmt::format("#include \"{0}\" would read a file beside yours; {1}", name,
                                known || is_cuda_header(name) ? fmt::format("write #include <{}>", name)
                                                              : "put everything into this one file"));
    }
    if (known || is_cuda_header(name)) continue;
    if (!have_cuda && !is_host_header(name)) {
      return refuse(file, at,
                    fmt::format("CUDA's headers were not found on this machine, so <{}> cannot be included; start "
                                "tritutor by ./tritutor, which fetches them, or set CUDA_HOME to a CUDA Toolkit",
                                name),
                    "environment");
    }
    return refuse(file, at, no_such_header(name, own, is_cuda_header));
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
