// What stands in one folder, as layouts look at it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/core/result.h>

namespace lineguard::dataset {

// Names, sorted; those that start with a dot are left out. A link to nowhere counts as the file that its name says.
struct FolderContent {
  std::filesystem::path path;
  std::vector<std::string> folders;
  std::vector<std::string> pictures;  // by extension
  std::vector<std::string> others;

  bool has_folder(std::string_view name) const;
  std::vector<std::string> others_with_extension(std::string_view extension) const;  // ".csv", in any case
};

// Label files with `extension` that stand for none of `pictures` (names), in words: "2 label files have no picture:
// a.txt, b.txt". Empty: there are none.
std::string name_orphans(const FolderContent& labels, std::string_view extension,
                         const std::vector<std::string>& pictures);

// Errors: not_found, permission_denied, io_error with the folder's name.
Result<FolderContent> list_folder(const std::filesystem::path& folder);

// A text with an entry a line. Errors: those of reading, too_large beyond limits::kList….
Result<std::string> read_list_file(const std::filesystem::path& file);

std::string to_lower(std::string_view text);  // ASCII only
// What Windows' editors put in front of a text is none of it.
std::string_view without_byte_order_mark(std::string_view text);

}  // namespace lineguard::dataset
