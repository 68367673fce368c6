#include "app/followed_file.h"

#include <doctest/doctest.h>
#include <poll.h>

#include "app/program_testing.h"

using namespace tritutor;
using program_testing::Folder;
namespace fs = std::filesystem;

namespace {

/// Whether a save is noticed that was just made: the stamp's clock ticks every few milliseconds only.
bool notices(FollowedFile& file) {
  for (int i = 0; i < 1000; ++i) {
    if (file.changed()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

}  // namespace

TEST_CASE("a save is told once, whether written in place or renamed over it, with inotify and without") {
  for (const bool with_inotify : {true, false}) {
    CAPTURE(with_inotify);
    Folder folder;
    folder.write("a.cu", "one");
    FollowedFile file(folder.path / "a.cu", with_inotify);
    CHECK((file.fd() >= 0) == with_inotify);
    CHECK_FALSE(file.changed());
    folder.write("a.cu", "longer");
    CHECK(notices(file));
    CHECK_FALSE(file.changed());
    folder.write("a.cu.new", "renamed");
    CHECK_FALSE(file.changed());
    fs::rename(folder.path / "a.cu.new", folder.path / "a.cu");
    CHECK(notices(file));
    CHECK_FALSE(file.changed());
  }
}

TEST_CASE("a file that goes is no save; that it comes back is one") {
  Folder folder;
  folder.write("a.cu", "one");
  FollowedFile file(folder.path / "a.cu");
  fs::remove(folder.path / "a.cu");
  CHECK_FALSE(file.changed());
  folder.write("a.cu", "one");
  CHECK(notices(file));
}

TEST_CASE("inotify wakes who waits for it") {
  Folder folder;
  folder.write("a.cu", "one");
  FollowedFile file(folder.path / "a.cu");
  REQUIRE(file.fd() >= 0);
  pollfd waits{file.fd(), POLLIN, 0};
  CHECK(poll(&waits, 1, 0) == 0);
  folder.write("a.cu", "another");
  CHECK(poll(&waits, 1, 60'000) == 1);
  CHECK(notices(file));
  CHECK(poll(&waits, 1, 0) == 0);
}

TEST_CASE("a folder that is not there is looked for all the same") {
  Folder folder;
  FollowedFile file(folder.path / "later" / "a.cu");
  CHECK(file.fd() == -1);
  folder.write("later/a.cu", "one");
  CHECK(notices(file));
}
