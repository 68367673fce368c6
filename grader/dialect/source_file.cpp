#include "grader/dialect/source_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace tritutor {
namespace {

/// What a file is where it is no regular one; nullptr: it is one.
const char* other_kind(const struct stat& what) {
  if (S_ISDIR(what.st_mode)) return "a folder";
  if (S_ISFIFO(what.st_mode)) return "a pipe";
  if (S_ISCHR(what.st_mode) || S_ISBLK(what.st_mode)) return "a device";
  if (S_ISREG(what.st_mode)) return nullptr;
  return "no regular file";
}

/// An open file, closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

std::string size_text(uint64_t bytes) { return fmt::format("{:.1f} MB", static_cast<double>(bytes) / (1 << 20)); }

/// Text in two-byte units: by its mark, or by zeros in every second byte.
bool is_utf16(std::string_view text) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return true;
  const std::string_view start = text.substr(0, 512);
  size_t zeros[2] = {};
  for (size_t i = 0; i < start.size(); ++i) zeros[i % 2] += start[i] == 0;
  const size_t half = start.size() / 2;
  return half > 8 && ((zeros[0] > half * 3 / 4 && zeros[1] == 0) || (zeros[1] > half * 3 / 4 && zeros[0] == 0));
}

/// A zero byte, or more control characters than any text has.
bool is_binary(std::string_view text) {
  const auto is_control = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 && !(byte >= '\t' && byte <= '\r') && byte != 0x1b;
  };
  if (text.find('\0') != std::string_view::npos) return true;
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), is_control)) > text.size() / 20;
}

}  // namespace

std::string read_source_file(const std::filesystem::path& file, const std::string& shown, uint64_t most_bytes) {
  const auto unreadable = [&] {
    return SourceFileError(fmt::format("{} cannot be read: {}; is its name right?", shown, std::strerror(errno)));
  };
  // O_NONBLOCK: a pipe nobody writes to would not even open.
  const Descriptor descriptor(open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  struct stat what {};
  if (descriptor.number() < 0 || fstat(descriptor.number(), &what) != 0) throw unreadable();
  if (const char* kind = other_kind(what)) {
    throw SourceFileError(fmt::format("{} is {}, not a file; name the kernel file itself", shown, kind));
  }
  const auto too_large = [&](uint64_t bytes) {
    return SourceFileError(fmt::format("{} has {}, and a kernel file at most {}; is it the right file?", shown,
                                       size_text(bytes), size_text(most_bytes)));
  };
  if (static_cast<uint64_t>(what.st_size) > most_bytes) throw too_large(static_cast<uint64_t>(what.st_size));
  std::string text;
  char part[1 << 16];
  while (true) {
    const ssize_t got = read(descriptor.number(), part, sizeof part);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw unreadable();
    if (got == 0) break;
    text.append(part, static_cast<size_t>(got));
    if (text.size() > most_bytes) throw too_large(text.size());  // it grew, or does not tell its size
  }
  if (is_utf16(text)) {
    throw SourceFileError(
        fmt::format("{} is text in UTF-16, which the compiler does not read; save it as UTF-8 (in the "
                    "editor: \"Save as\", or: iconv -f UTF-16 -t UTF-8)",
                    shown));
  }
  if (is_binary(text)) throw SourceFileError(fmt::format("{} is no text file; name a kernel file (.cu, .py)", shown));
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  return text;
}

}  // namespace tritutor
