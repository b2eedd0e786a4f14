#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

#include <fmt/format.h>

#include <lineguard/core/checksum.h>
#include <lineguard/core/picture_sum.h>
#include <lineguard/core/words.h>
#include <lineguard/wire/question.h>

namespace lineguard::wire {
namespace {

constexpr const char *kNonce = "X-Lineguard-Nonce", *kPart = "X-Lineguard-Part", *kPictures = "X-Lineguard-Pictures",
                     *kTemplates = "X-Lineguard-Templates", *kBody = "X-Lineguard-Body";
constexpr std::size_t kLongestNonce = 64, kMostSums = 64, kSumDigits = 16;

std::string sum_text(const PictureSum& sum) {
  return fmt::format("{}-{:016x}", sum.bytes, sum.xxh3);
}

std::string body_sum(const std::string& body) {
  return sum_text({"", body.size(), xxh3(std::as_bytes(std::span(body)))});
}

std::string list_of(const std::vector<PictureSum>& sums) {
  std::string text;
  for (const PictureSum& sum : sums) text += (text.empty() ? "" : ",") + sum_text(sum);
  return text;
}

bool is_nonce(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  };
  return !text.empty() && text.size() <= kLongestNonce && std::ranges::all_of(text, allowed);
}

template <typename Number>
bool read_number(std::string_view text, Number& number, int base) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

Error wrong(const char* header, std::string_view value, std::string_view expected) {
  return make_error(ErrorCode::invalid_argument,
                    fmt::format("the header {}: expected {}, found \"{}\"", header, expected, on_one_line(value, 80)));
}

Result<std::vector<PictureSum>> read_sums(const http::Request& request, const char* header) {
  std::vector<PictureSum> sums;
  const std::string_view all = request.header(header);
  for (std::string_view rest = all; !rest.empty();) {
    const std::string_view item = trimmed(rest.substr(0, rest.find(',')));
    rest.remove_prefix(
        std::min(rest.size(), rest.find(',') == std::string_view::npos ? rest.size() : rest.find(',') + 1));
    const auto dash = item.find('-');
    PictureSum sum;
    const bool right = dash != std::string_view::npos && item.size() - dash - 1 == kSumDigits &&
                       read_number(item.substr(0, dash), sum.bytes, 10) &&
                       read_number(item.substr(dash + 1), sum.xxh3, 16) && sums.size() < kMostSums;
    if (!right) return wrong(header, all, "LENGTH-XXH3 for each picture, separated by commas");
    sums.push_back(std::move(sum));
  }
  return sums;
}

std::string part_text(const std::optional<PartNumber>& part) {
  return part ? std::to_string(*part) : "none";
}

std::string difference(std::string_view what, const std::vector<PictureSum>& asked,
                       const std::vector<PictureSum>& answered) {
  if (asked.size() != answered.size())
    return fmt::format("it is for {}, {} were sent", count_of(answered.size(), what), asked.size());
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (asked[i].bytes != answered[i].bytes || asked[i].xxh3 != answered[i].xxh3)
      return fmt::format("it is for a {} of the sum {}, the one sent has {}", what, sum_text(answered[i]),
                         sum_text(asked[i]));
  }
  return "";
}

}  // namespace

http::Headers to_headers(const Question& question) {
  http::Headers headers{{kNonce, question.nonce}, {kPictures, list_of(question.pictures)}};
  if (question.part) headers[kPart] = std::to_string(*question.part);
  if (!question.templates.empty()) headers[kTemplates] = list_of(question.templates);
  return headers;
}

Result<std::optional<Question>> read_question(const http::Request& request) {
  const std::string_view nonce = request.header(kNonce);
  if (nonce.empty()) return std::optional<Question>();
  Question question;
  if (!is_nonce(nonce)) return wrong(kNonce, nonce, "1 to 64 letters, digits or '-'");
  question.nonce = nonce;
  if (const auto part = request.header(kPart); !part.empty()) {
    if (!read_number(part, question.part.emplace(), 10)) return wrong(kPart, part, "a part number");
  }
  LINEGUARD_ASSIGN(question.pictures, read_sums(request, kPictures));
  LINEGUARD_ASSIGN(question.templates, read_sums(request, kTemplates));
  return std::optional<Question>(std::move(question));
}

Question received_question(const Question& asked, const Capture& capture) {
  Question received{asked.nonce, asked.part, sums_of(capture), {}};
  for (const View& view : capture.views) {
    if (view.defect_free_template)
      received.templates.push_back(sum_of({view.name, *view.defect_free_template, "", std::nullopt}));
  }
  return received;
}

std::string first_difference(const Question& asked, const Question& answered) {
  if (asked.nonce != answered.nonce)
    return fmt::format("it repeats the nonce {}, asked was {}", on_one_line(answered.nonce, 80), asked.nonce);
  if (asked.part != answered.part)
    return fmt::format("it is for part {}, asked was part {}", part_text(answered.part), part_text(asked.part));
  const std::string pictures = difference("picture", asked.pictures, answered.pictures);
  return pictures.empty() ? difference("template", asked.templates, answered.templates) : pictures;
}

void seal_body(http::Response& response) {
  response.headers[kBody] = body_sum(response.body);
}

BodySeal check_body(const http::Response& response) {
  const std::string_view seal = response.header(kBody);
  if (seal.empty()) return BodySeal::missing;
  return seal == body_sum(response.body) ? BodySeal::right : BodySeal::broken;
}

}  // namespace lineguard::wire
