#pragma once
// What the grader and the programs it starts say to each other over a socket: lists of texts.

#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tritutor {

using Message = std::vector<std::string>;

/// Sends a message whole. False: the other side is gone.
bool send_message(int socket, const Message& message);

/// Waits for a message. nullopt: the other side is gone, or `go_on`, asked about every 50 ms, said no.
std::optional<Message> receive_message(int socket, const std::function<bool()>& go_on);

/// Takes the texts of a message one by one. Throws std::runtime_error where the message is too short, or holds no
/// number where one is asked for.
class MessageReader {
 public:
  explicit MessageReader(const Message& message) : message_(message) {}
  const std::string& text();
  uint64_t number();
  double real();
  bool at_end() const { return at_ >= message_.size(); }

 private:
  const Message& message_;
  size_t at_ = 0;
};

/// Puts a message together.
class MessageWriter {
 public:
  explicit MessageWriter(std::string first) : message_{std::move(first)} {}
  MessageWriter& add(std::string text) {
    message_.push_back(std::move(text));
    return *this;
  }
  MessageWriter& add(std::unsigned_integral auto number) { return add(std::to_string(number)); }
  MessageWriter& add(double number);
  MessageWriter& add(const std::vector<std::string>& list);  ///< its length first
  const Message& message() const { return message_; }
  Message take() { return std::move(message_); }

 private:
  Message message_;
};

}  // namespace tritutor
