// Where the wrong elements of an output are.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "grader/judge/pattern.h"

namespace tritutor {
namespace {

constexpr int64_t kTiles[] = {4, 8, 16, 32, 64, 128};

/// A region is named when nothing outside it is flagged and at least `least` of it is (a wrong kernel may be right here
/// and there by luck, a ReLU's zeros for one), and the clean outside is no coincidence.
bool stands_out(int64_t flagged, int64_t region, int64_t outside, double least = 0.3) {
  if (region <= 0 || outside <= 0) return false;
  const double share = static_cast<double>(flagged) / static_cast<double>(region);
  return share >= least && (share == 1 || static_cast<double>(outside) * std::log1p(-share) < std::log(1e-6));
}

/// " (4 x 256)" where `border` lies between two blocks: of the learner's own size, or of a usual one.
std::string as_multiple(int64_t border, int64_t block) {
  if (block > 1 && border % block == 0) return fmt::format(" ({} x {})", border / block, block);
  for (const int64_t usual : {1024, 512, 256, 128, 64, 32}) {
    if (border > 0 && border % usual == 0) return fmt::format(" ({} x {})", border / usual, usual);
  }
  return "";
}

/// "i % 32 == 0" and the like for the residues that are flagged; empty where they are no run and more than a few.
std::string residue_rule(const std::vector<char>& in, const std::string& name) {
  const auto period = static_cast<int64_t>(in.size());
  const int64_t count = std::count(in.begin(), in.end(), 1);
  const int64_t first = std::find(in.begin(), in.end(), 1) - in.begin();
  const int64_t last = period - 1 - (std::find(in.rbegin(), in.rend(), 1) - in.rbegin());
  const int64_t hole = std::find(in.begin(), in.end(), 0) - in.begin();
  if (count == 1) return fmt::format("{} % {} == {}", name, period, first);
  if (count == period - 1) return fmt::format("{} % {} != {}", name, period, hole);
  if (last - first + 1 != count && count <= 8) {
    std::vector<int64_t> residues;
    for (int64_t r = 0; r < period; ++r) {
      if (in[static_cast<size_t>(r)] != 0) residues.push_back(r);
    }
    return fmt::format("{} % {} in {{{}}}", name, period, fmt::join(residues, ", "));
  }
  if (last - first + 1 != count) return "";
  if (first == 0) return fmt::format("{} % {} < {}", name, period, count);
  if (last == period - 1) return fmt::format("{} % {} >= {}", name, period, first);
  return fmt::format("{} % {} from {} to {}", name, period, first, last);
}

/// The shortest period of which at least `least` of the residues' elements are flagged.
std::optional<Pattern> describe_period(const std::vector<char>& flags, const std::string& noun, int64_t block,
                                       double least) {
  const auto n = static_cast<int64_t>(flags.size());
  std::vector<int64_t> periods;
  for (int64_t p = 2; p <= 64; ++p) periods.push_back(p);
  for (int64_t p = 128; p <= 1024; p *= 2) periods.push_back(p);
  if (block > 64) periods.push_back(block);
  for (const int64_t period : periods) {
    const int64_t least_periods = period == 2 ? 3 : period == block ? 2 : 4;  // fewer may be chance
    if (n < least_periods * period) continue;
    std::vector<int64_t> flagged(static_cast<size_t>(period), 0);
    for (int64_t i = 0; i < n; ++i) flagged[static_cast<size_t>(i % period)] += flags[static_cast<size_t>(i)];
    std::vector<char> in(flagged.size());
    int64_t total = 0, region = 0;
    for (int64_t r = 0; r < period; ++r) {
      const auto at = static_cast<size_t>(r);
      in[at] = flagged[at] > 0;
      total += flagged[at];
      if (in[at] != 0) region += (n - r + period - 1) / period;
    }
    if (!stands_out(total, region, n - region, least)) continue;
    if (period == 2) return Pattern{"every-other", fmt::format("every {} {}", in[0] != 0 ? "even" : "odd", noun)};
    const std::string letter = noun.substr(0, 1);
    const std::string rule = residue_rule(in, letter);
    if (rule.empty()) continue;
    return Pattern{"periodic", fmt::format("every {} {} with {}", noun, letter, rule)};
  }
  return std::nullopt;
}

/// Flags along one line: of a vector's indices, or of a matrix's rows or columns.
std::optional<Pattern> describe_line(const std::vector<char>& flags, const std::string& noun, int64_t block) {
  const auto n = static_cast<int64_t>(flags.size());
  const int64_t count = std::count(flags.begin(), flags.end(), 1);
  if (count == 0 || count == n) return std::nullopt;
  const int64_t first = std::find(flags.begin(), flags.end(), 1) - flags.begin();
  const int64_t end = n - (std::find(flags.rbegin(), flags.rend(), 1) - flags.rbegin());
  if (stands_out(count, end - first, n - (end - first), 0.9)) {
    if (end == n && first == n - 1) return Pattern{"tail", fmt::format("the last {} ({})", noun, first)};
    if (first == 0 && end == 1) return Pattern{"head", fmt::format("the first {} (0)", noun)};
    if (end == n) return Pattern{"tail", fmt::format("every {} >= {}{}", noun, first, as_multiple(first, block))};
    if (first == 0) return Pattern{"head", fmt::format("every {} < {}{}", noun, end, as_multiple(end, block))};
    if (end - first == 1) return Pattern{"range", fmt::format("{} {}", noun, first)};
    return Pattern{"range", fmt::format("every {} from {} to {}", noun, first, end - 1)};
  }
  // With half of each residue flagged by chance, half the true period would do as well: the strict reading first.
  for (const double least : {0.98, 0.5}) {
    if (auto period = describe_period(flags, noun, block, least)) return period;
  }
  if (stands_out(count, n - first, first)) {
    return Pattern{
        "tail", fmt::format("nothing below {} {}{}, but much from there on", noun, first, as_multiple(first, block))};
  }
  if (stands_out(count, end, n - end)) {
    return Pattern{"head", fmt::format("nothing from {} {}{} on, but much below", noun, end, as_multiple(end, block))};
  }
  return std::nullopt;
}

/// The right and bottom edges that partial tiles leave.
std::optional<Pattern> describe_edge(const std::vector<char>& flags, int64_t rows, int64_t columns) {
  const auto width = static_cast<size_t>(columns + 1);
  std::vector<int64_t> area(static_cast<size_t>(rows + 1) * width, 0);  // flagged above and left of (r, c)
  for (size_t r = 0; r < static_cast<size_t>(rows); ++r) {
    for (size_t c = 0; c < static_cast<size_t>(columns); ++c) {
      area[(r + 1) * width + c + 1] = area[r * width + c + 1] + area[(r + 1) * width + c] - area[r * width + c] +
                                      flags[r * static_cast<size_t>(columns) + c];
    }
  }
  const auto inside = [&](int64_t r, int64_t c) {
    return area[static_cast<size_t>(r) * width + static_cast<size_t>(c)];
  };
  const int64_t total = inside(rows, columns);
  const auto borders = [](int64_t extent) {
    std::vector<int64_t> out = {extent, extent - 1};
    for (const int64_t tile : kTiles) {
      if (extent % tile != 0 && extent > tile) out.push_back(extent / tile * tile);
    }
    return out;
  };
  // The smallest region that holds all flagged elements wins: partial tiles of 16 lie within those of 64.
  std::optional<Pattern> best;
  int64_t best_region = rows * columns;
  for (const int64_t r : borders(rows)) {
    for (const int64_t c : borders(columns)) {
      const int64_t region = rows * columns - r * c;
      if (inside(r, c) == 0 && region < best_region && stands_out(total, region, r * c)) {
        best_region = region;
        if (c == columns) {
          best = r == rows - 1 ? Pattern{"last-row", fmt::format("the last row ({})", r)}
                               : Pattern{"edge-tile", fmt::format("every row >= {}", r)};
        } else if (r == rows) {
          best = c == columns - 1 ? Pattern{"last-column", fmt::format("the last column ({})", c)}
                                  : Pattern{"edge-tile", fmt::format("every column >= {}", c)};
        } else {
          best = Pattern{"edge-tile", fmt::format("every row >= {} and every column >= {}", r, c)};
        }
      }
      const int64_t corner = (rows - r) * (columns - c);
      const bool all_in_corner = total == total - inside(r, columns) - inside(rows, c) + inside(r, c);
      if (all_in_corner && corner < best_region && stands_out(total, corner, rows * columns - corner)) {
        best_region = corner;
        best = Pattern{"edge-tile", fmt::format("the corner of rows >= {} and columns >= {}", r, c)};
      }
    }
  }
  return best;
}

/// Whole rows (step = columns) or whole columns of a matrix.
std::optional<Pattern> describe_lines(const std::vector<char>& flags, int64_t rows, int64_t columns, bool by_row) {
  const int64_t lines = by_row ? rows : columns;
  const int64_t line_length = by_row ? columns : rows;
  std::vector<char> line_flags(static_cast<size_t>(lines), 0);
  int64_t total = 0;
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) {
      if (flags[static_cast<size_t>(r * columns + c)] == 0) continue;
      line_flags[static_cast<size_t>(by_row ? r : c)] = 1;
      ++total;
    }
  }
  const int64_t flagged = std::count(line_flags.begin(), line_flags.end(), 1);
  if (!stands_out(total, flagged * line_length, (lines - flagged) * line_length, 0.5)) return std::nullopt;
  const std::string noun = by_row ? "row" : "column";
  const std::string id = by_row ? "rows" : "columns";
  const auto along = describe_line(line_flags, noun, 0);
  if (!along) return Pattern{id, fmt::format("whole {}s, {} of {}", noun, flagged, lines)};
  const bool one_a_tile = along->id == "periodic" &&
                          (along->text.find("==") != std::string::npos || along->text.find("!=") != std::string::npos);
  if (one_a_tile) return Pattern{fmt::format("one-{}-in-each-tile", noun), along->text};
  return Pattern{id, along->text};
}

