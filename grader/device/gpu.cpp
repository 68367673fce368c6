#include "grader/device/gpu.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "grader/child/child_process.h"

namespace tritutor {

namespace {

/// What passes through shared memory at a time.
constexpr size_t staging_bytes = size_t{32} << 20;
/// Of the first contact with the driver, and of calls that only move memory. A net, not a limit.
constexpr double start_seconds = 60, usual_seconds = 60;

std::filesystem::path program_path() { return child_program("tritutor-gpu", TRITUTOR_GPU_PROGRAM); }

GpuInfo info_of(MessageReader& reader) {
  GpuInfo info;
  info.ordinal = static_cast<int>(reader.number());
  info.name = reader.text();
  info.memory_bytes = reader.number();
  info.driver_version = static_cast<int>(reader.number());
  info.major = static_cast<int>(reader.number());
  info.minor = static_cast<int>(reader.number());
  info.sms = static_cast<unsigned>(reader.number());
  info.clock_mhz = 1e-3 * static_cast<double>(reader.number());
  info.memory_clock_mhz = 1e-3 * static_cast<double>(reader.number());
  info.bus_bits = static_cast<unsigned>(reader.number());
  info.l2_bytes = reader.number();
  info.shared_bytes_per_block = static_cast<uint32_t>(reader.number());
  return info;
}

void add_launch(MessageWriter& to, const Step& step, std::span<const std::byte> parameters) {
  to.add(step.kernel);
  for (const vgpu::Dim3& dim : {step.grid, step.block}) {
    to.add(uint64_t{dim.x}).add(uint64_t{dim.y}).add(uint64_t{dim.z});
  }
  to.add(uint64_t{step.shared_bytes});
  to.add(std::string(reinterpret_cast<const char*>(parameters.data()), parameters.size()));
}

void add_regions(MessageWriter& to, const std::vector<GpuRegion>& regions) {
  to.add(static_cast<uint64_t>(regions.size()));
  for (const GpuRegion& region : regions) to.add(region.address).add(region.bytes);
}

}  // namespace

/// Memory that the grader and the GPU's process both see.
class Gpu::Staging {
 public:
  Staging() : file_(memfd_create("tritutor", MFD_CLOEXEC)) {
    if (file_ < 0 || ftruncate(file_, static_cast<off_t>(staging_bytes)) != 0) fail();
    memory_ = mmap(nullptr, staging_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
    if (memory_ == MAP_FAILED) fail();
  }
  ~Staging() {
    if (memory_ != nullptr && memory_ != MAP_FAILED) munmap(memory_, staging_bytes);
    if (file_ >= 0) close(file_);
  }
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  int file() const { return file_; }
  std::byte* memory() { return static_cast<std::byte*>(memory_); }

 private:
  [[noreturn]] static void fail() {
    throw GpuError(GpuError::Kind::absent,
                   fmt::format("no memory can be shared with the GPU's process: {}", std::strerror(errno)));
  }
  int file_;
  void* memory_ = nullptr;
};

GpuList list_gpus() {
  GpuList list;
  try {
    ChildProcess process(program_path(), "list");
    const auto start = std::chrono::steady_clock::now();
    const std::optional<Message> answer = process.receive([&] {
      return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < start_seconds;
    });
    if (!answer || answer->size() < 2) {
      list.why_none = "the NVIDIA driver did not answer";
      return list;
    }
    MessageReader reader(*answer);
    if (reader.text() != "devices") {
      list.why_none = reader.text();
      return list;
    }
    for (uint64_t left = reader.number(); left > 0; --left) list.gpus.push_back(info_of(reader));
    if (list.gpus.empty()) list.why_none = "there is an NVIDIA driver, but no GPU";
  } catch (const std::runtime_error& error) {
    list.why_none = error.what();
  }
  return list;
}

Gpu::Gpu(int ordinal, const std::atomic<bool>* stop) : stop_(stop), staging_(std::make_unique<Staging>()) {
  info_.ordinal = ordinal;
  start();
}

Gpu::~Gpu() = default;

void Gpu::start() {
  try {
    process_ = std::make_unique<ChildProcess>(program_path(), std::to_string(info_.ordinal), staging_->file());
  } catch (const ChildError& error) {
    throw GpuError(GpuError::Kind::absent, error.what());
  }
  const auto begin = std::chrono::steady_clock::now();
  const std::optional<Message> said = process_->receive([&] {
    const std::chrono::duration<double> waited = std::chrono::steady_clock::now() - begin;
    return waited.count() < start_seconds && !(stop_ != nullptr && stop_->load());
  });
  if (said && said->size() > 1 && (*said)[0] == "ready") {
    MessageReader reader(*said);
    reader.text();
    info_ = info_of(reader);
    return;
  }
  process_.reset();
  if (stop_ != nullptr && stop_->load()) throw GpuError(GpuError::Kind::stopped, "stopped");
  throw GpuError(GpuError::Kind::absent, said && said->size() > 1 ? (*said)[1] : "the NVIDIA driver did not answer");
}

/// Sends a request and waits for its answer.
Message Gpu::ask(const Message& request, double seconds) {
  if (!process_) {
    start();
    if (!tools_.empty()) ask({"tools", tools_}, usual_seconds);
    if (!code_.empty() && request[0] != "load") ask({"load", code_}, usual_seconds);
  }
  const auto begin = std::chrono::steady_clock::now();
  bool late = false;
  const auto stopped = [&] { return stop_ != nullptr && stop_->load(); };
  std::optional<Message> answer;
  if (process_->send(request)) {
    answer = process_->receive([&] {
      late = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() > seconds;
      return !late && !stopped();
    });
  }
  if (answer && !answer->empty() && (*answer)[0] == "ok") return std::move(*answer);
  const std::string how = answer && answer->size() > 1 ? (*answer)[0] : "died";
  if (how == "refused") throw GpuError(GpuError::Kind::refused, (*answer)[1]);
  if (how == "no memory") throw GpuError(GpuError::Kind::no_memory, (*answer)[1]);
  if (how == "failed") throw GpuError(GpuError::Kind::refused, (*answer)[1]);
  process_.reset();  // kills it
  if (stopped()) throw GpuError(GpuError::Kind::stopped, "stopped");
  if (how == "fault" && answer->size() > 3) throw GpuError(GpuError::Kind::fault, (*answer)[3]);
  if (how == "hang") {
    throw GpuError(GpuError::Kind::hang, fmt::format("it had not ended after {:.0f} s", std::stod((*answer)[1])));
  }
  if (late) throw GpuError(GpuError::Kind::hang, fmt::format("the GPU did not answer within {:.0f} s", seconds));
  throw GpuError(GpuError::Kind::died, "the GPU's process ended without a word: the driver may have crashed");
}

void Gpu::load(std::string code) {
  code_ = std::move(code);
  ask({"load", code_}, usual_seconds);
}

void Gpu::load_tools(std::string code) {
  tools_ = std::move(code);
  ask({"tools", tools_}, usual_seconds);
}

Device::Buffer Gpu::allocate(uint64_t bytes) {
  const Message answer = ask(MessageWriter("allocate").add(bytes).message(), usual_seconds);
  MessageReader reader(answer);
  reader.text();
  return reader.number();
}

void Gpu::free_all() { ask({"free"}, usual_seconds); }

void Gpu::upload(Device::Buffer to, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const size_t part = std::min(bytes.size(), staging_bytes);
    std::memcpy(staging_->memory(), bytes.data(), part);
    ask(MessageWriter("upload").add(to).add(uint64_t{part}).message(), usual_seconds);
    bytes = bytes.subspan(part);
    to += part;
  }
}

void Gpu::download(Device::Buffer from, std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const size_t part = std::min(bytes.size(), staging_bytes);
    ask(MessageWriter("download").add(from).add(uint64_t{part}).message(), usual_seconds);
    std::memcpy(bytes.data(), staging_->memory(), part);
    bytes = bytes.subspan(part);
    from += part;
  }
}

