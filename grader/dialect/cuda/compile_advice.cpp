#include "grader/dialect/cuda/compile_advice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>

#include "grader/nearest.h"

namespace tritutor {
namespace {

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// The n-th text in quotes of a message; empty: there is none.
std::string quoted(const std::string& message, size_t n = 0) {
  size_t open = message.find('"');
  for (; n > 0 && open != std::string::npos; --n) open = message.find('"', message.find('"', open + 1) + 1);
  if (open == std::string::npos) return {};
  const size_t close = message.find('"', open + 1);
  return close == std::string::npos ? std::string() : message.substr(open + 1, close - open - 1);
}

const Argument* argument_named(const Exercise& exercise, std::string_view name) {
  for (const Argument& each : exercise.arguments) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

std::string missing_semicolon(const Diagnostic& error, const CompiledText& text) {
  const Token* before = token_before(text.scan, error.line, error.column);
  if (before == nullptr) return {};
  const Token* here = token_at(text.scan, error.line, error.column);
  if (here != nullptr && here->text == "{") {
    // A function within a function: the one before is not closed.
    return fmt::format(
        "A function begins here, but the one before it has not ended: is its closing '}}' missing above "
        "line {}?",
        error.line);
  }
  if (before->line < error.line || here == nullptr) {
    return fmt::format("Is the ';' missing at the end of line {}?", before->line);
  }
  return fmt::format("Is a ';' missing after '{}' in line {}?", before->text, before->line);
}

std::string missing_bracket(const CompiledText& text) {
  const std::optional<Token> token = text.scan.unbalanced();
  if (!token) return {};
  const bool closes = token->text == "}" || token->text == ")" || token->text == "]";
  return fmt::format("The '{}' in line {} {}.", token->text, token->line,
                     closes ? "closes nothing: remove it, or add what it should close" : "is never closed");
}

std::string not_modifiable(const Diagnostic& error, const CompiledText& text) {
  const Token* here = token_at(text.scan, error.line, error.column);
  const Argument* argument = here == nullptr ? nullptr : argument_named(text.exercise, here->text);
  if (argument != nullptr && argument->role == Role::input) {
    std::vector<std::string> outputs;
    for (const Argument& each : text.exercise.arguments) {
      if (each.role == Role::output) outputs.push_back(each.name);
    }
    return fmt::format("{} is an input and cannot be written; the result belongs into {}.", argument->name,
                       fmt::join(outputs, ", "));
  }
  return "What stands left of = is a constant. To compare, write ==.";
}

std::string unknown_token(const Diagnostic& error, const CompiledText& text) {
  // The byte itself: from its line and column.
  size_t at = 0;
  for (int line = 1; line < error.line && at != std::string::npos; ++line) {
    at = text.source.find('\n', at);
    if (at != std::string::npos) ++at;
  }
  if (at == std::string::npos || error.column < 1) return {};
  at += static_cast<size_t>(error.column) - 1;
  if (at >= text.source.size()) return {};
  if ((text.source[at] & 0x80) == 0) {
    return text.source[at] == '@' ? "This looks like Python: a kernel file is CUDA C++. The starter: tritutor reset"
                                  : std::string();
  }
  size_t end = at + 1;
  while (end < text.source.size() && (text.source[end] & 0xC0) == 0x80) ++end;
  return fmt::format(
      "'{}' is no character of C++; such quotes, dashes and blanks come along when text is copied. Type it "
      "anew: \" or ' or -.",
      text.source.substr(at, end - at));
}

std::string no_member(const Diagnostic& error, const CompiledText& text) {
  const std::string of = quoted(error.message), member = quoted(error.message, 1);
  if (contains(error.message, "namespace \"std\"")) return advice_for_std(member);
  if (of == "Problem") {
    return fmt::format("launch() knows the exercise's numbers: {}.", problem_members(text.exercise));
  }
  if (of == "Plan") return "A plan has run(\"kernel\", grid, block, shared_bytes) and scratch(bytes).";
  return {};
}

struct Rule {
  std::string_view part;  ///< of the compiler's message
  std::function<std::string(const Diagnostic&, const CompiledText&)> advice;
};

auto says(std::string text) {
  return [text = std::move(text)](const Diagnostic&, const CompiledText&) { return text; };
}

const std::vector<Rule>& rules() {
  static const std::vector<Rule> all = {
      {"is undefined",
       [](const Diagnostic& e, const CompiledText& t) { return advice_for_name(quoted(e.message), e, t); }},
      {"has no member", no_member},
      {"expected a \";\"", missing_semicolon},
      {"expected a \")\"", [](const Diagnostic&, const CompiledText& t) { return missing_bracket(t); }},
      {"expected a \"}\"", [](const Diagnostic&, const CompiledText& t) { return missing_bracket(t); }},
      {"expected a \"]\"", [](const Diagnostic&, const CompiledText& t) { return missing_bracket(t); }},
      {"expected an expression", [](const Diagnostic&, const CompiledText& t) { return missing_bracket(t); }},
      {"expected a statement",
       [](const Diagnostic& e, const CompiledText& t) {
         const Token* here = token_at(t.scan, e.line, e.column);
         if (here != nullptr && here->text == "else") {
           return std::string(
               "This else has no if: is the '}' before it missing, or are there two statements between "
               "the if and it without { }?");
         }
         return missing_bracket(t);
       }},
      {"expected a declaration", [](const Diagnostic&, const CompiledText& t) { return missing_bracket(t); }},
      {"missing closing quote", says("The text that begins here has no closing \" in its line.")},
      {"comment unclosed", says("The comment that begins here never ends: close it with */.")},
      {"modifiable lvalue", not_modifiable},
      {"unrecognized token", unknown_token},
      {"user-defined literal", says("A float is written 2.0f or 2.f: with a point before the f.")},
      {"extra text after expected end of number", says("A float is written 2.0f: nothing follows the f.")},
      {"operand types are: unsigned int + const uint3",
       says("threadIdx and blockIdx are three numbers: write .x, .y or "
            ".z after them.")},
      {"const uint3", says("threadIdx and blockIdx are three numbers: write .x, .y or .z after them.")},
      {"const dim3", says("blockDim and gridDim are three numbers: write .x, .y or .z after them.")},
      {"initializer not allowed for __shared__",
       says("Shared memory begins undefined. Let one thread set it (if (threadIdx.x == 0) s = 0;), then all wait at "
            "__syncthreads().")},
      {"must have a constant value",
       says("An array's size must be known when the file is compiled: a constexpr int, such as BLOCK. Shared memory "
            "whose "
            "size only the launch knows is declared extern __shared__ float s[]; and its bytes are plan.run's fourth "
            "argument.")},
      {"overloaded function \"atomic", says("An atomic takes an address first: atomicAdd(&y[i], value).")},
      {"marked as a __host__ function",
       says("A kernel file has only device code: remove __host__ (a function needs no word before it to be called by a "
            "kernel).")},
      {"incompatible with parameter of type \"const char *\"",
       says("plan.run takes the kernel's name as text, in quotes: plan.run(\"kernel\", grid, block).")},
      {"applied to \"Plan\" instead of to a pointer", says("plan is no pointer: write plan.run(...).")},
      {"too few arguments in function call",
       [](const Diagnostic& e, const CompiledText& t) {
         const Token* plan = token_at(t.scan, e.line, 0);
         return plan != nullptr && plan->text == "plan" ? std::string(
                                                              "plan.run takes the kernel's name, the grid and the "
                                                              "block: plan.run(\"kernel\", grid, block).")
                                                        : std::string();
       }},
      {"overloaded function \"ceil\"", says("For integers: cdiv(a, b) is a / b rounded up.")},
      {"integral or unscoped enum type", says("An index must be an integer: int, not float.")},
      {"pointer-to-object type", says("What stands before the [ ] is no pointer or array.")},
      {"must have arithmetic or unscoped enum type",
       [](const Diagnostic& e, const CompiledText& t) {
         const Token* here = token_at(t.scan, e.line, e.column);
         const Argument* argument = here == nullptr ? nullptr : argument_named(t.exercise, here->text);
         const bool buffer = argument != nullptr && (argument->role == Role::input || argument->role == Role::output);
         return buffer ? fmt::format("{0} is a pointer to all elements; one of them is {0}[i].", here->text)
                       : std::string();
       }},
      {"to \"float4\"",
       says("A float4 is read through a pointer to float4: reinterpret_cast<const float4*>(x)[i], where x "
            "is aligned to 16 bytes.")},
      {"break statement may only", says("To end this thread's work, write return.")},
      {"must have a void return type", says("A kernel returns nothing: it is void, and writes its result to memory.")},
      {"explicit type is missing",
       [](const Diagnostic& e, const CompiledText& t) {
         const Token* here = token_at(t.scan, e.line, e.column);
         if (here == nullptr) return std::string();
         const std::vector<std::string> meant =
             nearest(here->text, {"__global__", "__device__", "__shared__", "__constant__", "constexpr", "const"}, 1);
         return meant.empty() || meant[0] == here->text ? std::string() : fmt::format("Did you mean {}?", meant[0]);
       }},
      {"argument list",
       [](const Diagnostic& e, const CompiledText&) {
         return contains(e.message, "\"cdiv\"") ? std::string("cdiv takes two integers.") : std::string();
       }},
  };
  return all;
}

}  // namespace

const Token* token_before(const SourceScan& scan, int line, int column) {
  const Token* last = nullptr;
  for (const Token& token : scan.tokens) {
    if (token.line > line || (token.line == line && token.column >= column)) break;
    last = &token;
  }
  return last;
}

const Token* token_at(const SourceScan& scan, int line, int column) {
  for (const Token& token : scan.tokens) {
    if (token.line == line && token.column + static_cast<int>(token.text.size()) > column) return &token;
  }
  return nullptr;
}

std::string problem_members(const Exercise& exercise) {
  std::vector<std::string> members;
  for (const Argument& each : exercise.arguments) {
    if (each.role == Role::size || each.role == Role::scalar) members.push_back("p." + each.name);
  }
  return fmt::format("{}", fmt::join(members, ", "));
}

std::string advice_for(const Diagnostic& error, const CompiledText& text) {
  for (const Rule& rule : rules()) {
    if (!contains(error.message, rule.part)) continue;
    return rule.advice(error, text);
  }
  return {};
}

}  // namespace tritutor
