#pragma once
// Runs one lane-wise instruction the way tests want it: on rows of values, in every way the machine may call it.
//
//   for (const auto& [isa, table] : op_tables()) {
//     auto results = run_op(isa, *table, "add.s32", {{1, 2}, {3, 4}});   // a tuple of sources for each lane
//     CHECK(results[0][0] == 3);
//   }
//
// run_op() itself fails the test when a masked, aliased or in-place call differs from the full one, or when a lane or
// a byte is written that is not the instruction's.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <random>
#include <string>
#include <vector>

#include "vgpu/ops/op.h"

namespace vgpu::testing {

/// A lane's bits, whatever its row: 0 or 1 for a predicate.
using Bits = unsigned __int128;
/// One lane's sources, and its results (d[1] is 0 for an instruction with one result).
using Sources = std::vector<Bits>;
using Results = std::array<Bits, 2>;

inline constexpr uint32_t kTestMasks[] = {0u,          1u,          0x80000000u, 0x55555555u, 0xaaaaaaaau, 0x0000ffffu,
                                          0xfffffffeu, 0x7fffffffu, 0x00f00f01u, 0x12345678u, 0xffffffffu};

inline std::string hex(Bits value) {
  std::string text;
  do {
    text.insert(text.begin(), "0123456789abcdef"[static_cast<int>(value & 15)]);
    value >>= 4;
  } while (value != 0);
  return "0x" + text;
}

inline int row_bits(Row row) { return row == Row::pred ? 1 : 8 * static_cast<int>(row); }
inline Bits truncate(Bits value, Row row) {
  const int bits = row_bits(row);
  return bits == 128 ? value : value & ((Bits{1} << bits) - 1);
}

/// A register file with room for one instruction's rows, each between untouched bytes.
class RowFile {
 public:
  static constexpr uint32_t kSlot = 640;  ///< bytes: the widest row (512) and a gap of 128 behind it
  RowFile() : raw_(kSlot * 7 + 64, static_cast<char>(0xa5)) {
    base_ = raw_.data() + (64 - reinterpret_cast<uintptr_t>(raw_.data()) % 64) % 64;
  }
  RowFile(const RowFile&) = delete;
  RowFile& operator=(const RowFile&) = delete;

  char* base() { return base_; }
  static uint32_t offset(int slot) { return kSlot * static_cast<uint32_t>(slot) + 64; }

  void set(uint32_t row_offset, Row row, int lane, Bits value) {
    if (row == Row::pred) {
      uint32_t mask;
      std::memcpy(&mask, base_ + row_offset, 4);
      mask = (mask & ~(1u << lane)) | (static_cast<uint32_t>(value & 1) << lane);
      std::memcpy(base_ + row_offset, &mask, 4);
    } else {
      const size_t bytes = static_cast<size_t>(row);
      std::memcpy(base_ + row_offset + bytes * static_cast<size_t>(lane), &value, bytes);
    }
  }
  Bits get(uint32_t row_offset, Row row, int lane) const {
    if (row == Row::pred) {
      uint32_t mask;
      std::memcpy(&mask, base_ + row_offset, 4);
      return (mask >> lane) & 1;
    }
    Bits value = 0;
    const size_t bytes = static_cast<size_t>(row);
    std::memcpy(&value, base_ + row_offset + bytes * static_cast<size_t>(lane), bytes);
    return value;
  }
  std::vector<char> bytes() const { return raw_; }

