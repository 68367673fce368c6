#ifndef VGPU_C_H
#define VGPU_C_H
/* libvgpu: the virtual GPU for C, and for every language that can call C. PTX in; memory, findings, counters and a
 * predicted time out. No GPU and no driver.
 *
 *   vgpu_device* device;  vgpu_module* module;  uint64_t x;  char* json;
 *   vgpu_device_create("H200", NULL, &device);
 *   vgpu_module_load(ptx, strlen(ptx), &module);
 *   vgpu_buffer_description about = {sizeof about, "x", "f32", VGPU_BUFFER_READ_ONLY};
 *   vgpu_buffer_wrap(device, floats, 1000 * sizeof *floats, &about, &x);
 *   const void* arguments[] = {&x, &n};
 *   vgpu_launch launch = {.struct_size = sizeof launch, .kernel = "scale", .grid = {4, 1, 1}, .block = {256, 1, 1}};
 *   launch.arguments = arguments;  launch.argument_count = 2;
 *   if (vgpu_run(device, module, &launch, &json) != VGPU_OK) puts(vgpu_error_message());
 *   ...  vgpu_free(json);
 *
 * Errors. Every function that can fail returns a vgpu_status. vgpu_error_message(), vgpu_error_file() and
 * vgpu_error_line() tell of the last failure in the calling thread. What a kernel does wrong is no failure: it is a
 * finding in the JSON, and the launch returns VGPU_OK.
 *
 * Threads. A module may be used by any number of threads at once. A device is for one thread at a time, but for
 * vgpu_device_stop(); several devices are independent of each other.
 *
 * Stability. Within one major version of the library (its SONAME) no function changes its meaning or disappears, no
 * member of a struct moves, and no member of the JSON disappears; all of them may gain new ones at their ends. A struct
 * starts with its size, which the caller sets to sizeof: a library that knows more members takes those past it as 0,
 * one that knows fewer refuses a struct in which they are not 0. */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define VGPU_API __attribute__((visibility("default")))
#else
#define VGPU_API
#endif

/* The interface that this header describes. */
#define VGPU_INTERFACE_MAJOR 1
#define VGPU_INTERFACE_MINOR 0

/* The library's: major << 16 | minor. A program runs with any minor that is its own or later. */
VGPU_API uint32_t vgpu_interface(void);

typedef enum vgpu_status {
  VGPU_OK = 0,
  VGPU_ERROR_PTX = 1,      /* no PTX, or a kernel that needs what the virtual GPU has not */
  VGPU_ERROR_INVALID = 2,  /* an argument of the call, or a launch that no GPU would do */
  VGPU_ERROR_MEMORY = 3,   /* this machine's memory, or the address space of 1,279 buffers, is used up */
  VGPU_ERROR_INTERNAL = 4, /* a fault of the library */
} vgpu_status;

/* Of the calling thread's last failure; valid until its next. Never NULL. */
VGPU_API const char* vgpu_error_message(void);
/* Where it lies in the kernel's source: "" and 0 where that is unknown. */
VGPU_API const char* vgpu_error_file(void);
VGPU_API int vgpu_error_line(void);

/* For what a function gives as char*. NULL is allowed. */
VGPU_API void vgpu_free(char* text);

/* ---- modules: loaded PTX, immutable ---- */

typedef struct vgpu_module vgpu_module;

/* `ptx` need not end with 0. A kernel that cannot run does not fail here: it says so in vgpu_module_kernels(). */
VGPU_API vgpu_status vgpu_module_load(const char* ptx, size_t bytes, vgpu_module** module);
/* A module may be freed while a device still holds its variables. NULL is allowed. */
VGPU_API void vgpu_module_free(vgpu_module* module);
/* JSON, valid as long as the module: [{"kernel", "parameters": [{"type", "bytes", "alignment"}],
 * "static_shared_bytes", "registers_live", "max_threads_per_block", "required_block": [x, y, z] or null,
 * "refused": {"message", "file", "line"} or null}]. */
VGPU_API const char* vgpu_module_kernels(const vgpu_module* module);

/* ---- devices: memory, and the figures of a real one ---- */

typedef struct vgpu_device vgpu_device;

/* The devices that time can be predicted for, as JSON: [{"name", "title"}]. `profiles` is a folder of such files as
 * grader/profiles has; NULL: those built into the library. */
VGPU_API vgpu_status vgpu_profiles(const char* profiles, char** json);
/* `profile` is one's name, whatever its case and without regard to spaces, '-' and '_'; NULL: "H200". */
VGPU_API vgpu_status vgpu_device_create(const char* profile, const char* profiles, vgpu_device** device);
/* Its buffers go with it. NULL is allowed. */
VGPU_API void vgpu_device_free(vgpu_device* device);
/* JSON, valid as long as the device: {"name", "title", "sm_count", "warp_size", "max_threads_per_block",
 * "max_shared_bytes_per_block", "max_shared_bytes_per_sm", "threads_per_sm", "blocks_per_sm", "clock_mhz", "l2_bytes",
 * "dram_gbytes_per_s", "fp32_tflops", "tensor_f16_tflops"}. */
