#include "app/vgpu/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <set>

#include "app/error.h"
#include "app/interrupt.h"
#include "app/output.h"
#include "grader/dialect/cuda/compile.h"
#include "grader/dialect/cuda/device_headers.h"
#include "grader/dialect/cuda/nvrtc.h"
#include "grader/dialect/cuda/source_scan.h"
#include "grader/dialect/cuda/standard_headers.h"
#include "grader/dialect/source_file.h"

namespace vgpu_program {

namespace fs = std::filesystem;
using tritutor::CommandError;

namespace {

/// Most that a PTX file may have; a kernel of ours has a few kilobytes.
constexpr uint64_t most_ptx_bytes = uint64_t{64} << 20;

std::string standard_input() {
  std::string text;
  char part[1 << 16];
  while (std::cin.read(part, sizeof part) || std::cin.gcount() > 0) {
    text.append(part, static_cast<size_t>(std::cin.gcount()));
    if (text.size() > most_ptx_bytes) {
      throw CommandError(tritutor::status_usage, "standard input has more than 64 MB; is it PTX?");
    }
  }
  return text;
}

std::string read_text(const std::string& file, uint64_t most_bytes) {
  try {
    return tritutor::read_source_file(file, file, most_bytes);
  } catch (const tritutor::SourceFileError& error) {
    throw CommandError(tritutor::status_usage, error.what());
  }
}

/// The headers that a file includes and that are found in folders of its author, given to NVRTC by their names: it
/// takes files of the machine only from CUDA's own folder.
class Headers {
 public:
  explicit Headers(const std::vector<std::string>& folders) : folders_(folders.begin(), folders.end()) {}

  void collect(const std::string& source, const fs::path& folder) {
    for (const tritutor::Directive& at : tritutor::scan_source(source).directives) {
      if (at.name != "include" || at.delimiter == 0 || found.count(at.argument) != 0) continue;
      const fs::path file = find(at.argument, at.delimiter == '"' ? folder : fs::path());
      if (file.empty()) {  // the C library's, CUDA's, or NVRTC says that there is none
        if (const auto text = tritutor::standard_header(at.argument); text && standard_.insert(at.argument).second) {
          texts.push_back({at.argument, *text});
        }
        continue;
      }
      found[at.argument] = file;
      texts.push_back({at.argument, read_text(file.string(), tritutor::max_source_bytes)});
      collect(std::string(texts.back().text), file.parent_path());
    }
  }

  std::map<std::string, fs::path> found;
  std::vector<tritutor::Nvrtc::Header> texts;

