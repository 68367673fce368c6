#include "app/vgpu/view.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "app/printable.h"
#include "app/vgpu/counters_view.h"
#include "app/vgpu/kernel_name.h"

namespace vgpu_program {

namespace {

using tritutor::columns_of;
using tritutor::fit;
using tritutor::printable;
using tritutor::wrap;

constexpr size_t kMostFindings = 20;

std::string extent(const vgpu::Dim3& size) {
  if (size.y == 1 && size.z == 1) return grouped(size.x);
  return size.z == 1 ? fmt::format("{} x {}", size.x, size.y) : fmt::format("{} x {} x {}", size.x, size.y, size.z);
}

class View {
 public:
  View(const Outcome& outcome, const Source& source, const ViewOptions& options)
      : outcome_(outcome), result_(outcome.result), source_(source), options_(options), style_(options.style) {}

  std::string text() {
    headline();
    findings();
    notes();
    printed();
    if (options_.counters && result_.sample_end != vgpu::SampleEnd::waiting)
      out_ += fmt::format("\n{}", view_counters(result_.counters, source_, options_));
    for (const Shown& each : outcome_.shown) values(each);
    return std::move(out_);
  }

 private:
  void paragraph(std::string_view text, std::string_view indent) { out_ += wrap(text, options_.width, indent); }

  void headline() {
    const uint64_t shared = outcome_.kernel.static_shared_bytes + outcome_.dynamic_shared;
    const std::string state = result_.stopped             ? style_.yellow("STOPPED")
                              : !result_.findings.empty() ? style_.red("FINDINGS")
                              : outcome_.sampled          ? style_.yellow("SAMPLED")
                                                          : style_.green("CLEAN");
    out_ += fmt::format("{}  {}\n", state, style_.bold(demangled(outcome_.kernel.name)));
    std::string facts = fmt::format("grid {}, block {}", extent(outcome_.grid), extent(outcome_.block));
    if (shared > 0) facts += fmt::format(", {} bytes of shared memory a block", grouped(shared));
    if (outcome_.sampled) {
      paragraph(facts, "  ");
      sample();
      return;
    }
    facts += fmt::format("; {} ran {}", counted(outcome_.grid.count() * ((outcome_.block.count() + 31) / 32), "warp"),
                         counted(result_.warp_instructions, "PTX instruction"));
    paragraph(facts, "  ");
    if (result_.findings.empty() && !result_.stopped) {
      const bool loose = std::any_of(outcome_.arguments.begin(), outcome_.arguments.end(),
                                     [](const Bound& each) { return each.argument.kind == Argument::Kind::buffer; });
      if (loose) paragraph("No finding in what these arguments made it do.", "  ");
    }
  }

  /// What ran, and what is therefore not known.
  void sample() {
    const std::string ran =
        fmt::format("{} of {} ran", grouped(result_.blocks_run), counted(outcome_.grid.count(), "block"));
    switch (result_.sample_end) {
      case vgpu::SampleEnd::done:
        paragraph(ran + ": the counters are estimates for the whole grid. Nothing was checked across blocks.", "  ");
        break;
      case vgpu::SampleEnd::cut:
        paragraph(ran +
                      ", the last of them not to its end: the whole grid counts at least what is shown. --steps lets a "
                      "block go on for longer.",
                  "  ");
        break;
      case vgpu::SampleEnd::waiting:
        paragraph(
            "No sample is possible: a block did not end, and it may wait for blocks that do not run. Leave out "
            "--sample.",
            "  ");
        break;
    }
  }

  void findings() {
    const std::vector<vgpu::Finding>& all = result_.findings;
    const size_t most = std::min(all.size(), kMostFindings);
    for (size_t first = 0; first < most;) {
      size_t end = first + 1;
      while (end < most && is_alike(all[first], all[end])) ++end;
      group({all.begin() + static_cast<std::ptrdiff_t>(first), all.begin() + static_cast<std::ptrdiff_t>(end)});
      first = end;
    }
    if (all.size() > most) {
      out_ += style_.dim(fmt::format("\n... and {} more; --json has all\n", counted(all.size() - most, "finding")));
    }
    if (!all.empty() && !result_.completed && !result_.stopped) {
      out_ += "\n";
      paragraph("The kernel was ended there: buffers hold what was written up to then.", "  ");
    }
  }

