// Where NVRTC is looked for, in which order, and what is said where there is none.

#include "grader/dialect/cuda/nvrtc.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace tritutor {
namespace {

namespace fs = std::filesystem;

/// A made-up machine: empty files in a folder that goes away with its test.
class Machine {
 public:
  Machine() {
    std::string pattern = (fs::temp_directory_path() / "tritutor-nvrtc-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    root_ = fs::canonical(pattern);
  }
  ~Machine() {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
  fs::path add(const std::string& file) const {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << "not a library";
    return root_ / file;
  }
  fs::path operator/(const std::string& path) const { return root_ / path; }

 private:
  fs::path root_;
};

std::string error_of(const NvrtcSearch& search) {
  try {
    Nvrtc nvrtc(search);
  } catch (const NvrtcError& error) {
    return error.what();
  }
  return {};
}

TEST_CASE("NVRTC is here, opens, and compiles") {
  const Nvrtc& nvrtc = Nvrtc::instance();
  CHECK(fs::exists(nvrtc.library()));
  CHECK(std::stod(nvrtc.version()) >= 12);
  const Nvrtc::Output good = nvrtc.compile("a.cu", "extern \"C\" __global__ void k(int* p) { *p = 1; }", {});
  CHECK(good.compiled);
  CHECK(good.ptx.find(".entry k(") != std::string::npos);
  CHECK(good.ptx.find('\0') == std::string::npos);
  const Nvrtc::Output bad = nvrtc.compile("a.cu", "nonsense", {});
  CHECK(!bad.compiled);
  CHECK(bad.log.find("a.cu(1)") != std::string::npos);
}

TEST_CASE("Toolkits come before wheels, and of several versions the highest") {
  const Machine machine;
  NvrtcSearch search;
  search.toolkits = {machine / "home", machine / "cuda-13.0"};
  search.wheels = {machine / "build/cuda"};
  const fs::path wheel12 = machine.add("build/cuda/nvidia/cuda_nvrtc/lib/libnvrtc.so.12");
  const fs::path wheel13 = machine.add("build/cuda/nvidia/cu13/lib/libnvrtc.so.13");
  CHECK(nvrtc_candidates(search) == std::vector<fs::path>{wheel13, wheel12});
  machine.add("cuda-13.0/lib64/libnvrtc.so.9");
  const fs::path toolkit = machine.add("cuda-13.0/lib64/libnvrtc.so.13");
  machine.add("cuda-13.0/lib64/libnvrtc.alt.so.13");
  machine.add("cuda-13.0/lib64/libnvrtc-builtins.so.13.0");
  const fs::path home = machine.add("home/lib/libnvrtc.so.12");
  CHECK(nvrtc_candidates(search) == std::vector<fs::path>{home, toolkit, wheel13, wheel12});
}

TEST_CASE("Headers are taken from beside the library, wheels hold them in parts") {
  const Machine machine;
  NvrtcSearch search;
  search.wheels = {machine / "cuda"};
  const fs::path library = machine.add("cuda/nvidia/cuda_nvrtc/lib/libnvrtc.so.12");
  CHECK(cuda_include_folders(search, library).empty());
  machine.add("cuda/nvidia/cuda_runtime/include/cuda_fp16.h");
  machine.add("cuda/nvidia/cuda_cccl/include/nv/target");
  const std::vector<fs::path> parts = cuda_include_folders(search, library);
  CHECK(parts.size() == 2);
  CHECK(std::count(parts.begin(), parts.end(), machine / "cuda/nvidia/cuda_runtime/include") == 1);

  const fs::path toolkit = machine.add("cuda-13.0/lib64/libnvrtc.so.13");
  machine.add("cuda-13.0/include/cuda_fp16.h");
  machine.add("cuda-13.0/include/cccl/nv/target");
  CHECK(cuda_include_folders(search, toolkit) ==
        std::vector<fs::path>{machine / "cuda-13.0/include", machine / "cuda-13.0/include/cccl"});
}

TEST_CASE("Where there is none, the message says what was tried and what to do") {
  const std::string none = error_of({});
  CHECK(none.find("./tritutor") != std::string::npos);
  CHECK(none.find("CUDA Toolkit") != std::string::npos);
  const Machine machine;
  NvrtcSearch search;
  search.toolkits = {machine / "cuda"};
  const fs::path broken = machine.add("cuda/lib64/libnvrtc.so.13");
  const std::string without = error_of(search);
  CHECK(without.find(broken.string()) != std::string::npos);
  CHECK(without.find("libnvrtc-builtins") != std::string::npos);
}

TEST_CASE("TRITUTOR_NVRTC is the only one tried") {
  NvrtcSearch search = NvrtcSearch::of_this_machine();
  search.library = "/nowhere/libnvrtc.so";
  const std::string error = error_of(search);
  CHECK(error.find("TRITUTOR_NVRTC") != std::string::npos);
  CHECK(error.find("/nowhere/libnvrtc.so") != std::string::npos);
}

}  // namespace
}  // namespace tritutor
