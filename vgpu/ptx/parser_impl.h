#pragma once
// The recursive-descent parser behind parse(). One object parses one text; its parts live in parse_*.cpp.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "vgpu/ptx/ast.h"
#include "vgpu/ptx/lexer.h"
#include "vgpu/ptx/locations.h"
#include "vgpu/ptx/scopes.h"

namespace vgpu::ptx {

/// What a text may ask for before it is refused: far more than any compiler writes, little enough to allocate.
namespace limits {
constexpr uint64_t registers_per_function = 1u << 20;
constexpr uint64_t registers_per_module = 1u << 21;
constexpr uint64_t variable_bytes = 1ull << 32;
constexpr uint64_t initialised_bytes_per_module = 1u << 26;
constexpr uint64_t files = 1u << 16;
constexpr int operand_nesting = 3;  // [base, {x, y}]
constexpr int initialiser_nesting = 16;
constexpr int constant_nesting = 32;
}  // namespace limits

class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text) { advance(); }
  Module parse_module();

 private:
  // Tokens (parser.cpp).
  void advance() { token_ = lexer_.next(); }
  [[noreturn]] void fail(const std::string& message) const;
  [[noreturn]] void fail_at(int line, const std::string& message) const;
  [[noreturn]] void unexpected(const char* wanted) const;
  bool accept(char c);
  void expect(char c);
  bool accept_dotted(std::string_view name);
  std::string_view expect_identifier(const char* what);
  /// An integer literal of at most `most`.
  uint64_t expect_integer(const char* what, uint64_t most);
  std::string expect_string(const char* what);

  // Constant expressions (parse_constant.cpp).
  struct Constant {
    uint64_t bits = 0;
    bool is_unsigned = false;
  };
  static constexpr int constant_product = 10;  ///< how close * / % bind
  bool at_operator() const;
  Constant parse_constant(int depth);
  Constant parse_constant_primary(int depth);
  Constant parse_constant_from(Constant left, int least, int depth);

  // Module level (parse_module.cpp).
  void parse_header();
  void parse_module_directive();
  void parse_file();
  void parse_module_variables(Space space, bool external);
  void parse_attribute();
  void skip_section();
  void check_addresses() const;

  // Variables (parse_variable.cpp).
  struct Attributes {
    std::string type;
    uint64_t element_bytes = 0;  // times the vector width
    uint32_t alignment = 1;
  };
  Attributes parse_attributes(const char* what);
  Variable parse_declarator(Space space, bool external, const Attributes& attributes, std::string_view* name);
  void parse_initialiser(Variable& variable, const std::vector<uint64_t>& extents);
  void parse_initialiser_level(Variable& variable, const std::vector<uint64_t>& extents, size_t level, uint64_t offset,
                               uint64_t end);
  void parse_initial_value(Variable& variable, uint64_t offset, uint64_t end);
  void parse_initial_address(Variable& variable, uint64_t offset);
  void store_initial(Variable& variable, uint64_t offset, uint64_t bits, uint64_t bytes);

  // Functions (parse_function.cpp).
  void parse_function(bool entry, bool external);
  void parse_parameters(std::vector<Variable>& list, size_t first_index);
  Variable parse_register_parameter();
  bool parse_function_directive();
  void parse_body();
  void parse_statement();
  void parse_body_directive();
  void parse_registers();
  int add_registers(std::string_view name, const std::string& type, int width);
  void parse_body_variables(Space space);
  void parse_body_module_variables(Space space);
  void parse_loc();
  void parse_label(std::string_view name, int line);
  void parse_branch_targets(std::string_view name);
  void declare(std::string_view name, Symbol symbol);
  void skip_pragma();

  // Instructions (parse_instruction.cpp).
  void parse_instruction(std::string_view opcode, int line);
  void parse_guarded_instruction();
  Operand parse_operand(int depth);
  Operand parse_pair_or_operand(int depth);
  Operand parse_list(Operand::Kind kind, char closing, int depth);
  Operand parse_address(int depth);
  Operand parse_named();
  Operand parse_register(std::string_view name, Symbol symbol);
  Operand parse_variable(std::string_view name, Operand::Scope scope, int index, const Variable& variable);
  int64_t parse_offset();

  // After a body: labels, functions and prototypes (resolve.cpp).
  void resolve_body();
  void resolve(Operand& operand, int scope, int line);

  Lexer lexer_;
  Token token_;
  Module module_;
  Locations locations_;
  std::unordered_map<std::string_view, int> variables_;  ///< of the module, by name
  std::unordered_map<std::string, int> functions_;       ///< of the module, by name
  std::unordered_set<std::string> inner_variables_;      ///< names in Module::variables of those declared in functions
  uint64_t registers_in_module_ = 0;
  uint64_t initialised_bytes_ = 0;

  // The function being parsed.
  struct TargetList {
    int scope;
    int line;
    std::vector<std::string_view> labels;
  };
  Function function_;
  bool is_call_ = false;      ///< the instruction being read: its parentheses hold arguments, not a constant
  bool takes_parts_ = false;  ///< likewise: a video instruction
  Scopes scopes_;
  std::vector<int> scope_of_;        ///< of each instruction
  std::vector<TargetList> targets_;  ///< of each branch_targets entry, not yet resolved
  int location_ = -1;
};

}  // namespace vgpu::ptx
