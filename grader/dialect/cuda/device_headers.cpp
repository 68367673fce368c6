#include "grader/dialect/cuda/device_headers.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "grader/dialect/cuda/standard_headers.h"

namespace tritutor {
namespace {

/// What of the C library a file includes.
void add_standard_headers(const SourceScan& scan, std::vector<Nvrtc::Header>& headers) {
  std::set<std::string> added;
  for (const Nvrtc::Header& header : headers) added.insert(header.name);
  for (const Directive& at : scan.directives) {
    if (at.name != "include" || at.delimiter == 0 || !added.insert(at.argument).second) continue;
    if (auto text = standard_header(at.argument)) headers.push_back({at.argument, *text});
  }
}

/// <cub/cub.cuh> holds what a host launches as well, which this compiler refuses: its parts for blocks and warps stand
/// for it.
constexpr const char* whole_cub = "cub/cub.cuh";

std::vector<std::string> cub_parts(const IsCudaHeader& is_cuda_header) {
  std::vector<std::string> parts;
  for (const char* name : {"block_adjacent_difference", "block_discontinuity", "block_exchange", "block_histogram",
                           "block_load", "block_merge_sort", "block_radix_sort", "block_reduce",
                           "block_run_length_decode", "block_scan", "block_shuffle", "block_store", "warp_exchange",
                           "warp_load", "warp_merge_sort", "warp_reduce", "warp_scan", "warp_store"}) {
    const std::string part = fmt::format("cub/{}/{}.cuh", name[0] == 'b' ? "block" : "warp", name);
    if (is_cuda_header(part)) parts.push_back(part);
  }
  return parts;
}

std::string cub_parts_text(const IsCudaHeader& is_cuda_header) {
  std::string text = "#pragma once\n";
  for (const std::string& part : cub_parts(is_cuda_header)) text += fmt::format("#include <{}>\n", part);
  return text;
}

bool includes(const SourceScan& scan, std::string_view name) {
  return std::any_of(scan.directives.begin(), scan.directives.end(),
                     [&](const Directive& at) { return at.name == "include" && at.argument == name; });
}

/// CUDA's headers that a file includes before anything but other headers.
std::vector<std::string> leading_headers(const SourceScan& scan, const IsCudaHeader& is_cuda_header) {
  std::vector<std::string> names;
  for (const Directive& at : scan.directives) {
    if (!scan.tokens.empty() && at.line > scan.tokens.front().line) break;
    if (at.name == "pragma" && at.argument == "once") continue;
    if (at.name != "include") break;
    if (at.argument == whole_cub) {
      for (std::string& part : cub_parts(is_cuda_header)) names.push_back(std::move(part));
    } else if (!standard_header(at.argument) && is_cuda_header(at.argument)) {
      names.push_back(at.argument);
    }
  }
  return names;
}

/// Cooperative groups read libcu++, which takes ten times as long as all the rest, for what most files never use. A
/// file that names nothing of libcu++ gets them without: this macro is theirs for that.
constexpr const char* lean_groups = "-D_CG_LIMIT_INCLUDED_DEPENDENCIES";

bool wants_lean_groups(const SourceScan& scan) {
  bool groups = false;
  for (const Directive& at : scan.directives) {
    if (at.name != "include") continue;
    groups = groups || at.argument.rfind("cooperative_groups", 0) == 0;
    for (const char* other : {"cuda/", "cub/", "thrust/", "nv/"}) {
      if (at.argument.rfind(other, 0) == 0) return false;
    }
  }
  return groups &&
         std::none_of(scan.tokens.begin(), scan.tokens.end(), [](const Token& token) { return token.text == "cuda"; });
}

}  // namespace

void prepare_headers(const SourceScan& scan, const IsCudaHeader& is_cuda_header, Nvrtc::Program& program) {
  add_standard_headers(scan, program.headers);
  if (includes(scan, whole_cub)) program.headers.push_back({whole_cub, cub_parts_text(is_cuda_header)});
  program.leading_headers = leading_headers(scan, is_cuda_header);
  if (wants_lean_groups(scan)) program.options.emplace_back(lean_groups);
}

}  // namespace tritutor
