// The virtual GPU's pace on one core with its checks on: lane-instructions a second for the loops of pace.cu.
// Run: build/release/bench/pace

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <fstream>
#include <iterator>

#include "grader/dialect/cuda/nvrtc.h"
#include "vgpu/ops/op.h"
#include "vgpu/vgpu.h"

namespace {

constexpr int kTurns = 200;
constexpr unsigned kBlocks = 64, kThreads = 256;
constexpr int kRuns = 9;

struct Loop {
  const char* kernel;
  double goal;  // lane-instructions a second
};
constexpr std::array kLoops = {Loop{"fma_loop", 5e9}, Loop{"load_shared_fma", 1.5e9}, Loop{"divergent", 0.8e9}};

/// Seconds of processor time this thread has used: other programs on the machine do not count.
double thread_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

template <class T>
void add(std::vector<std::byte>& parameters, T value) {
  vgpu::pack(parameters, &value, sizeof(value), sizeof(value));
}

}  // namespace

int main() {
  try {
    std::ifstream file(TRITUTOR_SOURCE_DIR "/bench/pace.cu");
    const std::string source{std::istreambuf_iterator<char>(file), {}};
    const auto output = tritutor::Nvrtc::instance().compile("pace.cu", source, {});
    if (!output.compiled) {
      fmt::print(stderr, "pace.cu does not compile:\n{}", output.log);
      return 1;
    }
    const auto module = vgpu::Module::load(output.code);
    vgpu::Gpu gpu;
    const vgpu::Address x = gpu.allocate("x", kTurns * kThreads * 4, vgpu::Access::read_only, 4, "float");
    const vgpu::Address y = gpu.allocate("y", kBlocks * kThreads * 4, vgpu::Access::read_write, 4, "float");
    auto* values = reinterpret_cast<float*>(gpu.data(x).data());
    for (int i = 0; i < kTurns * static_cast<int>(kThreads); ++i) values[i] = 0.5f + static_cast<float>(i % 7) * 0.1f;

    fmt::print("instruction set: {}; one core; median of {} runs (best)\n\n", vgpu::op_tables().front().first, kRuns);
    fmt::print("{:<18}{:>26}{:>20}{:>9}{:>9}\n", "loop", "G lane-instructions/s", "M instructions/s", "goal G",
               "ratio");
    for (const Loop& loop : kLoops) {
      std::vector<std::byte> parameters;
      add(parameters, x);
      add(parameters, y);
      add(parameters, kTurns);
      std::vector<double> seconds;
      vgpu::LaunchResult result;
      for (int run = 0; run < kRuns; ++run) {
        const double start = thread_seconds();
        result = gpu.launch(*module, loop.kernel, {kBlocks, 1, 1}, {kThreads, 1, 1}, 0, parameters);
        seconds.push_back(thread_seconds() - start);
      }
      if (!result.completed || !result.findings.empty()) {
        fmt::print(stderr, "{} did not run cleanly\n", loop.kernel);
        return 1;
      }
      std::sort(seconds.begin(), seconds.end());
      const double median = seconds[kRuns / 2];
      const double lanes = static_cast<double>(result.lane_instructions);
      fmt::print("{:<18}{:>26}{:>20.0f}{:>9.1f}{:>9.2f}\n", loop.kernel,
                 fmt::format("{:.2f} ({:.2f})", lanes / median * 1e-9, lanes / seconds.front() * 1e-9),
                 static_cast<double>(result.warp_instructions) / median * 1e-6, loop.goal * 1e-9,
                 lanes / median / loop.goal);
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "pace: {}\n", error.what());
    return 1;
  }
  return 0;
}
