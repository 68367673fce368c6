#include "grader/dialect/cuda/nvrtc_library.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <memory>

namespace tritutor {

namespace fs = std::filesystem;

/// The functions of NVRTC that are used, as its documentation declares them. A program is an opaque handle.
struct NvrtcLibrary::Api {
  using Program = void*;
  int (*version)(int* major, int* minor);
  const char* (*error_string)(int result);
  int (*create_program)(Program*, const char* source, const char* name, int headers, const char* const* header_texts,
                        const char* const* header_names);
  int (*destroy_program)(Program*);
  int (*compile_program)(Program, int options, const char* const* option_texts);
  int (*ptx_size)(Program, size_t*);
  int (*ptx)(Program, char*);
  int (*cubin_size)(Program, size_t*);
  int (*cubin)(Program, char*);
  int (*architecture_count)(int*);
  int (*architectures)(int*);
  int (*log_size)(Program, size_t*);
  int (*log)(Program, char*);
  int (*set_heap_size)(size_t bytes);  ///< of precompiled headers; nullptr before 12.8
};

namespace {

constexpr int nvrtc_success = 0;
constexpr int nvrtc_error_out_of_memory = 1;
constexpr int nvrtc_error_compilation = 6;

template <class Function>
bool bind(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

/// NVRTC loads this by name at the first compile: loaded from NVRTC's own folder, it is there already.
bool open_builtins(const fs::path& folder, std::string& reason) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind("libnvrtc-builtins.so.", 0) != 0) continue;
    if (dlopen(entry.path().c_str(), RTLD_NOW | RTLD_LOCAL)) return true;
    reason = dlerror();
    return false;
  }
  reason = "libnvrtc-builtins is not beside it";
  return false;
}

/// A compiled or failed program, destroyed at the end.
class ProgramGuard {
 public:
  ProgramGuard(void* program, int (*destroy)(void**)) : program_(program), destroy_(destroy) {}
  ProgramGuard(const ProgramGuard&) = delete;
  ProgramGuard& operator=(const ProgramGuard&) = delete;
  ~ProgramGuard() { destroy_(&program_); }

 private:
  void* program_;
  int (*destroy_)(void**);
};

std::string bytes_of(void* program, int (*size_of)(void*, size_t*), int (*get)(void*, char*)) {
  size_t size = 0;
  if (size_of(program, &size) != nvrtc_success) return {};
  std::string bytes(size, '\0');
  if (size == 0 || get(program, bytes.data()) != nvrtc_success) return {};
  return bytes;
}

std::string text_of(void* program, int (*size_of)(void*, size_t*), int (*get)(void*, char*)) {
  std::string text = bytes_of(program, size_of, get);
  if (!text.empty()) text.pop_back();  // the closing zero
  return text;
}

}  // namespace

NvrtcLibrary::NvrtcLibrary(const NvrtcSearch& search) {
  std::vector<std::string> tried;
  std::string reason;
  if (!search.library.empty()) {
    if (!open(search.library, reason)) {
      throw NvrtcError(
          fmt::format("TRITUTOR_NVRTC names {}, which cannot be used: {}; set it to the path of "
                      "libnvrtc.so, or unset it to have NVRTC searched for",
                      search.library, reason));
    }
  } else {
    for (const fs::path& candidate : nvrtc_candidates(search)) {
      if (open(candidate.string(), reason)) break;
      tried.push_back(fmt::format("{} ({})", candidate.string(), reason));
    }
    for (const std::string& name : search.names) {
      if (api_ || open(name, reason)) break;
      tried.push_back(fmt::format("{} on the loader's path", name));
    }
  }
  if (!api_) {
    throw NvrtcError(
        fmt::format("NVRTC, the CUDA compiler library, was not found; start tritutor by ./tritutor, which "
                    "fetches it, or install the CUDA Toolkit (12 or later), or set TRITUTOR_NVRTC to the "
                    "path of libnvrtc.so. Tried: {}",
                    fmt::join(tried, ", ")));
  }
  include_folders_ = cuda_include_folders(search, library_);
}

bool NvrtcLibrary::precompiles() const { return api_->set_heap_size != nullptr; }

