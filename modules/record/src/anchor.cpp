#include "fields.h"
#include "payload.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/core/utc.h>
#include <lineguard/core/write_all.h>
#include <lineguard/record/anchor.h>

namespace lineguard::record {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxLineBytes = 4096;

json anchor_json(const Anchor& anchor) {
  return {{"format", anchor.format},
          {"time", to_string(anchor.time)},
          {"head", {{"sequence", anchor.head.sequence}, {"hash", anchor.head.hash}}},
          {"previous_anchor", anchor.previous_anchor},
          {"root", anchor.root},
          {"key", anchor.key},
          {"signature", anchor.signature}};
}

bool is_hexadecimal(const std::string& text, std::size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// Every field, and none besides: what is not signed has no place in an anchor.
Result<Anchor> read_anchor(const json& object) {
  std::string problem;
  Fields fields(object, problem);
  Anchor anchor;
  for (const char* key : {"format", "time", "head", "previous_anchor", "root", "key", "signature"}) fields.require(key);
  fields.integer("format", anchor.format);
  fields.name("time", kAnchorTimeNames, anchor.time);
  if (const json* head = fields.find("head")) {
    Fields inner = fields.inside(*head, "head");
    inner.integer("sequence", anchor.head.sequence);
    inner.text("hash", anchor.head.hash);
    if (head->size() != 2) inner.bad("");
  }
  fields.integer("previous_anchor", anchor.previous_anchor);
  fields.text("root", anchor.root);
  fields.text("key", anchor.key);
  fields.text("signature", anchor.signature);
  if (anchor.head.sequence < 1 || !is_hexadecimal(anchor.head.hash, 64)) fields.bad("head");
  if (!is_hexadecimal(anchor.root, 64)) fields.bad("root");
  if (!is_hexadecimal(anchor.key, 16)) fields.bad("key");
  if (!is_hexadecimal(anchor.signature, 128)) fields.bad("signature");
  if (!problem.empty())
    return make_error(ErrorCode::corrupt_data, fmt::format("the anchor's \"{}\" is missing or wrong", problem));
  return anchor;
}

}  // namespace

std::string signed_text(const Anchor& anchor) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n", anchor.format, anchor.sequence(), anchor.utc,
                     to_string(anchor.time), anchor.head.sequence, anchor.head.hash, anchor.previous_anchor,
                     anchor.root, anchor.key);
}

void sign(Anchor& anchor, const SigningKey& key) {
  anchor.key = key.public_key().id();
  anchor.signature = key.sign(kAnchorDomain, signed_text(anchor));
}

Signed check_signature(const Anchor& anchor, std::span<const PublicKey> keys) {
  const auto key = std::ranges::find(keys, anchor.key, [](const PublicKey& known) { return known.id(); });
  if (key == keys.end()) return Signed::key_not_known;
  return key->verify(kAnchorDomain, signed_text(anchor), anchor.signature) ? Signed::yes : Signed::no;
}

Entry anchor_entry(const Anchor& anchor) {
  return Entry{EventKind::anchored, std::nullopt, payload_text(anchor_json(anchor))};
}

Result<Anchor> parse_anchor(const Event& event) {
  const auto payload = parse_payload(event.payload);
  if (!payload) return make_error(ErrorCode::corrupt_data, payload.error().message);
  LINEGUARD_ASSIGN(Anchor anchor, read_anchor(*payload));
  if (payload->size() != 7 || event.part) return make_error(ErrorCode::corrupt_data, "the anchor has a field too many");
  if (anchor.head != Head{event.sequence - 1, event.previous})
    return make_error(ErrorCode::corrupt_data, "the anchor's head is not the event before it");
  anchor.utc = event.utc;
  return anchor;
}

std::string anchor_line(const Anchor& anchor) {
  json object = anchor_json(anchor);
  object["schema"] = kAnchorDomain;
  object["utc"] = anchor.utc;
  return payload_text(object);
}

Result<Anchor> parse_anchor_line(std::string_view line) {
  const auto object = parse_payload(line);
  if (!object) return make_error(ErrorCode::corrupt_data, object.error().message);
  LINEGUARD_ASSIGN(Anchor anchor, read_anchor(*object));
  if (object->size() != 9 || object->value("schema", json()) != kAnchorDomain)
    return make_error(ErrorCode::corrupt_data, "expected a line of lineguard.anchor/1");
  const json utc = object->value("utc", json());
  if (!utc.is_string() || !parse_utc(utc.get_ref<const std::string&>()))
    return make_error(ErrorCode::corrupt_data, "the anchor's \"utc\" is missing or wrong");
  anchor.utc = utc.get<std::string>();
  return anchor;
}

// ---- files

std::filesystem::path anchors_beside(const std::filesystem::path& record) {
  return record.string() + ".anchors";
}

Result<void> for_each_line(const std::filesystem::path& anchors,
                           const std::function<bool(std::string_view line, std::int64_t number)>& on_line) {
  std::string line;
  std::int64_t number = 0;
  bool too_long = false;
  const auto take = [&](std::span<const std::byte> block) {
    std::string_view rest(reinterpret_cast<const char*>(block.data()), block.size());
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      line += rest.substr(0, end);
      rest.remove_prefix(end + 1);
      too_long = line.size() > kMaxLineBytes;
      if (too_long || !on_line(line, ++number)) return false;
      line.clear();
    }
    line += rest;
    too_long = line.size() > kMaxLineBytes;
    return !too_long;
  };
  LINEGUARD_TRY(read_blocks(anchors, take));
  if (!too_long) return {};
  return make_error(ErrorCode::too_large, fmt::format("{}: line {} is longer than {} bytes, which no anchor is",
                                                      anchors.string(), number + 1, kMaxLineBytes));
}

namespace {

Result<void> write_at_end(int descriptor, const std::string& text, const std::filesystem::path& file) {
  LINEGUARD_TRY(write_all(descriptor, std::as_bytes(std::span(text)), file));
  if (fsync(descriptor) != 0) return error_from_errno(errno, "cannot write " + file.string());
  return {};
}

bool ends_within_line(int descriptor) {
  const off_t size = lseek(descriptor, 0, SEEK_END);
  char last = '\n';
  return size > 0 && pread(descriptor, &last, 1, size - 1) == 1 && last != '\n';
}

}  // namespace

Result<void> append_lines(const std::filesystem::path& anchors, std::span<const std::string> lines) {
  if (lines.empty()) return {};
  const int descriptor = open(anchors.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return error_from_errno(errno, "cannot open " + anchors.string());
  std::string text = ends_within_line(descriptor) ? "\n" : "";
  for (const std::string& line : lines) text += line + "\n";
  const auto written = write_at_end(descriptor, text, anchors);
  close(descriptor);
  return written;
}

}  // namespace lineguard::record
