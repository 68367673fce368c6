#include "app/notes/pager.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "app/program_testing.h"

namespace tritutor {
namespace {

using program_testing::Folder;
using program_testing::read;

TEST_CASE("text that does not fit the terminal goes through PAGER, which may stop reading") {
  Folder folder;
  const std::string out = (folder.path / "out").string();
  const std::string text = "one\ntwo\nthree\n";
  setenv("PAGER", ("cat > " + out).c_str(), 1);
  page(text, 3, 80);
  CHECK(read(out) == text);
  std::filesystem::remove(out);
  page(text, 4, 80);  // fits: it is printed
  page(text, 0, 80);  // no terminal
  CHECK_FALSE(std::filesystem::exists(out));

  setenv("PAGER", ("head -n 1 > " + out).c_str(), 1);
  std::string lines;
  for (int i = 0; i < 100'000; ++i) lines += "a line\n";
  page(lines, 3, 80);
  CHECK(read(out) == "a line\n");
  unsetenv("PAGER");
}

}  // namespace
}  // namespace tritutor
