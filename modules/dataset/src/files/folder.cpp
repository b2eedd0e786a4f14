#include "files/folder.h"

#include <algorithm>
#include <set>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/files.h>
#include <lineguard/core/limits.h>
#include <lineguard/imaging/decode.h>

namespace lineguard::dataset {
namespace fs = std::filesystem;
bool FolderContent::has_folder(std::string_view name) const {
  return std::binary_search(folders.begin(), folders.end(), name);
}

std::vector<std::string> FolderContent::others_with_extension(std::string_view extension) const {
  std::vector<std::string> found;
  for (const auto& name : others) {
    if (to_lower(fs::path(name).extension().string()) == extension) found.push_back(name);
  }
  return found;
}

Result<FolderContent> list_folder(const fs::path& folder) {
  FolderContent content;
  content.path = folder;
  std::error_code code;
  for (fs::directory_iterator at(folder, code), end; !code && at != end; at.increment(code)) {
    const std::string name = at->path().filename().string();
    std::error_code broken_link;
    if (name.starts_with('.')) continue;
    if (at->is_directory(broken_link)) {
      content.folders.push_back(name);
    } else if (imaging::has_picture_extension(at->path())) {
      content.pictures.push_back(name);
    } else {
      content.others.push_back(name);
    }
  }
  if (code) return error_from_errno(code.value(), "cannot read the folder " + folder.string());
  std::sort(content.folders.begin(), content.folders.end());
  std::sort(content.pictures.begin(), content.pictures.end());
  std::sort(content.others.begin(), content.others.end());
  return content;
}

Result<std::string> read_list_file(const fs::path& file) {
  LINEGUARD_ASSIGN(std::string text, read_text_file(file, limits::kListBytes));
  std::size_t lines = 0;
  for (std::size_t at = 0; at < text.size(); ++lines) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const bool too_long = end - at > limits::kListLineBytes;
    if (too_long || lines == limits::kListLines) {
      return make_error(ErrorCode::too_large,
                        too_long ? fmt::format("line {} has more than {} bytes", lines + 1, limits::kListLineBytes)
                                 : fmt::format("more than {} lines", limits::kListLines));
    }
    at = end + 1;
  }
  return text;
}

std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  return text.substr(text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0);
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& letter : lower) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return lower;
}

std::string name_orphans(const FolderContent& labels, std::string_view extension,
                         const std::vector<std::string>& pictures) {
  constexpr std::size_t kNamed = 3;
  std::set<std::string> stems;
  for (const std::string& picture : pictures) stems.insert(fs::path(picture).stem().string());
  std::vector<std::string> orphans = labels.others_with_extension(extension);
  std::erase_if(orphans, [&](const std::string& name) {
    return name == "classes.txt" || stems.contains(fs::path(name).stem().string());
  });
  if (orphans.empty()) return "";
  const auto shown = static_cast<std::ptrdiff_t>(std::min(kNamed, orphans.size()));
  return fmt::format("{} label file{} no picture: {}{}", orphans.size(), orphans.size() == 1 ? " has" : "s have",
                     fmt::join(orphans.begin(), orphans.begin() + shown, ", "), orphans.size() > kNamed ? ", …" : "");
}

}  // namespace lineguard::dataset
