#include "sample_facts.h"

#include <algorithm>

#include <fmt/format.h>

#include <lineguard/core/digest.h>
#include <lineguard/core/files.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/reading.h>

namespace lineguard::dataset {
namespace {

template <typename Sample>
bool channels_are_equal(std::span<const Sample> row) {
  for (std::size_t i = 0; i + 2 < row.size(); i += 3) {
    if (row[i] != row[i + 1] || row[i] != row[i + 2]) return false;
  }
  return true;
}

bool is_colourless(const Image& image) {
  if (image.channels() == 1) return true;
  for (int y = 0; y < image.height_px(); ++y) {
    const bool equal =
        image.depth() == PixelDepth::u8 ? channels_are_equal(image.row_u8(y)) : channels_are_equal(image.row_u16(y));
    if (!equal) return false;
  }
  return true;
}

// Of the pixels, not of the file: a copy that was saved once more without loss is the same picture.
std::string digest_of_pixels(const Image& image) {
  Sha256 digest;
  digest.add(fmt::format("{}x{}x{}x{}:", image.width_px(), image.height_px(), image.channels(),
                         static_cast<int>(image.depth())));
  digest.add(image.bytes());
  return digest.finish_hex();
}

// What a message calls the file: the picture is the finding's main file, and its own name need not be repeated.
std::string role_prefix(const Sample& sample, const std::filesystem::path& file, std::string_view role) {
  const std::string source = sample.source_line.empty() ? "" : sample.source_line + ": ";
  return role.empty() ? source : fmt::format("{}{} {}: ", source, role, file.filename().string());
}

// The encoded file, or nothing and a problem.
std::optional<Bytes> read(const Sample& sample, const std::filesystem::path& file, std::string_view role,
                          SampleFacts& facts) {
  auto content = read_file(file, imaging::DecodeLimits{}.max_file_bytes);
  if (content) return std::move(content).value();
  const std::string source = sample.source_line.empty() ? "" : sample.source_line + ": ";
  const std::string what = role.empty() ? "" : fmt::format("{}: ", role);
  facts.problems.push_back({content.error().code, source + what + content.error().message});
  return std::nullopt;
}

Result<Image> decode_declared(const Bytes& content, const std::filesystem::path& file) {
  LINEGUARD_TRY(imaging::refuse_undeclared_raw(file));
  return imaging::decode_as(content, imaging::reading_of_files());
}

std::optional<Image> decode(const Sample& sample, const Bytes& content, const std::filesystem::path& file,
                            std::string_view role, SampleFacts& facts) {
  auto image = decode_declared(content, file);
  if (image) return std::move(image).value();
  facts.problems.push_back({image.error().code, role_prefix(sample, file, role) + image.error().message});
  return std::nullopt;
}

void collect_picture(const Sample& sample, SampleFacts& facts) {
  const auto content = read(sample, sample.image, "", facts);
  if (!content) return;
  const auto image = decode(sample, *content, sample.image, "", facts);
  if (!image) return;
  facts.decoded = true;
  facts.size = image->size();
  facts.channels = image->channels();
  facts.depth = image->depth();
  facts.colourless = is_colourless(*image);
  facts.pixel_digest = digest_of_pixels(*image);
  facts.file_digest = sha256_hex(*content);
  facts.properties = imaging::measure_properties(*image);
  facts.file_type = imaging::reading_of_files().raw ? "raw" : imaging::to_string(imaging::detect_format(*content));
  if (const auto info = imaging::read_info_as(*content, imaging::reading_of_files()))
    facts.exif_orientation = info->exif_orientation;
}

// None: it can't be read, which is a problem.
std::optional<imaging::Mask> decode_mask(const Sample& sample, const std::filesystem::path& file, SampleFacts& facts) {
  const auto content = read(sample, file, "mask", facts);
  if (!content) return std::nullopt;
  auto mask = imaging::decode_mask(*content);
  if (mask) return std::move(mask).value();
  facts.problems.push_back({mask.error().code, role_prefix(sample, file, "mask") + mask.error().message});
  return std::nullopt;
}

double marked_share(const Image& marked) {
  const auto bytes = marked.bytes();
  const auto count = std::ranges::count_if(bytes, [](std::byte b) { return b != std::byte{}; });
  return static_cast<double>(count) / static_cast<double>(bytes.size());
}

void collect_masks(const Sample& sample, SampleFacts& facts) {
  std::vector<std::filesystem::path> files{*sample.mask};
  files.insert(files.end(), sample.more_masks.begin(), sample.more_masks.end());
  std::optional<Image> all;
  MaskFacts found;
  for (const auto& file : files) {
    auto mask = decode_mask(sample, file, facts);
    if (!mask) return;
    found.soft_share = std::max(found.soft_share, mask->soft_share);
    found.by_alpha |= mask->by_alpha;
    found.by_index |= mask->by_index;
    if (!all)
      all = std::move(mask->marked);
    else if (all->size() == mask->marked.size())
      for (std::size_t i = 0; i < all->bytes().size(); ++i) all->bytes()[i] |= mask->marked.bytes()[i];
    else
      facts.problems.push_back(
          {ErrorCode::corrupt_data,
           role_prefix(sample, file, "mask") + "its size differs from that of another mask of the picture"});
  }
  found.size = all->size();
  found.share = marked_share(*all);
  found.empty = found.share == 0;
  facts.mask = found;
}

}  // namespace

SampleFacts collect_facts(const Sample& sample) {
  SampleFacts facts;
  collect_picture(sample, facts);
  if (sample.mask) collect_masks(sample, facts);
  if (sample.defect_free_template) {
    if (const auto content = read(sample, *sample.defect_free_template, "template", facts)) {
      if (const auto image = decode(sample, *content, *sample.defect_free_template, "template", facts))
        facts.twin = TemplateFacts{image->size(), digest_of_pixels(*image)};
    }
  }
  return facts;
}

}  // namespace lineguard::dataset
