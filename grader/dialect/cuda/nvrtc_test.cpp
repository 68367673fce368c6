// Where NVRTC is looked for, in which order, and what is said where there is none.

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "grader/dialect/cuda/nvrtc_library.h"
#include "grader/temporary_folder.h"

namespace tritutor {
namespace {

namespace fs = std::filesystem;

/// A made-up machine: empty files in a folder.
class Machine : public TemporaryFolder {
 public:
  fs::path add(const std::string& file) const {
    fs::create_directories((*this / file).parent_path());
    std::ofstream(*this / file) << "not a library";
    return *this / file;
  }
};

std::string error_of(const NvrtcSearch& search) {
  try {
    NvrtcLibrary nvrtc(search);
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
  CHECK(good.code.find(".entry k(") != std::string::npos);
  CHECK(good.code.find('\0') == std::string::npos);
  const Nvrtc::Output bad = nvrtc.compile("a.cu", "nonsense", {});
  CHECK(!bad.compiled);
  CHECK(bad.log.find("a.cu(1)") != std::string::npos);
}

/// 2^24 template instances.
const char* const endless = R"(
template <int A, int B> struct W { static constexpr int v = W<A - 1, B * 2>::v + W<A - 1, B * 2 + 1>::v; };
template <int B> struct W<0, B> { static constexpr int v = B & 1; };
__device__ int q = W<24, 1>::v;
)";

const char* const plain = "extern \"C\" __global__ void k(int* p) { *p = 1; }";

TEST_CASE("A compile that needs more time or memory than there is ends with the reason, and the next one works") {
  CompileLimits limits;
  limits.cpu_seconds = 1;
  const Nvrtc::Output slow = Nvrtc::instance().compile({"a.cu", endless}, nullptr, limits);
  CHECK(!slow.compiled);
  CHECK(slow.fault.find("not done after 1 s") != std::string::npos);
  CHECK(Nvrtc::instance().compile("a.cu", plain, {}).compiled);
#ifndef __SANITIZE_ADDRESS__
  limits = {};
  limits.memory_bytes = uint64_t{1} << 30;
  const Nvrtc::Output large = Nvrtc::instance().compile({"a.cu", endless}, nullptr, limits);
  CHECK(!large.compiled);
  CHECK(large.fault.find("more than 1 GB of memory") != std::string::npos);
  CHECK(Nvrtc::instance().compile("a.cu", plain, {}).compiled);
#endif
}

TEST_CASE("A compile stops when it is asked to") {
  std::atomic<bool> stop = false;
  std::thread asks([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    stop = true;
  });
  const Nvrtc::Output output = Nvrtc::instance().compile({"a.cu", endless}, &stop);
  asks.join();
  CHECK(output.stopped);
  CHECK(!output.compiled);
  CHECK(output.fault.empty());
}

TEST_CASE("A compiler that crashes takes nobody along") {
  // Thousands of brackets, one in the other, are more than its stack holds.
  const std::string deep = "__device__ int q = " + std::string(200'000, '(') + "1" + std::string(200'000, ')') + ";";
  const Nvrtc::Output output = Nvrtc::instance().compile("a.cu", deep, {});
  CHECK(!output.compiled);
  CHECK(output.fault + output.log != "");
  CHECK(Nvrtc::instance().compile("a.cu", plain, {}).compiled);
}

TEST_CASE("Several threads compile at once") {
  std::vector<std::thread> threads;
  std::atomic<int> compiled = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      if (Nvrtc::instance().compile("a.cu", plain, {}).compiled) ++compiled;
    });
  }
  for (std::thread& each : threads) each.join();
  CHECK(compiled == 4);
}

TEST_CASE("For a GPU there is machine code, where NVRTC knows it") {
  const Nvrtc& nvrtc = Nvrtc::instance();
  CHECK(nvrtc.knows("sm_80"));
  CHECK_FALSE(nvrtc.knows("sm_1"));
  Nvrtc::Program program{"a.cu", std::string(plain)};
  program.architecture = "sm_90";
  const Nvrtc::Output output = nvrtc.compile(program);
  REQUIRE(output.compiled);
  CHECK(output.code.substr(0, 4) ==
        "\x7f"
        "ELF");
}

TEST_CASE("Large headers are precompiled in the background, and a broken file of them does no harm") {
  const Machine machine;
  const fs::path cache = machine / "cache";
  setenv("TRITUTOR_CACHE", cache.c_str(), 1);
  const Nvrtc nvrtc(Nvrtc::program_path());
  unsetenv("TRITUTOR_CACHE");
  if (!nvrtc.find_header("cub/block/block_reduce.cuh")) return;
  const std::string source = "// a comment\n#include <cub/block/block_reduce.cuh>\n" + std::string(plain);
  const Nvrtc::Program program{"a.cu", source, {}, {}, {"cub/block/block_reduce.cuh"}};
  const auto made = [&] {
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(cache, error)) {
      if (entry.path().extension() == ".pch") files.push_back(entry.path());
    }
    return files;
  };
  CHECK(nvrtc.compile(program).compiled);
  // Not every machine lets a process fix its addresses, or has the room: then nothing is made.
  for (int i = 0; i < 300 && fs::exists(cache) && made().empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    if (i == 50 && fs::is_empty(cache)) break;
  }
  if (made().empty()) {
    MESSAGE("no precompiled header was made here");
    return;
  }
  const Nvrtc::Output quick = nvrtc.compile(program);
  CHECK(quick.compiled);
  CHECK(quick.log.empty());
  CHECK(made().size() == 1);  // it fitted
  Nvrtc::Program wrong = program;
  wrong.source += "nonsense";
  const Nvrtc::Output refused = nvrtc.compile(wrong);
  CHECK(refused.log.rfind("a.cu(3)", 0) == 0);
  fs::resize_file(made().front(), fs::file_size(made().front()) / 2);
  CHECK(nvrtc.compile(program).compiled);
}

TEST_CASE("A compiler program that is not there, or is another, is a fault of the installation") {
  for (const char* program : {"/nowhere/tritutor-nvrtc", "/bin/true"}) {
    CHECK_THROWS_WITH_AS(Nvrtc{program}, doctest::Contains("installation"), NvrtcError);
  }
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
