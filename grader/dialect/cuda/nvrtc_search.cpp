// Where NVRTC and CUDA's headers may be on a machine.

#include <algorithm>
#include <cstdlib>
#include <set>

#include "grader/dialect/cuda/nvrtc_library.h"

namespace tritutor {

namespace fs = std::filesystem;

namespace {

/// The numbers in a name: {13, 0} of "cuda-13.0" and of "libnvrtc.so.13.0", so that 13 comes after 9.
std::vector<int> numbers_of(const std::string& name) {
  std::vector<int> numbers;
  bool within = false;
  for (const char c : name) {
    if (c >= '0' && c <= '9') {
      if (!within) numbers.push_back(0);
      numbers.back() = std::min(numbers.back(), 100'000) * 10 + (c - '0');
      within = true;
    } else {
      within = false;
    }
  }
  return numbers;
}

/// Entries of a folder whose names the predicate takes, highest version first; empty where there is no folder.
template <class Predicate>
std::vector<fs::path> entries(const fs::path& folder, Predicate takes) {
  std::vector<fs::path> found;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (takes(entry.path().filename().string())) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end(), [](const fs::path& a, const fs::path& b) {
    const auto left = numbers_of(a.filename().string()), right = numbers_of(b.filename().string());
    return left != right ? left > right : a < b;
  });
  return found;
}

/// libnvrtc.so, libnvrtc.so.13, ...; not libnvrtc-builtins nor libnvrtc.alt.
bool is_nvrtc(const std::string& name) {
  const std::string stem = "libnvrtc.so";
  return name.rfind(stem, 0) == 0 && name.find_first_not_of(".0123456789", stem.size()) == std::string::npos;
}

/// The library of each folder, the highest version where it has several.
void add_library(const fs::path& folder, std::vector<fs::path>& result) {
  const std::vector<fs::path> found = entries(folder, is_nvrtc);
  if (!found.empty()) result.push_back(found.front());
}

std::vector<fs::path> wheel_packages(const fs::path& wheels) {
  return entries(wheels / "nvidia", [](const std::string&) { return true; });
}

void add_from_environment(const char* variable, std::vector<fs::path>& result) {
  const char* value = std::getenv(variable);
  if (value && *value) result.emplace_back(value);
}

}  // namespace

NvrtcSearch NvrtcSearch::of_this_machine() {
  NvrtcSearch search;
  if (const char* library = std::getenv("TRITUTOR_NVRTC")) search.library = library;
  add_from_environment("CUDA_HOME", search.toolkits);
  add_from_environment("CUDA_PATH", search.toolkits);
  for (const fs::path& toolkit :
       entries("/usr/local", [](const std::string& name) { return name.rfind("cuda", 0) == 0; })) {
    search.toolkits.push_back(toolkit);
  }
#ifdef TRITUTOR_CUDA_DIR
  search.wheels.emplace_back(TRITUTOR_CUDA_DIR);
#endif
  // build/cuda, seen from a program such as build/release/app/vgpu/vgpu.
  std::error_code error;
  fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (int up = 0; up < 5 && !folder.empty(); ++up, folder = folder.parent_path()) {
    search.wheels.push_back(folder / "cuda");
  }
  search.names = {"libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"};
  return search;
}

std::vector<fs::path> nvrtc_candidates(const NvrtcSearch& search) {
  std::vector<fs::path> result;
  for (const fs::path& toolkit : search.toolkits) {
    for (const char* folder : {"lib64", "lib", "targets/x86_64-linux/lib", "targets/sbsa-linux/lib"}) {
      const size_t before = result.size();
      add_library(toolkit / folder, result);
      if (result.size() > before) break;
    }
  }
  for (const fs::path& wheels : search.wheels) {
    for (const fs::path& package : wheel_packages(wheels)) add_library(package / "lib", result);
  }
  return result;
}

std::vector<fs::path> cuda_include_folders(const NvrtcSearch& search, const fs::path& library) {
  std::vector<fs::path> folders;
  std::error_code error;
  // A toolkit holds lib64/ and include/; of the wheels each package holds a part of the headers.
  const fs::path root = fs::weakly_canonical(library, error).parent_path().parent_path();
  std::vector<fs::path> roots{root};
  if (root.parent_path().filename() == "nvidia") {
    for (const fs::path& package : wheel_packages(root.parent_path().parent_path())) roots.push_back(package);
  }
  if (root.parent_path().filename() == "targets") roots.push_back(root.parent_path().parent_path());
  const auto add = [&](const fs::path& folder) {
    for (const fs::path& part : {folder, folder / "cccl"}) {
      if (fs::is_directory(part, error) && std::find(folders.begin(), folders.end(), part) == folders.end()) {
        folders.push_back(part);
      }
    }
  };
  const auto has_headers = [&] {
    return std::any_of(folders.begin(), folders.end(),
                       [&](const fs::path& folder) { return fs::exists(folder / "cuda_fp16.h", error); });
  };
  for (const fs::path& each : roots) add(each / "include");
  for (const fs::path& toolkit : search.toolkits) {
    if (!has_headers() && fs::exists(toolkit / "include" / "cuda_fp16.h", error)) add(toolkit / "include");
  }
  for (const fs::path& wheels : search.wheels) {
    if (has_headers()) break;
    for (const fs::path& package : wheel_packages(wheels)) add(package / "include");
  }
  if (!has_headers()) folders.clear();
  return folders;
}

}  // namespace tritutor