std::optional<Pattern> describe_matrix(const std::vector<char>& flags, int64_t rows, int64_t columns) {
  if (auto edge = describe_edge(flags, rows, columns)) return edge;
  if (auto lines = describe_lines(flags, rows, columns, true)) return lines;
  return describe_lines(flags, rows, columns, false);
}

/// Of several matrices: whole ones, or the same places in each that has any.
std::optional<Pattern> describe_batch(const Evidence& e, const std::vector<char>& flags) {
  const int64_t size = e.rows * e.columns, batch = e.total() / size;
  std::vector<char> matrices(static_cast<size_t>(batch), 0), folded(static_cast<size_t>(size), 0);
  for (int64_t i = 0; i < e.total(); ++i) {
    if (flags[static_cast<size_t>(i)] == 0) continue;
    matrices[static_cast<size_t>(i / size)] = 1;
    folded[static_cast<size_t>(i % size)] = 1;
  }
  const int64_t affected = std::count(matrices.begin(), matrices.end(), 1);
  const int64_t total = std::count(flags.begin(), flags.end(), 1);
  if (stands_out(total, affected * size, (batch - affected) * size)) {
    if (auto along = describe_line(matrices, "matrix", 0)) return along;
  }
  auto place = describe_matrix(folded, e.rows, e.columns);
  if (place) place->text += fmt::format(" of {} of {} matrices", affected, batch);
  return place;
}

