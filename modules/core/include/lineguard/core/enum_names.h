// The one table of an enum's names, which a static_assert guards: an enumerator that is added without a name, or out of
// order, does not compile.
//
//   enum class Gate { none, reject };
//   inline constexpr auto kGateNames = std::to_array<EnumName<Gate>>({{Gate::none, "none"}, {Gate::reject, "reject"}});
//   static_assert(names_every_value(kGateNames));
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace lineguard {

template <typename Enum>
struct EnumName {
  Enum value;
  std::string_view name;
};

namespace detail {
// The compiler writes a value without an enumerator as a cast: "(lineguard::Gate)2".
template <auto value>
consteval bool is_enumerator() {
  constexpr std::string_view text = __PRETTY_FUNCTION__;
  return text[text.rfind("value = ") + 8] != '(';
}
}  // namespace detail

// Row i names the enumerator with the number i, each has a row, and no two have one name.
template <typename Enum, std::size_t n>
consteval bool names_every_value(const std::array<EnumName<Enum>, n>& table) {
  for (std::size_t i = 0; i < n; ++i) {
    if (static_cast<std::size_t>(table[i].value) != i || table[i].name.empty()) return false;
    for (std::size_t before = 0; before < i; ++before) {
      if (table[before].name == table[i].name) return false;
    }
  }
  return !detail::is_enumerator<static_cast<Enum>(n)>();
}

// "invalid" for a number that is no enumerator.
template <typename Enum, std::size_t n>
constexpr std::string_view name_of(const std::array<EnumName<Enum>, n>& table, Enum value) {
  const auto number = static_cast<std::size_t>(value);
  return number < n ? table[number].name : std::string_view("invalid");
}

// The enumerator with that name; none: there is no such name.
template <typename Enum, std::size_t n>
constexpr std::optional<Enum> value_named(const std::array<EnumName<Enum>, n>& table, std::string_view name) {
  for (const EnumName<Enum>& row : table) {
    if (row.name == name) return row.value;
  }
  return std::nullopt;
}

template <typename Enum, std::size_t n>
constexpr std::array<Enum, n> values_of(const std::array<EnumName<Enum>, n>& table) {
  std::array<Enum, n> values{};
  for (std::size_t i = 0; i < n; ++i) values[i] = table[i].value;
  return values;
}

}  // namespace lineguard
