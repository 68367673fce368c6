#include "app/array_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tritutor {

namespace {

using reference::Type;

constexpr int64_t none = -1;
constexpr int64_t most_short = 64;  ///< elements of a vector that are shown whole
constexpr int64_t most_rows = 16;   ///< of a matrix that are shown whole
constexpr int64_t most_tables = 4;  ///< of an array of more dimensions
constexpr size_t label_width = 8;
constexpr int64_t gap_width = 4;  ///< of " ..."

/// Indices from `begin` up to `end`, which is not among them.
struct Span {
  int64_t begin = 0, end = 0;
};

/// Of `count` indices both ends and some around `focus`, in order: about `most`, or all of them.
std::vector<Span> spans_of(int64_t count, int64_t most, int64_t focus) {
  if (count <= most) return {{0, count}};
  if (most < 3) {
    const int64_t begin = std::min(focus == none ? 0 : focus, count - most);
    return {{begin, begin + most}};
  }
  const int64_t part = std::max<int64_t>(1, most / (focus == none ? 2 : 3));
  std::vector<Span> spans = {{0, part}};
  const auto add = [&](int64_t begin, int64_t end) {
    begin = std::max<int64_t>(begin, 0);
    end = std::min(end, count);
    if (begin <= spans.back().end) {
      spans.back().end = std::max(spans.back().end, end);
    } else {
      spans.push_back({begin, end});
    }
  };
  if (focus != none) add(focus - part / 2, focus - part / 2 + part);
  add(count - part, count);
  return spans;
}

class View {
 public:
  View(const ShownArray& array, const ArrayViewOptions& options) : array_(array), options_(options) {
    const int64_t count = array.values->count();
    for (int64_t i = 0; array.wrong != nullptr && first_wrong_ == none && i < count; ++i) {
      if (is_wrong(i)) first_wrong_ = i;
    }
    choose_digits();
  }

  std::string text() {
    const std::vector<int64_t>& shape = array_.values->shape;
    const int64_t columns = shape.empty() ? 1 : shape.back();
    if (shape.size() < 2) {
      vector(0, columns);
      return std::move(out_);
    }
    const int64_t rows = shape[shape.size() - 2], each = rows * columns;
    const int64_t tables = each == 0 ? 0 : array_.values->count() / each;
    const int64_t focus = first_wrong_ == none ? none : first_wrong_ / each;
    for (const Span& span : spans(tables, most_tables, focus)) {
      if (span.begin > 0) gap();
      for (int64_t i = span.begin; i < span.end; ++i) {
        if (tables > 1) out_ += fmt::format("  {}\n", options_.style.bold(place_of(i, shape)));
        table(i * each, rows, columns);
      }
    }
    return std::move(out_);
  }

 private:
  bool is_wrong(int64_t i) const { return array_.wrong != nullptr && (*array_.wrong)[static_cast<size_t>(i)] != 0; }
  bool is_unwritten(int64_t i) const {
    return array_.unwritten != nullptr && (*array_.unwritten)[static_cast<size_t>(i)] != 0;
  }
  double want(int64_t i) const { return (*array_.expected)[static_cast<size_t>(i)]; }

  std::vector<Span> spans(int64_t count, int64_t most, int64_t focus) const {
    return options_.whole ? std::vector<Span>{{0, count}} : spans_of(count, most, focus);
  }

  void gap() { out_ += options_.style.dim("       ...") + "\n"; }

  /// "[3]" of the leading dimensions.
  static std::string place_of(int64_t table, const std::vector<int64_t>& shape) {
    std::string text;
    for (size_t d = shape.size() - 2; d-- > 0;) {
      text = fmt::format("[{}]{}", table % shape[d], text);
      table /= shape[d];
    }
    return text;
  }

  std::string number(double value) const {
    if (std::isnan(value)) return "nan";
    if (value == std::trunc(value) && std::fabs(value) < 1e9) return fmt::format("{:.0f}", value);
    return fmt::format("{:.{}g}", value, digits_);
  }

  std::string got(int64_t i) const {
    const double value = array_.values->at(i);
    return is_unwritten(i) && std::isnan(value) ? "unset" : number(value);
  }

  /// Five digits are easy to read; nine tell any two floats apart, where that is what is wrong.
  void choose_digits() {
    for (int64_t i = std::max<int64_t>(first_wrong_, 0); first_wrong_ != none && i < array_.values->count(); ++i) {
      if (is_wrong(i) && number(array_.values->at(i)) == number(want(i))) {
        digits_ = 9;
        return;
      }
    }
  }

  /// Columns of a number with the space before it and the mark behind it.
  size_t cell_width(const std::vector<int64_t>& indices) const {
    size_t width = 0;
    for (const int64_t i : indices) {
      width = std::max(width, got(i).size());
      if (is_wrong(i)) width = std::max(width, number(want(i)).size());
    }
    return width + 3;
  }

