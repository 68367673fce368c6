#include "grader/child/message.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

using namespace tritutor;

TEST_CASE("a message is read as it was written") {
  const Message message =
      MessageWriter("time").add(uint64_t{1} << 63).add(0.1).add(std::string("a\0b", 3)).add(Message{"x", ""}).take();
  MessageReader reader(message);
  CHECK(reader.text() == "time");
  CHECK(reader.number() == uint64_t{1} << 63);
  CHECK(reader.real() == 0.1);
  CHECK(reader.text() == std::string("a\0b", 3));
  CHECK(reader.number() == 2);
  CHECK(reader.text() == "x");
  CHECK_FALSE(reader.at_end());
  CHECK(reader.text().empty());
  CHECK(reader.at_end());
  CHECK_THROWS_AS(reader.text(), std::runtime_error);
}

TEST_CASE("what is no number is not taken for one") {
  const Message message{"12x", "", "-1"};
  MessageReader reader(message);
  CHECK_THROWS_AS(reader.number(), std::runtime_error);
  CHECK_THROWS_AS(reader.number(), std::runtime_error);
  CHECK_THROWS_AS(reader.number(), std::runtime_error);
}

TEST_CASE("a message goes through a socket whole, and a closed one is noticed") {
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  const Message sent{"load", std::string(100'000, '\0'), ""};
  CHECK(send_message(ends[0], sent));
  const auto got = receive_message(ends[1], nullptr);
  REQUIRE(got.has_value());
  CHECK(*got == sent);
  CHECK_FALSE(receive_message(ends[1], [] { return false; }).has_value());  // given up
  close(ends[0]);
  CHECK_FALSE(receive_message(ends[1], nullptr).has_value());
  CHECK_FALSE(send_message(ends[1], sent));
  close(ends[1]);
}
