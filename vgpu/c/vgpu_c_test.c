/* libvgpu as a C program uses it: vgpu_c_test FOLDER_OF_PTX. */

#define _POSIX_C_SOURCE 200809L

#include "vgpu/c/vgpu_c.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static _Atomic int checks = 0;

#define CHECK(condition)                                                                                      \
  do {                                                                                                        \
    ++checks;                                                                                                 \
    if (!(condition)) {                                                                                       \
      fprintf(stderr, "%s:%d: %s\n  last error: %s\n", __FILE__, __LINE__, #condition, vgpu_error_message()); \
      exit(1);                                                                                                \
    }                                                                                                         \
  } while (0)

/* y[i] = 2 x[i], without a mask: `n` is not looked at. */
static const char double_ptx[] =
    ".version 8.0\n.target sm_80\n.address_size 64\n"
    ".file 1 \"double.cu\"\n"
    ".visible .entry twice(.param .u64 x, .param .u64 y, .param .u32 n) {\n"
    "  .reg .b32 %r<4>; .reg .f32 %f<2>; .reg .b64 %d<6>;\n"
    "  .loc 1 3 5\n"
    "  ld.param.u64 %d0, [x]; ld.param.u64 %d1, [y];\n"
    "  mov.u32 %r0, %ctaid.x; mov.u32 %r1, %ntid.x; mov.u32 %r2, %tid.x;\n"
    "  mad.lo.s32 %r3, %r0, %r1, %r2;\n"
    "  mul.wide.s32 %d2, %r3, 4; add.s64 %d3, %d0, %d2; add.s64 %d4, %d1, %d2;\n"
    "  .loc 1 4 9\n"
    "  ld.global.f32 %f0, [%d3];\n"
    "  add.f32 %f1, %f0, %f0;\n"
    "  .loc 1 5 9\n"
    "  st.global.f32 [%d4], %f1;\n"
    "  ret;\n}\n"
    ".visible .entry forever() {\n"
    "  .loc 1 9 3\n"
    "again:\n  bra again;\n}\n"
    ".visible .entry hopper() {\n"
    "  .loc 1 12 3\n"
    "  wgmma.fence.sync.aligned;\n  ret;\n}\n";

static vgpu_module* load(const char* ptx) {
  vgpu_module* module = NULL;
  CHECK(vgpu_module_load(ptx, strlen(ptx), &module) == VGPU_OK);
  return module;
}

static vgpu_device* create(const char* profile) {
  vgpu_device* device = NULL;
  CHECK(vgpu_device_create(profile, NULL, &device) == VGPU_OK);
  return device;
}

static uint64_t wrap(vgpu_device* device, void* host, uint64_t bytes, const char* name, uint32_t flags) {
  const vgpu_buffer_description about = {sizeof about, name, "f32", flags};
  uint64_t address = 0;
  CHECK(vgpu_buffer_wrap(device, host, bytes, &about, &address) == VGPU_OK);
  return address;
}

static char* run_twice(vgpu_device* device, const vgpu_module* module, uint64_t x, uint64_t y, uint32_t blocks) {
  const uint32_t n = 0;
  const void* const arguments[] = {&x, &y, &n};
  vgpu_launch launch = {.struct_size = sizeof launch, .kernel = "twice", .grid = {blocks, 1, 1}, .block = {64, 1, 1}};
  launch.arguments = arguments;
  launch.argument_count = 3;
  launch.threads = 1;
  char* json = NULL;
  CHECK(vgpu_run(device, module, &launch, &json) == VGPU_OK);
  return json;
}

static int has(const char* text, const char* part) { return strstr(text, part) != NULL; }

static _Alignas(16) float xs[256], ys[256];

static void fill(void) {
  for (int i = 0; i < 256; ++i) {
    xs[i] = (float)i;
    ys[i] = -1;
  }
}

static void test_clean_launch_in_the_callers_memory(void) {
  fill();
  vgpu_module* module = load(double_ptx);
  vgpu_device* device = create("A100");
  const uint64_t x = wrap(device, xs, sizeof xs, "x", VGPU_BUFFER_READ_ONLY), y = wrap(device, ys, sizeof ys, "y", 0);
  CHECK(x % 256 == (uintptr_t)xs % 256 && y % 256 == (uintptr_t)ys % 256);
  char* json = run_twice(device, module, x, y, 4);
  for (int i = 0; i < 256; ++i) CHECK(ys[i] == 2 * (float)i);
  CHECK(has(json, "\"findings\":[],\"notes\":[]") && has(json, "\"completed\":true"));
  CHECK(has(json, "\"device\":\"A100\",\"time_us\":") && has(json, "\"limiter\":\"launch\""));
  CHECK(has(json, "\"file\":\"double.cu\",\"line\":4,\"counts\":{\"warp_instructions\":16"));
  CHECK(has(json, "\"global_load_requests\":8,\"global_load_sectors\":32"));
  vgpu_free(json);
  vgpu_device_free(device);
  vgpu_module_free(module);
}

static void test_places_inside_a_buffer(void) {
  fill();
  vgpu_module* module = load(double_ptx);
  vgpu_device* device = create(NULL);
  const uint64_t all = wrap(device, xs, sizeof xs, "x", 0);
  char* json = run_twice(device, module, all + 1 * 4, all + 128 * 4, 1); /* x[128:192] = 2 x[1:65] */
  CHECK(has(json, "\"findings\":[]"));
  for (int i = 0; i < 64; ++i) CHECK(xs[128 + i] == 2 * (float)(i + 1));
  CHECK(xs[127] == 127 && xs[192] == 192);
  vgpu_free(json);
  vgpu_device_free(device);
  vgpu_module_free(module);
}

static void test_findings(void) {
  fill();
  vgpu_module* module = load(double_ptx);
  vgpu_device* device = create(NULL);
  const uint64_t x = wrap(device, xs, 250 * 4, "x", 0), y = wrap(device, ys, sizeof ys, "y", VGPU_BUFFER_READ_ONLY);
  char* json = run_twice(device, module, x, y, 4);
  CHECK(has(json, "\"kind\":\"out-of-bounds\",\"file\":\"double.cu\",\"line\":4"));
  CHECK(has(json, "read x[250]; x has 250 floats (0..249)"));
  CHECK(has(json, "\"buffer\":\"x\",\"index\":250,\"length\":250,\"block\":[3,0,0],\"thread\":[58,0,0],\"count\":6"));
  CHECK(has(json, "\"kind\":\"read-only-write\",\"file\":\"double.cu\",\"line\":5"));
  CHECK(ys[0] == -1);
  vgpu_free(json);
  vgpu_device_free(device);

  /* What nobody has written: all of it, or some of its bytes. */
  device = create(NULL);
  const vgpu_buffer_description about = {sizeof about, "x", "f32", VGPU_BUFFER_UNDEFINED};
  uint64_t fresh = 0;
  CHECK(vgpu_buffer_allocate(device, sizeof xs, &about, &fresh) == VGPU_OK);
  uint8_t undefined[sizeof ys] = {0};
  const uint64_t out = wrap(device, ys, sizeof ys, "y", VGPU_BUFFER_UNDEFINED);
  json = run_twice(device, module, fresh, out, 1);
  CHECK(has(json, "\"kind\":\"uninitialized\"") && has(json, "\"count\":64"));
  vgpu_free(json);
  memset(undefined + 10 * 4, 1, 4);
  CHECK(vgpu_buffer_mark_undefined(device, fresh, undefined, sizeof undefined) == VGPU_OK);
  CHECK(vgpu_buffer_mark_undefined(device, fresh, undefined, 4) == VGPU_ERROR_INVALID);
  json = run_twice(device, module, fresh, out, 1);
  CHECK(has(json, "\"kind\":\"uninitialized\"") && has(json, "\"count\":1}"));
  vgpu_free(json);
  void* host = NULL;
  uint64_t bytes = 0;
  CHECK(vgpu_buffer_data(device, fresh, &host, &bytes) == VGPU_OK && host != NULL && bytes == sizeof xs);
  CHECK(vgpu_buffer_free(device, fresh) == VGPU_OK);
  CHECK(vgpu_buffer_free(device, fresh) == VGPU_ERROR_INVALID);
  vgpu_device_free(device);
  vgpu_module_free(module);
}

static void test_parameter_buffer(void) {
  fill();
  vgpu_module* module = load(double_ptx);
  vgpu_device* device = create(NULL);
  struct {
    uint64_t x, y;
    uint32_t n;
  } parameters = {wrap(device, xs, sizeof xs, "x", 0), wrap(device, ys, sizeof ys, "y", 0), 0};
  vgpu_launch launch = {.struct_size = sizeof launch, .kernel = "twice", .grid = {1, 1, 1}, .block = {32, 1, 1}};
  launch.parameters = &parameters;
  launch.parameter_bytes = 20;
  char* json = NULL;
  CHECK(vgpu_run(device, module, &launch, &json) == VGPU_OK);
  CHECK(ys[31] == 62 && ys[32] == -1);
  vgpu_free(json);
  launch.parameter_bytes = 16;
  CHECK(vgpu_run(device, module, &launch, &json) == VGPU_ERROR_INVALID);
  vgpu_device_free(device);
  vgpu_module_free(module);
}

static void test_endless_loop_and_stop(void) {
  vgpu_module* module = load(double_ptx);
  vgpu_device* device = create(NULL);
  vgpu_launch launch = {.struct_size = sizeof launch, .kernel = "forever", .grid = {1, 1, 1}, .block = {32, 1, 1}};
  launch.warp_steps = 10000;
  char* json = NULL;
  CHECK(vgpu_run(device, module, &launch, &json) == VGPU_OK);
  CHECK(has(json, "\"kind\":\"timeout\",\"file\":\"double.cu\",\"line\":9") && has(json, "\"prediction\":null"));
  vgpu_free(json);
  vgpu_device_stop(device, 1);
  launch.warp_steps = 0;
  CHECK(vgpu_run(device, module, &launch, &json) == VGPU_OK);
  CHECK(has(json, "\"stopped\":true") && has(json, "\"completed\":false"));
  vgpu_free(json);
  vgpu_device_free(device);
  vgpu_module_free(module);
}

static void test_errors(void) {
  vgpu_module* module = NULL;
  const char* const broken = ".version 8.0\n.target sm_80\n.address_size 64\n.visible .entry k() {\n  frobnicate;\n";
  CHECK(vgpu_module_load(broken, strlen(broken), &module) == VGPU_ERROR_PTX && module == NULL);
  CHECK(has(vgpu_error_message(), "5") || has(vgpu_error_message(), "6")); /* its line */
  CHECK(vgpu_module_load(NULL, 0, &module) == VGPU_ERROR_INVALID);

  module = load(double_ptx);
  const char* kernels = vgpu_module_kernels(module);
  CHECK(has(kernels, "{\"kernel\":\"twice\",\"parameters\":[{\"type\":\"u64\",\"bytes\":8,\"alignment\":8},"));
  CHECK(has(kernels, "\"refused\":{\"message\":\"") && has(kernels, "wgmma"));

  vgpu_device* device = NULL;
  CHECK(vgpu_device_create("GTX 8", NULL, &device) == VGPU_ERROR_INVALID && device == NULL);
  CHECK(has(vgpu_error_message(), "GTX 8") && has(vgpu_error_message(), "H200"));
  CHECK(vgpu_device_create("H200", "/nowhere", &device) == VGPU_ERROR_INVALID);
  char* json = NULL;
  CHECK(vgpu_profiles(NULL, &json) == VGPU_OK && has(json, "{\"name\":\"A100\",\"title\":"));
  vgpu_free(json);

  device = create("rtx4090");
  CHECK(has(vgpu_device_properties(device), "\"max_shared_bytes_per_block\":101376"));
  uint64_t address = 0;
  CHECK(vgpu_buffer_wrap(device, (char*)xs + 4, 16, NULL, &address) == VGPU_ERROR_INVALID);
  CHECK(has(vgpu_error_message(), "aligned to 16"));
  vgpu_buffer_description about = {sizeof about, "x", "f33", 0};
  CHECK(vgpu_buffer_wrap(device, xs, 16, &about, &address) == VGPU_ERROR_INVALID && has(vgpu_error_message(), "bf16"));
  CHECK(vgpu_buffer_allocate(device, UINT64_MAX / 2, NULL, &address) == VGPU_ERROR_MEMORY);
  CHECK(vgpu_buffer_free(device, 12345) == VGPU_ERROR_INVALID);

  vgpu_launch launch = {.struct_size = sizeof launch, .kernel = "thrice", .grid = {1, 1, 1}, .block = {32, 1, 1}};
  CHECK(vgpu_run(device, module, &launch, &json) == VGPU_ERROR_INVALID && has(vgpu_error_message(), "twice"));
  launch.kernel = "twice";
  CHECK(vgpu_run(device, module, &launch, &json) == VGPU_ERROR_INVALID);
  CHECK(has(vgpu_error_message(), "twice has 3 parameters, 0 arguments are given"));
  launch.kernel = "forever";
  launch.block[0] = 2048;
  CHECK(vgpu_run(device, module, &launch, &json) == VGPU_ERROR_INVALID);
  launch.kernel = "hopper";
  launch.block[0] = 32;
  CHECK(vgpu_run(device, module, &launch, &json) == VGPU_ERROR_PTX && has(vgpu_error_message(), "wgmma"));
  CHECK(strcmp(vgpu_error_file(), "double.cu") == 0 && vgpu_error_line() == 12);
  CHECK(vgpu_run(device, module, NULL, &json) == VGPU_ERROR_INVALID);

  /* A struct of a later version: fine as long as nothing is asked that this one does not have. */
  struct {
    vgpu_launch known;
    uint64_t later;
  } larger = {launch, 0};
  larger.known.struct_size = sizeof larger;
  larger.known.kernel = "forever";
  larger.known.warp_steps = 100;
  CHECK(vgpu_run(device, module, &larger.known, &json) == VGPU_OK);
  vgpu_free(json);
  larger.later = 1;
  CHECK(vgpu_run(device, module, &larger.known, &json) == VGPU_ERROR_INVALID);
  launch.struct_size = 0;
  CHECK(vgpu_run(device, module, &launch, &json) == VGPU_ERROR_INVALID);
  vgpu_device_free(device);
  vgpu_module_free(module);
  vgpu_device_free(NULL);
  vgpu_module_free(NULL);
  vgpu_free(NULL);
}

enum { kThreads = 4, kRounds = 20 };

struct job {
  const vgpu_module* module;
  int number;
};

/* A device of its own, a shared module; errors of other threads do not show here. */
static void* work(void* given) {
  const struct job* job = given;
  float* x = aligned_alloc(64, 1024);
  float* y = aligned_alloc(64, 1024);
  vgpu_device* device = create(NULL);
  for (int round = 0; round < kRounds; ++round) {
    for (int i = 0; i < 256; ++i) x[i] = (float)(job->number * 1000 + round + i);
    char name[32], wrong[32];
    snprintf(name, sizeof name, "x%d", job->number);
    snprintf(wrong, sizeof wrong, "no such device %d", job->number);
    const uint64_t in = wrap(device, x, 1000, name, 0), out = wrap(device, y, 1024, "y", 0);
    vgpu_device* none = NULL;
    CHECK(vgpu_device_create(wrong, NULL, &none) == VGPU_ERROR_INVALID);
    char* json = run_twice(device, job->module, in, out, 4);
    snprintf(name, sizeof name, "\"buffer\":\"x%d\"", job->number);
    CHECK(has(json, name) && has(vgpu_error_message(), wrong));
    for (int i = 0; i < 250; ++i) CHECK(y[i] == 2 * x[i]);
    vgpu_free(json);
    CHECK(vgpu_buffer_free(device, in) == VGPU_OK && vgpu_buffer_free(device, out) == VGPU_OK);
  }
  vgpu_device_free(device);
  free(x);
  free(y);
  return NULL;
}

static void test_devices_in_several_threads(void) {
  vgpu_module* module = load(double_ptx);
  pthread_t threads[kThreads];
  struct job jobs[kThreads];
  for (int i = 0; i < kThreads; ++i) {
    jobs[i] = (struct job){module, i};
    CHECK(pthread_create(&threads[i], NULL, work, &jobs[i]) == 0);
  }
  for (int i = 0; i < kThreads; ++i) pthread_join(threads[i], NULL);
  vgpu_module_free(module);
}

static void* stop_soon(void* device) {
  const struct timespec pause = {0, 50 * 1000 * 1000};
  nanosleep(&pause, NULL);
  vgpu_device_stop(device, 1);
  return NULL;
}

static void test_stop_from_another_thread(void) {
  vgpu_module* module = load(double_ptx);
  vgpu_device* device = create(NULL);
  vgpu_launch launch = {.struct_size = sizeof launch, .kernel = "forever", .grid = {1, 1, 1}, .block = {32, 1, 1}};
  launch.warp_steps = launch.total_steps = UINT64_MAX / 2;
  pthread_t other;
  CHECK(pthread_create(&other, NULL, stop_soon, device) == 0);
  char* json = NULL;
  CHECK(vgpu_run(device, module, &launch, &json) == VGPU_OK && has(json, "\"stopped\":true"));
  pthread_join(other, NULL);
  vgpu_free(json);
  vgpu_device_free(device);
  vgpu_module_free(module);
}

static char* read_file(const char* folder, const char* name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE* file = fopen(path, "rb");
  CHECK(file != NULL);
  char* text = calloc(1, 1 << 20);
  CHECK(fread(text, 1, (1 << 20) - 1, file) > 0);
  fclose(file);
  return text;
}

/* Triton's vector addition: three pointers, a length, two scratch pointers that are not used. */
static void test_triton_kernel(const char* folder) {
  fill();
  char* ptx = read_file(folder, "triton-3.6-add_sm80.ptx");
  vgpu_module* module = load(ptx);
  vgpu_device* device = create(NULL);
  const uint64_t x = wrap(device, xs, sizeof xs, "x", 0), y = wrap(device, ys, sizeof ys, "y", 0), none = 0;
  const int32_t n = 250;
  const void* const arguments[] = {&x, &x, &y, &n, &none, &none};
  vgpu_launch launch = {.struct_size = sizeof launch, .kernel = "add_k", .grid = {1, 1, 1}, .block = {128, 1, 1}};
  launch.arguments = arguments;
  launch.argument_count = 6;
  char* json = NULL;
  CHECK(vgpu_run(device, module, &launch, &json) == VGPU_OK && has(json, "\"findings\":[]"));
  CHECK(ys[249] == 498 && ys[250] == -1);
  vgpu_free(json);
  vgpu_device_free(device);
  vgpu_module_free(module);
  free(ptx);
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  CHECK(vgpu_interface() >> 16 == VGPU_INTERFACE_MAJOR);
  test_clean_launch_in_the_callers_memory();
  test_places_inside_a_buffer();
  test_findings();
  test_parameter_buffer();
  test_endless_loop_and_stop();
  test_errors();
  test_devices_in_several_threads();
  test_stop_from_another_thread();
  test_triton_kernel(argv[1]);
  printf("%d checks passed\n", checks);
  return 0;
}
