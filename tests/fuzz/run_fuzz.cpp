// libFuzzer's entry: whole programs, loaded and launched.

#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  vgpu::fuzz::run_once({data, size});
  return 0;
}
