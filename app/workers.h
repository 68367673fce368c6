#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace tritutor {

/// Starts threads that do the work with the numbers 0 to count - 1, each number once; they end when none is left.
/// `threads` 0: as many as there are cores. What the work refers to must outlive them.
inline std::vector<std::jthread> start_workers(unsigned threads, size_t count, std::function<void(size_t)> work) {
  if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
  const auto next = std::make_shared<std::atomic<size_t>>(0);
  std::vector<std::jthread> workers;
  for (unsigned i = 0; i < threads; ++i) {
    workers.emplace_back([next, count, work] {
      for (size_t at = (*next)++; at < count; at = (*next)++) work(at);
    });
  }
  return workers;
}

}  // namespace tritutor
