#include "app/notes/snippet_run.h"

#include <cxxabi.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>
#include <regex>
#include <stdexcept>

#include "app/home.h"
#include "grader/dialect/cuda/nvrtc.h"

namespace tritutor {

namespace {

struct Buffer {
  std::string type;  ///< "f32"
  size_t count = 0;
  vgpu::Address address = 0;
};

struct Type {
  const char* name;
  const char* c_name;
  uint32_t bytes;
};
constexpr Type types[] = {{"f32", "float", 4}, {"f16", "__half", 2}, {"i32", "int", 4}, {"u8", "unsigned char", 1}};

const Type& type_of(const std::string& name) {
  for (const Type& type : types) {
    if (name == type.name) return type;
  }
  throw std::runtime_error(fmt::format("unknown type {}", name));
}

/// What `expect` lines may call besides CUDA's own functions.
constexpr const char* helpers = R"(
namespace note {
__device__ inline bool near(double got, double want) { return fabs(got - want) <= 2e-5 * fmax(1.0, fabs(want)); }
template <class F>
__device__ double sum(int n, F f) {
  double total = 0;
  for (int j = 0; j < n; ++j) total += f(j);
  return total;
}
template <class F>
__device__ double largest(int n, F f) {
  double most = f(0);
  for (int j = 1; j < n; ++j) most = fmax(most, double(f(j)));
  return most;
}
}  // namespace note
)";

Nvrtc::Output compile(const std::string& source) {
  return Nvrtc::instance().compile("note.cu", source,
                                   {{"tritutor.cuh", read_text(TRITUTOR_SOURCE_DIR "/tl/tritutor.cuh")},
                                    {"tritutor_problem.cuh", "struct Problem { int m, n, k; };\n"}});
}

constexpr const char* head = "#include <cuda_fp16.h>\n#include <tritutor.cuh>\n";

std::string demangled(const std::string& name) {
  int status = 0;
  char* text = abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status);
  std::string result = status == 0 ? text : name;
  std::free(text);
  return result.substr(0, result.find('('));
}

vgpu::Dim3 dim3_of(const std::string& text) {
  static const std::regex number("\\d+");
  vgpu::Dim3 result;
  uint32_t* sides[] = {&result.x, &result.y, &result.z};
  size_t i = 0;
  for (std::sregex_iterator at(text.begin(), text.end(), number), end; at != end && i < 3; ++at)
    *sides[i++] = static_cast<uint32_t>(std::stoul(at->str()));
  return result;
}

class Run {
 public:
  explicit Run(const Snippet& snippet) : snippet_(snippet) {}

  SnippetRun all() {
    const Nvrtc::Output output = compile(head + snippet_.code + helpers + checks());
    if (!output.compiled) return {{}, {output.log}};
    module_ = vgpu::Module::load(output.code);
    for (const std::string& line : snippet_.run) {
      try {
        if (!line.empty()) step(line);
      } catch (const std::exception& error) {
        fail("'{}': {}", line, error.what());
      }
    }
    if (result_.findings != expected_)
      fail("findings: {}; expected: {}", fmt::join(result_.findings, ", "), fmt::join(expected_, ", "));
    return std::move(result_);
  }

 private:
  template <class... Arguments>
  void fail(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    result_.failures.push_back(fmt::format(format, std::forward<Arguments>(arguments)...));
  }

  static bool read(const std::string& line, const char* pattern, std::smatch& match) {
    return std::regex_match(line, match, std::regex(pattern));
  }

  static constexpr const char* buffer_line = "(\\w+) = (f32|f16|i32|u8)\\[(\\d+)\\] (\\w+)";
  static constexpr const char* expect_line = "expect (\\w+): (.*)";

  /// A kernel for each `expect` line, which counts the elements of which it is not true.
  std::string checks() const {
    std::string parameters, text;
    std::smatch match;
    for (const std::string& line : snippet_.run) {
      if (read(line, buffer_line, match))
        parameters += fmt::format("{}* {}, ", type_of(match[2].str()).c_name, match[1].str());
    }
    int count = 0;
    for (const std::string& line : snippet_.run) {
      if (!read(line, expect_line, match)) continue;
      text += fmt::format(
          "extern \"C\" __global__ void note_check_{}({}int* note_wrong, int note_count) {{\n  using namespace note;\n"
          "  for (int i = threadIdx.x; i < note_count; i += blockDim.x)\n    if (!({})) atomicAdd(note_wrong, "
          "1);\n}}\n",
          count++, parameters, match[2].str());
    }
    return text;
  }

  void step(const std::string& line) {
    std::smatch match;
    if (read(line, buffer_line, match)) return make_buffer(match[1], match[2], std::stoul(match[3]), match[4]);
    if (read(line, "(\\w+)<<<(\\([^)]*\\)|[^,]*), (\\([^)]*\\)|[^,>]*)(?:, (\\d+))?>>>\\((.*)\\)", match))
      return launch(match);
    if (read(line, expect_line, match)) return expect(match[1], match[2]);
    if (read(line, "finding ([\\w-]+)", match)) {
      expected_.insert(match[1]);
    } else if (read(line, "count (\\w+) = (\\d+)", match)) {
      count(match[1], std::stoull(match[2]));
    } else {
      fail("not understood: '{}'", line);
    }
  }