bool NvrtcLibrary::open(const std::string& path, std::string& reason) {
  const fs::path folder = fs::path(path).parent_path();
  if (!folder.empty() && !open_builtins(folder, reason)) return false;
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    reason = dlerror();
    return false;
  }
  auto api = std::make_unique<Api>();
  const bool complete =
      bind(library, "nvrtcVersion", api->version) && bind(library, "nvrtcGetErrorString", api->error_string) &&
      bind(library, "nvrtcCreateProgram", api->create_program) &&
      bind(library, "nvrtcDestroyProgram", api->destroy_program) &&
      bind(library, "nvrtcCompileProgram", api->compile_program) && bind(library, "nvrtcGetPTXSize", api->ptx_size) &&
      bind(library, "nvrtcGetPTX", api->ptx) && bind(library, "nvrtcGetCUBINSize", api->cubin_size) &&
      bind(library, "nvrtcGetCUBIN", api->cubin) &&
      bind(library, "nvrtcGetNumSupportedArchs", api->architecture_count) &&
      bind(library, "nvrtcGetSupportedArchs", api->architectures) &&
      bind(library, "nvrtcGetProgramLogSize", api->log_size) && bind(library, "nvrtcGetProgramLog", api->log);
  int major = 0, minor = 0;
  if (!complete || api->version(&major, &minor) != nvrtc_success) {
    dlclose(library);
    reason = "it is not NVRTC, or is too old";
    return false;
  }
  Dl_info where{};
  if (dladdr(reinterpret_cast<void*>(api->version), &where) != 0 && where.dli_fname) {
    library_ = where.dli_fname;
  } else {
    library_ = path;
  }
  if (!bind(library, "nvrtcSetPCHHeapSize", api->set_heap_size) ||
      api->set_heap_size(nvrtc_heap_bytes) != nvrtc_success) {
    api->set_heap_size = nullptr;
  }
  version_ = fmt::format("{}.{}", major, minor);
  int count = 0;
  if (api->architecture_count(&count) == nvrtc_success && count > 0) {
    std::vector<int> numbers(static_cast<size_t>(count));
    if (api->architectures(numbers.data()) == nvrtc_success) {
      for (const int number : numbers) architectures_.push_back(fmt::format("sm_{}", number));
    }
  }
  api_ = api.release();
  return true;
}

NvrtcLibrary::Output NvrtcLibrary::compile(const Nvrtc::Program& wanted,
                                           const std::vector<std::string>& more_options) const {
  std::vector<const char*> texts, names;
  for (const Nvrtc::Header& header : wanted.headers) {
    texts.push_back(header.text.c_str());
    names.push_back(header.name.c_str());
  }
  Api::Program program = nullptr;
  if (const int result = api_->create_program(&program, wanted.source.c_str(), wanted.name.c_str(),
                                              static_cast<int>(wanted.headers.size()), texts.data(), names.data());
      result != nvrtc_success) {
    throw NvrtcError(fmt::format("{}: nvrtcCreateProgram failed: {}", library_.string(), api_->error_string(result)));
  }
  const ProgramGuard guard(program, api_->destroy_program);

  std::vector<std::string> options{"--gpu-architecture=" + wanted.architecture, "-std=c++17", "-lineinfo",
                                   "-default-device"};
  for (const fs::path& folder : include_folders_) options.push_back("-I" + folder.string());
  options.insert(options.end(), wanted.options.begin(), wanted.options.end());
  options.insert(options.end(), more_options.begin(), more_options.end());
  std::vector<const char*> option_texts;
  for (const std::string& option : options) option_texts.push_back(option.c_str());
  const int result = api_->compile_program(program, static_cast<int>(option_texts.size()), option_texts.data());

  Output output;
  output.log = text_of(program, api_->log_size, api_->log);
  // The compiler's own allocations fail with the second.
  output.out_of_memory =
      result == nvrtc_error_out_of_memory || output.log.find("error: out of memory\n") != std::string::npos;
  if (output.out_of_memory) return output;
  if (result != nvrtc_success && result != nvrtc_error_compilation) {
    throw NvrtcError(
        fmt::format("{}: nvrtcCompileProgram failed: {}; {} is this file whole, and of CUDA 12 or later? "
                    "TRITUTOR_NVRTC can name another",
                    library_.string(), api_->error_string(result), output.log));
  }
  output.compiled = result == nvrtc_success;
  if (output.compiled) {
    const bool machine_code = wanted.architecture.starts_with("sm_");
    output.code =
        machine_code ? bytes_of(program, api_->cubin_size, api_->cubin) : text_of(program, api_->ptx_size, api_->ptx);
  }
  return output;
}

}  // namespace tritutor
