// The fuzzers' corpus once more, in any build: inputs that reached much of the code, and every one that broke it.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "tests/fuzz/fuzz.h"

namespace {

std::vector<std::filesystem::path> files_of(const char* folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(TRITUTOR_SOURCE_DIR "/tests/fuzz/corpus/" + std::string(folder)))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

template <class F>
void replay(const char* folder, F once) {
  const auto files = files_of(folder);
  CHECK(files.size() >= 12);
  for (const auto& path : files) {
    std::ifstream file(path, std::ios::binary);
    const std::vector<uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
    INFO(path.filename().string());
    CHECK_NOTHROW(once(bytes));
  }
}

}  // namespace

TEST_CASE("the parser's corpus is parsed or refused") { replay("parse", vgpu::fuzz::parse_once); }

TEST_CASE("the programs of the corpus are refused by name or run, alike with one host thread and two") {
  replay("run", vgpu::fuzz::run_once);
}

TEST_CASE("most of the programs the writer makes of random bytes load: the fuzzer is not fuzzing refusals") {
  int loaded = 0;
  uint32_t state = 1;
  for (int i = 0; i < 200; ++i) {
    std::vector<uint8_t> bytes(100);
    for (uint8_t& b : bytes) b = static_cast<uint8_t>((state = state * 1664525 + 1013904223) >> 24);
    try {
      const auto module = vgpu::Module::load(vgpu::fuzz::write_program(bytes).ptx);
      if (std::ranges::none_of(module->kernels(), [](const auto& kernel) { return kernel.refusal != nullptr; }))
        ++loaded;
    } catch (const vgpu::LoadError&) {
    }
  }
  CHECK(loaded > 150);
}
