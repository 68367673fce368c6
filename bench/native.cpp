// Whole kernels (native.cu) on the virtual GPU with its checks on, one thread, against the same loops in C++ (-O3, one
// thread): how much slower is a learner's kernel here than plain code on this processor?
// Run: build/release/bench/native [KERNEL]

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <fstream>
#include <functional>
#include <iterator>
#include <string_view>
#include <vector>

#include "grader/dialect/cuda/nvrtc.h"
#include "vgpu/ops/op.h"
#include "vgpu/vgpu.h"

namespace {

using Floats = std::vector<float>;

void saxpy(const float* x, float* y, int n) {
  for (int i = 0; i < n; ++i) y[i] = 2.0f * x[i] + y[i];
}

// One number for each 2048 elements, as the kernel leaves them.
void sum(const float* x, float* y, int n) {
  for (int first = 0; first < n; first += 2048) {
    float s = 0;
    for (int i = first; i < std::min(first + 2048, n); ++i) s += x[i];
    y[first / 2048] = s;
  }
}

void softmax(const float* x, float* y, int rows, int n) {
  for (int r = 0; r < rows; ++r, x += n, y += n) {
    float m = -INFINITY, s = 0;
    for (int j = 0; j < n; ++j) m = std::max(m, x[j]);
    for (int j = 0; j < n; ++j) s += std::exp(x[j] - m);
    for (int j = 0; j < n; ++j) y[j] = std::exp(x[j] - m) / s;
  }
}

void layernorm(const float* x, float* y, int rows, int n) {
  for (int r = 0; r < rows; ++r, x += n, y += n) {
    float s = 0, q = 0;
    for (int j = 0; j < n; ++j) s += x[j];
    const float mean = s / static_cast<float>(n);
    for (int j = 0; j < n; ++j) q += (x[j] - mean) * (x[j] - mean);
    const float scale = 1.0f / std::sqrt(q / static_cast<float>(n) + 1e-5f);
    for (int j = 0; j < n; ++j) y[j] = (x[j] - mean) * scale;
  }
}

// In tiles of 32 x 32, like the kernel.
void transpose(const float* x, float* y, int n) {
  for (int row0 = 0; row0 < n; row0 += 32)
    for (int col0 = 0; col0 < n; col0 += 32)
      for (int i = row0; i < row0 + 32; ++i)
        for (int j = col0; j < col0 + 32; ++j) y[j * n + i] = x[i * n + j];
}

// k in the middle, so that the inner loop runs along rows and vectorises.
void matmul(const float* x, float* y, int n) {
  std::fill(y, y + n * n, 0.0f);
  for (int i = 0; i < n; ++i)
    for (int k = 0; k < n; ++k)
      for (int j = 0; j < n; ++j) y[i * n + j] += x[i * n + k] * x[k * n + j];
}

struct Case {
  const char* kernel;
  const char* size;
  int elements;  ///< of x, and at most of y
  int n;         ///< the kernel's last argument
  uint32_t blocks;
  std::function<void(const float*, float*)> native;
};

/// Seconds of processor time this thread has used: other programs on the machine do not count.
double thread_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// The median of several runs, in seconds.
double median_seconds(int runs, const std::function<void()>& run) {
  std::vector<double> seconds;
  for (int i = 0; i < runs; ++i) {
    const double start = thread_seconds();
    run();
    seconds.push_back(thread_seconds() - start);
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

// Largest difference of two results, relative to the largest value.
double difference(const float* a, const float* b, int n) {
  double worst = 0, largest = 0;
  for (int i = 0; i < n; ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(a[i]) - b[i]));
    largest = std::max(largest, std::abs(static_cast<double>(b[i])));
  }
  return worst / largest;
}

void measure(const vgpu::Module& module, const Case& c) {
  vgpu::Gpu gpu;
  const uint64_t bytes = static_cast<uint64_t>(c.elements) * 4;
  const vgpu::Address x = gpu.allocate("x", bytes, vgpu::Access::read_only, 4, "float");
  const vgpu::Address y = gpu.allocate("y", bytes, vgpu::Access::read_write, 4, "float");
  auto* in = reinterpret_cast<float*>(gpu.data(x).data());
  auto* out = reinterpret_cast<float*>(gpu.data(y).data());
  for (int i = 0; i < c.elements; ++i) in[i] = static_cast<float>(i * 37 % 101) * 0.02f - 1.0f;
  std::vector<std::byte> parameters;
  vgpu::pack(parameters, &x, 8, 8);
  vgpu::pack(parameters, &y, 8, 8);
  vgpu::pack(parameters, &c.n, 4, 4);

  vgpu::LaunchResult result;
  const auto launch = [&] { result = gpu.launch(module, c.kernel, {c.blocks, 1, 1}, {256, 1, 1}, 0, parameters); };
  // First what is computed: once from zeros, on both sides.
  Floats expected(static_cast<size_t>(c.elements));
  std::fill(out, out + c.elements, 0.0f);
  launch();
  c.native(in, expected.data());
  const double wrong = difference(out, expected.data(), c.elements);
  if (!result.completed || !result.findings.empty() || !(wrong < 1e-4)) {
    fmt::print("{:<10}did not run cleanly: {} findings, relative difference {:.2g}\n", c.kernel, result.findings.size(),
               wrong);
    return;
  }
  const double ours = median_seconds(5, launch);
  const double native = median_seconds(21, [&] { c.native(in, expected.data()); });
  fmt::print("{:<11}{:<15}{:>12.2f}{:>12.3f}{:>9.0f}{:>20.1f}{:>24.2f}\n", c.kernel, c.size, ours * 1e3, native * 1e3,
             ours / native, static_cast<double>(result.warp_instructions) / ours * 1e-6,
             static_cast<double>(result.lane_instructions) / ours * 1e-9);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    std::ifstream file(TRITUTOR_SOURCE_DIR "/bench/native.cu");
    const std::string source{std::istreambuf_iterator<char>(file), {}};
    const auto output = tritutor::Nvrtc::instance().compile("native.cu", source, {});
    if (!output.compiled) {
      fmt::print(stderr, "native.cu does not compile:\n{}", output.log);
      return 1;
    }
    const auto module = vgpu::Module::load(output.code);
    constexpr int kMillion = 1 << 20;
    const Case cases[] = {
        {"saxpy", "1 Mi", kMillion, kMillion, kMillion / 256, [](const float* x, float* y) { saxpy(x, y, kMillion); }},
        {"sum", "1 Mi", kMillion, kMillion, kMillion / 2048, [](const float* x, float* y) { sum(x, y, kMillion); }},
        {"softmax", "1024 x 1024", kMillion, 1024, 1024, [](const float* x, float* y) { softmax(x, y, 1024, 1024); }},
        {"layernorm", "1024 x 1024", kMillion, 1024, 1024,
         [](const float* x, float* y) { layernorm(x, y, 1024, 1024); }},
        {"transpose", "1024 x 1024", kMillion, 1024, 1024, [](const float* x, float* y) { transpose(x, y, 1024); }},
        {"matmul", "256 x 256", 65536, 256, 256, [](const float* x, float* y) { matmul(x, y, 256); }},
    };
    fmt::print("instruction set: {}; one thread; median of 5 runs\n\n", vgpu::op_tables().front().first);
    fmt::print("{:<11}{:<15}{:>12}{:>12}{:>9}{:>20}{:>24}\n", "kernel", "elements", "virtual ms", "native ms", "factor",
               "M PTX instr./s", "G lane-instructions/s");
    for (const Case& c : cases) {
      if (argc < 2 || std::string_view(argv[1]) == c.kernel) measure(*module, c);
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "native: {}\n", error.what());
    return 1;
  }
  return 0;
}