 private:
  std::vector<char> raw_;
  char* base_ = nullptr;
};

/// The arity of an instruction: how many sources are rows, and how many results.
inline int source_count(const Op& op) {
  return static_cast<int>(std::count_if(std::begin(op.s), std::end(op.s), [](Row r) { return r != Row::none; }));
}
inline int result_count(const Op& op) {
  return static_cast<int>(std::count_if(std::begin(op.d), std::end(op.d), [](Row r) { return r != Row::none; }));
}

/// Calls `op` once on 32 lanes. `full`: through the full-mask handler, `mask` then says nothing. `alias`: the source
/// whose row is the first destination too (of the same width), -1: none. Returns what the destinations hold after;
/// `before` is what they held. Fails the test when a byte outside the destinations changes.
inline std::array<Results, kLanes> call_op(const Op& op, const std::array<Sources, kLanes>& lanes, int64_t imm,
                                           bool full, uint32_t mask, int alias, std::array<Results, kLanes>& before) {
  RowFile file;
  OpRows rows;
  rows.imm = imm;
  for (int i = 0; i < 2; ++i) rows.d[i] = RowFile::offset(i);
  for (int i = 0; i < 4; ++i) rows.s[i] = RowFile::offset(2 + i);
  if (alias >= 0) rows.d[0] = rows.s[alias];
  for (int l = 0; l < kLanes; ++l) {
    for (int i = 0; i < 2; ++i) {
      if (op.d[i] != Row::none)
        file.set(rows.d[i], op.d[i], l, Bits{0x9e3779b97f4a7c15u} * static_cast<unsigned>(l + 7 * i + 3));
    }
    for (int i = 0; i < source_count(op); ++i)
      file.set(rows.s[i], op.s[i], l, lanes[static_cast<size_t>(l)][static_cast<size_t>(i)]);
    for (int i = 0; i < 2; ++i) {
      before[static_cast<size_t>(l)][static_cast<size_t>(i)] =
          op.d[i] == Row::none ? 0 : file.get(rows.d[i], op.d[i], l);
    }
  }
  std::vector<char> untouched = file.bytes();
  (full ? op.full : op.masked)(file.base(), rows, mask);
  std::array<Results, kLanes> after{};
  for (int l = 0; l < kLanes; ++l) {
    for (int i = 0; i < 2; ++i) {
      if (op.d[i] == Row::none) continue;
      after[static_cast<size_t>(l)][static_cast<size_t>(i)] = file.get(rows.d[i], op.d[i], l);
      file.set(rows.d[i], op.d[i], l, before[static_cast<size_t>(l)][static_cast<size_t>(i)]);
    }
  }
  if (file.bytes() != untouched) FAIL_CHECK(op.name << ": wrote outside of its destination rows");
  return after;
}

/// Results of `name` for each tuple of sources, one lane each (batches of 32, the last filled up with its first tuple).
/// Every batch is run full, then under kTestMasks, and all again with the first destination in place of each source
/// of its width; any difference to the full run fails the test, as does a lane written under a mask without it.
inline std::vector<Results> run_op(const std::string& isa, const OpTable& table, const std::string& name,
                                   const std::vector<Sources>& tuples, int64_t imm = 0) {
  std::vector<Results> results(tuples.size());
  const Op* op = table.find(name);
  if (op == nullptr) {
    FAIL_CHECK(isa << ": no instruction " << name);
    return results;
  }
  for (const Sources& t : tuples) {
    if (static_cast<int>(t.size()) != source_count(*op)) {
      FAIL_CHECK(isa << ": " << name << " has " << source_count(*op) << " source rows, the test gives " << t.size());
      return results;
    }
  }
  for (size_t start = 0; start < tuples.size(); start += kLanes) {
    std::array<Sources, kLanes> lanes;
    for (size_t l = 0; l < kLanes; ++l) lanes[l] = tuples[start + l < tuples.size() ? start + l : start];
    std::array<Results, kLanes> before, full;
    full = call_op(*op, lanes, imm, true, 0, -1, before);
    for (size_t l = 0; l < kLanes && start + l < tuples.size(); ++l) results[start + l] = full[l];

    for (int alias = -1; alias < source_count(*op); ++alias) {
      if (alias >= 0 && op->s[alias] != op->d[0]) continue;
      if (alias >= 0 && call_op(*op, lanes, imm, true, 0, alias, before) != full) {
        FAIL_CHECK(isa << ": " << name << ": differs when the destination is source " << alias);
        return results;
      }
      for (uint32_t mask : kTestMasks) {
        const std::array<Results, kLanes> masked = call_op(*op, lanes, imm, false, mask, alias, before);
        for (size_t l = 0; l < kLanes; ++l) {
          const bool active = (mask >> l) & 1;
          if (masked[l] == (active ? full[l] : before[l])) continue;
          FAIL_CHECK(isa << ": " << name << ": lane " << l << " under mask " << hex(mask) << " with destination "
                         << std::string(alias < 0 ? "apart" : "in place of a source") << ": " << hex(masked[l][0])
                         << ", want " << hex(active ? full[l][0] : before[l][0])
                         << std::string(active ? "" : " (inactive, kept)"));
          return results;
        }
      }
    }
  }
  return results;
}

/// What an instruction should give for one lane: writes d[0] (and d[1]); bits past the row's width do not matter.
using Expectation = std::function<void(const Sources& s, int64_t imm, Results& d)>;

/// Holds `name` against an expectation in every table, bit by bit, on `tuples` of sources.
inline void check_op(const std::string& name, const std::vector<Sources>& tuples, const Expectation& expected,
                     int64_t imm = 0) {
  for (const auto& [isa, table] : op_tables()) {
    const std::vector<Results> got = run_op(isa, *table, name, tuples, imm);
    const Op* op = table->find(name);
    if (op == nullptr) return;
    int wrong = 0;
    for (size_t i = 0; i < tuples.size() && wrong < 3; ++i) {
      Results want{};
      expected(tuples[i], imm, want);
      for (int k = 0; k < result_count(*op); ++k) {
        const Bits w = truncate(want[static_cast<size_t>(k)], op->d[k]);
        if (got[i][static_cast<size_t>(k)] == w) continue;
        std::string sources;
        for (Bits s : tuples[i]) sources += " " + hex(s);
        FAIL_CHECK(isa << ": " << name << sources << " (immediate " << imm << ") result " << k << ": "
                       << hex(got[i][static_cast<size_t>(k)]) << ", want " << hex(w));
        ++wrong;
      }
    }
  }
}

/// Values that break integer code, for a row of this width: 0, 1, -1, the extremes, alternating and single bits.
inline std::vector<Bits> special_values(Row row) {
  if (row == Row::pred) return {0, 1};
  const int bits = row_bits(row);
  const Bits ones = truncate(~Bits{0}, row), high = Bits{1} << (bits - 1);
  std::vector<Bits> v = {0,
                         1,
                         2,
                         3,
                         ones,
                         ones - 1,
                         high,
                         high - 1,
                         high + 1,
                         truncate(~Bits{0} / 3, row),
                         truncate(~Bits{0} / 3 * 2, row),
                         Bits{1} << (bits / 2),
                         (Bits{1} << (bits / 2)) - 1,
                         ones - (Bits{1} << (bits / 2)),
                         7,
                         31,
                         32,
                         33,
                         63,
                         64,
                         255,
                         256};
  for (int b = 3; b < bits; b += 5) v.push_back(Bits{1} << b);
  for (Bits& x : v) x = truncate(x, row);
  std::sort(v.begin(), v.end());
  v.erase(std::unique(v.begin(), v.end()), v.end());
  return v;
}

/// Source tuples for rows of these widths: the special values crossed (thinned out at random past `limit` tuples),
/// and as many seeded random ones as `random`, of random magnitude.
inline std::vector<Sources> operand_tuples(const std::vector<Row>& rows, size_t limit = 2048, size_t random = 512,
                                           uint32_t seed = 1) {
  std::mt19937_64 generator(seed);
  std::vector<std::vector<Bits>> values;
  size_t product = 1;
  for (Row row : rows) {
    values.push_back(special_values(row));
    product *= values.back().size();
  }
  std::vector<Sources> tuples;
  for (size_t k = 0; k < std::min(product, limit); ++k) {
    size_t index = product <= limit ? k : generator() % product;
    Sources t;
    for (const std::vector<Bits>& v : values) {
      t.push_back(v[index % v.size()]);
      index /= v.size();
    }
    tuples.push_back(std::move(t));
  }
  for (size_t k = 0; k < random; ++k) {
    Sources t;
    for (Row row : rows) {
      const Bits wide = (Bits{generator()} << 64) | generator();
      const Bits value = truncate(wide, row);
      t.push_back(row == Row::pred
                      ? value
                      : value >> (generator() % 3 == 0 ? generator() % static_cast<unsigned>(row_bits(row)) : 0));
    }
    tuples.push_back(std::move(t));
  }
  return tuples;
}

/// One line of a table of instructions: its name, the rows it must declare, and what it must give.
struct OpCase {
  std::string name;
  std::vector<Row> d, s;
  Expectation expected;
  int64_t imm = 0;
  std::vector<Sources> tuples = {};  ///< empty: operand_tuples() of `s`
};

/// Checks that the instruction declares the case's rows, then holds it against the expectation.
inline void check_case(const OpCase& c, size_t limit = 1024, size_t random = 256) {
  const Op* op = op_table().find(c.name);
  if (op == nullptr) {
    FAIL_CHECK("no instruction " << c.name);
    return;
  }
  for (size_t i = 0; i < 2; ++i) {
    if (op->d[i] != (i < c.d.size() ? c.d[i] : Row::none)) FAIL_CHECK(c.name << ": result " << i << " has another row");
  }
  for (size_t i = 0; i < 4; ++i) {
    if (op->s[i] != (i < c.s.size() ? c.s[i] : Row::none)) FAIL_CHECK(c.name << ": source " << i << " has another row");
  }
  check_op(c.name, c.tuples.empty() ? operand_tuples(c.s, limit, random) : c.tuples, c.expected, c.imm);
}

/// Fails the test for every instruction that `add` puts into a table but no case names, and for each of op_tables()
/// that lacks one of them.
inline void check_all_named(void (*add)(OpTable&), const std::vector<OpCase>& cases) {
  OpTable family;
  add(family);
  CHECK(!family.all().empty());
  for (const Op& op : family.all()) {
    if (std::none_of(cases.begin(), cases.end(), [&](const OpCase& c) { return c.name == op.name; })) {
      FAIL_CHECK(op.name << " has no test");
    }
    for (const auto& [isa, table] : op_tables()) {
      if (table->find(op.name) == nullptr) FAIL_CHECK(isa << ": no instruction " << op.name);
    }
  }
}

}  // namespace vgpu::testing
