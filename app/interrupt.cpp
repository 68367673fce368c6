#include "app/interrupt.h"

#include <unistd.h>

namespace tritutor {

namespace {

std::atomic<bool> interrupted = false;

void on_interrupt(int) {
  if (interrupted.exchange(true)) _exit(130);
}

}  // namespace

Interrupt::Interrupt() {
  interrupted = false;
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, &before_);
}

Interrupt::~Interrupt() { sigaction(SIGINT, &before_, nullptr); }

const std::atomic<bool>* Interrupt::flag() const { return &interrupted; }

}  // namespace tritutor
