#include "grader/dialect/cuda/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>

#include "grader/dialect/cuda/compile_log.h"
#include "grader/dialect/cuda/include_rules.h"
#include "grader/dialect/cuda/nvrtc.h"
#include "grader/dialect/cuda/signature.h"
#include "grader/dialect/cuda/source_scan.h"
#include "grader/dialect/cuda/standard_headers.h"
#include "grader/dialect/cuda/wrapper.h"

namespace tritutor {

namespace fs = std::filesystem;

namespace {

/// Every header of the tutor's folder, so that NVRTC reads nothing beside what it is given.
std::vector<Nvrtc::Header> own_headers(const fs::path& include_dir) {
  std::vector<Nvrtc::Header> headers;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(include_dir, ignored)) {
    if (entry.path().extension() != ".cuh") continue;
    std::ifstream stream(entry.path(), std::ios::binary);
    std::stringstream text;
    text << stream.rdbuf();
    headers.push_back({entry.path().filename().string(), text.str()});
  }
  std::sort(headers.begin(), headers.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return headers;
}

/// What of the C library a file includes.
void add_standard_headers(const SourceScan& scan, std::vector<Nvrtc::Header>& headers) {
  std::set<std::string> added;
  for (const Directive& at : scan.directives) {
    if (at.name != "include" || at.delimiter == 0 || !added.insert(at.argument).second) continue;
    if (auto text = standard_header(at.argument)) headers.push_back({at.argument, *text});
  }
}

/// CUDA's headers that a file includes before anything but other headers.
std::vector<std::string> leading_headers(const SourceScan& scan,
                                         const std::function<bool(const std::string&)>& is_cuda_header) {
  std::vector<std::string> names;
  for (const Directive& at : scan.directives) {
    if (!scan.tokens.empty() && at.line > scan.tokens.front().line) break;
    if (at.name == "pragma" && at.argument == "once") continue;
    if (at.name != "include") break;
    if (!standard_header(at.argument) && is_cuda_header(at.argument)) names.push_back(at.argument);
  }
  return names;
}

/// Cooperative groups read libcu++, which takes ten times as long as all the rest, for what most files never use. A
/// file that names nothing of libcu++ gets them without: this macro is theirs for that.
constexpr const char* lean_groups = "-D_CG_LIMIT_INCLUDED_DEPENDENCIES";

bool wants_lean_groups(const SourceScan& scan) {
  bool groups = false;
  for (const Directive& at : scan.directives) {
    if (at.name != "include") continue;
    groups = groups || at.argument.rfind("cooperative_groups", 0) == 0;
    for (const char* other : {"cuda/", "cub/", "thrust/", "nv/"}) {
      if (at.argument.rfind(other, 0) == 0) return false;
    }
  }
  return groups &&
         std::none_of(scan.tokens.begin(), scan.tokens.end(), [](const Token& token) { return token.text == "cuda"; });
}

/// The log's errors where they are the learner's, else what the tutor's own lines' errors mean.
Refusal explain(const std::vector<Diagnostic>& log, const std::string& raw, const std::string& program,
                const std::string& file, const Exercise& exercise, const SourceScan& scan) {
  const auto is_error = [](const Diagnostic& d) { return d.severity == "error"; };
  const auto is_own = [](const Diagnostic& d) {
    return d.file == kernel_check_file || d.file == launch_check_file || d.file == entry_file;
  };
  Refusal refusal;
  refusal.kind = "compile";
  bool keep_notes = false;
  for (const Diagnostic& each : log) {
    keep_notes = each.severity == "note" ? keep_notes : !is_own(each);
    if (!keep_notes) continue;
    refusal.diagnostics.push_back(each);
    if (each.file == program) refusal.diagnostics.back().file = file;
  }
  const auto first = std::find_if(refusal.diagnostics.begin(), refusal.diagnostics.end(), is_error);
  if (first == refusal.diagnostics.end()) {
    if (auto explained = explain_wrapper_errors(log, exercise, scan, file)) return *explained;
    refusal.message = fmt::format("{}: the compiler refused the file: {}", file, raw);
    return refusal;
  }
  const auto errors = std::count_if(refusal.diagnostics.begin(), refusal.diagnostics.end(), is_error);
  refusal.message =
      fmt::format("{} does not compile: {} error{}, the first in line {}{}; correct that one and submit again", file,
                  errors, errors == 1 ? "" : "s", first->line, first->file == file ? "" : " of " + first->file);
  const bool includes = std::any_of(scan.directives.begin(), scan.directives.end(), [](const Directive& d) {
    return d.name == "include" && (d.argument == "tritutor.cuh" || d.argument == "tl.cuh");
  });
  if (!includes) refusal.message += "; the file has no #include <tritutor.cuh>";
  return refusal;
}

}  // namespace

std::string program_name(const fs::path& file) {
  std::string name = file.filename().string();
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '_' && c != '-') c = '_';
  }
  return name.empty() ? "kernel.cu" : name;
}

