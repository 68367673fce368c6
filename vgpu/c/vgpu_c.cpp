// The C interface: every call is one of vgpu.h's, with exceptions turned into a status and a message.

#include "vgpu/c/vgpu_c.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <thread>

#include "app/vgpu/element.h"
#include "vgpu/c/built_in_profiles.h"
#include "vgpu/c/result_json.h"

struct vgpu_module {
  std::shared_ptr<const vgpu::Module> module;
  std::string kernels;
};

struct vgpu_device {
  explicit vgpu_device(tritutor::DeviceProfile wanted)
      : profile(std::move(wanted)), properties(vgpu_c::properties_json(profile)), gpu(tritutor::hardware_of(profile)) {}

  tritutor::DeviceProfile profile;
  std::string properties;
  vgpu::Gpu gpu;
  std::shared_ptr<const vgpu::Module> module;  // launched last: gpu holds its variables and knows it by its address
  std::atomic<bool> stop{false};
};

namespace {

/// What the caller did wrong.
class Invalid : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Failure {
  std::string message, file;
  int line = 0;
};
thread_local Failure last_failure;

vgpu_status fail(vgpu_status status, std::string message, std::string file = "", int line = 0) {
  last_failure = {std::move(message), std::move(file), line};
  return status;
}

template <class F>
vgpu_status guarded(F f) {
  try {
    f();
    return VGPU_OK;
  } catch (const vgpu::LoadError& error) {
    return fail(VGPU_ERROR_PTX, error.what(), error.file(), error.line());
  } catch (const Invalid& error) {
    return fail(VGPU_ERROR_INVALID, error.what());
  } catch (const vgpu::LaunchError& error) {
    return fail(VGPU_ERROR_INVALID, error.what());
  } catch (const tritutor::ProfileError& error) {
    return fail(VGPU_ERROR_INVALID, error.what());
  } catch (const std::bad_alloc&) {
    return fail(VGPU_ERROR_MEMORY, "out of memory");
  } catch (const std::exception& error) {
    return fail(VGPU_ERROR_INTERNAL, error.what());
  }
}

void require(bool given, const char* what) {
  if (!given) throw Invalid(fmt::format("{} is NULL", what));
}

/// A caller's struct, as long as this library's: what an older caller does not know is 0.
template <class T>
T whole(const T* given, const char* name) {
  require(given != nullptr, name);
  const size_t size = given->struct_size;
  if (size < sizeof(size_t)) throw Invalid(fmt::format("{}.struct_size is {}; set it to sizeof", name, size));
  const auto* bytes = reinterpret_cast<const unsigned char*>(given);
  if (size > sizeof(T) && std::any_of(bytes + sizeof(T), bytes + size, [](unsigned char b) { return b != 0; })) {
    throw Invalid(fmt::format("{} asks for what this version of libvgpu does not have", name));
  }
  T copy{};
  std::memcpy(&copy, given, std::min(size, sizeof(T)));
  return copy;
}

char* copied(const std::string& text) {
  auto* copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy == nullptr) throw std::bad_alloc();
  std::memcpy(copy, text.c_str(), text.size() + 1);
  return copy;
}

std::vector<tritutor::DeviceProfile> profiles_in(const char* folder) {
  return folder == nullptr ? vgpu_c::built_in_profiles() : tritutor::load_profiles(folder);
}

/// What a buffer's description says.
struct Described {
  std::string name = "buffer", noun = "byte";
  uint32_t element_bytes = 1;
  vgpu::Access access = vgpu::Access::read_write;
  bool undefined = false, scratch = false;
};

