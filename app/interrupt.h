#pragma once
// Ctrl-C: the first sets a flag that long work looks at; a second one ends the process at once.

#include <atomic>
#include <csignal>

namespace tritutor {

/// Listens from its making to its end; one at a time.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  const std::atomic<bool>* flag() const;
  bool seen() const { return flag()->load(); }

 private:
  struct sigaction before_ {};
};

}  // namespace tritutor
