// Timed samples: the learner's plan and the limit's kernel in turns, each from cold caches.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "grader/device/gpu_session.h"

namespace tritutor::cuda {
namespace {

constexpr double most_seconds = 20;  ///< of everything that one sample enqueues
constexpr int calibration_samples = 7;
/// An output of so many bytes is sent along where it is not what it was at first.
constexpr size_t most_sent_bytes = 1 << 20;

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

/// Nothing of what a kernel reads is in L2 before it, and nothing was set aside there by an earlier one. By reading:
/// lines that were written to would have to go to memory first, in the time of the kernel.
void Session::clear_l2() {
  driver_.cuCtxResetPersistingL2Cache();  // where a device has none, there is nothing to reset
  launch_tool("read_4", 8 * sms_, 256, {flush_, flush_bytes_ / 16, 0, number_});
}

void Session::record_clock(unsigned slot) {
  launch_tool("clock", 4 * sms_, 32, {clocks_ + slot * size_t{2} * sms_ * sizeof(uint64_t)});
}

/// Between the two records, over the SMs that took part in both.
double Session::clock_mhz() {
  std::vector<uint64_t> slots(size_t{2} * 2 * sms_);
  driver_.check(driver_.cuMemcpyDtoHAsync(slots.data(), clocks_, slots.size() * sizeof(uint64_t), stream_),
                "cuMemcpyDtoHAsync");
  driver_.check(driver_.cuStreamSynchronize(stream_), "cuStreamSynchronize");
  std::vector<double> rates;
  for (size_t sm = 0; sm < sms_; ++sm) {
    const uint64_t* before = slots.data() + 2 * sm;
    const uint64_t* after = before + 2 * size_t{sms_};
    if (before[1] == 0 || after[1] <= before[1] || after[0] <= before[0]) continue;
    rates.push_back(1e3 * static_cast<double>(after[0] - before[0]) / static_cast<double>(after[1] - before[1]));
  }
  return rates.empty() ? 0 : median(rates);
}

template <class Work>
Session::Sample Session::sample(const Work& work) {
  driver_.check(driver_.cuMemsetD8Async(clocks_, 0, size_t{2} * 2 * sms_ * sizeof(uint64_t), stream_),
                "cuMemsetD8Async");
  clear_l2();
  record_clock(0);
  driver_.check(driver_.cuEventRecord(start_, stream_), "cuEventRecord");
  work();
  driver_.check(driver_.cuEventRecord(end_, stream_), "cuEventRecord");
  record_clock(1);
  wait(most_seconds);
  float ms = 0;
  driver_.check(driver_.cuEventElapsedTime(&ms, start_, end_), "cuEventElapsedTime");
  return {1e3 * static_cast<double>(ms), clock_mhz()};
}

double Session::median_us(const Launch& one, int samples) {
  std::vector<double> times;
  sample([&] { launch(*tools_, one); });  // loads it
  for (int i = 0; i < samples; ++i) times.push_back(sample([&] { launch(*tools_, one); }).us);
  return median(times);
}

std::vector<Launch> Session::copy_variants(DevicePtr to, DevicePtr from, size_t bytes) const {
  const uint64_t pieces = bytes / 16;
  std::vector<Launch> variants;
  for (const unsigned unroll : {1u, 2u, 4u}) {
    for (const unsigned threads : {256u, 512u}) {
      const auto blocks = static_cast<unsigned>((pieces + uint64_t{threads} * unroll - 1) / (threads * unroll));
      variants.push_back(tool(fmt::format("copy_{}", unroll), std::max(1u, blocks), threads, {to, from, pieces}));
    }
  }
  return variants;
}

std::vector<Launch> Session::read_variants(DevicePtr from, size_t bytes) const {
  const uint64_t pieces = bytes / 16;
  std::vector<Launch> variants;
  for (const unsigned unroll : {1u, 4u, 8u}) {
    const auto most = static_cast<unsigned>((pieces + uint64_t{256} * unroll - 1) / (256 * unroll));
    for (const unsigned blocks : {4 * sms_, 8 * sms_, 32 * sms_, most}) {
      variants.push_back(tool(fmt::format("read_{}", unroll), std::clamp(blocks, 1u, std::max(1u, most)), 256,
                              {from, pieces, 0, number_}));
    }
  }
  return variants;
}

/// The fastest at this size on this device.
Launch Session::best_of(const std::vector<Launch>& variants, double& us) {
  Launch best;
  us = INFINITY;
  for (const Launch& variant : variants) {
    const double own = median_us(variant, calibration_samples);
    if (own < us) best = variant;
    us = std::min(us, own);
  }
  return best;
}

/// Sets what later samples are timed against: "copy" or "read" BYTES moved in all; "gemm" M N K BATCH; "none".
Message Session::prepare_limit(MessageReader& request) {
  for (const DevicePtr address : limit_memory_) release(address);
  limit_memory_.clear();
  limit_ = {};
  const auto memory = [&](size_t bytes) {
    const DevicePtr address = reserve(bytes);
    limit_memory_.push_back(address);
    launch_tool("random", 8 * sms_, 256, {address, bytes / 4, address});
    return address;
  };
  const std::string& kind = request.text();
  double us = 0;
  std::string name = "none";
  if (kind == "copy") {
    const size_t bytes = request.number() / 2;
    const DevicePtr from = memory(bytes), to = memory(bytes);
    limit_.launch = best_of(copy_variants(to, from, bytes), us);
    limit_.kind = LimitKernel::Kind::kernel;
  } else if (kind == "read") {
    const size_t bytes = request.number();
    limit_.launch = best_of(read_variants(memory(bytes), bytes), us);
    limit_.kind = LimitKernel::Kind::kernel;
  } else if (kind == "gemm") {
    GemmShape& shape = limit_.shape;
    for (uint64_t* side : {&shape.m, &shape.n, &shape.k, &shape.batch}) *side = request.number();
    limit_.gemm = {memory(4 * shape.batch * shape.m * shape.k), memory(4 * shape.batch * shape.k * shape.n),
                   memory(4 * shape.batch * shape.m * shape.n)};
    limit_.kind = LimitKernel::Kind::gemm;
    run_limit();  // loads its kernels
    us = sample([&] { run_limit(); }).us;
    name = "cuBLAS";
  }
  if (limit_.kind == LimitKernel::Kind::kernel) {
    name = fmt::format("{} {}x{}", limit_.launch.kernel, limit_.launch.grid[0], limit_.launch.block[0]);
  }
  wait(most_seconds);
  return MessageWriter("ok").add(us).add(name).take();
}

void Session::run_limit() {
  if (limit_.kind == LimitKernel::Kind::kernel) launch(*tools_, limit_.launch);
  if (limit_.kind == LimitKernel::Kind::gemm) cublas_->multiply(limit_.shape, limit_.gemm);
}

/// COUNT samples of the learner's plan and of the limit. For each: us and MHz of both, the set, and of each output its
/// fingerprint; at the end, of each set, fingerprints of its inputs.
///
/// Each sample has a program as it was loaded first, in which the plan has run once on another set: nothing that
/// a kernel kept from before can help, and its instructions are no colder than in a second run.
Message Session::time(MessageReader& request) {
  const uint64_t count = request.number();
  MessageWriter answer("ok");
  answer.add(count);
  for (uint64_t i = 0; i < count; ++i) {
    const size_t index = next_set_;
    next_set_ = (next_set_ + 1) % sets_.size();
    const TimedSet& set = sets_[index];
    const TimedSet& other = sets_[next_set_];
    program_.reset();
    program_ = std::make_unique<LoadedModule>(driver_, code_);
    const auto poison = [&](const TimedSet& of) {
      for (const Region& output : of.outputs) {
        if (output.bytes == 0) continue;
        driver_.check(driver_.cuMemsetD8Async(output.address, 0xFF, output.bytes, stream_), "cuMemsetD8Async");
      }
    };
    poison(other);
    for (const Launch& one : other.launches) launch(*program_, one);
    poison(set);
    wait(most_seconds);
    Sample own, limit;
    const auto run_own = [&] {
      own = sample([&] {
        for (const Launch& one : set.launches) launch(*program_, one);
      });
    };
    // Once before, like the plan: its instructions are as warm.
    const auto run_other = [&] {
      if (limit_.kind == LimitKernel::Kind::none) return;
      run_limit();
      limit = sample([&] { run_limit(); });
    };
    if (i % 2 == 0) {
      run_own();
      run_other();
    } else {
      run_other();
      run_own();
    }
    answer.add(own.us).add(own.clock_mhz).add(limit.us).add(limit.clock_mhz).add(static_cast<uint64_t>(index));
    answer.add(static_cast<uint64_t>(set.outputs.size()));
    for (const Region& output : set.outputs) {
      answer.add(fingerprint_of(output));
      std::string bytes;
      if (output.bytes <= most_sent_bytes) {
        bytes.resize(output.bytes);
        if (!bytes.empty()) {
          driver_.check(driver_.cuMemcpyDtoHAsync(bytes.data(), output.address, bytes.size(), stream_),
                        "cuMemcpyDtoHAsync");
          driver_.check(driver_.cuStreamSynchronize(stream_), "cuStreamSynchronize");
        }
      }
      answer.add(std::move(bytes));
    }
  }
  answer.add(static_cast<uint64_t>(sets_.size()));
  for (const TimedSet& set : sets_) {
    answer.add(static_cast<uint64_t>(set.inputs.size()));
    for (const Region& input : set.inputs) answer.add(fingerprint_of(input));
  }
  return answer.take();
}

/// What this device does at most: bytes/us of a copy and of reading; operations/us of
/// floats and of turns of tritutor_integer; us of an empty pair of events.
Message Session::rates(MessageReader& request) {
  const size_t bytes = request.number();
  const DevicePtr a = reserve(bytes), b = reserve(bytes);
  launch_tool("random", 8 * sms_, 256, {a, bytes / 4, 1});
  launch_tool("random", 8 * sms_, 256, {b, bytes / 4, 2});
  const auto rate = [](double amount, double us) { return amount / us; };
  std::vector<double> empty;
  for (int i = 0; i < calibration_samples; ++i) empty.push_back(sample([] {}).us);
  const auto moved = static_cast<double>(bytes);
  double copy_us = 0, read_us = 0;
  best_of(copy_variants(b, a, bytes), copy_us);
  best_of(read_variants(a, bytes), read_us);
  release(a);
  release(b);
  constexpr uint64_t turns = 1024;
  constexpr double operations_per_turn = 2 * 32;  // of tritutor_float
  const unsigned blocks = 16 * sms_, threads = 256;
  const double thread_turns = static_cast<double>(turns) * blocks * threads;
  const double float_us = median_us(tool("float", blocks, threads, {number_, turns, 0}), calibration_samples);
  const double integer_us = median_us(tool("integer", blocks, threads, {number_, turns / 4, 0}), calibration_samples);
  MessageWriter answer("ok");
  answer.add(rate(2 * moved, copy_us)).add(rate(moved, read_us));
  answer.add(rate(operations_per_turn * thread_turns, float_us))
      .add(rate(thread_turns / 4, integer_us))
      .add(median(empty));
  return answer.take();
}

}  // namespace tritutor::cuda
