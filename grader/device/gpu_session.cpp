#include "grader/device/gpu_session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <thread>

namespace tritutor::cuda {

using Clock = std::chrono::steady_clock;

namespace {

/// Before and after every buffer: what an index that is off by some rows reaches.
constexpr size_t guard_bytes = 64 << 10;
/// A failing kernel writes some thousand places at most until it is noticed; so many are told.
constexpr size_t most_damages = 16;

Launch launch_of(MessageReader& request) {
  Launch one;
  one.kernel = request.text();
  for (unsigned& side : one.grid) side = static_cast<unsigned>(request.number());
  for (unsigned& side : one.block) side = static_cast<unsigned>(request.number());
  one.shared_bytes = static_cast<unsigned>(request.number());
  one.parameters = request.text();
  return one;
}

std::vector<Region> regions_of(MessageReader& request) {
  std::vector<Region> regions(request.number());
  for (Region& region : regions) {
    region.address = request.number();
    region.bytes = request.number();
  }
  return regions;
}

int attribute(const Driver& driver, Attribute which, int device) {
  int value = 0;
  // One that a driver does not know leaves 0, which means unknown.
  return driver.cuDeviceGetAttribute(&value, which, device) == success ? value : 0;
}

void add_device(const Driver& driver, int ordinal, MessageWriter& to) {
  int device = 0, version = 0;
  char name[256] = {};
  size_t memory = 0;
  driver.check(driver.cuDeviceGet(&device, ordinal), "cuDeviceGet");
  driver.check(driver.cuDeviceGetName(name, sizeof name, device), "cuDeviceGetName");
  driver.check(driver.cuDeviceTotalMem(&memory, device), "cuDeviceTotalMem");
  driver.check(driver.cuDriverGetVersion(&version), "cuDriverGetVersion");
  to.add(static_cast<uint64_t>(ordinal)).add(std::string(name)).add(static_cast<uint64_t>(memory));
  to.add(static_cast<uint64_t>(version));
  for (const Attribute which :
       {compute_capability_major, compute_capability_minor, multiprocessor_count, clock_rate, memory_clock_rate,
        global_memory_bus_width, l2_cache_size, max_shared_memory_per_block_optin}) {
    to.add(static_cast<uint64_t>(std::max(0, attribute(driver, which, device))));
  }
}

}  // namespace

Message list_devices() {
  const Driver driver;
  driver.check(driver.cuInit(0), "cuInit");
  int count = 0;
  driver.check(driver.cuDeviceGetCount(&count), "cuDeviceGetCount");
  MessageWriter answer("devices");
  answer.add(static_cast<uint64_t>(count));
  for (int ordinal = 0; ordinal < count; ++ordinal) add_device(driver, ordinal, answer);
  return answer.take();
}

LoadedModule::LoadedModule(const Driver& driver, const std::string& code) : driver_(driver) {
  driver_.check(driver_.cuModuleLoadDataEx(&module_, code.c_str(), 0, nullptr, nullptr), "cuModuleLoadDataEx");
}

LoadedModule::~LoadedModule() { driver_.cuModuleUnload(module_); }

Function LoadedModule::function(const std::string& name) {
  Function& function = functions_[name];
  if (function == nullptr) {
    driver_.check(driver_.cuModuleGetFunction(&function, module_, name.c_str()), "cuModuleGetFunction");
  }
  return function;
}

Session::Session(int ordinal, void* staging, size_t staging_bytes)
    : ordinal_(ordinal), staging_(static_cast<char*>(staging)), staging_bytes_(staging_bytes) {
  driver_.check(driver_.cuInit(0), "cuInit");
  driver_.check(driver_.cuDeviceGet(&device_, ordinal), "cuDeviceGet");
  Context context = nullptr;
  driver_.check(driver_.cuDevicePrimaryCtxRetain(&context, device_), "cuDevicePrimaryCtxRetain");
  driver_.check(driver_.cuCtxSetCurrent(context), "cuCtxSetCurrent");
  driver_.check(driver_.cuStreamCreate(&stream_, stream_non_blocking), "cuStreamCreate");
  driver_.check(driver_.cuEventCreate(&start_, event_default), "cuEventCreate");
  driver_.check(driver_.cuEventCreate(&end_, event_default), "cuEventCreate");
  sms_ = static_cast<unsigned>(std::max(1, attribute(driver_, multiprocessor_count, device_)));
  l2_bytes_ = static_cast<size_t>(std::max(0, attribute(driver_, l2_cache_size, device_)));
  // Where either is refused, transfers are slower, or no part of L2 can be set aside in the first place.
  driver_.cuMemHostRegister(staging_, staging_bytes_, host_register_default);
  driver_.cuCtxSetLimit(limit_persisting_l2, 0);
  std::random_device entropy;
  guard_.resize(guard_bytes);
  for (char& byte : guard_) byte = static_cast<char>(entropy() % 255);  // never 0xFF, the poison of outputs
}

Message Session::hello() const {
  MessageWriter hello("ready");
  add_device(driver_, ordinal_, hello);
  return hello.take();
}

Message Session::answer(const Message& message) {
  MessageReader request(message);
  const std::string& what = request.text();
  try {
    if (what == "load") return load(request);
    if (what == "tools") return load_tools(request);
    if (what == "allocate") return allocate(request);
    if (what == "free") return free_all();
    if (what == "upload") return upload(request);
    if (what == "download") return download(request);
    if (what == "run") return run(request);
    if (what == "guards") return guards();
    if (what == "fingerprint") return fingerprint(request);
    if (what == "cublas") return use_cublas(request);
    if (what == "sets") return take_sets(request);
    if (what == "limit") return prepare_limit(request);
    if (what == "time") return time(request);
    if (what == "rates") return rates(request);
    return {"failed", "there is no request " + what};
  } catch (const Refused& error) {
    return {error.result() == out_of_memory ? "no memory" : "refused", error.what()};
  }
}

Message Session::load(MessageReader& request) {
  program_.reset();
  code_ = request.text();
  try {
    program_ = std::make_unique<LoadedModule>(driver_, code_);
  } catch (const Error& error) {
    throw Refused(error);
  }
  return {"ok"};
}

Message Session::load_tools(MessageReader& request) {
  tools_ = std::make_unique<LoadedModule>(driver_, request.text());
  flush_bytes_ = std::max<size_t>(2 * l2_bytes_, size_t{64} << 20);
  flush_ = reserve(flush_bytes_);
  clocks_ = reserve(size_t{2} * 2 * sms_ * sizeof(uint64_t));
  number_ = reserve(sizeof(uint64_t));
  launch_tool("random", 8 * sms_, 256, {flush_, flush_bytes_ / 4, 1});
  return {"ok"};
}

DevicePtr Session::reserve(size_t bytes) {
  DevicePtr address = 0;
  try {
    driver_.check(driver_.cuMemAlloc(&address, std::max<size_t>(bytes, 4)), "cuMemAlloc");
  } catch (const Error& error) {
    throw Refused(error);
  }
  return address;
}

void Session::release(DevicePtr address) { driver_.cuMemFree(address); }

Message Session::allocate(MessageReader& request) {
  const size_t bytes = request.number();
  const size_t whole = (bytes + 255) / 256 * 256;
  const DevicePtr base = reserve(whole + 2 * guard_bytes), address = base + guard_bytes;
  buffers_[address] = {base, bytes};
  driver_.check(driver_.cuMemsetD8Async(address, 0xFF, bytes == 0 ? 1 : bytes, stream_), "cuMemsetD8Async");
  driver_.check(driver_.cuMemcpyHtoDAsync(base, guard_.data(), guard_bytes, stream_), "cuMemcpyHtoDAsync");
  // Up to the next whole 256 bytes the guard band begins within them.
  driver_.check(driver_.cuMemcpyHtoDAsync(address + bytes, guard_.data(), guard_bytes, stream_), "cuMemcpyHtoDAsync");
  driver_.check(driver_.cuStreamSynchronize(stream_), "cuStreamSynchronize");
  return MessageWriter("ok").add(static_cast<uint64_t>(address)).take();
}

Message Session::free_all() {
  sets_.clear();
  limit_ = {};
  for (const DevicePtr address : limit_memory_) release(address);
  limit_memory_.clear();
  for (const auto& [address, buffer] : buffers_) release(buffer.base);
  buffers_.clear();
  return {"ok"};
}

Message Session::upload(MessageReader& request) {
  const DevicePtr to = request.number();
  const size_t bytes = request.number();
  driver_.check(driver_.cuMemcpyHtoDAsync(to, staging_, std::min(bytes, staging_bytes_), stream_), "cuMemcpyHtoDAsync");
  driver_.check(driver_.cuStreamSynchronize(stream_), "cuStreamSynchronize");
  return {"ok"};
}

Message Session::download(MessageReader& request) {
  const DevicePtr from = request.number();
  const size_t bytes = request.number();
  driver_.check(driver_.cuMemcpyDtoHAsync(staging_, from, std::min(bytes, staging_bytes_), stream_),
                "cuMemcpyDtoHAsync");
  driver_.check(driver_.cuStreamSynchronize(stream_), "cuStreamSynchronize");
  return {"ok"};
}

void Session::launch(LoadedModule& module, const Launch& one) {
  // cuLaunchKernel takes a whole parameter buffer by these (CU_LAUNCH_PARAM_...).
  size_t bytes = one.parameters.size();
  void* extra[] = {reinterpret_cast<void*>(1), const_cast<char*>(one.parameters.data()), reinterpret_cast<void*>(2),
                   &bytes, nullptr};
  try {
    const Function function = module.function(one.kernel);
    constexpr unsigned without_asking = 48 << 10;
    if (one.shared_bytes > without_asking) {
      driver_.check(
          driver_.cuFuncSetAttribute(function, function_max_dynamic_shared, static_cast<int>(one.shared_bytes)),
          "cuFuncSetAttribute");
    }
    driver_.check(driver_.cuLaunchKernel(function, one.grid[0], one.grid[1], one.grid[2], one.block[0], one.block[1],
                                         one.block[2], one.shared_bytes, stream_, nullptr, extra),
                  "cuLaunchKernel");
  } catch (const Error& error) {
    // What an earlier kernel did comes up in any call; nothing else of this one's makes the context unusable.
    if (driver_.cuStreamQuery(stream_) != success && driver_.cuStreamQuery(stream_) != not_ready) throw;
    int registers = 0;
    const uint64_t threads = uint64_t{one.block[0]} * one.block[1] * one.block[2];
    if (error.result() == out_of_resources &&
        driver_.cuFuncGetAttribute(&registers, function_registers, module.function(one.kernel)) == success) {
      throw Refused(Error(error, fmt::format("; {} takes {} registers a thread, and its block has {} threads: take "
                                             "smaller blocks, or write __launch_bounds__({}) before its name",
                                             one.kernel, registers, threads, threads)));
    }
    throw Refused(error);
  }
}

Launch Session::tool(const std::string& kernel, unsigned blocks, unsigned threads,
                     const std::vector<uint64_t>& parameters) const {
  Launch one;
  one.kernel = "tritutor_" + kernel;
  one.grid[0] = blocks;
  one.block[0] = threads;
  one.parameters.assign(reinterpret_cast<const char*>(parameters.data()), parameters.size() * sizeof(uint64_t));
  return one;
}

void Session::launch_tool(const std::string& kernel, unsigned blocks, unsigned threads,
                          const std::vector<uint64_t>& parameters) {
  launch(*tools_, tool(kernel, blocks, threads, parameters));
}

/// Until everything enqueued is done. Throws Hang after `seconds`.
void Session::wait(double seconds) {
  const Clock::time_point start = Clock::now();
  for (;;) {
    const Result result = driver_.cuStreamQuery(stream_);
    if (result == success) return;
    if (result != not_ready) driver_.check(result, "cuStreamQuery");
    const std::chrono::duration<double> waited = Clock::now() - start;
    if (waited.count() > seconds) throw Hang{seconds};
    if (waited.count() > 0.01) std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
}

Message Session::run(MessageReader& request) {
  const double seconds = request.real();
  launch(*program_, launch_of(request));
  wait(seconds);
  return {"ok"};
}

/// The guard bands that are not what they were: the buffer's address, the byte from its start (negative: before it).
Message Session::guards() {
  MessageWriter answer("ok");
  std::string now(guard_bytes, '\0');
  size_t damages = 0;
  for (const auto& [address, buffer] : buffers_) {
    for (const bool after : {false, true}) {
      const DevicePtr band = after ? address + buffer.bytes : buffer.base;
      driver_.check(driver_.cuMemcpyDtoHAsync(now.data(), band, guard_bytes, stream_), "cuMemcpyDtoHAsync");
      driver_.check(driver_.cuStreamSynchronize(stream_), "cuStreamSynchronize");
      const auto [is, was] = std::mismatch(now.begin(), now.end(), guard_.begin());
      if (is == now.end() || damages++ >= most_damages) continue;
      const auto at = is - now.begin();
      answer.add(static_cast<uint64_t>(address));
      answer.add(
          fmt::format("{}", after ? static_cast<int64_t>(buffer.bytes) + at : at - static_cast<int64_t>(guard_bytes)));
      // The next launch is judged by itself.
      driver_.check(driver_.cuMemcpyHtoDAsync(band, guard_.data(), guard_bytes, stream_), "cuMemcpyHtoDAsync");
      driver_.check(driver_.cuStreamSynchronize(stream_), "cuStreamSynchronize");
    }
  }
  return answer.take();
}

uint64_t Session::fingerprint_of(const Region& region) {
  uint64_t key = 0, sum = 0;
  std::memcpy(&key, guard_.data(), sizeof key);
  driver_.check(driver_.cuMemsetD8Async(number_, 0, sizeof sum, stream_), "cuMemsetD8Async");
  // The rest of a last word lies in the guard band, which does not change.
  const uint64_t words = (region.bytes + 3) / 4;
  launch_tool("fingerprint", 8 * sms_, 256, {region.address, words, key, number_});
  driver_.check(driver_.cuMemcpyDtoHAsync(&sum, number_, sizeof sum, stream_), "cuMemcpyDtoHAsync");
  driver_.check(driver_.cuStreamSynchronize(stream_), "cuStreamSynchronize");
  return sum;
}

Message Session::fingerprint(MessageReader& request) {
  Region region;
  region.address = request.number();
  region.bytes = request.number();
  return MessageWriter("ok").add(fingerprint_of(region)).take();
}

Message Session::use_cublas(MessageReader& request) {
  std::vector<std::string> candidates(request.number());
  for (std::string& candidate : candidates) candidate = request.text();
  try {
    if (!cublas_) cublas_ = std::make_unique<Cublas>(candidates, stream_);
  } catch (const std::runtime_error& error) {
    return {"refused", error.what()};
  }
  return {"ok", cublas_->version()};
}

Message Session::take_sets(MessageReader& request) {
  sets_.assign(request.number(), {});
  next_set_ = 0;
  for (TimedSet& set : sets_) {
    for (uint64_t left = request.number(); left > 0; --left) set.launches.push_back(launch_of(request));
    set.outputs = regions_of(request);
    set.inputs = regions_of(request);
  }
  return {"ok"};
}

}  // namespace tritutor::cuda
