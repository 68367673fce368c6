#include "grader/dialect/cuda/precompiled.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "grader/child/child_process.h"
#include "grader/dialect/cuda/nvrtc_request.h"

namespace tritutor {

namespace fs = std::filesystem;

namespace {

/// The header that stands for a program's leading ones.
constexpr const char* prefix_name = "tritutor_leading_headers.cuh";
constexpr uint64_t most_cached_bytes = uint64_t{700} << 20;  // a set of headers takes 100 to 175 MB
constexpr uint64_t least_free_bytes = uint64_t{2} << 30;

/// NVRTC asks for memory to hold precompiled headers at its first use of one, and gets the highest place that is free.
/// A place kept free for that from the start on, a little larger, is the same one in every process.
constexpr size_t place_bytes = (size_t{8} << 20) + nvrtc_heap_bytes;
void* place = MAP_FAILED;

void free_place() {
  if (place != MAP_FAILED) munmap(place, place_bytes);
  place = MAP_FAILED;
}

bool addresses_are_fixed() {
  const int now = personality(0xffffffff);
  return now != -1 && (now & ADDR_NO_RANDOMIZE) != 0;
}

/// $TRITUTOR_CACHE, else tritutor/ in $XDG_CACHE_HOME or ~/.cache; empty: none is to be used ("off"), or can be.
fs::path cache_folder() {
  fs::path folder;
  const char* told = std::getenv("TRITUTOR_CACHE");
  const char* caches = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  if (told != nullptr && *told != 0) {
    if (std::string(told) == "off") return {};
    folder = told;
  } else if (caches != nullptr && *caches == '/') {
    folder = fs::path(caches) / "tritutor";
  } else if (home != nullptr && *home == '/') {
    folder = fs::path(home) / ".cache" / "tritutor";
  } else {
    return {};
  }
  std::error_code error;
  fs::create_directories(folder, error);
  struct stat what {};
  // What is read there is trusted like code: nobody else may write it.
  const bool own = stat(folder.c_str(), &what) == 0 && S_ISDIR(what.st_mode) && what.st_uid == geteuid() &&
                   (what.st_mode & (S_IWGRP | S_IWOTH)) == 0;
  return own ? folder : fs::path();
}

std::string prefix_text(const Nvrtc::Program& program) {
  std::string text;
  for (const std::string& name : program.leading_headers) text += fmt::format("#include <{}>\n", name);
  return text;
}

uint64_t hash_of(const std::string& text) {  // FNV-1a
  uint64_t hash = 0xcbf29ce484222325ull;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  return hash;
}

std::string stamp_of(const fs::path& path) {
  struct stat what {};
  if (stat(path.c_str(), &what) != 0) return "absent";
  return fmt::format("{} {} {}", path.string(), what.st_size, what.st_mtime);
}

/// Everything that the content of a precompiled header depends on.
std::string identity(const NvrtcLibrary& library, const Nvrtc::Program& program) {
  std::string text = fmt::format("2\n{}\n{}\n{}", library.version(), stamp_of(library.library()), prefix_text(program));
  for (const fs::path& folder : library.include_folders()) {
    text += stamp_of(folder) + "\n";
    for (const std::string& header : program.leading_headers) text += stamp_of(folder / header) + "\n";
  }
  for (const std::string& option : program.options) text += option + "\n";
  std::error_code error;
  return text + stamp_of(fs::read_symlink("/proc/self/exe", error));
}

/// Keeps the folder below its size, the newest first; left-overs of processes that were ended go too.
void prune(const fs::path& folder) {
  std::vector<std::pair<fs::file_time_type, fs::path>> kept;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    const fs::file_time_type time = entry.last_write_time(error);
    if (error || !name.starts_with("headers-")) continue;
    if (name.ends_with(".pch")) {
      kept.emplace_back(time, entry.path());
    } else if (fs::file_time_type::clock::now() - time > std::chrono::hours(1)) {
      fs::remove(entry.path(), error);
    }
  }
  std::sort(kept.rbegin(), kept.rend());
  uint64_t bytes = 0;
  for (const auto& [time, path] : kept) {
    bytes += fs::file_size(path, error);
    if (bytes > most_cached_bytes) fs::remove(path, error);
  }
}

}  // namespace

