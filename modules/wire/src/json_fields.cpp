#include "json_fields.h"

#include <cmath>

#include <fmt/format.h>

namespace lineguard::wire {

Result<Json> parse_object(std::string_view text) {
  try {
    Json json = Json::parse(text);
    if (json.is_object()) return json;
    return make_error(ErrorCode::corrupt_data, fmt::format("expected a JSON object, found {}", json.type_name()));
  } catch (const nlohmann::json::exception& error) {
    return make_error(ErrorCode::corrupt_data, fmt::format("not JSON: {}", error.what()));
  }
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const Json* Fields::find(std::string_view key) const {
  const auto found = object_.find(key);
  return found == object_.end() ? nullptr : &*found;
}

bool Fields::has(std::string_view key) const {
  return find(key) != nullptr;
}

Error Fields::wrong(std::string_view key, std::string_view expected) const {
  const Json* value = find(key);
  return make_error(ErrorCode::corrupt_data,
                    value == nullptr
                        ? fmt::format("{}: missing, expected {}", name(key), expected)
                        : fmt::format("{}: expected {}, found {}", name(key), expected, dump(*value).substr(0, 60)));
}

Result<double> Fields::number(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr || !value->is_number()) return wrong(key, "a number");
  return value->get<double>();
}

Result<std::int64_t> Fields::integer(std::string_view key) const {
  const Json* value = find(key);
  if (value != nullptr && value->is_number_integer()) return value->get<std::int64_t>();
  constexpr double kExact = 9007199254740992;  // 2^53: beyond it doubles skip integers
  if (value != nullptr && value->is_number_float()) {
    const auto number = value->get<double>();
    if (std::trunc(number) == number && std::abs(number) < kExact) return static_cast<std::int64_t>(number);
  }
  return wrong(key, "an integer");
}

Result<std::string> Fields::text(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr || !value->is_string()) return wrong(key, "a string");
  return value->get<std::string>();
}

Result<const Json*> Fields::object(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr || !value->is_object()) return wrong(key, "an object");
  return value;
}

Result<const Json*> Fields::array(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr || !value->is_array()) return wrong(key, "an array");
  return value;
}

}  // namespace lineguard::wire
