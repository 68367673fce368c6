#include "app/screen/transcript.h"

#include <doctest/doctest.h>

using tritutor::screen::Transcript;

TEST_CASE("lines are kept with their colours, and cleaned of everything else") {
  Transcript transcript;
  transcript.feed("\x1b[1mone\x1b[0m\ntw");
  CHECK(transcript.lines() == "\x1b[1mone\x1b[0m\n");
  CHECK(transcript.text() == "\x1b[1mone\x1b[0m\ntw");
  CHECK(transcript.progress().empty());  // a line that is not whole yet is no progress
  transcript.feed("o\x1b[2Jx\n");
  CHECK(transcript.lines() == "\x1b[1mone\x1b[0m\ntwo\\x1b[2Jx\n");
  CHECK(transcript.text() == transcript.lines());
}

TEST_CASE("a line that is written over is the last that was written, and leaves no trace") {
  Transcript transcript;
  transcript.feed("\r\x1b[Kcompiling\r\x1b[Kcase large, 1 %");
  CHECK(transcript.progress() == "case large, 1 %");
  CHECK(transcript.lines().empty());
  transcript.feed("\r\x1b[KPASS\n");
  CHECK(transcript.text() == "PASS\n");
}

TEST_CASE("so it is wherever the bytes are torn") {
  Transcript transcript;
  for (const char byte : std::string("\r\x1b[Kcompiling\r\x1b[KFAIL\r\nnext\n")) {
    transcript.feed(std::string_view(&byte, 1));
    CHECK(transcript.progress().find('\\') == std::string::npos);  // nothing that had to be spelled out
  }
  CHECK(transcript.text() == "FAIL\nnext\n");
}
