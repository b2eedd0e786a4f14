#include "json_fields.h"

#include <cmath>
#include <limits>
#include <new>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <lineguard/core/json_limits.h>
#include <lineguard/core/words.h>

namespace lineguard::wire {

namespace {

constexpr std::size_t kMostShown = 200;

// Sees every key as it is read, and whether an object has one of them twice.
class KeyCheck {
 public:
  bool operator()(int, nlohmann::detail::parse_event_t event, const Json& parsed) {
    using Event = nlohmann::detail::parse_event_t;
    if (event == Event::object_start) keys_.emplace_back();
    if (event == Event::object_end) keys_.pop_back();
    if (event == Event::key && !keys_.back().insert(parsed.get_ref<const std::string&>()).second && twice_.empty())
      twice_ = on_one_line(parsed.get_ref<const std::string&>(), kMostShown);
    return true;
  }
  const std::string& twice() const { return twice_; }

 private:
  std::vector<std::set<std::string>> keys_;
  std::string twice_;
};

// A value of somebody else's for a message: never its content where that is nested or long.
std::string described(const Json& value) {
  if (value.is_object()) return fmt::format("an object of {}", count_of(value.size(), "key"));
  if (value.is_array()) return fmt::format("an array of {}", count_of(value.size(), "value"));
  if (value.is_string()) return fmt::format("\"{}\"", on_one_line(value.get_ref<const std::string&>(), 60));
  return dump(value);
}

}  // namespace

Result<Json> parse_object(std::string_view text) {
  LINEGUARD_TRY(check_json_limits(text, limits::kMessageJson));
  try {
    KeyCheck keys;
    const Json::parser_callback_t see = [&keys](int depth, nlohmann::detail::parse_event_t event, Json& parsed) {
      return keys(depth, event, parsed);
    };
    Json json = Json::parse(text, see);
    if (!keys.twice().empty())
      return make_error(ErrorCode::corrupt_data, fmt::format("the key \"{}\" stands there twice", keys.twice()));
    if (json.is_object()) return json;
    return make_error(ErrorCode::corrupt_data, fmt::format("expected a JSON object, found {}", json.type_name()));
  } catch (const nlohmann::json::exception& error) {
    return make_error(ErrorCode::corrupt_data, fmt::format("not JSON: {}", on_one_line(error.what(), kMostShown)));
  } catch (const std::bad_alloc&) {
    return make_error(ErrorCode::too_large, "not enough memory for this JSON");
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
                        : fmt::format("{}: expected {}, found {}", name(key), expected, described(*value)));
}

Result<double> Fields::number(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr || !value->is_number()) return wrong(key, "a number");
  return value->get<double>();
}

Result<std::int64_t> Fields::integer(std::string_view key) const {
  const Json* value = find(key);
  constexpr auto kHighest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (value != nullptr && value->is_number_unsigned() && value->get<std::uint64_t>() > kHighest)
    return wrong(key, "an integer below 2^63");
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
