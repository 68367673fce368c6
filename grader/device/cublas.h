#pragma once
// cuBLAS, opened at run time: what matrix exercises are held against.

#include <cstdint>
#include <string>
#include <vector>

#include "grader/device/cuda_driver.h"

namespace tritutor::cuda {

/// C (m x n) = A (m x k) times B (k x n), row-major floats, `batch` of them one after the other.
struct GemmShape {
  uint64_t m = 0, n = 0, k = 0, batch = 1;
};

struct GemmBuffers {
  DevicePtr a = 0, b = 0, c = 0;
};

class Cublas {
 public:
  /// Opens the first of the candidates that will do. Throws std::runtime_error.
  Cublas(const std::vector<std::string>& candidates, Stream stream);
  ~Cublas();
  Cublas(const Cublas&) = delete;
  Cublas& operator=(const Cublas&) = delete;

  /// Enqueues the product in plain float arithmetic: no tensor cores. Throws std::runtime_error.
  void multiply(const GemmShape& shape, const GemmBuffers& buffers) const;
  std::string version() const { return version_; }  ///< "13.0.2"

 private:
  using Sgemm = int (*)(void*, int, int, int, int, int, const float*, const float*, int, long long, const float*, int,
                        long long, const float*, float*, int, long long, int);
  void* handle_ = nullptr;
  int (*destroy_)(void*) = nullptr;
  Sgemm sgemm_ = nullptr;
  std::string version_;
};

}  // namespace tritutor::cuda
