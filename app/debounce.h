#pragma once
// A save is several writes: when to begin with what they left.

#include <chrono>

namespace tritutor {

/// Told of each change, it says when nothing has changed for a while. It knows no clock: every call says what time it
/// is.
class Debounce {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Debounce(Clock::duration quiet) : quiet_(quiet) {}

  void changed(Clock::time_point now) { due_ = now + quiet_; }
  /// Nothing is to be done any more.
  void forget() { due_ = never; }

  /// True once for what changed, when it has been quiet since for as long as was asked.
  bool take(Clock::time_point now) {
    if (!pending() || now < due_) return false;
    forget();
    return true;
  }

  /// Whether something changed that was not taken yet.
  bool pending() const { return due_ != never; }
  /// When it can be taken; never, where nothing changed.
  Clock::time_point due() const { return due_; }

  static constexpr Clock::time_point never = Clock::time_point::max();

 private:
  Clock::duration quiet_;
  Clock::time_point due_ = never;
};

}  // namespace tritutor
