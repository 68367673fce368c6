// .file and .loc: which line of which file an instruction comes from, through inlining.

#include "vgpu/ptx/locations.h"

#include <doctest/doctest.h>

#include "vgpu/ptx/parser.h"

using namespace vgpu::ptx;

namespace {

Module module_with(const std::string& body) {
  return parse(".version 8.0\n.target sm_80\n.address_size 64\n" + body +
               "\n.file 1 \"/k.cu\"\n.file 3 \"h.cuh\", 123, 45\n");
}
Module kernel(const std::string& body) { return module_with(".entry k() {\n" + body + "\n}"); }

/// "3:5:1 < 1:20:3 < 1:30:3": a place and the calls around it.
std::string chain(const Module& m, int location) {
  std::string text;
  for (; location >= 0; location = m.locations.at(location).inlined_at) {
    const SourceLocation& l = m.locations[location];
    text += (text.empty() ? "" : " < ") + std::to_string(l.file) + ":" + std::to_string(l.line) + ":" +
            std::to_string(l.column);
  }
  return text;
}
std::string chain(const Module& m, const Function& f, int instruction) {
  return chain(m, f.instructions.at(instruction).location);
}

}  // namespace

TEST_CASE("files keep their numbers, the numbers between are empty") {
  const Module m = module_with("");
  CHECK(m.files == std::vector<std::string>{"", "/k.cu", "", "h.cuh"});
}

TEST_CASE("an instruction has the last .loc before it, the same place is stored once") {
  const Module m = kernel("trap;\n.loc 1 5 3\ntrap; trap;\n.loc 3 6 1\ntrap;\n.loc 1 5 3\ntrap;");
  const auto& i = m.functions[0].instructions;
  CHECK(i[0].location == -1);
  CHECK(chain(m, i[1].location) == "1:5:3");
  CHECK(i[2].location == i[1].location);
  CHECK(chain(m, i[3].location) == "3:6:1");
  CHECK(i[4].location == i[1].location);
  CHECK(m.locations.size() == 2);
}

TEST_CASE("line 0 keeps the place before it") {
  const Module m = kernel(
      ".loc 1 0 7\ntrap;\n.loc 1 5 3\ntrap;\n.loc 1 0 23\ntrap;\n.loc 3 0 1, function_name F, inlined_at 1 9 9\ntrap;");
  const auto& i = m.functions[0].instructions;
  CHECK(i[0].location == -1);
  CHECK(chain(m, i[2].location) == "1:5:3");
  CHECK(chain(m, i[3].location) == "1:5:3");
}

TEST_CASE("a function begins without a place") {
  const Module m = module_with(".entry a() {\n.loc 1 5 3\nret; }\n.entry b() { ret; }");
  CHECK(m.functions[1].instructions[0].location == -1);
}

TEST_CASE("a place in a file that was never named has file -1") {
  const Module m = kernel(".loc 2 5 3\ntrap;\n.loc 9 5 3\ntrap;\n.loc 3 5 3\ntrap;");
  CHECK(m.locations[0].file == -1);
  CHECK(m.locations[1].file == -1);
  CHECK(m.locations[2].file == 3);
}

TEST_CASE("inlining: the call, and the calls around the call") {
  const Module m = kernel(R"(
.loc 1 30 3
.loc 3 20 3, function_name $L__info_string0, inlined_at 1 30 3
.loc 3 10 5, function_name $L__info_string1+8, inlined_at 3 20 3
trap;
.loc 1 31 3
.loc 3 20 3, function_name $L__info_string0, inlined_at 1 31 3
trap;
.loc 3 10 5, function_name $L__info_string1, inlined_at 3 20 3
trap;
.loc 3 11 5, function_name $L__info_string1, inlined_at 8 8 8
trap;)");
  const Function& f = m.functions[0];
  CHECK(chain(m, f, 0) == "3:10:5 < 3:20:3 < 1:30:3");
  CHECK(chain(m, f, 1) == "3:20:3 < 1:31:3");
  CHECK(chain(m, f, 2) == "3:10:5 < 3:20:3 < 1:31:3");  // the latest call of that place
  CHECK(chain(m, f, 3) == "3:11:5 < -1:8:8");           // a call place seen nowhere before
}

TEST_CASE("the same helper called directly in one function and inlined in another") {
  const Module m = module_with(
      ".func helper() {\n.loc 1 7 3\n.loc 1 2 3, function_name S, inlined_at 1 7 3\ntrap; }\n"
      ".entry a() {\n.loc 1 20 3\n.loc 1 7 3, function_name H, inlined_at 1 20 3\n.loc 1 2 3, function_name S, "
      "inlined_at 1 7 3\ntrap; }\n"
      ".func again() {\n.loc 1 2 3, function_name S, inlined_at 1 7 3\ntrap; }");
  CHECK(chain(m, m.functions[0], 0) == "1:2:3 < 1:7:3");
  CHECK(chain(m, m.functions[1], 0) == "1:2:3 < 1:7:3 < 1:20:3");
  CHECK(chain(m, m.functions[2], 0) == "1:2:3 < 1:7:3");
}

TEST_CASE("a place inlined into itself, over and over, ends") {
  std::string body;
  for (int i = 0; i < 1000; ++i) body += ".loc 1 5 3, function_name F, inlined_at 1 5 3\ntrap;\n";
  const Module m = kernel(body);
  for (size_t i = 0; i < m.locations.size(); ++i) CHECK(m.locations[i].inlined_at < static_cast<int>(i));
  CHECK(m.locations.size() < 100);
}
