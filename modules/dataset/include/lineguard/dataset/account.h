// The account of files: what a folder holds, what of it is used, what is left out and why.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/core/enum_names.h>

namespace lineguard::dataset {

enum class LeftOutReason {
  kind_not_read,             // a picture by its name, of a kind that is not decoded
  not_listed,                // a picture that the set's list or annotations do not name
  folder_not_known,          // a picture in a folder where the layout does not look
  mask_without_picture,      // in a folder of masks
  template_without_picture,  // in a folder of templates
  label_without_picture,     // a label file of a picture that is not there
  label_not_read,            // looks like labels; the layout does not read it
  other,                     // neither picture nor labels
};
inline constexpr auto kLeftOutReasonNames = std::to_array<EnumName<LeftOutReason>>({
    {LeftOutReason::kind_not_read, "kind_not_read"},
    {LeftOutReason::not_listed, "not_listed"},
    {LeftOutReason::folder_not_known, "folder_not_known"},
    {LeftOutReason::mask_without_picture, "mask_without_picture"},
    {LeftOutReason::template_without_picture, "template_without_picture"},
    {LeftOutReason::label_without_picture, "label_without_picture"},
    {LeftOutReason::label_not_read, "label_not_read"},
    {LeftOutReason::other, "other"},
});
static_assert(names_every_value(kLeftOutReasonNames));

// "of a kind that is not read", as it goes on behind a number of files.
std::string_view in_words(LeftOutReason reason);
// Whether a set without such files is another one than the folder shows: its training would be a silent choice.
bool makes_another_set(LeftOutReason reason);

struct LeftOut {
  LeftOutReason reason = LeftOutReason::other;
  std::size_t count = 0;
  std::vector<std::string> files;  // the first kMostNamed, relative to the folder, sorted
  static constexpr std::size_t kMostNamed = 1000;
};

struct FileAccount {
  std::size_t found = 0;  // in the folder; names with a dot in front aside
  std::size_t pictures = 0, masks = 0, templates = 0, label_files = 0;  // used, also from elsewhere
  std::vector<LeftOut> left_out;                                        // in the order of the reasons; those there are
  bool complete = true;                                                 // false: more files than are counted

  std::size_t left_out_count() const;
};

// "312 files: 200 pictures, 90 masks and 2 label files used, 20 left out"
std::string to_text(const FileAccount& account);
// A line a reason: "12 of a kind that is not read: good/a.webp, good/b.webp, …"
std::vector<std::string> left_out_lines(const FileAccount& account, std::size_t most_files);

// What `inspect` says of a folder of which it takes `taken` as pictures. `is_taken` is asked with each file's path.
FileAccount account_of_folder(const std::filesystem::path& folder,
                              const std::function<bool(const std::filesystem::path&)>& is_taken);

}  // namespace lineguard::dataset
