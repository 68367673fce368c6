#include "grader/dialect/cuda/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>

#include "grader/dialect/cuda/compile_explain.h"
#include "grader/dialect/cuda/compile_log.h"
#include "grader/dialect/cuda/device_headers.h"
#include "grader/dialect/cuda/include_rules.h"
#include "grader/dialect/cuda/nvrtc.h"
#include "grader/dialect/cuda/signature.h"
#include "grader/dialect/cuda/source_scan.h"
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
    const std::string program = program_name(file);
    Nvrtc::Program whole{program, source + wrapper_text(exercise), headers};
    prepare_headers(scan, is_cuda_header, whole);
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
    if (!output.compiled) return explain({log, output.log, program, shown, source, scan, exercise});
    if (auto refusal = check_entry(output.code, exercise, scan, shown)) return *refusal;
    Compiled compiled{output.code, program, {}, fmt::format("NVRTC {}", nvrtc.version()), {}};
    for (const Diagnostic& each : log) {
      if (each.file != program) continue;
      compiled.warnings.push_back(each);
      compiled.warnings.back().file = shown;
    }
    compiled.whole = std::move(whole);
    return compiled;
  } catch (const NvrtcError& error) {
    return refusal_of("environment", error.what());
  }
}

std::string compile_for_gpu(const Nvrtc::Program& whole, const std::string& ptx, const std::string& architecture,
                            const std::atomic<bool>* stop) {
  const Nvrtc& nvrtc = Nvrtc::instance();
  if (!nvrtc.knows(architecture)) return ptx;
  Nvrtc::Program program = whole;
  program.architecture = architecture;
  program.leading_headers.clear();  // what is precompiled is so for the virtual GPU
  const Nvrtc::Output output = nvrtc.compile(program, stop);
  if (output.compiled) return output.code;
  if (output.stopped) return {};
  throw NvrtcError(fmt::format("the file compiles for the virtual GPU, but not for {}: {}", architecture,
                               output.fault.empty() ? output.log : output.fault));
}

}  // namespace tritutor