Described described(const vgpu_buffer_description* about) {
  Described out;
  if (about == nullptr) return out;
  const vgpu_buffer_description given = whole(about, "vgpu_buffer_description");
  if (given.name != nullptr) out.name = given.name;
  if (given.element != nullptr) {
    const auto element = vgpu_program::element_named(given.element);
    if (!element) {
      throw Invalid(
          fmt::format("there is no element type '{}'; there are {}", given.element, vgpu_program::element_names()));
    }
    out.element_bytes = vgpu_program::size_of(*element);
    out.noun = vgpu_program::noun_of(*element);
  }
  constexpr uint32_t known = VGPU_BUFFER_READ_ONLY | VGPU_BUFFER_UNDEFINED | VGPU_BUFFER_SCRATCH;
  if ((given.flags & ~known) != 0) throw Invalid(fmt::format("there is no buffer flag {:#x}", given.flags & ~known));
  if ((given.flags & VGPU_BUFFER_READ_ONLY) != 0) out.access = vgpu::Access::read_only;
  out.scratch = (given.flags & VGPU_BUFFER_SCRATCH) != 0;
  out.undefined = out.scratch || (given.flags & VGPU_BUFFER_UNDEFINED) != 0;
  return out;
}

std::vector<std::byte> parameters_of(const vgpu::KernelInfo& kernel, const vgpu_launch& launch) {
  std::vector<std::byte> parameters;
  if (launch.parameters != nullptr) {
    if (launch.arguments != nullptr) throw Invalid("both arguments and parameters are given: leave out one");
    const auto* bytes = static_cast<const std::byte*>(launch.parameters);
    return {bytes, bytes + launch.parameter_bytes};
  }
  if (launch.argument_count != kernel.parameters.size()) {
    throw Invalid(fmt::format("{} has {} parameters, {} arguments are given", kernel.name, kernel.parameters.size(),
                              launch.argument_count));
  }
  for (size_t i = 0; i < launch.argument_count; ++i) {
    require(launch.arguments != nullptr && launch.arguments[i] != nullptr, "an argument");
    vgpu::pack(parameters, launch.arguments[i], kernel.parameters[i].bytes, kernel.parameters[i].alignment);
  }
  return parameters;
}

vgpu::Limits limits_of(const vgpu_launch& launch, const std::atomic<bool>& stop) {
  vgpu::Limits limits;
  if (launch.warp_steps > 0) limits.warp_steps = launch.warp_steps;
  limits.total_steps = launch.total_steps > 0 ? launch.total_steps : std::max(limits.total_steps, limits.warp_steps);
  limits.threads = launch.threads > 0 ? launch.threads : std::max(std::thread::hardware_concurrency(), 1u);
  limits.stop = &stop;
  return limits;
}

}  // namespace

uint32_t vgpu_interface(void) { return VGPU_INTERFACE_MAJOR << 16 | VGPU_INTERFACE_MINOR; }

const char* vgpu_error_message(void) { return last_failure.message.c_str(); }
const char* vgpu_error_file(void) { return last_failure.file.c_str(); }
int vgpu_error_line(void) { return last_failure.line; }

void vgpu_free(char* text) { std::free(text); }

vgpu_status vgpu_module_load(const char* ptx, size_t bytes, vgpu_module** module) {
  return guarded([&] {
    require(ptx != nullptr, "ptx");
    require(module != nullptr, "module");
    auto loaded = std::make_unique<vgpu_module>();
    loaded->module = vgpu::Module::load({ptx, bytes});
    loaded->kernels = vgpu_c::kernels_json(*loaded->module);
    *module = loaded.release();
  });
}

void vgpu_module_free(vgpu_module* module) { delete module; }

const char* vgpu_module_kernels(const vgpu_module* module) { return module->kernels.c_str(); }

vgpu_status vgpu_profiles(const char* profiles, char** json) {
  return guarded([&] {
    require(json != nullptr, "json");
    *json = copied(vgpu_c::profiles_json(profiles_in(profiles)));
  });
}

vgpu_status vgpu_device_create(const char* profile, const char* profiles, vgpu_device** device) {
  return guarded([&] {
    require(device != nullptr, "device");
    const std::string name = profile != nullptr ? profile : "H200";
    const std::vector<tritutor::DeviceProfile> all = profiles_in(profiles);
    const tritutor::DeviceProfile* found = tritutor::find_profile(all, name);
    if (found == nullptr) {
      std::string names;
      for (const tritutor::DeviceProfile& each : all) names += (names.empty() ? "" : ", ") + each.name;
      throw Invalid(fmt::format("there is no device profile '{}'; there are {}", name, names));
    }
    *device = std::make_unique<vgpu_device>(*found).release();
  });
}

