#include <charconv>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/package/cross_fitted.h>

namespace lineguard::package {
namespace {

constexpr std::string_view kFile = "cross_fitted.csv";
constexpr std::string_view kHeader = "picture,label,class,score,fold";
constexpr std::size_t kColumns = 5;

std::string in_csv(std::string_view text) {
  if (text.find_first_of(",\"\n\r") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

// The fields of one row, which begins at `from`; moves it behind the row. None: a quote is open at the end.
std::optional<std::vector<std::string>> read_row(std::string_view text, std::size_t& from) {
  std::vector<std::string> fields{""};
  bool in_quotes = false;
  for (; from < text.size(); ++from) {
    const char c = text[from];
    if (in_quotes) {
      const bool doubled = c == '"' && from + 1 < text.size() && text[from + 1] == '"';
      if (doubled) ++from;
      if (c == '"' && !doubled) in_quotes = false;
      if (c != '"' || doubled) fields.back() += c;
    } else if (c == '"') {
      in_quotes = true;
    } else if (c == ',') {
      fields.emplace_back();
    } else if (c == '\n') {
      ++from;
      return fields;
    } else {
      fields.back() += c;
    }
  }
  if (in_quotes) return std::nullopt;
  return fields;
}

template <typename Number>
bool parse(const std::string& text, Number& number) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  return code == std::errc() && end == text.data() + text.size();
}

std::optional<CrossFittedPicture> picture_of(const std::vector<std::string>& fields) {
  CrossFittedPicture picture;
  if (fields.size() != kColumns || (fields[1] != "good" && fields[1] != "defective")) return std::nullopt;
  picture.picture = fields[0];
  picture.label = fields[1] == "good" ? Label::good : Label::defective;
  picture.class_name = fields[2];
  if (!parse(fields[3], picture.score) || !parse(fields[4], picture.fold)) return std::nullopt;
  return picture;
}

}  // namespace

Result<void> write_cross_fitted(const std::filesystem::path& package, const std::vector<CrossFittedPicture>& pictures) {
  std::string text = std::string(kHeader) + "\n";
  for (const CrossFittedPicture& picture : pictures) {
    text +=
        fmt::format("{},{},{},{},{}\n", in_csv(picture.picture), picture.label == Label::good ? "good" : "defective",
                    in_csv(picture.class_name), picture.score, picture.fold);
  }
  return write_file_atomically(package / kFile, text);
}

Result<std::vector<CrossFittedPicture>> read_cross_fitted(const std::filesystem::path& package) {
  const auto file = package / kFile;
  std::error_code ignored;
  std::vector<CrossFittedPicture> pictures;
  if (!std::filesystem::exists(file, ignored)) return pictures;
  LINEGUARD_ASSIGN(const std::string text, read_text_file(file));
  std::size_t from = 0;
  const auto damaged = [&](std::size_t row) {
    return make_error(ErrorCode::corrupt_data,
                      fmt::format("{}: row {}: expected {}", file.string(), row, std::string(kHeader)));
  };
  const auto header = read_row(text, from);
  if (!header || header->size() != kColumns) return damaged(1);
  for (std::size_t row = 2; from < text.size(); ++row) {
    const auto fields = read_row(text, from);
    const auto picture = fields ? picture_of(*fields) : std::nullopt;
    if (!picture) return damaged(row);
    pictures.push_back(*picture);
  }
  return pictures;
}

}  // namespace lineguard::package
