// The GPU itself. Without one the tests say "skipped: no GPU", which ctest counts as not run.

#include "grader/device/gpu.h"

#include <doctest/doctest.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "grader/device/gpu_kernels.h"
#include "grader/device/virtual_device.h"
#include "grader/dialect/cuda/nvrtc.h"

using namespace tritutor;

namespace {

/// A GPU with a program; none where the machine has none.
std::unique_ptr<Gpu> gpu_with(const std::string& source) {
  std::unique_ptr<Gpu> gpu;
  try {
    gpu = std::make_unique<Gpu>(0, nullptr);
  } catch (const GpuError& error) {
    CHECK(error.kind() == GpuError::Kind::absent);
    MESSAGE("skipped: no GPU (" << std::string(error.what()) << ")");
    return nullptr;
  }
  const auto compile = [&](const std::string& text) {
    Nvrtc::Program program{"a.cu", text};
    if (Nvrtc::instance().knows(gpu->info().architecture())) program.architecture = gpu->info().architecture();
    const Nvrtc::Output output = Nvrtc::instance().compile(program);
    REQUIRE_MESSAGE(output.compiled, output.log);
    return output.code;
  };
  gpu->load_tools(compile(std::string(gpu_kernels())));
  gpu->load(compile(source));
  return gpu;
}

template <class... Values>
std::vector<std::byte> parameters(Values... values) {
  std::vector<std::byte> bytes;
  const auto add = [&](const auto& value) {
    const size_t at = bytes.size();
    bytes.resize(at + sizeof value);
    std::memcpy(&bytes[at], &value, sizeof value);
  };
  (add(values), ...);
  return bytes;
}

Step step(const std::string& kernel, uint32_t blocks, uint32_t threads, uint32_t shared = 0) {
  return {kernel, {blocks, 1, 1}, {threads, 1, 1}, shared};
}

GpuError::Kind failure(const std::function<void()>& work) {
  try {
    work();
  } catch (const GpuError& error) {
    return error.kind();
  }
  return GpuError::Kind::absent;  // which no request of a GPU that is there comes to
}

constexpr const char* kernels = R"(
extern "C" __global__ void doubled(float* y, const float* x, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = 2 * x[i];
}
extern "C" __global__ void past_the_end(float* y, int n) { y[n + threadIdx.x] = 1; }
extern "C" __global__ void before_the_start(float* y) { y[-1 - (int)threadIdx.x] = 1; }
extern "C" __global__ void far_away(float* y) { y[1ll << 40] = 1; }
extern "C" __global__ void endless(volatile float* y) { while (y[0] != 12345) {} }
extern "C" __global__ void with_shared(float* y) {
  extern __shared__ float tile[];
  tile[threadIdx.x] = threadIdx.x;
  __syncthreads();
  y[threadIdx.x] = tile[threadIdx.x ^ 1];
}
)";

}  // namespace

TEST_CASE("no driver, or a GPU that is not there: said, and nothing else") {
  CHECK(failure([] { Gpu(1000, nullptr); }) == GpuError::Kind::absent);
  const GpuList list = list_gpus();
  CHECK(list.gpus.empty() == !list.why_none.empty());
}

TEST_CASE("a kernel runs on a GPU, on data of its own") {
  const auto gpu = gpu_with(kernels);
  if (!gpu) return;
  GpuDevice device(*gpu, 5);
  const std::vector<float> x{1, 2, 3, 4, 5};
  const auto in = device.allocate({"x", 20, true, 4, "float"});
  const auto out = device.allocate({"y", 20, false, 4, "float"});
  device.upload(in, std::as_bytes(std::span(x)));
  const auto result = device.run(step("doubled", 1, 32), parameters(out, in, 5), {});
  CHECK(result.completed);
  CHECK(result.findings.empty());
  std::vector<float> y(5);
  device.download(out, std::as_writable_bytes(std::span(y)));
  CHECK(y == std::vector<float>{2, 4, 6, 8, 10});
}

TEST_CASE("what lies beside a buffer is watched, on both sides") {
  const auto gpu = gpu_with(kernels);
  if (!gpu) return;
  GpuDevice device(*gpu, 5);
  const auto out = device.allocate({"y", 20, false, 4, "float"});
  auto result = device.run(step("past_the_end", 1, 1), parameters(out, 5), {});
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0].kind == vgpu::Finding::Kind::out_of_bounds);
  CHECK(result.findings[0].index == 5);
  CHECK(result.findings[0].length == 5);
  result = device.run(step("before_the_start", 1, 1), parameters(out), {});
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0].index < 0);
  const std::vector<float> x(5);
  result = device.run(step("doubled", 1, 32), parameters(out, out, 5), {});
  CHECK(result.findings.empty());  // each launch by itself
}

TEST_CASE("a fault or a hang ends the GPU's process, and the next request has a new one") {
  const auto gpu = gpu_with(kernels);
  if (!gpu) return;
  for (const bool hang : {false, true}) {
    CAPTURE(hang);
    GpuDevice device(*gpu, 1);
    const auto out = device.allocate({"y", 20, false, 4, "float"});
    CHECK(failure([&] { device.run(step(hang ? "endless" : "far_away", 1, 1), parameters(out), {}); }) ==
          (hang ? GpuError::Kind::hang : GpuError::Kind::fault));
    GpuDevice again(*gpu, 5);
    const auto in = again.allocate({"x", 4, true, 4, "float"});
    const auto y = again.allocate({"y", 4, false, 4, "float"});
    const float three = 3;
    again.upload(in, std::as_bytes(std::span(&three, 1)));
    CHECK(again.run(step("doubled", 1, 32), parameters(y, in, 1), {}).completed);
    float got = 0;
    again.download(y, std::as_writable_bytes(std::span(&got, 1)));
    CHECK(got == 6);
  }
}

