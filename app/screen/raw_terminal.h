#pragma once
// The terminal as a program with a screen of its own has it; given back at the program's end, whatever ends it.

#include <string_view>

#include "app/screen/layout.h"

namespace tritutor::screen {

/// Raw mode (keys come one by one and unseen; Ctrl-C and Ctrl-Z stay signals), the terminal's other screen, no cursor,
/// no wrapping. Of standard input and output; one at a time. A crash (SIGSEGV, SIGABRT, ...) gives it back as well.
class RawTerminal {
 public:
  /// Throws CommandError where the terminal refuses.
  RawTerminal();
  ~RawTerminal();
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

  /// For an editor, or while the program is stopped: the terminal as it was found. Doing either twice does nothing.
  void give_back();
  void take();

  Size size() const;
  /// False: the terminal is gone.
  bool write(std::string_view bytes) const;
};

/// The same by a signal's handler, where one is taken.
void give_back_from_handler();

}  // namespace tritutor::screen
