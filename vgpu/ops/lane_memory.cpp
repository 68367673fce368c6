#include "vgpu/ops/lane_memory.h"

#include <cstring>

#include "vgpu/ops/lanes.h"

namespace vgpu::VGPU_ISA {

namespace {

struct LaneTable {
  uint64_t number[kLanes], bit[kLanes];
};
constexpr LaneTable make_lane_table() {
  LaneTable table{};
  for (int l = 0; l < kLanes; ++l) {
    table.number[l] = static_cast<uint64_t>(l);
    table.bit[l] = uint64_t{1} << l;
  }
  return table;
}
constexpr LaneTable kLane = make_lane_table();

template <class A, bool kFull>
AddressShape shape_loop(const A* base, uint64_t add, uint32_t mask, uint64_t bytes, uint64_t limit, uint64_t* offsets) {
  const int first = kFull ? 0 : __builtin_ctz(mask);
  const uint64_t start = base[first] + add;
  const auto shift = static_cast<uint32_t>(__builtin_ctzll(bytes));
  const uint64_t lane0 = start - (static_cast<uint64_t>(first) << shift);
  const auto on = [&](int l) { return kFull || (mask & kLane.bit[l]) != 0 ? ~uint64_t{0} : 0; };
  AddressShape shape;
  if (!kFull || base[kLanes - 1] - base[0] == static_cast<A>(kLanes - 1) << shift) {
    // The usual case first: neighbours next to each other, of which the ends say everything.
    uint64_t uneven = 0;
    for (int l = 0; l < kLanes; ++l) {
      const uint64_t offset = base[l] + add;
      offsets[l] = offset;
      uneven |= ((offset - lane0) ^ (kLane.number[l] << shift)) & on(l);
    }
    shape.consecutive = uneven == 0;
    if (kFull && uneven == 0) {
      shape.inside = start <= limit && offsets[kLanes - 1] <= limit;
      shape.aligned = (start & (bytes - 1)) == 0;
      return shape;
    }
  }
  uint64_t apart = 0;
  for (int l = 0; l < kLanes; ++l) {
    const uint64_t offset = base[l] + add;
    offsets[l] = offset;
    apart |= (offset ^ start) & on(l);
  }
  shape.apart = apart;
  shape.aligned = ((start | apart) & (bytes - 1)) == 0;
  shape.uniform = apart == 0;
  // No offset is larger than `start` with every bit set up to the highest in which they differ.
  const uint64_t below = apart == 0 ? 0 : ~uint64_t{0} >> __builtin_clzll(apart);
  shape.inside = (start | below) <= limit;
  if (!shape.inside) {
    // offset > limit, unsigned, as a sign bit: all offsets that matter are far below 2^62.
    uint64_t outside = 0;
    for (int l = 0; l < kLanes; ++l) outside |= ((limit - offsets[l]) | offsets[l]) & on(l);
    shape.inside = static_cast<int64_t>(outside) >= 0;
  }
  return shape;
}

AddressShape shape64(const uint64_t* base, uint64_t add, uint32_t mask, uint64_t bytes, uint64_t limit,
                     uint64_t* offsets) {
  return mask == kFullMask ? shape_loop<uint64_t, true>(base, add, mask, bytes, limit, offsets)
                           : shape_loop<uint64_t, false>(base, add, mask, bytes, limit, offsets);
}

AddressShape shape32(const uint32_t* base, uint64_t add, uint32_t mask, uint64_t bytes, uint64_t limit,
                     uint64_t* offsets) {
  return mask == kFullMask ? shape_loop<uint32_t, true>(base, add, mask, bytes, limit, offsets)
                           : shape_loop<uint32_t, false>(base, add, mask, bytes, limit, offsets);
}

template <class A, bool kSame>
bool words_are(const A* base) {
  A uneven = 0;
  for (int l = 0; l < kLanes; ++l) uneven |= (base[l] - base[0]) ^ static_cast<A>(kSame ? 0 : 4 * l);
  return uneven == 0;
}

template <class A>
WordRow words(const A* base) {
  const A step = base[kLanes - 1] - base[0];
  if (step == 0) return words_are<A, true>(base) ? WordRow::same : WordRow::other;
  if (step == 4 * (kLanes - 1)) return words_are<A, false>(base) ? WordRow::consecutive : WordRow::other;
  return WordRow::other;
}

WordRow words64(const uint64_t* base) { return words(base); }
WordRow words32(const uint32_t* base) { return words(base); }

void load_words(void* d, const void* host, WordRow words) {
  if (words == WordRow::consecutive) {
    std::memcpy(d, host, 4 * kLanes);
    return;
  }
  uint32_t value = 0;
  std::memcpy(&value, host, 4);
  uint32_t* row = static_cast<uint32_t*>(d);
  for (int l = 0; l < kLanes; ++l) row[l] = value;
}

struct Bytes16 {
  uint64_t low, high;
};

// A row is written a vector at a time wherever it can be: what reads it next does so in vectors, and would have to wait
// for narrower stores to drain.
template <class R>
struct VectorOf {
  using Type [[gnu::vector_size(32)]] = R;
};

template <class R, class M>
void gather_row(R* row, const char* from, const uint64_t* offsets) {
  using Vector = typename VectorOf<R>::Type;
  constexpr int kCount = 32 / sizeof(R);
  const auto load = [&](int l) {
    M value;
    std::memcpy(&value, from + offsets[l], sizeof(M));
    return static_cast<R>(value);
  };
  for (int first = 0; first < kLanes; first += kCount) {
    Vector v;
    if constexpr (kCount == 4) {
      v = Vector{load(first), load(first + 1), load(first + 2), load(first + 3)};
    } else {
      v = Vector{load(first),     load(first + 1), load(first + 2), load(first + 3),
                 load(first + 4), load(first + 5), load(first + 6), load(first + 7)};
    }
    std::memcpy(row + first, &v, sizeof(v));
  }
}

template <class T>
void broadcast_as(void* d, uint64_t value) {
  T* row = static_cast<T*>(d);
  for (int l = 0; l < kLanes; ++l) row[l] = static_cast<T>(value);
}

void broadcast(void* d, uint32_t register_bytes, uint64_t value) {
  register_bytes == 8 ? broadcast_as<uint64_t>(d, value) : broadcast_as<uint32_t>(d, value);
}

template <class R, class M>
void gather_as(void* d, const void* host, const uint64_t* offsets, uint32_t mask) {
  R* row = static_cast<R*>(d);
  const char* from = static_cast<const char*>(host);
  const auto load = [&](int l) {
    M value;
    std::memcpy(&value, from + offsets[l], sizeof(M));
    row[l] = static_cast<R>(value);
  };
  if (mask != kFullMask) {
    for (uint32_t m = mask; m != 0; m &= m - 1) load(__builtin_ctz(m));
  } else if constexpr (std::is_integral_v<R> && sizeof(R) >= 4) {
    gather_row<R, M>(row, from, offsets);
  } else {
    for (int l = 0; l < kLanes; ++l) load(l);
  }
}

template <class R>
void gather_to(void* d, const void* host, const uint64_t* offsets, uint32_t width, bool sign_extend, uint32_t mask) {
  using S = std::make_signed_t<R>;
  switch (width) {
    case 1:
      return sign_extend ? gather_as<S, int8_t>(d, host, offsets, mask) : gather_as<R, uint8_t>(d, host, offsets, mask);
    case 2:
      return sign_extend ? gather_as<S, int16_t>(d, host, offsets, mask)
                         : gather_as<R, uint16_t>(d, host, offsets, mask);
    case 4:
      return sign_extend ? gather_as<S, int32_t>(d, host, offsets, mask)
                         : gather_as<R, uint32_t>(d, host, offsets, mask);
    default:
      return gather_as<R, uint64_t>(d, host, offsets, mask);
  }
}

void gather(void* d, uint32_t register_bytes, const void* host, const uint64_t* offsets, uint32_t width,
            bool sign_extend, uint32_t mask) {
  switch (register_bytes) {
    case 2:
      return gather_to<uint16_t>(d, host, offsets, width, sign_extend, mask);
    case 4:
      return gather_to<uint32_t>(d, host, offsets, width, sign_extend, mask);
    case 8:
      return gather_to<uint64_t>(d, host, offsets, width, sign_extend, mask);
    default:
      return gather_as<Bytes16, Bytes16>(d, host, offsets, mask);
  }
}

template <class R, class M>
void scatter_as(const void* s, void* host, const uint64_t* offsets, uint32_t mask) {
  const R* row = static_cast<const R*>(s);
  char* to = static_cast<char*>(host);
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    const int l = __builtin_ctz(m);
    const auto value = static_cast<M>(row[l]);
    std::memcpy(to + offsets[l], &value, sizeof(M));
  }
}

template <class R>
void scatter_from(const void* s, void* host, const uint64_t* offsets, uint32_t width, uint32_t mask) {
  switch (width) {
    case 1:
      return scatter_as<R, uint8_t>(s, host, offsets, mask);
    case 2:
      return scatter_as<R, uint16_t>(s, host, offsets, mask);
    case 4:
      return scatter_as<R, uint32_t>(s, host, offsets, mask);
    default:
      return scatter_as<R, uint64_t>(s, host, offsets, mask);
  }
}

void scatter(const void* s, uint32_t register_bytes, void* host, const uint64_t* offsets, uint32_t width,
             uint32_t mask) {
  switch (register_bytes) {
    case 2:
      return scatter_from<uint16_t>(s, host, offsets, width, mask);
    case 4:
      return scatter_from<uint32_t>(s, host, offsets, width, mask);
    case 8:
      return scatter_from<uint64_t>(s, host, offsets, width, mask);
    default:
      return scatter_as<Bytes16, Bytes16>(s, host, offsets, mask);
  }
}

template <class T, int N>
void load_n(void* const* d, const void* host) {
  T tile[kLanes * N];
  std::memcpy(tile, host, sizeof(tile));
  for (int e = 0; e < N; ++e) {
    T* row = static_cast<T*>(d[e]);
    for (int l = 0; l < kLanes; ++l) row[l] = tile[l * N + e];
  }
}

template <class T, int N>
void store_n(const void* const* s, void* host) {
  T tile[kLanes * N];
  for (int e = 0; e < N; ++e) {
    const T* row = static_cast<const T*>(s[e]);
    for (int l = 0; l < kLanes; ++l) tile[l * N + e] = row[l];
  }
  std::memcpy(host, tile, sizeof(tile));
}

void load_rows(void* const* d, const void* host, uint32_t width, uint32_t elements) {
  if (elements == 1) {
    width == 4 ? std::memcpy(d[0], host, 4 * kLanes) : std::memcpy(d[0], host, 8 * kLanes);
  } else if (elements == 2) {
    width == 4 ? load_n<uint32_t, 2>(d, host) : load_n<uint64_t, 2>(d, host);
  } else {
    width == 4 ? load_n<uint32_t, 4>(d, host) : load_n<uint64_t, 4>(d, host);
  }
}

void store_rows(const void* const* s, void* host, uint32_t width, uint32_t elements) {
  if (elements == 1) {
    width == 4 ? std::memcpy(host, s[0], 4 * kLanes) : std::memcpy(host, s[0], 8 * kLanes);
  } else if (elements == 2) {
    width == 4 ? store_n<uint32_t, 2>(s, host) : store_n<uint64_t, 2>(s, host);
  } else {
    width == 4 ? store_n<uint32_t, 4>(s, host) : store_n<uint64_t, 4>(s, host);
  }
}

// kShift is a template argument so that the common case, a cell a lane, is a plain vector loop.
template <uint32_t kShift>
bool claim_read_cells(const uint16_t* __restrict writer, uint16_t* __restrict reader, uint32_t* __restrict read_stamp,
                      uint32_t first_thread, bool whole_warp, uint32_t stamp) {
  constexpr uint32_t kCount = kLanes << kShift;
  const auto warp = static_cast<uint16_t>(first_thread / kLanes);
  const auto whole = static_cast<uint16_t>(kWholeWarp | warp);
  uint16_t wrong = 0;
  for (uint32_t i = 0; i < kCount; ++i) {
    const auto me = static_cast<uint16_t>(first_thread + (i >> kShift));
    const uint16_t w = writer[i], r = reader[i];
    const uint16_t bad_writer = w != kNobody && w != me ? 1 : 0;
    const uint16_t other_lane = (r >> 5) == warp && r != me ? 1 : 0;
    const uint16_t bad_whole = r == whole && !whole_warp ? 1 : 0;
    wrong |= static_cast<uint16_t>(bad_writer | other_lane | bad_whole);
  }
  if (wrong != 0) return false;
  for (uint32_t i = 0; i < kCount; ++i) {
    const auto me = static_cast<uint16_t>(first_thread + (i >> kShift));
    const uint16_t r = reader[i];
    const uint16_t shared = r == whole ? whole : kManyWarps;
    reader[i] = r == kNobody || r == me ? me : shared;
    read_stamp[i] = stamp;
  }
  return true;
}

template <uint32_t kShift>
bool claim_write_cells(uint16_t* __restrict writer, const uint16_t* __restrict reader, uint32_t* __restrict write_stamp,
                       uint32_t first_thread, uint32_t stamp) {
  constexpr uint32_t kCount = kLanes << kShift;
  uint16_t wrong = 0;
  for (uint32_t i = 0; i < kCount; ++i) {
    const auto me = static_cast<uint16_t>(first_thread + (i >> kShift));
    const uint16_t w = writer[i], r = reader[i];
    const uint16_t bad_writer = w != kNobody && w != me ? 1 : 0;
    const uint16_t bad_reader = r != kNobody && r != me ? 1 : 0;
    wrong |= static_cast<uint16_t>(bad_writer | bad_reader);
  }
  if (wrong != 0) return false;
  for (uint32_t i = 0; i < kCount; ++i) {
    writer[i] = static_cast<uint16_t>(first_thread + (i >> kShift));
    write_stamp[i] = stamp;
  }
  return true;
}

bool claim_read(const uint16_t* writer, uint16_t* reader, uint32_t* read_stamp, uint32_t shift, uint32_t first_thread,
                bool whole_warp, uint32_t stamp) {
  switch (shift) {
    case 0:
      return claim_read_cells<0>(writer, reader, read_stamp, first_thread, whole_warp, stamp);
    case 1:
      return claim_read_cells<1>(writer, reader, read_stamp, first_thread, whole_warp, stamp);
    case 2:
      return claim_read_cells<2>(writer, reader, read_stamp, first_thread, whole_warp, stamp);
    case 3:
      return claim_read_cells<3>(writer, reader, read_stamp, first_thread, whole_warp, stamp);
    default:
      return claim_read_cells<4>(writer, reader, read_stamp, first_thread, whole_warp, stamp);
  }
}

bool claim_write(uint16_t* writer, const uint16_t* reader, uint32_t* write_stamp, uint32_t shift, uint32_t first_thread,
                 uint32_t stamp) {
  switch (shift) {
    case 0:
      return claim_write_cells<0>(writer, reader, write_stamp, first_thread, stamp);
    case 1:
      return claim_write_cells<1>(writer, reader, write_stamp, first_thread, stamp);
    case 2:
      return claim_write_cells<2>(writer, reader, write_stamp, first_thread, stamp);
    case 3:
      return claim_write_cells<3>(writer, reader, write_stamp, first_thread, stamp);
    default:
      return claim_write_cells<4>(writer, reader, write_stamp, first_thread, stamp);
  }
}

bool any_set(const uint8_t* at, uint32_t bytes) {
  uint64_t any = 0;
  if (bytes == kRowBytes) {
    for (uint32_t i = 0; i < kRowBytes; i += 8) {
      uint64_t eight = 0;
      std::memcpy(&eight, at + i, 8);
      any |= eight;
    }
    return any != 0;
  }
  for (uint32_t i = 0; i < bytes; i += 8) {
    uint64_t eight = 0;
    std::memcpy(&eight, at + i, 8);
    any |= eight;
  }
  return any != 0;
}

}  // namespace

LaneMemory lane_memory_functions() {
  return {shape64, shape32,   words64,    words32,    load_words,  broadcast, gather,
          scatter, load_rows, store_rows, claim_read, claim_write, any_set};
}

}  // namespace vgpu::VGPU_ISA
