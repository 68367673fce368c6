#include "grader/dialect/cuda/nvrtc_request.h"

namespace tritutor {

Message program_message(const std::string& what, const Nvrtc::Program& program, const CompileLimits& limits) {
  MessageWriter writer(what);
  writer.add(std::uint64_t{limits.cpu_seconds}).add(program.architecture).add(program.name).add(program.source);
  writer.add(static_cast<uint64_t>(program.headers.size()));
  for (const Nvrtc::Header& header : program.headers) writer.add(header.name).add(header.text);
  return writer.add(program.options).add(program.leading_headers).take();
}

Nvrtc::Program program_of(const Message& message, CompileLimits& limits) {
  MessageReader reader(message);
  Nvrtc::Program program;
  reader.text();
  limits.cpu_seconds = static_cast<unsigned>(reader.number());
  program.architecture = reader.text();
  program.name = reader.text();
  program.source = reader.text();
  for (uint64_t left = reader.number(); left > 0; --left) {
    const std::string name = reader.text();
    program.headers.push_back({name, reader.text()});
  }
  for (std::vector<std::string>* list : {&program.options, &program.leading_headers}) {
    for (uint64_t left = reader.number(); left > 0; --left) list->push_back(reader.text());
  }
  return program;
}

}  // namespace tritutor
