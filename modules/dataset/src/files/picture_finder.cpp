#include "files/picture_finder.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <memory>

#include <utf8proc.h>

namespace lineguard::dataset {
namespace fs = std::filesystem;
namespace {

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int value = 0;
    if (text[i] == '%' && i + 2 < text.size()) {
      const auto* first = text.data() + i + 1;
      if (const auto [end, error] = std::from_chars(first, first + 2, value, 16);
          end == first + 2 && error == std::errc{}) {
        decoded += static_cast<char>(value);
        i += 2;
        continue;
      }
    }
    decoded += text[i];
  }
  return decoded;
}

// Empty where it is no UTF-8, or the same.
std::string in_form(const std::string& text, bool composed) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.c_str());
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> other(
      composed ? utf8proc_NFC(bytes) : utf8proc_NFD(bytes), &std::free);
  if (!other) return "";
  std::string changed(reinterpret_cast<const char*>(other.get()));
  return changed == text ? "" : changed;
}

bool is_plain_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char letter) { return static_cast<unsigned char>(letter) < 0x80; });
}

bool is_there(const fs::path& file) {
  std::error_code code;
  return fs::exists(file, code);
}

}  // namespace

std::string plain_name(std::string_view name) {
  constexpr std::string_view kFile = "file://", kLocalFiles = "/data/local-files/?d=";
  std::string plain(name);
  if (name.starts_with(kFile)) {
    plain = percent_decoded(name.substr(kFile.size()));
  } else if (const auto at = name.find(kLocalFiles); at != name.npos) {
    plain = percent_decoded(name.substr(at + kLocalFiles.size()));
  }
  if (plain.find('/') == plain.npos) std::ranges::replace(plain, '\\', '/');
  return plain;
}

bool PictureFinder::try_name(const std::string& name, Found& found) const {
  for (std::size_t i = 0; i < folders_.size(); ++i) {
    const std::size_t at = (last_ + i) % folders_.size();
    const fs::path file = folders_[at] / name;
    if (!is_there(file)) continue;
    last_ = at;
    found = {file.lexically_normal(), folders_[at], fs::path(name).lexically_normal(), true};
    return true;
  }
  return false;
}

PictureFinder::Found PictureFinder::find(std::string_view name) {
  const std::string plain = plain_name(name);
  Found found{(folders_.front() / plain).lexically_normal(), folders_.front(), fs::path(plain).lexically_normal(),
              false};
  if (plain.empty()) return found;
  std::vector<std::string> spellings{plain};
  if (!is_plain_ascii(plain)) {
    for (const bool composed : {true, false}) {
      if (auto other = in_form(plain, composed); !other.empty()) spellings.push_back(std::move(other));
    }
  }
  if (std::string decoded = percent_decoded(plain); decoded != plain) spellings.push_back(std::move(decoded));
  for (const std::string& spelling : spellings) {
    if (try_name(spelling, found)) return found;
  }
  for (const std::string& spelling : spellings) {
    std::string_view rest = spelling;
    for (auto slash = rest.find('/'); slash != rest.npos; slash = rest.find('/')) {
      rest.remove_prefix(slash + 1);
      if (rest.empty() || !try_name(std::string(rest), found)) continue;
      if (found_elsewhere_.insert(found.file.string()).second) return found;
      found = {(folders_.front() / plain).lexically_normal(), folders_.front(), fs::path(plain).lexically_normal(),
               false};
    }
  }
  return found;
}

}  // namespace lineguard::dataset