  /// What is worth saying and no finding.
  void notes() {
    const std::vector<vgpu::Finding>& all = result_.notes;
    if (!all.empty()) out_ += "\n";
    for (size_t i = 0; i < std::min(all.size(), kMostFindings); ++i) {
      std::string place = all[i].file.empty() ? outcome_.file : source_.shown(all[i].file);
      if (all[i].line > 0) place += fmt::format(":{}", all[i].line);
      paragraph(fmt::format("note: {}: {}", place, all[i].message), "");
    }
    if (all.size() > kMostFindings)
      out_ += style_.dim(fmt::format("... and {} more; --json has all\n", counted(all.size() - kMostFindings, "note")));
  }

  static bool is_alike(const vgpu::Finding& a, const vgpu::Finding& b) {
    return a.kind == b.kind && a.file == b.file && a.line == b.line && a.cause == b.cause;
  }

  /// Findings of one kind, line and cause.
  void group(std::span<const vgpu::Finding> alike) {
    const vgpu::Finding& one = alike[0];
    std::string place = one.file.empty() ? outcome_.file : source_.shown(one.file);
    if (one.line > 0) place += fmt::format(":{}", one.line);
    const bool same_count =
        std::all_of(alike.begin(), alike.end(), [&](const auto& f) { return f.count == one.count; });
    std::string times;
    if (same_count && one.count > 1)
      times = fmt::format(", {} times{}", grouped(one.count), alike.size() > 1 ? " each" : "");
    out_ += fmt::format("\n{}: {}{}\n", style_.bold(place), style_.red(vgpu::name_of(one.kind)), times);
    const std::string line = source_.line(one.file, one.line);
    if (!line.empty()) {
      const size_t room = static_cast<size_t>(std::max(options_.width, 40)) - 8;
      out_ += fmt::format("{:>5} | {}\n", one.line, options_.cut ? fit(printable(line), room) : printable(line));
    }
    for (const vgpu::Finding& each : alike) {
      times = same_count ? "" : fmt::format(", {}", counted(each.count, "time"));
      paragraph(fmt::format("- {}{}", each.message, times), "  ");
    }
    if (!one.cause.empty()) paragraph("Likely cause: " + one.cause, "  ");
  }

  void printed() {
    if (result_.printed.empty()) return;
    out_ += fmt::format("\n{}\n", style_.bold("The kernel printed"));
    for (size_t at = 0; at < result_.printed.size();) {
      const size_t end = std::min(result_.printed.find('\n', at), result_.printed.size());
      out_ += fmt::format("  {}\n", printable(result_.printed.substr(at, end - at)));
      at = end + 1;
    }
  }

  void values(const Shown& each) {
    const Bound& bound = outcome_.arguments[each.argument];
    const Element type = bound.argument.element;
    const uint64_t count = bound.argument.count;
    std::vector<std::string> texts;
    size_t widest = 0;
    for (uint64_t i = 0; i < each.first_count; ++i) {
      texts.push_back(text_at(type, each.values.data() + i * size_of(type)));
      widest = std::max(widest, texts.back().size());
    }
    out_ += fmt::format("\n{}  {}[{}]{}\n", style_.bold(bound.name), name_of(type), count,
                        each.first_count < count ? fmt::format(", the first {}", grouped(each.first_count)) : "");
    const size_t index_width = std::max<size_t>(std::to_string(each.first_count).size(), 4) + 2;
    const size_t room = static_cast<size_t>(options_.width) - index_width;
    const size_t fits = std::max<size_t>(room / (widest + 2), 1);
    // A power of two, so that an index is easily found.
    const size_t a_row = fits >= 16 ? 16 : fits >= 8 ? 8 : fits >= 4 ? 4 : fits >= 2 ? 2 : 1;
    for (size_t i = 0; i < texts.size(); ++i) {
      if (i % a_row == 0) out_ += style_.dim(fmt::format("{:>{}}", i, index_width));
      out_ += fmt::format("  {:>{}}", texts[i], widest);
      if (i % a_row == a_row - 1 || i + 1 == texts.size()) out_ += "\n";
    }
  }

  const Outcome& outcome_;
  const vgpu::LaunchResult& result_;
  const Source& source_;
  const ViewOptions& options_;
  const tritutor::Style& style_;
  std::string out_;
};

}  // namespace

std::string grouped(uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string counted(uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", grouped(count), noun, count == 1 ? "" : "s");
}

std::string view(const Outcome& outcome, const Source& source, const ViewOptions& options) {
  return View(outcome, source, options).text();
}

}  // namespace vgpu_program