/// What to look at, by the pattern's id. It points; it does not solve.
std::string advice(const std::string& id) {
  if (id == "tail") return "They were stored, with wrong values: what is different for the threads from there on?";
  if (id == "head") return "What do the first block or the first threads do that the others do not?";
  if (id == "last-row" || id == "last-column")
    return "Look at the bounds: is the last one compared with < or with <= ?";
  if (id == "edge-tile") return "These are the partial tiles at the edge: look at the masks of their loads and stores.";
  if (id == "rows")
    return "Look at what selects the row: the block index, a stride, or state left over from the row before.";
  if (id == "columns") return "Look at what selects the column, and at what is read once for each column.";
  if (id == "one-row-in-each-tile")
    return "Look at the row inside the tile: threadIdx.y, and the loop that copies a tile.";
  if (id == "one-column-in-each-tile")
    return "Look at the column inside the tile: threadIdx.x, and the tile's padding.";
  if (id == "every-other") return "Look at a stride of two, or at two elements a thread of which one is handled.";
  if (id == "periodic")
    return "The period is that of a block, a warp or a thread's share: which of its members do the work?";
  return "One stretch only: which block or thread owns it, and does another one write there too?";
}

}  // namespace

std::optional<Pattern> describe_place(const Evidence& e, const std::vector<char>& flags) {
  const int64_t count = std::count(flags.begin(), flags.end(), 1);
  if (count == e.total()) return Pattern{"everywhere", "every element"};
  if (e.rows > 1) {
    auto place = e.total() > e.rows * e.columns ? describe_batch(e, flags) : describe_matrix(flags, e.rows, e.columns);
    if (place) return place;
  }
  return describe_line(flags, "index", static_cast<int64_t>(e.context.block_threads));
}

std::string at_place(const Evidence& e, const std::vector<char>& flags) {
  const auto place = describe_place(e, flags);
  if (place && place->id == "everywhere") return "";
  if (place) return fmt::format(" (at {})", place->text);
  return fmt::format(" (at {} of {} elements)", std::count(flags.begin(), flags.end(), 1), e.total());
}

std::optional<Pattern> find_place(const Evidence& e) {
  if (e.total() == 1) return std::nullopt;
  const auto place = describe_place(e, e.wrong);
  if (!place || place->id == "everywhere") return std::nullopt;
  // All but a few is no place, unless it begins or ends with a block, a row or a column.
  if (e.rows == 1 && e.wrong_count() * 20 > e.total() * 19 && (place->id == "tail" || place->id == "head") &&
      as_multiple(place->id == "tail" ? e.wrong_at.front() : e.wrong_at.back() + 1,
                  static_cast<int64_t>(e.context.block_threads))
          .empty()) {
    return std::nullopt;
  }
  const double first = e.got_at(e.wrong_at.front());
  const bool same = std::all_of(e.wrong_at.begin(), e.wrong_at.end(), [&](int64_t i) { return e.got_at(i) == first; });
  const std::string holds = same && e.wrong_count() > 1 ? fmt::format(" ({} stands there)", first) : "";
  return Pattern{place->id, fmt::format("Wrong: {}{}, and nothing else. {}", place->text, holds, advice(place->id))};
}

}  // namespace tritutor
