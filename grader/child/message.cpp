#include "grader/child/message.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <stdexcept>

namespace tritutor {
namespace {

constexpr uint64_t most_bytes = uint64_t{1} << 30;

void add(std::string& bytes, uint64_t number) { bytes.append(reinterpret_cast<const char*>(&number), sizeof number); }

/// Fills a buffer. False: the other side is gone, or waiting was given up.
bool receive(int socket, char* to, size_t size, const std::function<bool()>& go_on) {
  while (size > 0) {
    pollfd waiting{socket, POLLIN, 0};
    const int ready = poll(&waiting, 1, go_on ? 50 : -1);
    if (go_on && !go_on()) return false;
    if (ready <= 0) {
      if (ready < 0 && errno != EINTR) return false;
      continue;
    }
    const ssize_t got = recv(socket, to, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    size -= static_cast<size_t>(got);
  }
  return true;
}

template <class Number>
Number number_of(const std::string& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw std::runtime_error("a message between tritutor's processes is broken");
  }
  return number;
}

}  // namespace

bool send_message(int socket, const Message& message) {
  std::string bytes;
  add(bytes, message.size());
  for (const std::string& text : message) add(bytes, text.size());
  for (const std::string& text : message) bytes += text;
  for (size_t at = 0; at < bytes.size();) {
    const ssize_t sent = send(socket, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    at += static_cast<size_t>(sent);
  }
  return true;
}

std::optional<Message> receive_message(int socket, const std::function<bool()>& go_on) {
  const auto number = [&](uint64_t& to) { return receive(socket, reinterpret_cast<char*>(&to), sizeof to, go_on); };
  uint64_t count = 0, all = 0;
  if (!number(count) || count > most_bytes / sizeof count) return std::nullopt;
  std::vector<uint64_t> sizes(count);
  for (uint64_t& size : sizes) {
    if (!number(size) || size > most_bytes || (all += size) > most_bytes) return std::nullopt;
  }
  Message message(count);
  for (size_t i = 0; i < count; ++i) {
    message[i].resize(sizes[i]);
    if (!receive(socket, message[i].data(), sizes[i], go_on)) return std::nullopt;
  }
  return message;
}

const std::string& MessageReader::text() {
  if (at_ >= message_.size()) throw std::runtime_error("a message between tritutor's processes is too short");
  return message_[at_++];
}

uint64_t MessageReader::number() { return number_of<uint64_t>(text()); }

double MessageReader::real() { return number_of<double>(text()); }

MessageWriter& MessageWriter::add(double number) {
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, number);
  return add(std::string(text, error == std::errc{} ? end : text));
}

MessageWriter& MessageWriter::add(const std::vector<std::string>& list) {
  add(static_cast<uint64_t>(list.size()));
  message_.insert(message_.end(), list.begin(), list.end());
  return *this;
}

}  // namespace tritutor
