#include "vgpu/ptx/parser.h"

#include "vgpu/ptx/literal.h"
#include "vgpu/ptx/parser_impl.h"

namespace vgpu::ptx {

Module parse(std::string_view text) { return Parser(text).parse_module(); }

void Parser::fail(const std::string& message) const { throw ParseError(token_.line, message); }

void Parser::fail_at(int line, const std::string& message) const { throw ParseError(line, message); }

void Parser::unexpected(const char* wanted) const {
  fail(std::string("expected ") + wanted + ", found " + shown(token_));
}

bool Parser::accept(char c) {
  if (!token_.is(c)) return false;
  advance();
  return true;
}

void Parser::expect(char c) {
  const char wanted[] = {'\'', c, '\'', '\0'};
  if (!accept(c)) unexpected(wanted);
}

bool Parser::accept_dotted(std::string_view name) {
  if (!token_.is_dotted(name)) return false;
  advance();
  return true;
}

std::string_view Parser::expect_identifier(const char* what) {
  if (token_.kind != Token::Kind::identifier) unexpected(what);
  const std::string_view name = token_.text;
  advance();
  return name;
}

uint64_t Parser::expect_integer(const char* what, uint64_t most) {
  if (token_.kind != Token::Kind::number) unexpected(what);
  const Literal literal = parse_literal(token_);
  if (literal.kind != Literal::Kind::integer) unexpected(what);
  if (literal.bits > most) fail(std::string(what) + " is too large: " + shown(token_));
  advance();
  return literal.bits;
}

std::string Parser::expect_string(const char* what) {
  if (token_.kind != Token::Kind::string) unexpected(what);
  std::string result = unquote(token_.text);
  advance();
  return result;
}

}  // namespace vgpu::ptx