void vgpu_device_free(vgpu_device* device) { delete device; }

const char* vgpu_device_properties(const vgpu_device* device) { return device->properties.c_str(); }

void vgpu_device_stop(vgpu_device* device, int stop) { device->stop = stop != 0; }

vgpu_status vgpu_buffer_wrap(vgpu_device* device, void* host, uint64_t bytes, const vgpu_buffer_description* about,
                             uint64_t* address) {
  return guarded([&] {
    require(device != nullptr, "device");
    require(host != nullptr || bytes == 0, "host");
    require(address != nullptr, "address");
    const Described what = described(about);
    const uint64_t at =
        device->gpu.wrap(what.name, {static_cast<std::byte*>(host), bytes}, what.access, what.element_bytes, what.noun);
    if (what.undefined) device->gpu.mark_undefined(at, !what.scratch);
    *address = at;
  });
}

vgpu_status vgpu_buffer_allocate(vgpu_device* device, uint64_t bytes, const vgpu_buffer_description* about,
                                 uint64_t* address) {
  return guarded([&] {
    require(device != nullptr, "device");
    require(address != nullptr, "address");
    const Described what = described(about);
    const uint64_t at = device->gpu.allocate(what.name, bytes, what.access, what.element_bytes, what.noun);
    if (what.undefined) device->gpu.mark_undefined(at, !what.scratch);
    *address = at;
  });
}

vgpu_status vgpu_buffer_free(vgpu_device* device, uint64_t address) {
  return guarded([&] {
    require(device != nullptr, "device");
    device->gpu.data(address);  // throws where no buffer starts there
    device->gpu.free(address);
  });
}

vgpu_status vgpu_buffer_data(vgpu_device* device, uint64_t address, void** host, uint64_t* bytes) {
  return guarded([&] {
    require(device != nullptr, "device");
    const std::span<std::byte> data = device->gpu.data(address);
    if (host != nullptr) *host = data.data();
    if (bytes != nullptr) *bytes = data.size();
  });
}

vgpu_status vgpu_buffer_mark_undefined(vgpu_device* device, uint64_t address, const uint8_t* undefined,
                                       uint64_t bytes) {
  return guarded([&] {
    require(device != nullptr, "device");
    require(undefined != nullptr, "undefined");
    device->gpu.mark_undefined(address, {undefined, bytes});
  });
}

vgpu_status vgpu_run(vgpu_device* device, const vgpu_module* module, const vgpu_launch* launch, char** json) {
  return guarded([&] {
    require(device != nullptr, "device");
    require(module != nullptr, "module");
    require(json != nullptr, "json");
    const vgpu_launch given = whole(launch, "vgpu_launch");
    require(given.kernel != nullptr, "vgpu_launch.kernel");
    const vgpu::KernelInfo* kernel = module->module->find_kernel(given.kernel);
    if (kernel == nullptr) {
      std::string names;
      for (const vgpu::KernelInfo& each : module->module->kernels()) names += (names.empty() ? "" : ", ") + each.name;
      throw Invalid(fmt::format("there is no kernel '{}'; there are {}", given.kernel, names));
    }
    const vgpu_c::Launched launched{kernel->name,
                                    {given.grid[0], given.grid[1], given.grid[2]},
                                    {given.block[0], given.block[1], given.block[2]},
                                    kernel->static_shared_bytes + given.dynamic_shared_bytes,
                                    kernel->registers_live,
                                    kernel->max_threads_per_block};
    if (kernel->refusal) throw vgpu::LoadError(*kernel->refusal);
    const std::vector<std::byte> parameters = parameters_of(*kernel, given);
    if (device->module != module->module) {
      if (device->module) device->gpu.unload(*device->module);
      device->module = module->module;
    }
    const vgpu::LaunchResult result =
        device->gpu.launch(*module->module, kernel->name, launched.grid, launched.block, given.dynamic_shared_bytes,
                           parameters, limits_of(given, device->stop));
    *json = copied(vgpu_c::result_json(launched, result, device->profile));
  });
}