void fix_addresses(char** argv) {
  const int now = personality(0xffffffff);
  if (now == -1) return;
  if ((now & ADDR_NO_RANDOMIZE) != 0) {
    place = mmap(nullptr, place_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return;
  }
  if (personality(static_cast<unsigned long>(now) | ADDR_NO_RANDOMIZE) == -1) return;
  execv("/proc/self/exe", argv);
}

Precompiled::Precompiled(const NvrtcLibrary& library, const Nvrtc::Program& program) : library_(library) {
  if (program.leading_headers.empty() || !library.precompiles() || !addresses_are_fixed()) return;
  const fs::path folder = cache_folder();
  if (!folder.empty()) file_ = folder / fmt::format("headers-{:016x}.pch", hash_of(identity(library, program)));
}

bool Precompiled::exists() const {
  std::error_code error;
  return possible() && fs::is_regular_file(file_, error);
}

std::vector<std::string> Precompiled::use(Nvrtc::Program& program) const {
  free_place();
  program.headers.push_back({prefix_name, prefix_text(program)});
  std::error_code error;
  fs::last_write_time(file_, fs::file_time_type::clock::now(), error);  // the least recently used goes first
  return {fmt::format("-include={}", prefix_name), "-use-pch=" + file_.string(), "-pch-messages=true"};
}

void Precompiled::remove() const {
  std::error_code error;
  fs::remove(file_, error);
}

void Precompiled::start_making(const std::string& self, const Nvrtc::Program& program) const {
  Nvrtc::Program headers_only;
  headers_only.options = program.options;
  headers_only.leading_headers = program.leading_headers;
  ChildProcess::start_detached(self, "precompile", program_message("precompile", headers_only, {}));
}

void Precompiled::make(const Nvrtc::Program& program) const {
  std::error_code error;
  if (!possible() || exists() || fs::space(file_.parent_path(), error).available < least_free_bytes || error) return;
  const std::string lock = file_.string() + ".lock";
  const int held = open(lock.c_str(), O_CREAT | O_CLOEXEC | O_RDWR, 0600);
  if (held < 0 || flock(held, LOCK_EX | LOCK_NB) != 0) return;  // another one makes it
  const fs::path being_made = fmt::format("{}.{}", file_.string(), getpid());
  Nvrtc::Program headers_only = program;
  headers_only.name = "headers.cu";
  headers_only.source = "\n";
  headers_only.headers = {{prefix_name, prefix_text(program)}};
  free_place();
  const NvrtcLibrary::Output output =
      library_.compile(headers_only, {fmt::format("-include={}", prefix_name), "-create-pch=" + being_made.string()});
  if (output.compiled) {
    fs::rename(being_made, file_, error);
    if (error) fs::remove(being_made, error);
    prune(file_.parent_path());
  } else {
    fs::remove(being_made, error);
  }
  fs::remove(lock, error);
  close(held);
}

bool remove_remarks(std::string& log) {
  std::string kept;
  bool unfit = false, warned = false;
  for (size_t at = 0; at < log.size();) {
    const size_t end = std::min(log.find('\n', at), log.size() - 1) + 1;
    const std::string line = log.substr(at, end - at);
    at = end;
    if (line.find("precompiled header") != std::string::npos) {
      unfit = unfit || line.find("using precompiled header file") == std::string::npos;
      warned = warned || line.starts_with("Warning");
    } else if (warned && line.starts_with("Remark: The warnings can be suppressed")) {
      warned = false;
    } else if (!(kept.empty() && line == "\n")) {
      kept += line;
    }
  }
  log = kept;
  return unfit;
}

}  // namespace tritutor
