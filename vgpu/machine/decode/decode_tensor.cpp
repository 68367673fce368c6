// Tensor cores, matrices between memory and registers, and asynchronous copies.

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>

#include "vgpu/machine/decode/decoder.h"
#include "vgpu/machine/instructions/async_copy.h"
#include "vgpu/machine/instructions/load_store.h"
#include "vgpu/machine/instructions/matrix_load.h"
#include "vgpu/machine/instructions/tensor.h"

namespace vgpu {

namespace {

constexpr std::pair<const char*, MatrixType> kTypes[] = {
    {"f16", MatrixType::f16}, {"bf16", MatrixType::bf16}, {"tf32", MatrixType::tf32}, {"f32", MatrixType::f32},
    {"f64", MatrixType::f64}, {"s8", MatrixType::s8},     {"u8", MatrixType::u8},     {"s32", MatrixType::s32}};

std::optional<MatrixType> type_of(const std::string& name) {
  for (const auto& [known, type] : kTypes) {
    if (name == known) return type;
  }
  return std::nullopt;
}

/// "m16n8k16"
bool parse_shape(const std::string& text, MatrixProduct& product) {
  int m = 0, n = 0, k = 0, end = 0;
  if (std::sscanf(text.c_str(), "m%dn%dk%d%n", &m, &n, &k, &end) != 3 || end != static_cast<int>(text.size()))
    return false;
  if (m < 1 || m > 255 || n < 1 || n > 255 || k < 1 || k > 255) return false;
  product.m = static_cast<uint8_t>(m);
  product.n = static_cast<uint8_t>(n);
  product.k = static_cast<uint8_t>(k);
  return true;
}

bool is_byte(MatrixType type) { return type == MatrixType::s8 || type == MatrixType::u8; }

// What C and D may be for an A.
bool accumulates(MatrixType a, MatrixType c) {
  if (is_byte(a)) return c == MatrixType::s32;
  if (a == MatrixType::f64) return c == MatrixType::f64;
  return c == MatrixType::f32 || (a == MatrixType::f16 && c == MatrixType::f16);
}

Row row_kind(MatrixType type) { return type == MatrixType::f64 ? Row::b64 : Row::b32; }

/// Registers of a fragment of `elements`, `per` in each.
size_t fragment_registers(MatrixType type, MatrixRole role, size_t elements) {
  const bool single = role == MatrixRole::c && type != MatrixType::f16;
  return elements / static_cast<size_t>(kLanes * (single ? 1 : per_register(type)));
}

/// wmma's: f16 operands always have eight.
size_t wmma_registers(MatrixType type, MatrixRole role, const MatrixProduct& shape) {
  if (type == MatrixType::f16 && role != MatrixRole::c) return 8;
  const size_t rows = role == MatrixRole::b ? shape.k : shape.m, columns = role == MatrixRole::a ? shape.k : shape.n;
  return fragment_registers(type, role, rows * columns);
}

}  // namespace

void Decoder::fragment(const Instruction& inst, const Operand& operand, bool write, Row kind, size_t count,
                       uint32_t* rows) {
  const bool single = operand.kind == Operand::Kind::reg && count == 1;
  if (!single && (operand.kind != Operand::Kind::vector || operand.elements.size() != count))
    refuse(inst, fmt::format("a fragment of it has {} registers", count));
  for (size_t i = 0; i < count; ++i) {
    const Operand& element = single ? operand : operand.elements[i];
    if (!write) {
      rows[i] = source(inst, element, kind);
    } else if (element.kind == Operand::Kind::sink) {
      rows[i] = add_row(static_cast<uint32_t>(kind) * kLanes);  // its own: the elements are written one after another
    } else {
      rows[i] = destination(inst, element, kind);
    }
  }
}

const MatrixScratch& Decoder::matrix_scratch() {
  if (matrix_scratch_.address == 0) {
    for (uint32_t& row : matrix_scratch_.data) row = add_row(4 * kLanes);
    matrix_scratch_.address = add_row(8 * kLanes);
  }
  return matrix_scratch_;
}

bool Decoder::decode_tensor(const Instruction& inst) {
  const std::string& opcode = inst.opcode;
  if (opcode == "mma") {
    decode_matrix_product(inst);
  } else if (opcode == "wmma" && inst.has("mma")) {
    decode_matrix_product(inst);
  } else if (opcode == "wmma" && (inst.has("load") || inst.has("store"))) {
    decode_matrix_tile(inst);
  } else if (opcode == "ldmatrix" || opcode == "stmatrix") {
    decode_matrix_rows(inst);
  } else if (opcode == "cp" && inst.has("async")) {
    decode_async_copy(inst);
  } else {
    return false;
  }
  return true;
}

void Decoder::decode_matrix_product(const Instruction& inst) {
  const bool wmma = inst.opcode == "wmma";
  MatrixProductInfo info;
  info.name = wmma ? "wmma.mma" : "mma.sync";
  MatrixProduct& product = info.product;
  std::vector<MatrixType> types;
  std::vector<std::string> layouts;
  bool sync = false, aligned = false;
  for (const std::string& m : inst.modifiers) {
    if (m == "mma" && wmma) continue;
    if (m == "sync")
      sync = true;
    else if (m == "aligned")
      aligned = true;
    else if (m == "row" || m == "col")
      layouts.push_back(m);
    else if (m == "satfinite")
      product.saturate = true;
    else if (m == "rn" && wmma)
      continue;
    else if (const auto type = type_of(m))
      types.push_back(*type);
    else if (product.m != 0 || !parse_shape(m, product))
      refuse(inst, fmt::format(".{} is not there: tensor cores here multiply f16, bf16, tf32, f64 and 8-bit integers, "
                               "dense matrices",
                               m));
  }
  if (!sync || !aligned || layouts.size() != 2) refuse(inst, "it needs .sync.aligned and two layouts");
  if (!wmma && (layouts[0] != "row" || layouts[1] != "col")) refuse(inst, "only .row.col is there");
  if (wmma && types.size() == 2) {  // .dtype.ctype, the operands are f16
    product.d = types[0];
    product.a = product.b = MatrixType::f16;
    product.c = types[1];
  } else if (types.size() == 4) {
    product.d = types[0];
    product.a = types[1];
    product.b = types[2];
    product.c = types[3];
  } else {
    refuse(inst, "its types are not known");
  }
  // Which shapes belong to which of the two.
  const bool is_wmma_shape =
      product.m * product.n == 256 || (product.m == 8 && product.n == 8 && product.a == MatrixType::f64);
  const bool is_mma_shape = product.n == 8 && product.m <= 16;
  const bool same_inputs = product.a == product.b || (!wmma && is_byte(product.a) && is_byte(product.b));
  info.function = (wmma ? is_wmma_shape : is_mma_shape) ? matrix_function(product) : nullptr;
  if (info.function == nullptr || !same_inputs || !accumulates(product.a, product.c) ||
      !accumulates(product.a, product.d) || (!wmma && product.c != product.d)) {
    refuse(inst, "this shape is not there for these types");
  }
  if (product.saturate && !is_byte(product.a)) refuse(inst, ".satfinite is for integers");
  if (inst.operands.size() != 4) refuse(inst, "it needs four fragments");
  const Row kind = row_kind(product.a), sum = row_kind(product.c);
  const size_t a = wmma ? wmma_registers(product.a, MatrixRole::a, product)
                        : fragment_registers(product.a, MatrixRole::a, size_t{product.m} * product.k);
  const size_t b = wmma ? wmma_registers(product.b, MatrixRole::b, product)
                        : fragment_registers(product.b, MatrixRole::b, size_t{product.k} * product.n);
  const size_t elements = size_t{product.m} * product.n;
  const size_t c = fragment_registers(product.c, MatrixRole::c, elements);
  const size_t d = fragment_registers(product.d, MatrixRole::c, elements);
  fragment(inst, inst.operands[0], true, sum, d, product.rd);
  fragment(inst, inst.operands[1], false, kind, a, product.ra);
  fragment(inst, inst.operands[2], false, kind, b, product.rb);
  fragment(inst, inst.operands[3], false, sum, c, product.rc);
  info.registers_d = static_cast<uint8_t>(d);
  Inst& decoded = emit(inst, Code::warp_step);
  decoded.step = matrix_product_step;
  decoded.info = own(std::move(info));
}

void Decoder::decode_matrix_tile(const Instruction& inst) {
  MatrixTileInfo info;
  MatrixProduct shape;
  std::optional<MatrixType> type;
  bool store = false, layout = false, role = false;
  ptx::Space space = ptx::Space::generic;
  for (const std::string& m : inst.modifiers) {
    if (m == "sync" || m == "aligned" || m == "load") continue;
    if (m == "store")
      store = true;
    else if (m == "a" || m == "b" || m == "c" || m == "d") {
      info.role = m == "a" ? MatrixRole::a : m == "b" ? MatrixRole::b : MatrixRole::c;
      role = true;
    } else if (m == "row" || m == "col") {
      info.row_major = m == "row";
      layout = true;
    } else if (m == "global")
      space = ptx::Space::global;
    else if (m == "shared" || m == "shared::cta")
      space = ptx::Space::shared;
    else if (const auto known = type_of(m))
      type = known;
    else if (shape.m != 0 || !parse_shape(m, shape))
      refuse(inst, fmt::format("the modifier .{} is not known", m));
  }
  if (!role || !layout || !type || shape.m == 0 || inst.operands.size() < 2 || inst.operands.size() > 3)
    refuse(inst, "its matrix, layout, shape, type or an operand is missing");
  info.type = *type;
  // It is there if a product of such matrices is.
  static constexpr MatrixType kInputs[] = {MatrixType::f16, MatrixType::bf16, MatrixType::tf32,
                                           MatrixType::s8,  MatrixType::u8,   MatrixType::f64};
  const bool known = std::any_of(std::begin(kInputs), std::end(kInputs), [&](MatrixType input) {
    shape.a = shape.b = input;
    const bool fits = info.role == MatrixRole::c ? accumulates(input, info.type) : input == info.type;
    const bool wmma = shape.m * shape.n == 256 || (shape.m == 8 && shape.n == 8 && input == MatrixType::f64);
    return fits && wmma && matrix_function(shape) != nullptr;
  });
  if (!known) refuse(inst, "this shape is not there for this type");
  info.name = store ? "wmma.store" : "wmma.load";
  info.m = shape.m;
  info.n = shape.n;
  info.k = shape.k;
  info.registers = static_cast<uint8_t>(wmma_registers(info.type, info.role, shape));
  info.scratch = matrix_scratch();
  info.memory = memory_operand(inst, inst.operands[store ? 0 : 1]);
  info.memory.space = space;
  fragment(inst, inst.operands[store ? 1 : 0], !store, row_kind(info.type), info.registers, info.rows);
  if (inst.operands.size() == 3) info.stride = source(inst, inst.operands[2], Row::b32);
  // Elements that are not side by side in the fragment are loaded and stored one by one.
  const auto width = static_cast<uint8_t>(std::min(element_bytes(info.type), 4));
  if (space != ptx::Space::global && width < 4) program_.narrow_shared = true;
  if (space != ptx::Space::shared && store) program_.narrowest_global = std::min(program_.narrowest_global, width);
  Inst& decoded = emit(inst, Code::warp_step);
  decoded.step = store ? store_tile_step : load_tile_step;
  decoded.info = own(std::move(info));
}

void Decoder::decode_matrix_rows(const Instruction& inst) {
  const bool store = inst.opcode == "stmatrix";
  MatrixRowsInfo info;
  info.name = store ? "stmatrix" : "ldmatrix";
  info.memory.space = ptx::Space::generic;
  bool shape = false, type = false;
  info.count = 0;
  ptx::Space space = ptx::Space::generic;
  for (const std::string& m : inst.modifiers) {
    if (m == "sync" || m == "aligned") continue;
    if (m == "m8n8")
      shape = true;
    else if (m == "x1" || m == "x2" || m == "x4")
      info.count = static_cast<uint8_t>(m[1] - '0');
    else if (m == "trans")
      info.transpose = true;
    else if (m == "shared" || m == "shared::cta")
      space = ptx::Space::shared;
    else if (m == "b16")
      type = true;
    else
      refuse(inst, fmt::format(".{} is not there: matrices are 8x8 of 16 bits here", m));
  }
  if (!shape || !type || info.count == 0 || inst.operands.size() != 2)
    refuse(inst, "its shape, count, type or an operand is missing");
  info.memory = memory_operand(inst, inst.operands[store ? 0 : 1]);
  info.memory.space = space;
  info.memory.width = 4;
  info.memory.elements = 4;
  const MatrixScratch& scratch = matrix_scratch();
  for (size_t i = 0; i < 4; ++i) {
    info.memory.rows[i] = scratch.data[i];
    info.memory.register_bytes[i] = 4;
  }
  fragment(inst, inst.operands[store ? 1 : 0], !store, Row::b32, info.count, info.rows);
  Inst& decoded = emit(inst, Code::warp_step);
  decoded.step = store ? store_matrices_step : load_matrices_step;
  decoded.info = own(std::move(info));
}

void Decoder::decode_async_copy(const Instruction& inst) {
  std::string kind;
  bool to_shared = false, from_global = false;
  for (const std::string& m : inst.modifiers) {
    if (m == "async" || m.rfind("L2::", 0) == 0) continue;
    if (m == "ca" || m == "cg" || m == "commit_group" || m == "wait_group" || m == "wait_all")
      kind = m;
    else if ((m == "shared" || m == "shared::cta") && !to_shared)
      to_shared = true;
    else if (m == "global")
      from_global = true;
    else
      refuse(inst, fmt::format(".{} is not there: copies here are from global to shared memory, in groups", m));
  }
  const size_t operands = inst.operands.size();
  const auto number = [&](size_t i) { return immediate(inst, inst.operands[i], Row::b32); };
  if (kind == "commit_group" || kind == "wait_all") {
    if (operands != 0) refuse(inst, "it has no operands");
    emit(inst, Code::step).step = kind == "wait_all" ? async_wait_all_step : async_commit_step;
    return;
  }
  if (kind == "wait_group") {
    if (operands != 1) refuse(inst, "it needs a number of groups");
    const auto left = static_cast<int64_t>(number(0));
    Inst& decoded = emit(inst, Code::step);
    decoded.step = async_wait_step;
    decoded.rows.imm = left;
    return;
  }
  if (kind.empty() || !to_shared || !from_global || operands < 3 || operands > 5)
    refuse(inst, "it needs .ca or .cg, .shared.global, two addresses and a size");
  AsyncCopyInfo info;
  const uint64_t bytes = number(2);
  if (bytes != 16 && (kind == "cg" || (bytes != 4 && bytes != 8)))
    refuse(inst, kind == "cg" ? "it copies 16 bytes" : "it copies 4, 8 or 16 bytes");
  info.bytes = static_cast<uint32_t>(bytes);
  info.to = memory_operand(inst, inst.operands[0]);
  info.to.space = ptx::Space::shared;
  info.from = memory_operand(inst, inst.operands[1]);
  info.from.space = ptx::Space::global;
  const MatrixScratch& scratch = matrix_scratch();
  for (MemoryInfo* memory : {&info.to, &info.from}) {
    memory->width = 4;
    memory->elements = static_cast<uint8_t>(bytes / 4);
    for (size_t i = 0; i < 4; ++i) {
      memory->rows[i] = scratch.data[i];
      memory->register_bytes[i] = 4;
    }
  }
  // A fourth operand is how much to read, or whether to read at all; a 64-bit one, and a fifth, is a cache policy.
  if (operands > 3) {
    const Operand& fourth = inst.operands[3];
    const int width = fourth.kind == Operand::Kind::reg ? register_bytes(fourth) : 4;
    if (width == 0) {
      info.ignore = register_row(fourth);
      info.ignore_negated = fourth.negated;
    } else if (width != 8) {
      info.size = source(inst, fourth, Row::b32);
      // Parts of a copy are read byte by byte; cells as wide as the narrowest store tell them from stores all the same.
    }
  }
  Inst& decoded = emit(inst, Code::step);
  decoded.step = async_copy_step;
  decoded.info = own(std::move(info));
}

}  // namespace vgpu
