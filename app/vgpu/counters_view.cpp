#include "app/vgpu/counters_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace vgpu_program {

namespace {

using tritutor::fit;
using tritutor::pad;
using vgpu::Counts;

constexpr size_t kMostLines = 4;  // with the most of each

/// "4.0", or "-" of nothing.
std::string ratio(uint64_t part, uint64_t whole) {
  return whole == 0 ? "-" : fmt::format("{:.1f}", static_cast<double>(part) / static_cast<double>(whole));
}

/// Of the 32 lanes of every warp instruction, how many took part.
std::string lanes(const Counts& c) {
  if (c.warp_instructions == 0) return "-";
  const double share = static_cast<double>(c.lane_instructions) / (32.0 * static_cast<double>(c.warp_instructions));
  return fmt::format("{:.0f} %", 100 * share);
}

/// Rows of label and facts; facts that did not happen are left out.
class Totals {
 public:
  explicit Totals(const ViewOptions& options) : options_(options) {}
  void row(std::string_view label, const std::vector<std::string>& facts) {
    std::string text;
    for (const std::string& fact : facts) text += (text.empty() || fact.empty() ? "" : ", ") + fact;
    if (text.empty()) return;
    const std::string wrapped = tritutor::wrap(text, options_.width, std::string(kLabel + 4, ' '));
    out_ += fmt::format("  {}  {}", pad(label, kLabel), wrapped.substr(kLabel + 4));
  }
  std::string text() { return std::move(out_); }

 private:
  static constexpr size_t kLabel = 15;
  const ViewOptions& options_;
  std::string out_;
};

std::string some(uint64_t count, std::string_view what) {
  return count == 0 ? "" : fmt::format("{} {}", grouped(count), what);
}

std::string totals(const vgpu::Counters& counters, const ViewOptions& options) {
  const Counts& c = counters.total;
  Totals table(options);
  table.row("instructions", {fmt::format("{} by all warps", grouped(c.warp_instructions)), "lanes busy " + lanes(c)});
  table.row("by kind",
            {some(c.fp32, "fp32"), some(c.fp64, "fp64"), some(c.integer, "integer"), some(c.control, "control"),
             some(c.conversion, "conversion"), some(c.special, "special"), some(c.tensor_operations, "tensor")});
  const auto global = [&](std::string_view label, uint64_t asked, uint64_t touched) {
    if (asked == 0) return;
    table.row(label, {counted(asked, "request"), fmt::format("{}: {} each (ideal 4 at 4 bytes)",
                                                             counted(touched, "sector"), ratio(touched, asked))});
  };
  global("global loads", c.global_load_requests, c.global_load_sectors);
  global("global stores", c.global_store_requests, c.global_store_sectors);
  if (counters.dram_read_sectors + counters.dram_written_sectors > 0) {
    table.row("DRAM at least",
              {fmt::format("{} bytes read", grouped(vgpu::sector_bytes * counters.dram_read_sectors)),
               fmt::format("{} bytes written", grouped(vgpu::sector_bytes * counters.dram_written_sectors))});
  }
  const auto shared = [&](std::string_view label, uint64_t asked, uint64_t passes) {
    if (asked == 0) return;
    table.row(label, {counted(asked, "request"),
                      fmt::format("{}: {} each", counted(passes, "wavefront"), ratio(passes, asked))});
  };
  shared("shared loads", c.shared_load_requests, c.shared_load_wavefronts);
  shared("shared stores", c.shared_store_requests, c.shared_store_wavefronts);
  if (c.shared_wavefronts() > 0)
    table.row("bank conflicts", {fmt::format("{} wavefronts too many", grouped(c.bank_conflicts))});
  table.row("others", {c.barriers == 0 ? "" : counted(c.barriers, "barrier"),
                       c.atomics == 0 ? "" : counted(c.atomics, "atomic")});
  return table.text();
}

/// Which lines to show: those with the most of each thing, in the file's order.
std::vector<const vgpu::LineCounts*> telling_lines(const vgpu::Counters& counters) {
  std::set<const vgpu::LineCounts*> chosen;
  const auto choose = [&](auto amount) {
    std::vector<const vgpu::LineCounts*> lines;
    for (const vgpu::LineCounts& each : counters.lines) {
      if (amount(each.counts) > 0) lines.push_back(&each);
    }
    const auto more = [&](const vgpu::LineCounts* a, const vgpu::LineCounts* b) {
      return amount(a->counts) > amount(b->counts);
    };
    std::stable_sort(lines.begin(), lines.end(), more);
    chosen.insert(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(std::min(lines.size(), kMostLines)));
  };
  choose([](const Counts& c) { return c.warp_instructions; });
  choose([](const Counts& c) { return c.global_sectors(); });
  choose([](const Counts& c) { return c.shared_wavefronts(); });
  choose([](const Counts& c) { return c.bank_conflicts; });
  return {chosen.begin(), chosen.end()};  // pointers into one vector: its order
}

/// 123456789 -> "123.5M": a column has seven places.
std::string compact(uint64_t number) {
  if (number == 0) return "-";
  if (number < 1'000'000) return grouped(number);
  constexpr std::pair<double, const char*> kUnits[] = {{1e6, "M"}, {1e9, "G"}, {1e12, "T"}};
  const auto* unit = std::begin(kUnits);
  while (static_cast<double>(number) >= 999.95 * unit->first && unit + 1 != std::end(kUnits)) ++unit;
  return fmt::format("{:.1f}{}", static_cast<double>(number) / unit->first, unit->second);
}

std::string lines_table(const vgpu::Counters& counters, const Source& source, const ViewOptions& options) {
  const std::vector<const vgpu::LineCounts*> lines = telling_lines(counters);
  if (lines.empty()) return "";
  std::string out = fmt::format("\n{}\n", options.style.bold("The lines with the most of each"));
  out += options.style.dim(fmt::format("  {:>5} {:>7} {:>6} {:>7} {:>5} {:>7} {:>9}\n", "line", "instr", "lanes",
                                       "sectors", "/req", "wavefr", "conflicts"));
  const std::string* file = nullptr;
  const size_t used = 57;
  const size_t room = static_cast<size_t>(std::max(options.width, 0)) > used + 8 ? options.width - used : 8;
  for (const vgpu::LineCounts* each : lines) {
    if (file == nullptr || *file != each->file) out += fmt::format("  {}\n", source.shown(each->file));
    file = &each->file;
    const Counts& c = each->counts;
    std::string text = source.line(each->file, each->line);
    text.erase(0, std::min(text.find_first_not_of(" \t"), text.size()));
    out += fmt::format("  {:>5} {:>7} {:>6} {:>7} {:>5} {:>7} {:>9}  {}", each->line, compact(c.warp_instructions),
                       lanes(c), compact(c.global_sectors()), ratio(c.global_sectors(), c.global_requests()),
                       compact(c.shared_wavefronts()), compact(c.bank_conflicts),
                       options.style.dim(options.cut ? fit(text, room) : text));
    while (out.ends_with(' ')) out.pop_back();
    out += "\n";
  }
  return out;
}

}  // namespace

std::string view_counters(const vgpu::Counters& counters, const Source& source, const ViewOptions& options) {
  std::string out = options.style.bold("Counters") + "  " +
                    options.style.dim("instructions are those of PTX, not the machine's") + "\n";
  return out + totals(counters, options) + lines_table(counters, source, options);
}

}  // namespace vgpu_program