 private:
  fs::path find(const std::string& name, const fs::path& first) const {
    std::error_code error;
    if (!first.empty() && fs::is_regular_file(first / name, error)) return first / name;
    for (const fs::path& folder : folders_) {
      if (fs::is_regular_file(folder / name, error)) return folder / name;
    }
    return {};
  }
  std::vector<fs::path> folders_;
  std::set<std::string> standard_;
};

/// What NVRTC calls the program; it goes into PTX as a quoted string.
std::string name_for_nvrtc(const std::string& file) {
  const bool plain = file.find_first_of("\"\\\n") == std::string::npos;
  return plain ? file : tritutor::program_name(file);
}

fs::path absolute(const std::string& name) {
  std::error_code error;
  return fs::current_path(error) / name;
}

}  // namespace

Source Source::load(const std::string& file, const std::vector<std::string>& include) {
  Source source;
  source.file_ = file;
  if (file == "-") {
    source.file_ = "standard input";
    source.ptx_ = standard_input();
    return source;
  }
  const std::string extension = fs::path(file).extension().string();
  std::string text = read_text(file, extension == ".cu" ? tritutor::max_source_bytes : most_ptx_bytes);
  const bool looks_like_ptx = text.find(".version") != std::string::npos && text.find(".target") != std::string::npos;
  if (extension == ".ptx" || (extension != ".cu" && looks_like_ptx)) {
    source.ptx_ = std::move(text);
  } else if (extension == ".cu") {
    source.cuda_ = std::move(text);
    source.compile(include);
  } else {
    throw CommandError(
        tritutor::status_usage,
        fmt::format("{} is neither CUDA C++ (.cu) nor PTX (.ptx); give it the ending it should have", file));
  }
  return source;
}

void Source::compile(const std::vector<std::string>& include) {
  for (const std::string& folder : include) {
    std::error_code error;
    if (!fs::is_directory(folder, error)) {
      throw CommandError(tritutor::status_usage, fmt::format("--include {}: there is no such folder", folder));
    }
  }
  Headers headers(include);
  // A path without a folder has the current one.
  headers.collect(cuda_, fs::path(file_).has_parent_path() ? fs::path(file_).parent_path() : fs::path("."));
  const std::string name = name_for_nvrtc(file_);
  for (const auto& [spelled, path] : headers.found) disk_[absolute(spelled).string()] = path;
  disk_[absolute(name).string()] = file_;
  try {
    tritutor::Interrupt interrupt;
    const tritutor::Nvrtc& nvrtc = tritutor::Nvrtc::instance();
    tritutor::Nvrtc::Program program{name, cuda_, headers.texts};
    prepare_headers(
        tritutor::scan_source(cuda_), [&](const std::string& header) { return nvrtc.find_header(header).has_value(); },
        program);
    tritutor::Nvrtc::Output output = nvrtc.compile(program, interrupt.flag());
    if (!output.compiled && !output.stopped && !program.options.empty()) {
      program.options.clear();
      output = nvrtc.compile(program, interrupt.flag());
    }
    if (output.stopped) throw CommandError(tritutor::status_stopped, "stopped while the file was compiled");
    if (!output.fault.empty()) throw CommandError(tritutor::status_usage, fmt::format("{}: {}", file_, output.fault));
    if (!output.log.empty()) tritutor::print_error("{}{}", output.log, output.log.ends_with('\n') ? "" : "\n");
    if (!output.compiled) {
      throw CommandError(tritutor::status_usage,
                         fmt::format("{} does not compile, so nothing was run; correct the first error above", file_));
    }
    ptx_ = output.code;
  } catch (const tritutor::NvrtcError& error) {
    throw CommandError(
        tritutor::status_environment,
        fmt::format("{} must be compiled first: {}. A .ptx file needs no compiler", file_, error.what()));
  }
}

fs::path Source::on_disk(const std::string& ptx_file) const {
  const auto known = disk_.find(ptx_file);
  return known == disk_.end() ? fs::path(ptx_file) : known->second;
}

std::string Source::shown(const std::string& ptx_file) const {
  const std::string path = on_disk(ptx_file).string();
  std::error_code error;
  const std::string here = fs::current_path(error).string() + "/";
  return path.starts_with(here) ? path.substr(here.size()) : path;
}

std::string Source::line(const std::string& ptx_file, int line) const {
  if (ptx_file.empty() || line < 1) return "";
  const auto [place, is_new] = lines_.try_emplace(ptx_file);
  std::vector<std::string>& lines = place->second;
  std::error_code error;
  if (is_new && fs::is_regular_file(on_disk(ptx_file), error)) {
    std::ifstream in(on_disk(ptx_file));
    for (std::string text; std::getline(in, text);) {
      if (text.ends_with('\r')) text.pop_back();
      lines.push_back(text);
    }
  }
  return static_cast<size_t>(line) <= lines.size() ? lines[static_cast<size_t>(line) - 1] : "";
}

std::vector<std::string> Source::parameter_names(const std::string& kernel, size_t count) const {
  if (cuda_.empty()) return {};
  for (const tritutor::Declaration& each : tritutor::declarations(tritutor::scan_source(cuda_))) {
    const size_t open = each.text.rfind(kernel + "(");
    if (!each.kernel || each.name != kernel || open == std::string::npos) continue;
    std::vector<std::string> names;
    std::string name;
    int depth = 0;
    bool in_default = false;
    for (size_t i = open + kernel.size() + 1; i < each.text.size(); ++i) {
      const char c = each.text[i];
      if (depth == 0 && (c == ',' || c == ')')) {
        if (!name.empty()) names.push_back(name);
        name.clear();
        in_default = false;
        continue;
      }
      if (c == '(' || c == '<' || c == '[') ++depth;
      if (c == ')' || c == '>' || c == ']') --depth;
      if (c == '=') in_default = true;
      if (in_default || depth != 0) continue;
      const bool part = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
      const char before = each.text[i - 1];
      const bool starts = std::isalnum(static_cast<unsigned char>(before)) == 0 && before != '_';
      if (part && starts) name.clear();  // the last word is the name
      if (part) name += c;
    }
    if (names.size() == count) return names;
  }
  return {};
}

}  // namespace vgpu_program
