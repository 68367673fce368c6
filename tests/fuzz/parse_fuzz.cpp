// libFuzzer's entry: any bytes as PTX text.

#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  vgpu::fuzz::parse_once({data, size});
  return 0;
}
