#pragma once
// A file that an editor saves: written in place, or written beside it and renamed.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace tritutor {

/// inotify on the file's folder makes it prompt. Whether the file changed is told by its stamp alone, which is also
/// looked at without being told: inotify says nothing of network file systems and of a host's files in a guest or a
/// container, and says so nowhere.
class FollowedFile {
 public:
  /// How often to ask changed() where fd() tells nothing.
  static constexpr std::chrono::milliseconds look_each{500};

  /// From now on. `with_inotify` false: by looking alone.
  explicit FollowedFile(std::filesystem::path file, bool with_inotify = true);
  ~FollowedFile();
  FollowedFile(const FollowedFile&) = delete;
  FollowedFile& operator=(const FollowedFile&) = delete;

  const std::filesystem::path& path() const { return file_; }
  /// To poll for reading; -1: there is no inotify here.
  int fd() const { return inotify_; }
  /// Whether the file was saved since this was asked last. One that is gone has not been saved.
  bool changed();

 private:
  struct Stamp {
    bool there = false;
    dev_t device = 0;
    ino_t inode = 0;
    off_t bytes = 0;
    int64_t modified_ns = 0, changed_ns = 0;
    bool operator==(const Stamp&) const = default;
  };
  static Stamp stamp_of(const std::filesystem::path& file);
  void listen();

  std::filesystem::path file_;
  int inotify_ = -1;
  Stamp seen_;
};

}  // namespace tritutor
