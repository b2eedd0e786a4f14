// Refuses TOML, XML and YAML that is too long, too deep or has too many values, without building anything: call it on
// text of somebody else's before its library sees it, since libraries build and walk their trees recursively. JSON has
// json_limits.h.
//
// One pass, constant memory (YAML: a number a level). No validations: what is malformed passes, for the library to
// refuse. Errors: too_large, with what was found and what is allowed.
#pragma once

#include <string_view>

#include <lineguard/core/limits.h>
#include <lineguard/core/result.h>

namespace lineguard {

// A dotted key counts as the tables that it makes: a.b.c is two levels.
Result<void> check_toml_limits(std::string_view text, const limits::Nesting& allowed = limits::kToml);

// unsupported where the text is not in UTF-8 (NUL bytes) or declares entities of its own.
Result<void> check_xml_limits(std::string_view text, const limits::Nesting& allowed = limits::kXml);

// Brackets in quoted texts count like others.
Result<void> check_yaml_limits(std::string_view text, const limits::Nesting& allowed = limits::kYaml);

}  // namespace lineguard
