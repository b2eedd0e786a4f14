// Error, ErrorCode and Result<T>: how every module reports what went wrong. Exceptions never leave a module.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <lineguard/core/check.h>
#include <lineguard/core/enum_names.h>

namespace lineguard {

enum class ErrorCode {
  invalid_argument,   // the caller passed something outside the documented range
  invalid_config,     // a configuration has an unknown key, a wrong type or an out-of-range value
  not_found,          // a file, key, model or row does not exist
  already_exists,     // the output is there already
  unsupported,        // well-formed, but not something this build can do
  corrupt_data,       // bytes that do not decode, a digest or a chain that does not match
  too_large,          // over a stated limit (pixels, bytes, rows)
  io_error,           // the operating system failed a read or write
  disk_full,          // no space left
  permission_denied,  // read-only or not allowed
  timeout,            // not done by its deadline
  unavailable,        // a server, device or queue cannot take this now; trying later may help
  cancelled,          // stopped on request
  refused,            // a gate said no: too few samples, a blocker found, a digest not allowed
  device_error,       // camera or PLC
  no_template,        // the model needs each picture's defect-free twin, and there was none
  bad_answer,         // a server's answer that is not of our protocol, or belongs to another question
  internal,           // a bug, or a library failed in a way it does not document
};
inline constexpr auto kErrorCodeNames = std::to_array<EnumName<ErrorCode>>({
    {ErrorCode::invalid_argument, "invalid_argument"},
    {ErrorCode::invalid_config, "invalid_config"},
    {ErrorCode::not_found, "not_found"},
    {ErrorCode::already_exists, "already_exists"},
    {ErrorCode::unsupported, "unsupported"},
    {ErrorCode::corrupt_data, "corrupt_data"},
    {ErrorCode::too_large, "too_large"},
    {ErrorCode::io_error, "io_error"},
    {ErrorCode::disk_full, "disk_full"},
    {ErrorCode::permission_denied, "permission_denied"},
    {ErrorCode::timeout, "timeout"},
    {ErrorCode::unavailable, "unavailable"},
    {ErrorCode::cancelled, "cancelled"},
    {ErrorCode::refused, "refused"},
    {ErrorCode::device_error, "device_error"},
    {ErrorCode::no_template, "no_template"},
    {ErrorCode::bad_answer, "bad_answer"},
    {ErrorCode::internal, "internal"},
});
static_assert(names_every_value(kErrorCodeNames));
// The code's stable name as used in JSON: "corrupt_data".
constexpr std::string_view to_string(ErrorCode code) {
  return name_of(kErrorCodeNames, code);
}

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;  // names the file, field or line and what was expected

  // The same error with `context` and ": " in front of the message.
  [[nodiscard]] Error in(std::string_view context) const;
};

// Either a value or an Error. Reading the wrong side is a bug and ends the program (CHECK).
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return checked_value(); }
  const T& value() const& { return const_cast<Result*>(this)->checked_value(); }
  T&& value() && { return std::move(checked_value()); }
  T* operator->() { return &checked_value(); }
  const T* operator->() const { return &const_cast<Result*>(this)->checked_value(); }
  T& operator*() & { return checked_value(); }
  const T& operator*() const& { return const_cast<Result*>(this)->checked_value(); }
  T&& operator*() && { return std::move(checked_value()); }

  const Error& error() const {
    LINEGUARD_CHECK(!ok(), "error() of a Result that holds a value");
    return *std::get_if<1>(&state_);
  }

 private:
  T& checked_value() {
    if (!ok()) check_failed("Result holds a value", std::get_if<1>(&state_)->message, __FILE__, __LINE__);
    return *std::get_if<0>(&state_);
  }
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const {
    LINEGUARD_CHECK(!ok(), "error() of a Result that holds a value");
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

inline Error make_error(ErrorCode code, std::string message) {
  return Error{code, std::move(message)};
}

}  // namespace lineguard

// Parentheses around a target that may be a declaration would not compile. NOLINTBEGIN(bugprone-macro-parentheses)
// Returns the error of `expression` from the calling function, if it has one.
#define LINEGUARD_TRY(expression)                                                                             \
  do {                                                                                                        \
    if (auto lineguard_try_result = (expression); !lineguard_try_result) return lineguard_try_result.error(); \
  } while (false)

// `LINEGUARD_ASSIGN(auto image, decode(bytes));` assigns the value or returns the error.
#define LINEGUARD_ASSIGN(target, expression) \
  LINEGUARD_ASSIGN_NAMED(target, expression, LINEGUARD_CONCAT(lineguard_assign_, __LINE__))
#define LINEGUARD_ASSIGN_NAMED(target, expression, name) \
  auto name = (expression);                              \
  if (!name) return name.error();                        \
  target = std::move(name).value()
#define LINEGUARD_CONCAT(a, b) LINEGUARD_CONCAT_INNER(a, b)
#define LINEGUARD_CONCAT_INNER(a, b) a##b
// NOLINTEND(bugprone-macro-parentheses)