void Gpu::run(const Step& step, std::span<const std::byte> parameters, double seconds) {
  MessageWriter request("run");
  request.add(seconds);
  add_launch(request, step, parameters);
  ask(request.message(), seconds + usual_seconds);
}

std::vector<GuardDamage> Gpu::damages() {
  const Message answer = ask({"guards"}, usual_seconds);
  MessageReader reader(answer);
  reader.text();
  std::vector<GuardDamage> damages;
  while (!reader.at_end()) {
    GuardDamage damage;
    damage.address = reader.number();
    damage.byte = std::stoll(reader.text());
    damages.push_back(damage);
  }
  return damages;
}

uint64_t Gpu::fingerprint(GpuRegion region) {
  const Message answer =
      ask(MessageWriter("fingerprint").add(region.address).add(region.bytes).message(), usual_seconds);
  MessageReader reader(answer);
  reader.text();
  return reader.number();
}

std::string Gpu::use_cublas(const std::vector<std::string>& candidates) {
  return ask(MessageWriter("cublas").add(candidates).message(), usual_seconds).at(1);
}

void Gpu::take_sets(const std::vector<GpuTimedSet>& sets) {
  MessageWriter request("sets");
  request.add(static_cast<uint64_t>(sets.size()));
  for (const GpuTimedSet& set : sets) {
    request.add(static_cast<uint64_t>(set.launches.size()));
    for (const auto& [step, parameters] : set.launches) add_launch(request, step, parameters);
    add_regions(request, set.outputs);
    add_regions(request, set.inputs);
  }
  ask(request.message(), usual_seconds);
}