  void make_buffer(const std::string& name, const std::string& type, size_t count, const std::string& fill) {
    const Type& about = type_of(type);
    const vgpu::Address address =
        gpu_.allocate(name, count * about.bytes, vgpu::Access::read_write, about.bytes, about.c_name);
    buffers_.push_back({name, {type, count, address}});
    if (fill == "unwritten") return gpu_.mark_undefined(address);
    std::mt19937 random(7);
    for (size_t i = 0; i < count; ++i) {
      double value = fill == "ones" ? 1 : 0;
      if (fill == "iota") value = static_cast<double>(i);
      if (fill == "random") value = (static_cast<double>(random() >> 8) - (1 << 23)) / (1 << 23);
      store(address, i, type, value);
    }
  }

  void store(vgpu::Address address, size_t i, const std::string& type, double value) {
    std::byte* to = gpu_.data(address).data() + i * type_of(type).bytes;
    if (type == "f32") {
      const float v = static_cast<float>(value);
      std::memcpy(to, &v, sizeof v);
    } else if (type == "f16") {
      const _Float16 v = static_cast<_Float16>(value);
      std::memcpy(to, &v, sizeof v);
    } else if (type == "i32") {
      const int32_t v = static_cast<int32_t>(value);
      std::memcpy(to, &v, sizeof v);
    } else {
      *to = static_cast<std::byte>(static_cast<int>(value));
    }
  }

  const Buffer* find(const std::string& name) const {
    for (const auto& [other, buffer] : buffers_) {
      if (other == name) return &buffer;
    }
    return nullptr;
  }

  void launch(const std::smatch& match) {
    const std::string kernel = match[1];
    const std::vector<vgpu::KernelInfo> kernels = module_->kernels();
    const auto found = std::find_if(kernels.begin(), kernels.end(),
                                    [&](const vgpu::KernelInfo& each) { return demangled(each.name) == kernel; });
    if (found == kernels.end()) return fail("there is no kernel {}", kernel);
    std::vector<std::byte> parameters;
    static const std::regex argument("[^,\\s]+");
    const std::string list = match[5];
    for (std::sregex_iterator at(list.begin(), list.end(), argument), end; at != end; ++at) {
      const std::string word = at->str();
      if (const Buffer* buffer = find(word)) {
        vgpu::pack(parameters, &buffer->address, 8, 8);
      } else if (word.find('.') != std::string::npos) {
        const float value = std::stof(word);
        vgpu::pack(parameters, &value, 4, 4);
      } else {
        const int32_t value = std::stoi(word);
        vgpu::pack(parameters, &value, 4, 4);
      }
    }
    const uint32_t shared = match[4].matched ? static_cast<uint32_t>(std::stoul(match[4])) : 0;
    vgpu::Limits limits;
    limits.warp_steps = 1'000'000;
    const vgpu::LaunchResult done =
        gpu_.launch(*module_, found->name, dim3_of(match[2]), dim3_of(match[3]), shared, parameters, limits);
    for (const vgpu::Finding& finding : done.findings) result_.findings.emplace(vgpu::name_of(finding.kind));
    counts_ = done.counters.total;
  }

  void expect(const std::string& name, const std::string& condition) {
    const Buffer* buffer = find(name);
    if (buffer == nullptr) return fail("there is no buffer {}", name);
    const vgpu::Address wrong = gpu_.allocate("wrong", 4, vgpu::Access::read_write, 4, "int");
    std::ranges::fill(gpu_.data(wrong), std::byte{0});
    std::vector<std::byte> parameters;
    for (const auto& [other, each] : buffers_) vgpu::pack(parameters, &each.address, 8, 8);
    vgpu::pack(parameters, &wrong, 8, 8);
    const int32_t count = static_cast<int32_t>(buffer->count);
    vgpu::pack(parameters, &count, 4, 4);
    const vgpu::LaunchResult done =
        gpu_.launch(*module_, fmt::format("note_check_{}", next_check_++), {1, 1, 1}, {256, 1, 1}, 0, parameters);
    if (!done.findings.empty()) fail("'{}' reads what it may not: {}", condition, done.findings[0].message);
    int32_t elements = 0;
    std::memcpy(&elements, gpu_.data(wrong).data(), 4);
    if (elements != 0) fail("'{}' is not so for {} of {} elements", condition, elements, count);
  }

  void count(const std::string& name, uint64_t want) {
    for (const vgpu::CountField& field : vgpu::count_fields) {
      if (name != field.name) continue;
      if (counts_.*field.value != want) fail("{} is {}, not {}", name, counts_.*field.value, want);
      return;
    }
    fail("there is no count {}", name);
  }

  const Snippet& snippet_;
  std::shared_ptr<const vgpu::Module> module_;
  vgpu::Gpu gpu_;
  std::vector<std::pair<std::string, Buffer>> buffers_;
  std::set<std::string> expected_;
  vgpu::Counts counts_;
  int next_check_ = 0;
  SnippetRun result_;
};

}  // namespace

SnippetRun run_snippet(const Snippet& snippet) { return Run(snippet).all(); }

std::string compile_snippet(const Snippet& snippet) {
  std::string source = head + snippet.code;
  if (snippet.kind == Snippet::Kind::fragment)
    source = fmt::format("{}__global__ void fragment({}) {{\n{}}}\n", head, snippet.parameters, snippet.code);
  const Nvrtc::Output output = compile(source);
  return output.compiled ? "" : output.log;
}

}  // namespace tritutor
