// tritutor-gpu ORDINAL: a process that holds one GPU for the grader. It takes requests from the socket it was started
// with and ends with whoever started it: a kernel that faults or hangs takes this process along, and no other.
// tritutor-gpu list: says which GPUs there are.

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "grader/child/child_process.h"
#include "grader/device/gpu_session.h"

namespace {

using namespace tritutor;

void* map_shared(size_t& bytes) {
  struct stat file {};
  if (fstat(child_shared, &file) != 0) return nullptr;
  bytes = static_cast<size_t>(file.st_size);
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, child_shared, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

void serve(int ordinal) {
  size_t bytes = 0;
  void* staging = map_shared(bytes);
  if (staging == nullptr) {
    send_message(child_socket, {"absent", "there is no memory to share with the GPU's process"});
    return;
  }
  cuda::Session session(ordinal, staging, bytes);
  if (!send_message(child_socket, session.hello())) return;
  while (const std::optional<Message> request = receive_message(child_socket, nullptr)) {
    Message answer;
    bool lost = true;  // with the context, or a kernel that does not end
    try {
      answer = session.answer(*request);
      lost = false;
    } catch (const cuda::Error& error) {
      answer = {"fault", error.call(), error.name(), error.what()};
    } catch (const cuda::Hang& hang) {
      answer = MessageWriter("hang").add(hang.seconds).take();
    } catch (const std::exception& error) {
      answer = {"failed", error.what()};
      lost = false;
    }
    if (!send_message(child_socket, answer) || lost) return;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  // Floats are multiplied as floats, whatever the user's shell says of tf32.
  setenv("NVIDIA_TF32_OVERRIDE", "0", 1);
  end_with_starter();
  try {
    int ordinal = 0;
    if (std::strcmp(argv[1], "list") == 0) {
      send_message(child_socket, cuda::list_devices());
    } else if (std::from_chars(argv[1], argv[1] + std::strlen(argv[1]), ordinal).ec == std::errc{}) {
      serve(ordinal);
    }
  } catch (const std::exception& error) {
    send_message(child_socket, {"absent", error.what()});
  }
  _exit(0);  // at once: a kernel that does not end would hold up every destructor
}
