#include "number_options.h"

#include <charconv>

#include <fmt/format.h>

namespace lineguard::app {

CLI::Option* add_share_option(CLI::App& command, const std::string& name, double& share, const std::string& help,
                              bool may_be_zero) {
  const auto parse = [&share, may_be_zero](const std::string& text) {
    const bool percent = text.ends_with('%');
    const char* end = text.data() + text.size() - (percent ? 1 : 0);
    double value = 0;
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    if (percent) value /= 100;
    if (error != std::errc{} || rest != end || !(value > 0 || (may_be_zero && value == 0)) || value >= 1) return false;
    share = value;
    return true;
  };
  const auto check = [parse, may_be_zero](std::string& text) {
    const std::string least = may_be_zero ? "at least 0" : "above 0";
    return parse(text) ? std::string() : "\"" + text + "\" is no share: expected 1% or 0.01, " + least + " and below 1";
  };
  return command
      .add_option_function<std::string>(
          name, [parse](const std::string& text) { parse(text); }, help)
      ->check(CLI::Validator(check, "", ""))
      ->type_name("SHARE");
}

CLI::Validator number_between(double min, double max) {
  const auto check = [min, max](const std::string& text) {
    double value = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool fits = error == std::errc{} && rest == text.data() + text.size() && value >= min && value <= max;
    return fits ? std::string() : fmt::format("\"{}\" is not a number from {} to {}", text, min, max);
  };
  return {check, fmt::format("{} to {}", min, max)};
}

}  // namespace lineguard::app
