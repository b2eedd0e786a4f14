#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include <lineguard/http/multipart.h>

namespace lineguard::http {
namespace {

constexpr std::size_t kMostParts = 16;
constexpr std::size_t kMostHeadBytes = 512;  // of a part that is written
constexpr std::string_view kType = "multipart/form-data";

Error problem(std::string_view what) {
  return make_error(ErrorCode::invalid_argument, fmt::format("multipart body: {}", what));
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// The value of `name="…"` or `name=…` among a header's parameters; empty where absent. Another parameter's name may end
// in it (filename=): what stands before must not be a letter.
std::string_view parameter(std::string_view header, std::string_view name) {
  const std::string small = lower(header), wanted = lower(name) + "=";
  for (std::size_t at = small.find(wanted); at != std::string::npos; at = small.find(wanted, at + 1)) {
    if (at > 0 && std::isalnum(static_cast<unsigned char>(small[at - 1]))) continue;
    std::string_view value = header.substr(at + wanted.size());
    if (!value.starts_with('"')) return value.substr(0, value.find_first_of("; \t\r\n"));
    value.remove_prefix(1);
    const std::size_t end = value.find('"');
    return end == std::string_view::npos ? std::string_view() : value.substr(0, end);
  }
  return {};
}

// The value of a header line; empty where absent.
std::string_view header_line(std::string_view head, std::string_view name) {
  const std::string small = lower(head);
  for (std::size_t at = 0; at < head.size();) {
    const std::size_t end = std::min(head.find("\r\n", at), head.size());
    if (std::string_view(small).substr(at).starts_with(name) && small[at + name.size()] == ':') {
      std::string_view value = head.substr(at + name.size() + 1, end - at - name.size() - 1);
      while (value.starts_with(' ') || value.starts_with('\t')) value.remove_prefix(1);
      return value;
    }
    at = end + 2;
  }
  return {};
}

// One part, between boundaries: header lines, an empty line, the content.
Result<void> read_part(std::string_view part, Fields& fields) {
  const std::size_t head_end = part.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return problem("a part has no header");
  const std::string_view head = part.substr(0, head_end);
  const std::string small = lower(head);
  const std::size_t at = small.find("content-disposition:");
  const std::string_view name =
      at == std::string::npos ? std::string_view() : parameter(head.substr(at, head.find("\r\n", at) - at), "name");
  if (name.empty()) return problem("a part has no name in its Content-Disposition");
  const Field field{part.substr(head_end + 4), header_line(head, "content-type")};
  if (!fields.emplace(std::string(name), field).second)
    return problem(fmt::format("the field {} stands there twice", name));
  return {};
}

}  // namespace

bool is_multipart(std::string_view content_type) {
  return lower(content_type).starts_with(kType);
}

Result<Fields> parse_multipart(std::string_view content_type, std::string_view body) {
  const std::string_view boundary = parameter(content_type, "boundary");
  if (boundary.empty() || boundary.size() > 70) return problem("Content-Type names no boundary of 1 to 70 characters");
  const std::string mark = "--" + std::string(boundary);
  if (!body.starts_with(mark)) {
    const std::size_t first = body.find("\r\n" + mark);
    if (first == std::string_view::npos) return problem("the boundary is not in it");
    body.remove_prefix(first + 2);
  }
  Fields fields;
  const std::string next_mark = "\r\n" + mark;
  for (body.remove_prefix(mark.size()); !body.starts_with("--");) {
    if (!body.starts_with("\r\n")) return problem("expected a line break after the boundary");
    body.remove_prefix(2);
    const std::size_t end = body.find(next_mark);
    if (end == std::string_view::npos) return problem("it is cut off: the last boundary is missing");
    if (fields.size() == kMostParts) return problem(fmt::format("more than {} parts", kMostParts));
    LINEGUARD_TRY(read_part(body.substr(0, end), fields));
    body.remove_prefix(end + next_mark.size());
  }
  return fields;
}

Multipart make_multipart(const Fields& fields) {
  std::string boundary = "lineguard-boundary";
  const auto is_inside = [&](const auto& field) {
    return field.second.content.find(boundary) != std::string_view::npos;
  };
  for (int i = 0; std::ranges::any_of(fields, is_inside); ++i) boundary = fmt::format("lineguard-boundary-{}", i);
  Multipart multipart{fmt::format("{}; boundary={}", kType, boundary), {}};
  std::size_t bytes = 0;
  for (const auto& [name, field] : fields) bytes += field.content.size() + 2 * name.size() + kMostHeadBytes;
  multipart.body.reserve(bytes);
  for (const auto& [name, field] : fields) {
    multipart.body +=
        fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
                    boundary, name, name, field.content_type.empty() ? "application/octet-stream" : field.content_type);
    multipart.body += field.content;
    multipart.body += "\r\n";
  }
  multipart.body += fmt::format("--{}--\r\n", boundary);
  return multipart;
}

}  // namespace lineguard::http
