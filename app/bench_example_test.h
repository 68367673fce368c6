#pragma once
// A bench of a matrix product, for the tests of what is shown of it.

#include <limits>

#include "grader/bench.h"

namespace tritutor::test {

inline Exercise product() {
  Exercise exercise;
  exercise.id = "4.1";
  exercise.title = "Tiled <product> & more";
  for (const char* name : {"m", "n", "k"}) exercise.arguments.push_back({name, reference::Type::i32, Role::size, {}});
  exercise.limit = {"gemm_f32", "", "2*m*n*k", ""};
  return exercise;
}

/// Two kernels at three sizes; ours is wrong at the second and takes "at least" at the third.
inline Bench example(bool measured = false) {
  Bench bench;
  bench.measured = measured;
  bench.device = measured ? "NVIDIA H100 80GB HBM3" : "H200";
  bench.limit = "cuBLAS";
  bench.rates = {4.8e6, 66.9e6, 16e6};
  const double sides[] = {256, 1024, 4096};
  for (const double side : sides) {
    bench.sizes.push_back({{"m", side}, {"n", side}, {"k", side}});
    BenchWork work;
    work.bytes = 12 * side * side;
    work.flops = 2 * side * side * side;
    bench.work.push_back(work);
  }
  for (const char* name : {"yours", "ours"}) bench.series.push_back({{name, "file.cu", ""}, std::nullopt, {}});
  for (const double us : {4.0, 80.0, 4700.0}) {
    for (BenchSeries& series : bench.series) {
      BenchPoint point;
      point.time = TimeRange{0.8 * us, us, 1.5 * us};
      point.limit = {us / 2, us / 2, us / 2};
      series.points.push_back(point);
    }
  }
  bench.series[1].points[1] = {};
  bench.series[1].points[1].problem = "wrong";
  bench.series[1].points[2].time->most = std::numeric_limits<double>::infinity();
  return bench;
}

}  // namespace tritutor::test