  /// A line of elements, and below it what is wanted where one is wrong. An index of `none` is a gap.
  void line(const std::string& label, const std::vector<int64_t>& indices, size_t cell) {
    std::string values, wanted;
    bool wrong = false;
    for (const int64_t i : indices) {
      if (i == none) {
        values += " ...";
        wanted += "    ";
        continue;
      }
      const std::string text = got(i);
      const std::string space(cell - 1 - text.size(), ' ');
      values += space + (is_wrong(i) ? options_.style.red(text + "*") : text + " ");
      const std::string right = is_wrong(i) ? number(want(i)) : "";
      wanted += std::string(cell - 1 - right.size(), ' ') + options_.style.green(right) + " ";
      wrong = wrong || is_wrong(i);
    }
    values.erase(values.find_last_not_of(' ') + 1);
    out_ += options_.style.dim(fmt::format("{:>{}}", label, label_width)) + values + "\n";
    if (!wrong) return;
    wanted.erase(wanted.find_last_not_of(' ') + 1);
    out_ += options_.style.dim(fmt::format("{:>{}}", "want", label_width)) + wanted + "\n";
  }

  size_t cells_in_a_line(size_t cell) const {
    const size_t room = static_cast<size_t>(options_.width) - label_width;
    return std::max<size_t>(1, room / cell);
  }

  void vector(int64_t begin, int64_t count) {
    for (const Span& span : spans(count, most_short, first_wrong_)) {
      if (span.begin > 0) gap();
      std::vector<int64_t> indices;
      for (int64_t i = span.begin; i < span.end; ++i) indices.push_back(begin + i);
      const size_t cell = cell_width(indices), step = cells_in_a_line(cell);
      for (size_t at = 0; at < indices.size(); at += step) {
        const std::vector<int64_t> some(
            indices.begin() + static_cast<std::ptrdiff_t>(at),
            indices.begin() + static_cast<std::ptrdiff_t>(std::min(at + step, indices.size())));
        line(fmt::format("[{}]", some[0] - begin), some, cell);
      }
    }
  }

  void table(int64_t begin, int64_t rows, int64_t columns) {
    const bool here = first_wrong_ >= begin && first_wrong_ < begin + rows * columns;
    const std::vector<Span> shown_rows = spans(rows, most_rows, here ? (first_wrong_ - begin) / columns : none);
    const int64_t focus = here ? (first_wrong_ - begin) % columns : none;
    // As many columns as fit by the widest number of all that may be shown.
    std::vector<int64_t> candidates;
    for (const Span& span : shown_rows) {
      for (int64_t row = span.begin; row < span.end; ++row) {
        for (const Span& some : spans(columns, most_short, focus)) {
          for (int64_t column = some.begin; column < some.end; ++column)
            candidates.push_back(begin + row * columns + column);
        }
      }
    }
    const size_t cell = std::max(cell_width(candidates), fmt::format("[{}]", columns - 1).size() + 2);
    const auto room = static_cast<int64_t>(options_.width) - static_cast<int64_t>(label_width);
    const auto wide = static_cast<int64_t>(cell);
    const int64_t beside_gaps = std::max<int64_t>(1, (room - 2 * gap_width) / wide);
    const std::vector<Span> shown_columns = spans(columns, columns * wide <= room ? columns : beside_gaps, focus);
    heading(shown_columns, cell);
    for (const Span& span : shown_rows) {
      if (span.begin > 0) gap();
      for (int64_t row = span.begin; row < span.end; ++row) {
        std::vector<int64_t> indices;
        for (const Span& some : shown_columns) {
          if (some.begin > 0) indices.push_back(none);
          for (int64_t column = some.begin; column < some.end; ++column)
            indices.push_back(begin + row * columns + column);
        }
        line(fmt::format("[{}]", row), indices, cell);
      }
    }
  }

  /// The columns' indices.
  void heading(const std::vector<Span>& columns, size_t cell) {
    std::string text(label_width, ' ');
    for (const Span& span : columns) {
      if (span.begin > 0) text += "    ";
      for (int64_t column = span.begin; column < span.end; ++column)
        text += fmt::format("{:>{}} ", fmt::format("[{}]", column), cell - 1);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out_ += options_.style.dim(text) + "\n";
  }

  const ShownArray& array_;
  const ArrayViewOptions& options_;
  int64_t first_wrong_ = none;
  int digits_ = 5;
  std::string out_;
};

}  // namespace

std::string view_array(const ShownArray& array, const ArrayViewOptions& options) { return View(array, options).text(); }

}  // namespace tritutor
