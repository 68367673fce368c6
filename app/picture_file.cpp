#include "app/picture_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "app/error.h"

namespace tritutor {

namespace fs = std::filesystem;

namespace {

CommandError not_written(const std::string& file, const std::string& why) {
  return {status_environment, fmt::format("cannot write {}: {}; name another place: --svg FILE", file, why)};
}

}  // namespace

void check_writable(const fs::path& file) {
  std::error_code error;
  const bool there = fs::exists(file, error);
  errno = 0;
  if (!std::ofstream(file, std::ios::app)) throw not_written(file, errno != 0 ? std::strerror(errno) : "not a file");
  if (!there) fs::remove(file, error);
}

void write_svg(const std::string& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text << std::flush;
  if (!out) throw not_written(file, std::strerror(errno));
}

}  // namespace tritutor
