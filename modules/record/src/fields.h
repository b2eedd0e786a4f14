// Reading a payload's fields by name, with one place for the first that is wrong.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include <lineguard/core/clock.h>
#include <lineguard/core/enum_names.h>
#include <lineguard/core/utc.h>

namespace lineguard::record {

// Takes fields out of one object. The first that is missing or of the wrong type is kept in `problem`; optional ones
// may be absent, but not wrong.
class Fields {
 public:
  Fields(const nlohmann::json& object, std::string& problem, std::string path = {})
      : object_(object), problem_(problem), path_(std::move(path)) {
    if (!object_.is_object()) bad("");
  }

  const nlohmann::json* find(const char* key) const {
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
  }
  void text(const char* key, std::string& value) {
    const nlohmann::json* found = find(key);
    if (!found) return;
    if (!found->is_string()) return bad(key);
    value = found->get<std::string>();
  }
  void number(const char* key, double& value) {
    if (const nlohmann::json* found = find(key)) read_number(*found, key, value);
  }
  void number(const char* key, std::optional<double>& value) {
    if (const nlohmann::json* found = find(key)) read_number(*found, key, value.emplace());
  }
  template <typename Integer>
  void integer(const char* key, Integer& value) {
    const nlohmann::json* found = find(key);
    if (!found) return;
    if (!fits<Integer>(*found)) return bad(key);
    value = found->get<Integer>();
  }
  template <typename Enum, std::size_t n>
  void name(const char* key, const std::array<EnumName<Enum>, n>& names, Enum& value) {
    const nlohmann::json* found = find(key);
    const auto known =
        found && found->is_string() ? value_named(names, found->get_ref<const std::string&>()) : std::nullopt;
    if (!known) return bad(key);
    value = *known;
  }
  void time(const char* key, UtcTime& value) {
    std::string written;
    text(key, written);
    if (written.empty()) return;
    const auto parsed = parse_utc(written);
    if (!parsed) return bad(key);
    value = *parsed;
  }
  // Each element of an array.
  template <typename Each>
  void list(const char* key, const Each& each) {
    const nlohmann::json* found = find(key);
    if (!found) return;
    if (!found->is_array()) return bad(key);
    for (const nlohmann::json& element : *found) each(element);
  }
  Fields inside(const nlohmann::json& object, const char* key) { return Fields(object, problem_, path_ + key + "."); }
  void coordinates(const nlohmann::json& list, const char* key, std::initializer_list<double*> values) {
    if (!list.is_array() || list.size() != values.size()) return bad(key);
    std::size_t i = 0;
    for (double* value : values) read_number(list[i++], key, *value);
  }
  void require(const char* key) {
    if (!find(key)) bad(key);
  }
  void bad(const char* key) {
    if (problem_.empty()) problem_ = path_ + key;
  }

 private:
  template <typename Integer>
  static bool fits(const nlohmann::json& value) {
    if (value.is_number_unsigned()) return std::in_range<Integer>(value.get<std::uint64_t>());
    return value.is_number_integer() && std::in_range<Integer>(value.get<std::int64_t>());
  }
  void read_number(const nlohmann::json& found, const char* key, double& value) {
    if (found.is_number()) {
      value = found.get<double>();
    } else if (found.is_null()) {
      value = std::numeric_limits<double>::quiet_NaN();
    } else if (found == "inf" || found == "-inf") {
      value = found == "inf" ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
    } else {
      bad(key);
    }
  }
  const nlohmann::json& object_;
  std::string& problem_;
  std::string path_;
};

}  // namespace lineguard::record