Gpu::Limit Gpu::limit_of(MessageWriter& request) {
  const Message answer = ask(request.message(), usual_seconds);
  MessageReader reader(answer);
  reader.text();
  Limit limit;
  limit.us = reader.real();
  limit.name = reader.text();
  return limit;
}

Gpu::Limit Gpu::limit_by_copy(uint64_t bytes) { return limit_of(MessageWriter("limit").add("copy").add(bytes)); }

Gpu::Limit Gpu::limit_by_read(uint64_t bytes) { return limit_of(MessageWriter("limit").add("read").add(bytes)); }

Gpu::Limit Gpu::limit_by_gemm(uint64_t m, uint64_t n, uint64_t k, uint64_t batch) {
  return limit_of(MessageWriter("limit").add("gemm").add(m).add(n).add(k).add(batch));
}

Gpu::Limit Gpu::no_limit() { return limit_of(MessageWriter("limit").add("none")); }

GpuSamples Gpu::time(uint64_t count) {
  const Message answer = ask(MessageWriter("time").add(count).message(), 4 * usual_seconds);
  MessageReader reader(answer);
  reader.text();
  GpuSamples all;
  for (uint64_t left = reader.number(); left > 0; --left) {
    GpuSample sample;
    sample.us = reader.real();
    sample.clock_mhz = reader.real();
    sample.limit_us = reader.real();
    sample.limit_clock_mhz = reader.real();
    sample.set = reader.number();
    for (uint64_t outputs = reader.number(); outputs > 0; --outputs) {
      GpuSample::Output output;
      output.fingerprint = reader.number();
      output.bytes = reader.text();
      sample.outputs.push_back(std::move(output));
    }
    all.samples.push_back(std::move(sample));
  }
  all.inputs.resize(reader.number());
  for (std::vector<uint64_t>& set : all.inputs) {
    set.resize(reader.number());
    for (uint64_t& fingerprint : set) fingerprint = reader.number();
  }
  return all;
}

GpuRates Gpu::rates(uint64_t bytes) {
  const Message answer = ask(MessageWriter("rates").add(bytes).message(), usual_seconds);
  MessageReader reader(answer);
  reader.text();
  GpuRates rates;
  for (double* each : {&rates.copy, &rates.read, &rates.float_operations, &rates.integer_turns, &rates.empty_us}) {
    *each = reader.real();
  }
  return rates;
}

GpuDevice::GpuDevice(Gpu& gpu, double seconds) : gpu_(gpu), seconds_(seconds) { gpu_.free_all(); }

Device::Buffer GpuDevice::allocate(const BufferSpec& spec) {
  buffers_.push_back({gpu_.allocate(spec.bytes), spec});
  return buffers_.back().address;
}

vgpu::LaunchResult GpuDevice::run(const Step& step, std::span<const std::byte> parameters, const vgpu::Limits&) {
  gpu_.run(step, parameters, seconds_);
  vgpu::LaunchResult result;
  result.completed = true;
  result.blocks_run = step.grid.count();
  for (const GuardDamage& damage : gpu_.damages()) {
    const auto named = std::find_if(buffers_.begin(), buffers_.end(),
                                    [&](const Named& each) { return each.address == damage.address; });
    if (named == buffers_.end()) continue;
    const auto element = static_cast<int64_t>(named->spec.element_bytes);
    // Of a band before the buffer, the first byte that changed counts: elements below 0.
    const int64_t index = damage.byte >= 0 ? damage.byte / element : (damage.byte - element + 1) / element;
    vgpu::Finding finding;
    finding.kind = vgpu::Finding::Kind::out_of_bounds;
    finding.buffer = named->spec.name;
    finding.index = index;
    finding.length = static_cast<int64_t>(named->spec.bytes / named->spec.element_bytes);
    finding.count = 1;
    finding.message =
        fmt::format("{} stored to {}[{}], outside of the buffer, which has {} elements; the GPU does not tell the line",
                    step.kernel, named->spec.name, index, named->spec.bytes / named->spec.element_bytes);
    result.findings.push_back(std::move(finding));
  }
  return result;
}

}  // namespace tritutor
