#pragma once
// Everything that a command says goes through here: cleaned for a terminal, and with an error where it cannot be
// written.

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace tritutor {

/// Text for a person, to standard output; cleaned (printable_styled).
void write_output(std::string_view text);
/// The same to standard error.
void write_error(std::string_view text);
/// Text for a program, to standard output, byte by byte: JSON, a file's contents.
void write_exact(std::string_view text);

template <class... Arguments>
void print(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write_output(fmt::format(format, std::forward<Arguments>(arguments)...));
}

template <class... Arguments>
void print_error(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write_error(fmt::format(format, std::forward<Arguments>(arguments)...));
}

/// Before anything else in a program: standard streams that are closed are held by /dev/null, so that no file opened
/// later takes their place; writing to them fails as before.
void hold_standard_streams();

/// At the end of a program: says on standard error, after "PROGRAM: ", that standard output could not be written, and
/// then returns status_environment, else `status`.
int finish_output(std::string_view program, int status);

}  // namespace tritutor
