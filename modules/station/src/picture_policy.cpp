#include <algorithm>
#include <cctype>
#include <limits>

#include <fmt/format.h>

#include <lineguard/core/utc.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/station/picture_policy.h>

namespace lineguard::station {
namespace {

constexpr std::size_t kTimeChars = 24;  // of format_utc

std::string_view extension_of(imaging::Format format) {
  switch (format) {
    case imaging::Format::jpeg:
      return ".jpg";
    case imaging::Format::png:
      return ".png";
    case imaging::Format::bmp:
      return ".bmp";
    case imaging::Format::tiff:
      return ".tif";
    case imaging::Format::webp:
      return ".webp";
    case imaging::Format::jpeg2000:
      return ".jp2";
    case imaging::Format::jpeg_ls:
      return ".jls";
    case imaging::Format::netpbm:
      return ".pnm";
    case imaging::Format::unrecognised:
      break;
  }
  return ".bin";
}

// Pixels are written as PNG.
std::string_view extension_of(const View& view) {
  const auto* encoded = std::get_if<std::shared_ptr<const Bytes>>(&view.content);
  return encoded ? extension_of(imaging::detect_format(**encoded)) : ".png";
}

// A view's name as part of a file's.
std::string safe_name(const std::string& view) {
  std::string safe = view;
  std::ranges::replace_if(
      safe, [](unsigned char c) { return !std::isalnum(c) && c != '_'; }, '_');
  return safe;
}

// splitmix64 (Vigna): the n-th number of a seed, without the ones before.
std::uint64_t random_bits(std::uint64_t seed, std::uint64_t n) {
  std::uint64_t z = seed + (n + 1) * 0x9E3779B97F4A7C15ull;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

}  // namespace

bool PicturePolicy::is_sampled(Ticket ticket) const {
  return static_cast<double>(random_bits(settings_.seed, ticket) >> 11) * 0x1p-53 < settings_.sample;
}

std::optional<record::KeptPicture> PicturePolicy::plan(Outcome outcome, PartNumber part, Ticket ticket,
                                                       const Capture& capture) const {
  if (!settings_.keeps() || capture.views.empty()) return std::nullopt;
  const bool diverted = outcome == Outcome::divert;
  if (!diverted && !is_sampled(ticket)) return std::nullopt;
  record::KeptPicture kept;
  kept.because = diverted ? record::KeptBecause::diverted : record::KeptBecause::sample;
  kept.probability = diverted ? 1 : settings_.sample;
  std::string time = format_utc(capture.captured_at);
  const std::string day = time.substr(0, 10);
  std::ranges::replace(time, ':', '-');  // no file system takes it amiss
  const View& first = capture.views.front();
  kept.file = fmt::format("{}/{}/{}-{}-{}{}{}{}", folder_of(kept.because), day, time, part, ticket,
                          first.name.empty() ? "" : "-", safe_name(first.name), extension_of(first));
  return kept;
}

std::string file_of_view(const std::string& first, const Capture& capture, std::size_t view) {
  if (view == 0) return first;
  const std::size_t dot = first.rfind('.');
  return fmt::format("{}-{}-{}{}", first.substr(0, dot), view, safe_name(capture.views[view].name),
                     extension_of(capture.views[view]));
}

std::string_view folder_of(record::KeptBecause because) {
  return because == record::KeptBecause::diverted ? "diverted" : "passed";
}

std::optional<UtcTime> time_of_file(const std::string& file) {
  std::string time = file.substr(file.rfind('/') + 1).substr(0, kTimeChars);
  if (time.size() < kTimeChars) return std::nullopt;
  for (const std::size_t colon : {std::size_t{13}, std::size_t{16}}) {
    if (time[colon] != '-') return std::nullopt;
    time[colon] = ':';
  }
  return parse_utc(time);
}

void read_config(ConfigReader& table, PictureSettings& settings) {
  const auto megabytes = [&](std::string_view key, std::uint64_t& bytes, Range<std::int64_t> allowed) {
    auto count = static_cast<std::int64_t>(bytes >> 20);
    table.read(key, count, allowed);
    bytes = static_cast<std::uint64_t>(count) << 20;
  };
  table.require("folder").read_path("folder", settings.folder).read("sample", settings.sample, {0, 1});
  megabytes("max_mb", settings.max_bytes, {1, 100'000'000});
  table.read("max_age_days", settings.max_age_days, {1, 36500});
  megabytes("keep_free_mb", settings.keep_free_bytes, {0, 10'000'000});
  megabytes("queue_mb", settings.queue_bytes, {1, 100'000});
  auto seed = static_cast<std::int64_t>(settings.seed);
  table.read("seed", seed, {0, std::numeric_limits<std::int64_t>::max()});
  settings.seed = static_cast<std::uint64_t>(seed);
}

}  // namespace lineguard::station