CompileResult compile(const Exercise& exercise, const fs::path& file, const std::string& source,
                      const fs::path& include_dir, const std::atomic<bool>* stop) {
  const std::string shown = file.string();
  std::vector<Nvrtc::Header> headers = own_headers(include_dir);
  if (std::none_of(headers.begin(), headers.end(), [](const auto& h) { return h.name == "tritutor.cuh"; })) {
    return refusal_of("environment", fmt::format("{} has no tritutor.cuh: this installation is not whole; get it again",
                                                 include_dir.string()));
  }
  try {
    const Nvrtc& nvrtc = Nvrtc::instance();
    const SourceScan scan = scan_source(source);
    std::vector<std::string> own;
    for (const Nvrtc::Header& header : headers) own.push_back(header.name);
    const auto is_cuda_header = [&](const std::string& name) { return nvrtc.find_header(name).has_value(); };
    if (auto refusal = check_includes(scan, shown, own, is_cuda_header, !nvrtc.include_folders().empty())) {
      return *refusal;
    }
    if (uses_half(exercise) && !is_cuda_header("cuda_fp16.h")) {
      return refusal_of("environment",
                        fmt::format("{} needs CUDA's headers (cuda_fp16.h), which were not found; start tritutor by "
                                    "./tritutor, which fetches them, or set CUDA_HOME to a CUDA Toolkit",
                                    exercise.slug));
    }
    headers.push_back({"tritutor_problem.cuh", problem_header(exercise)});
    add_standard_headers(scan, headers);
    const std::string program = program_name(file);
    Nvrtc::Program whole{program, source + wrapper_text(exercise), headers, {}, leading_headers(scan, is_cuda_header)};
    if (wants_lean_groups(scan)) whole.options.emplace_back(lean_groups);
    Nvrtc::Output output = nvrtc.compile(whole, stop);
    std::vector<Diagnostic> log = parse_compile_log(output.log, program);
    const auto is_of_headers = [&](const Diagnostic& d) { return d.severity == "error" && d.file != program; };
    if (!output.compiled && !whole.options.empty() && std::any_of(log.begin(), log.end(), is_of_headers)) {
      whole.options.clear();
      output = nvrtc.compile(whole, stop);
      log = parse_compile_log(output.log, program);
    }
    if (output.stopped) return refusal_of("stopped", "stopped while the file was compiled");
    if (!output.fault.empty()) return refusal_of("compile", fmt::format("{}: {}", shown, output.fault));
    if (!output.compiled) return explain(log, output.log, program, shown, exercise, scan);
    if (auto refusal = check_entry(output.ptx, exercise, scan, shown)) return *refusal;
    Compiled compiled{output.ptx, program, {}, fmt::format("NVRTC {}", nvrtc.version())};
    for (const Diagnostic& each : log) {
      if (each.file != program) continue;
      compiled.warnings.push_back(each);
      compiled.warnings.back().file = shown;
    }
    return compiled;
  } catch (const NvrtcError& error) {
    return refusal_of("environment", error.what());
  }
}

}  // namespace tritutor
