// What is read as a learner's file, and what is refused before it is read.

#include "grader/dialect/source_file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>

#include "grader/temporary_folder.h"

namespace tritutor {
namespace {

namespace fs = std::filesystem;

/// A folder with files in it.
class Folder : public TemporaryFolder {
 public:
  fs::path write(const std::string& name, const std::string& text) const {
    std::ofstream(*this / name, std::ios::binary) << text;
    return *this / name;
  }
};

std::string error_of(const fs::path& file, uint64_t most_bytes = max_source_bytes) {
  try {
    read_source_file(file, "k.cu", most_bytes);
  } catch (const SourceFileError& error) {
    return error.what();
  }
  return {};
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("Text is read as it is, without a byte-order mark") {
  const Folder folder;
  CHECK(read_source_file(folder.write("a.cu", "int a;\r\n"), "a.cu") == "int a;\r\n");
  CHECK(read_source_file(folder.write("b.cu", "\xEF\xBB\xBFint a;\n"), "b.cu") == "int a;\n");
  CHECK(read_source_file(folder.write("c.cu", ""), "c.cu").empty());
  CHECK(read_source_file(folder.write("d.cu", "// \xE9t\xE9 in Latin-1\n"), "d.cu").size() == 18);
}

TEST_CASE("What is no regular file is named and not read") {
  const Folder folder;
  CHECK(contains(error_of(folder.path()), "is a folder"));
  CHECK(contains(error_of("/dev/zero"), "is a device"));
  const fs::path pipe = folder.path() / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(contains(error_of(pipe), "is a pipe"));
  CHECK(contains(error_of(folder.path() / "absent"), "k.cu cannot be read: No such file"));
}

TEST_CASE("A file that is too large is refused with its size") {
  const Folder folder;
  const fs::path file = folder.write("a.cu", std::string(3 << 20, 'a'));
  CHECK(error_of(file).empty());
  CHECK(contains(error_of(file, 2 << 20), "has 3.0 MB, and a kernel file at most 2.0 MB"));
}

TEST_CASE("UTF-16 is called by its name, and other bytes no text") {
  const Folder folder;
  std::string little, big;
  for (const char c : std::string("extern \"C\" __global__ void k() {}\n")) {
    little += {c, '\0'};
    big += {'\0', c};
  }
  CHECK(contains(error_of(folder.write("a.cu", "\xFF\xFE" + little)), "UTF-16"));
  CHECK(contains(error_of(folder.write("b.cu", little)), "UTF-16"));
  CHECK(contains(error_of(folder.write("c.cu", big)), "UTF-16"));
  const std::string elf(
      "\x7F"
      "ELF\x02\x01\x01\0\0\0",
      10);
  const std::string message = error_of(folder.write("d.cu", elf));
  CHECK(contains(message, "no text file"));
  CHECK(message.find('\x7F') == std::string::npos);
  CHECK(contains(error_of(folder.write("e.cu", std::string("\x01\x02\x03\x04 text"))), "no text file"));
}

}  // namespace
}  // namespace tritutor