VGPU_API const char* vgpu_device_properties(const vgpu_device* device);
/* `stop` not 0: the running launch ends soon, and every later one at once, until it is called with 0. From any thread,
 * and from a signal's handler. */
VGPU_API void vgpu_device_stop(vgpu_device* device, int stop);

/* ---- buffers ---- */

#define VGPU_BUFFER_READ_ONLY 1u /* a kernel's write to it is a finding */
#define VGPU_BUFFER_UNDEFINED 2u /* nothing was written yet: reading it first is a finding */
#define VGPU_BUFFER_SCRATCH 4u   /* as UNDEFINED, and undefined values may be stored in it, for nobody reads them */

typedef struct vgpu_buffer_description {
  size_t struct_size;
  const char* name;    /* for findings: "x[1000]; x has 1000 floats"; NULL: "buffer" */
  const char* element; /* f16 bf16 f32 f64 i8 u8 i16 u16 i32 u32 i64 u64; NULL: u8 */
  uint32_t flags;      /* of VGPU_BUFFER_... */
} vgpu_buffer_description;

/* Makes the caller's memory a buffer. Kernels read and write it where it is; it has to stay until vgpu_buffer_free().
 * `host` is aligned to 16 bytes. `*address` is what kernels get, and any place inside: *address + offset; its lowest
 * eight bits are those of `host`, so that alignment is the same on both sides. Every buffer lies gigabytes from all
 * others. Two buffers over the same memory are two to the checks: wrap memory that several arguments share once, as a
 * whole, and give kernels places in it. `about` may be NULL. */
VGPU_API vgpu_status vgpu_buffer_wrap(vgpu_device* device, void* host, uint64_t bytes,
                                      const vgpu_buffer_description* about, uint64_t* address);
/* Makes a buffer of the library's own memory, filled with 0xff and aligned to 256 bytes. */
VGPU_API vgpu_status vgpu_buffer_allocate(vgpu_device* device, uint64_t bytes, const vgpu_buffer_description* about,
                                          uint64_t* address);
VGPU_API vgpu_status vgpu_buffer_free(vgpu_device* device, uint64_t address);
/* A buffer's bytes on this machine, valid until it is freed. `address` is its start, here and below. */
VGPU_API vgpu_status vgpu_buffer_data(vgpu_device* device, uint64_t address, void** host, uint64_t* bytes);
/* Says which of its bytes nobody has written: those whose entry in `undefined`, of `bytes` entries, is not 0. */
VGPU_API vgpu_status vgpu_buffer_mark_undefined(vgpu_device* device, uint64_t address, const uint8_t* undefined,
                                                uint64_t bytes);

/* ---- launches ---- */

typedef struct vgpu_launch {
  size_t struct_size;
  const char* kernel; /* as PTX names it */
  uint32_t grid[3];   /* blocks */
  uint32_t block[3];  /* threads */
  uint32_t dynamic_shared_bytes;
  uint32_t threads;             /* of this machine; the result never depends on it. 0: all cores */
  const void* const* arguments; /* of each parameter a pointer to its value, as cuLaunchKernel has it ... */
  size_t argument_count;
  const void* parameters; /* ... or the whole parameter buffer, each at its aligned place */
  size_t parameter_bytes;
  uint64_t warp_steps;  /* instructions one warp may run before its loop is called endless. 0: 64,000,000 */
  uint64_t total_steps; /* warp instructions of the whole launch. 0: 4,000,000,000 */
} vgpu_launch;

/* Runs a kernel to its end. `*json` is for vgpu_free():
 * {
 *   "kernel", "grid": [x, y, z], "block": [x, y, z], "shared_bytes",
 *   "completed": every thread ran to its end, "stopped": vgpu_device_stop() ended it,
 *   "over_budget": total_steps ended it, "warp_instructions", "lane_instructions",
 *   "findings": [{"kind", "file", "line", "column", "message", "cause", "buffer", "index", "length", "block", "thread",
 *                 "count"}],
 *   "notes": likewise; worth saying, and nothing wrong,
 *   "printed": what printf wrote,
 *   "counters": {"total", "dram_read_sectors", "dram_written_sectors", "lines": [{"file", "line", "counts"}]},
 *   "prediction": {"device", "time_us": with its launch, "limiter": the busiest part, or "launch",
 *                  "terms_us": {"issue", "fp32", "fp64", "integer", "special", "tensor", "shared", "l2", "dram", ...},
 *                  "busy_sms", "slower", "faster": by which factors the device itself may be}
 * }
 * notes/vgpu.md says what each kind and count is. A prediction is never a measurement, and null where the launch did
 * not complete. */
VGPU_API vgpu_status vgpu_run(vgpu_device* device, const vgpu_module* module, const vgpu_launch* launch, char** json);

#ifdef __cplusplus
}
#endif
#endif