TEST_CASE("a GPU's process that is killed is noticed, and replaced") {
  const auto gpu = gpu_with(kernels);
  if (!gpu) return;
  gpu->allocate(4);
  int killed = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream children(task.path() / "children");
    for (int pid = 0; children >> pid;) {
      std::ifstream name("/proc/" + std::to_string(pid) + "/comm");
      std::string comm;
      name >> comm;
      if (comm != "tritutor-gpu") continue;
      kill(pid, SIGKILL);
      ++killed;
    }
  }
  REQUIRE(killed == 1);
  CHECK(failure([&] { gpu->allocate(4); }) == GpuError::Kind::died);
  CHECK(gpu->allocate(4) != 0);
}

TEST_CASE("more memory than there is, is no fault of a launch") {
  const auto gpu = gpu_with(kernels);
  if (!gpu) return;
  CHECK(failure([&] { gpu->allocate(uint64_t{1} << 50); }) == GpuError::Kind::no_memory);
  CHECK(gpu->allocate(4) != 0);
}

TEST_CASE("a launch that is refused leaves the GPU as it was") {
  const auto gpu = gpu_with(kernels);
  if (!gpu) return;
  GpuDevice device(*gpu, 5);
  const auto out = device.allocate({"y", 512, false, 4, "float"});
  CHECK(failure([&] { device.run(step("with_shared", 1, 4096), parameters(out), {}); }) == GpuError::Kind::refused);
  CHECK(failure([&] { device.run(step("with_shared", 1, 32, 10 << 20), parameters(out), {}); }) ==
        GpuError::Kind::refused);
  CHECK(failure([&] { device.run(step("not_there", 1, 32), parameters(out), {}); }) == GpuError::Kind::refused);
  // More than 48 KB has to be asked for.
  const uint32_t large = std::min<uint32_t>(gpu->info().shared_bytes_per_block, 64 << 10);
  CHECK(device.run(step("with_shared", 1, 128, large), parameters(out), {}).completed);
  float got = 0;
  device.download(out, std::as_writable_bytes(std::span(&got, 1)));
  CHECK(got == 1);
}

TEST_CASE("timed samples are taken on every set, with the limit beside them") {
  const auto gpu = gpu_with(kernels);
  if (!gpu) return;
  constexpr uint64_t n = 1 << 22;
  gpu->free_all();
  std::vector<GpuTimedSet> sets(2);
  for (GpuTimedSet& set : sets) {
    const auto in = gpu->allocate(4 * n), out = gpu->allocate(4 * n);
    const std::vector<float> x(n, &set == &sets[0] ? 1.0f : 2.0f);
    gpu->upload(in, std::as_bytes(std::span(x)));
    set.inputs = {{in, 4 * n}};
    set.outputs = {{out, 4 * n}};
    set.launches.emplace_back(step("doubled", n / 256, 256), parameters(out, in, static_cast<int>(n)));
  }
  gpu->take_sets(sets);
  const Gpu::Limit limit = gpu->limit_by_copy(8 * n);
  CHECK(limit.us > 0);
  CHECK(limit.name.starts_with("tritutor_copy"));
  const GpuSamples batch = gpu->time(6);
  REQUIRE(batch.samples.size() == 6);
  for (const GpuSample& sample : batch.samples) {
    CHECK(sample.us > 0.5 * limit.us);
    CHECK(sample.us < 20 * limit.us);
    CHECK(sample.limit_us > 0);
    CHECK(sample.clock_mhz > 0.1 * gpu->info().clock_mhz);
    CHECK(sample.clock_mhz < 1.2 * gpu->info().clock_mhz);
    CHECK(sample.outputs[0].fingerprint == batch.samples[sample.set].outputs[0].fingerprint);
  }
  CHECK(batch.samples[0].set != batch.samples[1].set);
  CHECK(batch.samples[0].outputs[0].fingerprint != batch.samples[1].outputs[0].fingerprint);
  CHECK(batch.inputs[0][0] == gpu->fingerprint(sets[0].inputs[0]));
  CHECK(gpu->damages().empty());
}

TEST_CASE("the loop that integer arithmetic is measured by has as many operations as is said") {
  const Nvrtc::Output output = Nvrtc::instance().compile({"tools.cu", std::string(gpu_kernels())});
  REQUIRE_MESSAGE(output.compiled, output.log);
  const auto module = vgpu::Module::load(output.code);
  const auto operations = [&](uint64_t turns) {
    VirtualDevice device(module);
    const auto out = device.allocate({"to", 4 * 32, false, 4, "unsigned"});
    const auto result = device.run(step("tritutor_integer", 1, 32), parameters(out, turns, uint64_t{0}), {});
    CHECK(result.completed);
    return static_cast<double>(result.counters.total.integer);
  };
  CHECK((operations(64) - operations(32)) / 32 == doctest::Approx(integer_operations_per_turn));
}
