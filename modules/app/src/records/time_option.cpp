#include "records/time_option.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <optional>
#include <regex>
#include <vector>

#include <fmt/format.h>

namespace lineguard::app {
namespace {

using std::chrono::minutes;
using std::chrono::sys_days;

constexpr Milliseconds kDay = std::chrono::hours(24);

struct Written {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, millisecond = 0;
  Milliseconds width{1};          // how long what was named lasts
  std::optional<minutes> offset;  // of its time zone from UTC; none: this machine's
};

std::chrono::year_month_day date_of(const Written& time) {
  return {std::chrono::year(time.year), std::chrono::month(static_cast<unsigned>(time.month)),
          std::chrono::day(static_cast<unsigned>(time.day))};
}

bool exists(const Written& time) {
  return date_of(time).ok() && time.hour < 24 && time.minute < 60 && time.second < 60;
}

// As if the clock on the wall were UTC.
UtcTime on_the_wall(const Written& time) {
  return sys_days(date_of(time)) + std::chrono::hours(time.hour) + minutes(time.minute) +
         std::chrono::seconds(time.second) + Milliseconds(time.millisecond);
}

// A day may have 23 or 25 hours: it ends where the next one begins.
Written day_after(Written time) {
  const std::chrono::year_month_day next = sys_days(date_of(time)) + std::chrono::days(1);
  time.year = static_cast<int>(next.year());
  time.month = static_cast<int>(static_cast<unsigned>(next.month()));
  time.day = static_cast<int>(static_cast<unsigned>(next.day()));
  return time;
}

std::tm local_fields(std::time_t seconds) {
  std::tm fields{};
  localtime_r(&seconds, &fields);
  return fields;
}

// Every instant at which this machine's clock shows that time: none where it is put forward over it, two where it is
// put back.
std::vector<UtcTime> local_instants(const Written& time) {
  std::vector<UtcTime> instants;
  for (const int summer : {0, 1}) {
    std::tm fields{};
    fields.tm_year = time.year - 1900;
    fields.tm_mon = time.month - 1;
    fields.tm_mday = time.day;
    fields.tm_hour = time.hour;
    fields.tm_min = time.minute;
    fields.tm_sec = time.second;
    fields.tm_isdst = summer;
    const std::time_t seconds = std::mktime(&fields);
    const std::tm shown = local_fields(seconds);
    const bool same = shown.tm_mday == time.day && shown.tm_hour == time.hour && shown.tm_min == time.minute;
    if (same) instants.push_back(std::chrono::system_clock::from_time_t(seconds) + Milliseconds(time.millisecond));
  }
  return instants;
}

int integer(const std::ssub_match& match) {
  return match.matched ? std::stoi(match.str()) : 0;
}

// "5" of "15:04:05.5" are 500 milliseconds.
int milliseconds_of(const std::ssub_match& match) {
  if (!match.matched) return 0;
  std::string digits = match.str();
  digits.resize(3, '0');
  return std::stoi(digits);
}

std::optional<minutes> offset_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (text == "Z" || text == "z") return minutes(0);
  const minutes offset(60 * std::stoi(text.substr(1, 2)) + std::stoi(text.substr(text.size() - 2)));
  return text[0] == '-' ? -offset : offset;
}

std::optional<Written> read(const std::string& text, UtcTime now) {
  static const std::regex kForm(R"((?:(\d{4})-(\d\d)-(\d\d))?(?:(?:[T ]|^)(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?)?)"
                                R"( ?([Zz]|[+-]\d\d:?\d\d)?)");
  std::smatch found;
  if (text.empty() || !std::regex_match(text, found, kForm) || !(found[1].matched || found[4].matched))
    return std::nullopt;
  Written time;
  time.offset = offset_of(found[8].str());
  if (found[1].matched) {
    time.year = integer(found[1]);
    time.month = integer(found[2]);
    time.day = integer(found[3]);
  } else if (time.offset) {
    return std::nullopt;  // whose today?
  } else {
    const std::tm today = local_fields(std::chrono::system_clock::to_time_t(now));
    time.year = today.tm_year + 1900;
    time.month = today.tm_mon + 1;
    time.day = today.tm_mday;
  }
  time.hour = integer(found[4]);
  time.minute = integer(found[5]);
  time.second = integer(found[6]);
  time.millisecond = milliseconds_of(found[7]);
  if (found[7].matched) {
    time.width = Milliseconds(1);
  } else if (found[6].matched) {
    time.width = std::chrono::seconds(1);
  } else {
    time.width = found[4].matched ? Milliseconds(minutes(1)) : kDay;
  }
  return time;
}

}  // namespace

Result<UtcTime> parse_time_option(const std::string& option, const std::string& text, Bound bound, UtcTime now) {
  const auto written = read(text, now);
  if (!written || !exists(*written))
    return make_error(
        ErrorCode::invalid_argument,
        fmt::format("{} \"{}\" is no time; allowed: 2026-11-23, \"2026-11-23 15:04\", 2026-11-23T15:04:05.678, 15:04 "
                    "(today), in this machine's time zone, or with Z (UTC) or +01:00 behind a date and time",
                    option, text));
  const bool local_day = written->width == kDay && !written->offset;
  const Written asked = local_day && bound == Bound::last ? day_after(*written) : *written;
  std::vector<UtcTime> instants;
  if (asked.offset) {
    instants.push_back(on_the_wall(asked) - *asked.offset);
  } else {
    instants = local_instants(asked);
  }
  if (instants.empty())
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("{} \"{}\" did not exist in this machine's time zone: its clock was put forward over "
                                  "it; add Z for UTC, or +01:00",
                                  option, text));
  const auto [first, last] = std::ranges::minmax(instants);
  if (bound == Bound::first) return first;
  return local_day ? first - Milliseconds(1) : last + written->width - Milliseconds(1);
}

std::string local_time_text(UtcTime time) {
  const std::tm fields = local_fields(std::chrono::system_clock::to_time_t(time));
  const auto ms = std::chrono::duration_cast<Milliseconds>(time.time_since_epoch()).count() % 1000;
  const long offset = fields.tm_gmtoff / 60;
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:03} {}{:02}:{:02}", fields.tm_year + 1900,
                     fields.tm_mon + 1, fields.tm_mday, fields.tm_hour, fields.tm_min, fields.tm_sec, ms,
                     offset < 0 ? '-' : '+', std::abs(offset) / 60, std::abs(offset) % 60);
}

}  // namespace lineguard::app
