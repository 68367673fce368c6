#include "vgpu/machine/shadows/origin.h"

#include <utility>

namespace vgpu {

namespace {
constexpr size_t kMostOrigins = 1 << 16;
}

OriginId Origins::add(Origin origin) {
  const std::lock_guard lock(mutex_);
  // A kernel with so many is broken in every line of it: what is added last stands for the rest.
  if (all_.size() < kMostOrigins) all_.push_back(std::move(origin));
  return static_cast<OriginId>(all_.size() - 1);
}

const Origin& Origins::of(OriginId id) const {
  static const Origin none{};
  const std::lock_guard lock(mutex_);
  return id < all_.size() ? all_[id] : none;  // a deque's elements stay where they are
}

}  // namespace vgpu
