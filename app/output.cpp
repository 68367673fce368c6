#include "app/output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "app/error.h"
#include "app/printable.h"

namespace tritutor {

namespace {

int output_error = 0;  // errno of the first write to standard output that failed

/// An operation on standard output went wrong, with the error that it left in errno.
void note_failure() {
  if (output_error == 0) output_error = errno != 0 ? errno : EIO;
}

void flush_output() {
  errno = 0;
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) note_failure();
}

void write_to(std::FILE* stream, std::string_view text) {
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stream) == text.size()) return;
  if (stream == stdout) note_failure();
}

}  // namespace

void write_output(std::string_view text) { write_to(stdout, printable_styled(text)); }
void write_error(std::string_view text) {
  flush_output();  // in the order in which it is said
  write_to(stderr, printable_styled(text));
}
void write_exact(std::string_view text) { write_to(stdout, text); }

void hold_standard_streams() {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
    if (fcntl(stream, F_GETFD) != -1 || errno != EBADF) continue;
    // The lowest number that is free is this stream's. Open for the other direction, so that its use still fails.
    if (open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) != stream) return;
  }
}

int finish_output(std::string_view program, int status) {
  flush_output();
  if (output_error == 0) return status;
  print_error("{}: standard output cannot be written: {}; what was to be shown there is lost\n", program,
              std::strerror(output_error));
  return status_environment;
}

}  // namespace tritutor
