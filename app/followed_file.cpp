#include "app/followed_file.h"

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tritutor {

FollowedFile::FollowedFile(std::filesystem::path file, bool with_inotify)
    : file_(std::move(file)), seen_(stamp_of(file_)) {
  if (with_inotify) listen();
}

FollowedFile::~FollowedFile() {
  if (inotify_ >= 0) close(inotify_);
}

void FollowedFile::listen() {
  inotify_ = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (inotify_ < 0) return;
  const std::filesystem::path folder = std::filesystem::absolute(file_).parent_path();
  // The folder, since many editors put a new file in the old one's place.
  constexpr uint32_t events = IN_CLOSE_WRITE | IN_MODIFY | IN_MOVED_TO | IN_CREATE | IN_ATTRIB;
  if (inotify_add_watch(inotify_, folder.c_str(), events) >= 0) return;
  close(inotify_);
  inotify_ = -1;
}

bool FollowedFile::changed() {
  char events[4096];
  while (inotify_ >= 0 && read(inotify_, events, sizeof events) > 0) {
  }
  const Stamp now = stamp_of(file_);
  if (now == seen_) return false;
  seen_ = now;
  return now.there;
}

FollowedFile::Stamp FollowedFile::stamp_of(const std::filesystem::path& file) {
  struct stat status {};
  if (stat(file.c_str(), &status) != 0) return {};
  const auto nanoseconds = [](const timespec& time) {
    return static_cast<int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
  };
  return {true, status.st_dev, status.st_ino, status.st_size, nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
}

}  // namespace tritutor
