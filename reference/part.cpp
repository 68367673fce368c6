#include "reference/part.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

#include "reference/families.h"

namespace reference {
namespace {

// Each output is computed by the exercise's own reference, of a small case that is cut out of the large one.

const View& view_of(const Views& inputs, std::string_view name) {
  const auto found = inputs.find(name);
  if (found == inputs.end()) {
    throw std::invalid_argument(fmt::format("the reference needs an input buffer \"{}\"", name));
  }
  return found->second;
}

/// Doubles of a shape, which `fill` is given to fill.
template <class Fill>
void cut_out(Arrays& part, const std::string& name, int64_t count, const Fill& fill) {
  Array array(Type::f64, {count});
  fill(array.as<double>());
  part.emplace(name, std::move(array));
}

void copy_run(const View& from, int64_t first, std::span<double> to) {
  for (size_t i = 0; i < to.size(); ++i) to[i] = from.at(first + static_cast<int64_t>(i));
}

void whole(Arrays& part, const Views& inputs, const std::string& name, int64_t count) {
  cut_out(part, name, count, [&](std::span<double> to) { copy_run(view_of(inputs, name), 0, to); });
}

/// Inputs that have one element for each of the output's: a case of just those.
std::optional<Expected> of_elements(Function function, const Views& inputs, Values values,
                                    std::span<const int64_t> elements) {
  Arrays part;
  for (const auto& [name, view] : inputs) {
    cut_out(part, name, static_cast<int64_t>(elements.size()), [&](std::span<double> to) {
      for (size_t i = 0; i < to.size(); ++i) to[i] = view.at(elements[i]);
    });
  }
  values["n"] = static_cast<double>(elements.size());
  return std::move(function(part, values).front());
}

/// The rows that the elements lie in, of `columns` each, ascending.
std::vector<int64_t> rows_of(std::span<const int64_t> elements, int64_t columns) {
  std::vector<int64_t> rows;
  for (const int64_t e : elements) {
    if (rows.empty() || rows.back() != e / columns) rows.push_back(e / columns);
  }
  return rows;
}

/// Outputs that depend on their row of one input alone, and on other inputs as a whole: a case of just those rows.
struct ByRows {
  std::string input;                ///< of which rows are taken
  std::string rows;                 ///< the size that counts them
  std::string inner;                ///< the size of a row of the input
  std::string columns;              ///< the size of a row of the output; empty: one element
  std::vector<std::string> others;  ///< inputs that are taken whole
};

std::optional<Expected> of_rows(Function function, const ByRows& form, const Views& inputs, Values values,
                                std::span<const int64_t> elements) {
  const int64_t inner = size_value(values, form.inner);
  const int64_t columns = form.columns.empty() ? 1 : size_value(values, form.columns);
  const std::vector<int64_t> rows = rows_of(elements, columns);
  Arrays part;
  const View& input = view_of(inputs, form.input);
  cut_out(part, form.input, static_cast<int64_t>(rows.size()) * inner, [&](std::span<double> to) {
    for (size_t r = 0; r < rows.size(); ++r) {
      copy_run(input, rows[r] * inner, to.subspan(r * static_cast<size_t>(inner), static_cast<size_t>(inner)));
    }
  });
  for (const std::string& name : form.others) {
    const View& other = view_of(inputs, name);
    whole(part, inputs, name, static_cast<int64_t>(other.bytes.size() / size_of(other.type)));
  }
  values[form.rows] = static_cast<double>(rows.size());
  const Expected all = std::move(function(part, values).front());
  Expected result = expected(static_cast<int64_t>(elements.size()));
  for (size_t i = 0, r = 0; i < elements.size(); ++i) {
    while (rows[r] != elements[i] / columns) ++r;
    const size_t at = r * static_cast<size_t>(columns) + static_cast<size_t>(elements[i] % columns);
    result.value[i] = all.value[at];
    result.magnitude[i] = all.magnitude[at];
  }
  return result;
}

/// B[j][i] = A[i][j]: a row of just those elements.
std::optional<Expected> of_transpose(const Views& inputs, Values values, std::span<const int64_t> elements) {
  const int64_t m = size_value(values, "m"), n = size_value(values, "n");
  const View& a = view_of(inputs, inputs.contains("a") ? "a" : "x");
  Arrays part;
  cut_out(part, "a", static_cast<int64_t>(elements.size()), [&](std::span<double> to) {
    for (size_t i = 0; i < to.size(); ++i) to[i] = a.at(elements[i] % m * n + elements[i] / m);
  });
  values["m"] = 1;
  values["n"] = static_cast<double>(elements.size());
  return std::move(matrix_transpose(part, values).front());
}

/// Elements of one row of a product: that row times the columns they lie in.
void product_row(Function function, const Views& inputs, Values values, std::span<const int64_t> elements,
                 double* value, double* magnitude) {
  const int64_t m = size_value(values, "m"), n = size_value(values, "n"), k = size_value(values, "k");
  const int64_t row = elements[0] / n, matrix = row / m;
  const View &a = view_of(inputs, "a"), &b = view_of(inputs, "b");
  Arrays part;
  const auto columns = static_cast<int64_t>(elements.size());
  cut_out(part, "a", k, [&](std::span<double> to) { copy_run(a, row * k, to); });
  cut_out(part, "b", k * columns, [&](std::span<double> to) {
    for (int64_t d = 0, i = 0; d < k; ++d) {
      for (const int64_t e : elements) to[static_cast<size_t>(i++)] = b.at((matrix * k + d) * n + e % n);
    }
  });
  if (inputs.contains("bias")) {
    cut_out(part, "bias", columns, [&](std::span<double> to) {
      for (size_t i = 0; i < to.size(); ++i) to[i] = view_of(inputs, "bias").at(elements[i] % n);
    });
  }
  values["batch"] = values["m"] = 1;
  values["n"] = static_cast<double>(columns);
  const Expected all = std::move(function(part, values).front());
  std::copy(all.value.begin(), all.value.end(), value);
  std::copy(all.magnitude.begin(), all.magnitude.end(), magnitude);
}

std::optional<Expected> of_product(Function function, const Views& inputs, const Values& values,
                                   std::span<const int64_t> elements) {
  const int64_t n = size_value(values, "n");
  Expected result = expected(static_cast<int64_t>(elements.size()));
  for (size_t i = 0; i < elements.size();) {
    size_t end = i + 1;
    while (end < elements.size() && elements[end] / n == elements[i] / n) ++end;
    product_row(function, inputs, values, elements.subspan(i, end - i), &result.value[i], &result.magnitude[i]);
    i = end;
  }
  return result;
}

enum class Form : uint8_t { elements, rows, transpose, product, dropout };

struct Entry {
  std::string_view slug;
  Form form;
  ByRows rows{};
};

const std::array<Entry, 14>& entries() {
  static const std::array<Entry, 14> all = {{
      {"vector_addition", Form::elements, {}},
      {"vector_scaling", Form::elements, {}},
      {"elementwise_max", Form::elements, {}},
      {"relu", Form::elements, {}},
      {"softmax", Form::rows, {"x", "m", "n", "n", {}}},
      {"row_normalization", Form::rows, {"x", "m", "n", "n", {}}},
      {"layer_normalization", Form::rows, {"x", "m", "n", "n", {"gamma", "beta"}}},
      {"matrix_vector", Form::rows, {"a", "m", "k", "", {"x"}}},
      {"attention_scores", Form::rows, {"q", "nq", "d", "nk", {"k"}}},
      {"matrix_transpose", Form::transpose, {}},
      {"tiled_matmul", Form::product, {}},
      {"fused_matmul_bias_relu", Form::product, {}},
      {"batched_matmul", Form::product, {}},
      {"fused_dropout", Form::dropout, {}},
  }};
  return all;
}

const Entry* entry_of(std::string_view slug) {
  for (const Entry& entry : entries()) {
    if (entry.slug == slug) return &entry;
  }
  return nullptr;
}

}  // namespace

double View::at(int64_t i) const {
  if (type == Type::f32) return static_cast<double>(reinterpret_cast<const float*>(bytes.data())[i]);
  const size_t size = size_of(type);
  Array one(type, {});
  std::copy_n(bytes.begin() + i * static_cast<int64_t>(size), size, one.bytes.begin());
  return one.at(0);
}

bool has_parts(std::string_view slug) { return entry_of(slug) != nullptr; }

PartCost part_cost(std::string_view slug, const Values& values) {
  const Entry* entry = entry_of(slug);
  if (entry == nullptr) return {};
  if (entry->form == Form::product) return {static_cast<double>(size_value(values, "k")), 1};
  if (entry->form != Form::rows) return {};
  const int64_t columns = entry->rows.columns.empty() ? 1 : size_value(values, entry->rows.columns);
  const int64_t inner = size_value(values, entry->rows.inner);
  const bool product = entry->rows.inner != entry->rows.columns && columns > 1;
  return {static_cast<double>(inner) * static_cast<double>(product ? columns : 1), columns};
}

std::optional<Expected> expected_at(std::string_view slug, const Views& inputs, const Values& values,
                                    std::span<const int64_t> elements) {
  const Entry* entry = entry_of(slug);
  if (entry == nullptr) return std::nullopt;
  if (elements.empty()) return Expected{};
  switch (entry->form) {
    case Form::elements:
      return of_elements(find(slug), inputs, values, elements);
    case Form::rows:
      return of_rows(find(slug), entry->rows, inputs, values, elements);
    case Form::transpose:
      return of_transpose(inputs, values, elements);
    case Form::product:
      return of_product(find(slug), inputs, values, elements);
    case Form::dropout: {
      const View& x = view_of(inputs, "x");
      return dropout_at(values, elements, [&x](int64_t i) { return x.at(i); });
    }
  }
  return std::nullopt;
}

}  // namespace reference
