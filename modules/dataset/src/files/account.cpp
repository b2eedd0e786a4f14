#include "files/account.h"

#include "files/folder.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <lineguard/core/limits.h>
#include <lineguard/core/words.h>
#include <lineguard/imaging/decode.h>

namespace lineguard::dataset {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kDeepestFolder = 32;

// One file or folder, by whatever name.
struct Identity {
  std::uint64_t device = 0, number = 0;
  bool operator==(const Identity&) const = default;
};
struct IdentityHash {
  std::size_t operator()(const Identity& identity) const {
    return std::hash<std::uint64_t>()(identity.number * 0x9e3779b97f4a7c15u + identity.device);
  }
};

std::optional<Identity> identity_of(const fs::path& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) return std::nullopt;
  return Identity{found.st_dev, found.st_ino};
}

bool is_one_of(std::string_view text, std::span<const std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

// Kinds of pictures, and of arrays that hold them, that nothing here decodes.
bool is_other_picture(std::string_view extension) {
  constexpr std::array<std::string_view, 39> kKinds{
      ".gif", ".heic", ".heif", ".avif", ".jxl", ".jxr", ".wdp", ".psd", ".exr",  ".hdr", ".dcm", ".dicom", ".ico",
      ".pam", ".pfm",  ".raw",  ".bin",  ".npy", ".npz", ".dng", ".nef", ".cr2",  ".cr3", ".arw", ".orf",   ".rw2",
      ".raf", ".svg",  ".tga",  ".dds",  ".mpo", ".jpx", ".j2c", ".fit", ".fits", ".mat", ".h5",  ".mp4",   ".avi"};
  return is_one_of(extension, kKinds);
}

bool is_label_kind(std::string_view extension) {
  constexpr std::array<std::string_view, 8> kKinds{".txt", ".xml", ".json", ".csv", ".tsv", ".yaml", ".yml", ".jsonl"};
  return is_one_of(extension, kKinds);
}

// Folders that hold one label file a picture.
bool is_label_folder(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames{"labels", "annotations", "label", "annotation", "xml"};
  return is_one_of(to_lower(name), kNames);
}

// Goes through a folder and those in it, each once, in an order that hangs on names alone.
class Walk {
 public:
  explicit Walk(std::function<void(const fs::path& file, const fs::path& relative)> take) : take_(std::move(take)) {}

  bool complete() const { return files_ < limits::kDatasetFiles; }

  void go(const fs::path& folder, const fs::path& relative, bool deeper, std::size_t depth = 0) {
    const auto identity = identity_of(folder);
    if (!identity || !seen_.insert(*identity).second || depth > kDeepestFolder) return;
    const auto content = list_folder(folder);
    if (!content) return;
    for (const auto* names : {&content->pictures, &content->others}) {
      for (const auto& name : *names) {
        if (++files_ < limits::kDatasetFiles) take_(folder / name, relative / name);
      }
    }
    for (const auto& name : content->folders) {
      if (deeper) go(folder / name, relative / name, true, depth + 1);
    }
  }

 private:
  std::function<void(const fs::path&, const fs::path&)> take_;
  std::unordered_set<Identity, IdentityHash> seen_;
  std::size_t files_ = 0;
};

// Collects what is left out.
class Collector {
 public:
  void add(LeftOutReason reason, const fs::path& relative) {
    LeftOut& entry = left_out_[reason];
    entry.reason = reason;
    ++entry.count;
    if (entry.files.size() < LeftOut::kMostNamed) entry.files.push_back(relative.generic_string());
  }
  std::vector<LeftOut> take() {
    std::vector<LeftOut> list;
    for (auto& [reason, entry] : left_out_) {
      std::ranges::sort(entry.files);
      list.push_back(std::move(entry));
    }
    return list;
  }

 private:
  std::map<LeftOutReason, LeftOut> left_out_;
};

bool lists_its_pictures(Layout layout) {
  return layout == Layout::csv || layout == Layout::coco || layout == Layout::cvat || layout == Layout::via ||
         layout == Layout::visa;
}

LeftOutReason reason_for_picture(const fs::path& relative, Layout layout) {
  for (const fs::path& step : relative.parent_path()) {
    if (is_mask_folder(step.string())) return LeftOutReason::mask_without_picture;
    if (step.string().ends_with("_template")) return LeftOutReason::template_without_picture;
  }
  return lists_its_pictures(layout) ? LeftOutReason::not_listed : LeftOutReason::folder_not_known;
}

LeftOutReason reason_for_label(const fs::path& relative, const std::set<std::string>& stems) {
  const std::string extension = to_lower(relative.extension().string()), stem = relative.stem().string();
  constexpr std::array<std::string_view, 6> kAboutTheSet{"readme",  "license", "licence",
                                                         "classes", "notes",   "requirements"};
  if (std::ranges::any_of(kAboutTheSet, [&](auto word) { return to_lower(stem).starts_with(word); }))
    return LeftOutReason::other;
  if (stems.contains(stem)) return LeftOutReason::label_not_read;
  const bool one_a_picture = extension == ".txt" || extension == ".xml";
  const fs::path folder = relative.parent_path();
  const bool among_labels =
      std::ranges::any_of(folder, [](const fs::path& step) { return is_label_folder(step.string()); });
  if (one_a_picture && among_labels) return LeftOutReason::label_without_picture;
  return extension == ".txt" ? LeftOutReason::other : LeftOutReason::label_not_read;
}

LeftOutReason reason_for(const fs::path& relative, Layout layout, const std::set<std::string>& stems) {
  const std::string extension = to_lower(relative.extension().string());
  if (imaging::has_picture_extension(relative)) return reason_for_picture(relative, layout);
  if (is_other_picture(extension)) return LeftOutReason::kind_not_read;
  return is_label_kind(extension) ? reason_for_label(relative, stems) : LeftOutReason::other;
}

// Files that the set uses. A link to nowhere has a name alone.
class Used {
 public:
  // Whether it is new.
  bool add(const fs::path& file) {
    const auto identity = identity_of(file);
    return identity ? files_.insert(*identity).second : links_.insert(file.lexically_normal().string()).second;
  }
  bool contains(const fs::path& file) const {
    const auto identity = identity_of(file);
    return identity ? files_.contains(*identity) : links_.contains(file.lexically_normal().string());
  }

 private:
  std::unordered_set<Identity, IdentityHash> files_;
  std::unordered_set<std::string> links_;
};

void add_used(const fs::path& file, std::size_t& count, Used& used) {
  if (used.add(file)) ++count;
}

Used used_files(const Dataset& dataset, FileAccount& account) {
  Used used;
  for (const Sample& sample : dataset.samples) {
    add_used(sample.image, account.pictures, used);
    if (sample.mask) add_used(*sample.mask, account.masks, used);
    for (const fs::path& mask : sample.more_masks) add_used(mask, account.masks, used);
    if (sample.defect_free_template) add_used(*sample.defect_free_template, account.templates, used);
  }
  for (const fs::path& file : dataset.label_files) add_used(file, account.label_files, used);
  return used;
}

}  // namespace

std::string_view in_words(LeftOutReason reason) {
  static constexpr auto kWords = std::to_array<EnumName<LeftOutReason>>({
      {LeftOutReason::kind_not_read, "of a kind that is not read"},
      {LeftOutReason::not_listed, "that no line or entry of the labels names"},
      {LeftOutReason::folder_not_known, "in folders where this layout does not look"},
      {LeftOutReason::mask_without_picture, "among the masks that belong to no picture"},
      {LeftOutReason::template_without_picture, "among the templates that belong to no picture"},
      {LeftOutReason::label_without_picture, "with labels of a picture that is not there"},
      {LeftOutReason::label_not_read, "that may hold labels and are not read by this layout"},
      {LeftOutReason::other, "that are neither pictures nor labels"},
  });
  static_assert(names_every_value(kWords));
  return name_of(kWords, reason);
}

bool makes_another_set(LeftOutReason reason) {
  return reason != LeftOutReason::other && reason != LeftOutReason::label_not_read &&
         reason != LeftOutReason::template_without_picture;
}

bool is_mask_folder(std::string_view name) {
  constexpr std::array<std::string_view, 10> kNames{
      "ground_truth",      "groundtruth",        "masks",        "mask",        "gt", "segmentation",
      "segmentationclass", "segmentationobject", "ground truth", "ground-truth"};
  return is_one_of(to_lower(name), kNames);
}

std::size_t FileAccount::left_out_count() const {
  std::size_t count = 0;
  for (const LeftOut& entry : left_out) count += entry.count;
  return count;
}

std::string to_text(const FileAccount& account) {
  std::vector<std::string> used{count_of(account.pictures, "picture")};
  for (const auto& [count, word] : {std::pair(account.masks, "mask"), std::pair(account.templates, "template"),
                                    std::pair(account.label_files, "label file")}) {
    if (count > 0) used.push_back(count_of(count, word));
  }
  return fmt::format("{} found: {} used, {} left out{}", count_of(account.found, "file"), fmt::join(used, ", "),
                     account.left_out_count(), account.complete ? "" : " (and more that were not counted)");
}

std::vector<std::string> left_out_lines(const FileAccount& account, std::size_t most_files) {
  std::vector<std::string> lines;
  for (const LeftOut& entry : account.left_out) {
    const auto shown = static_cast<std::ptrdiff_t>(std::min(most_files, entry.files.size()));
    lines.push_back(fmt::format("{} {}: {}{}", entry.count, in_words(entry.reason),
                                fmt::join(entry.files.begin(), entry.files.begin() + shown, ", "),
                                entry.count > static_cast<std::size_t>(shown) ? ", …" : ""));
  }
  return lines;
}

FileAccount count_files(const Dataset& dataset) {
  FileAccount account;
  const Used used = used_files(dataset, account);
  std::set<std::string> stems;
  for (const Sample& sample : dataset.samples) stems.insert(sample.image.stem().string());
  Collector left_out;
  Walk walk([&](const fs::path& file, const fs::path& relative) {
    ++account.found;
    if (!used.contains(file)) left_out.add(reason_for(relative, dataset.layout, stems), relative);
  });
  if (!dataset.named_by_file) {
    walk.go(dataset.root, "", true);
  } else {
    for (const Sample& sample : dataset.samples) {
      const fs::path folder = sample.image.has_parent_path() ? sample.image.parent_path() : ".";
      const fs::path relative = folder.lexically_relative(dataset.root);
      walk.go(folder, relative == "." ? fs::path() : relative, false);
    }
  }
  account.complete = walk.complete();
  account.left_out = left_out.take();
  return account;
}

FileAccount account_of_folder(const fs::path& folder, const std::function<bool(const fs::path&)>& is_taken) {
  FileAccount account;
  Collector left_out;
  Walk walk([&](const fs::path& file, const fs::path& relative) {
    ++account.found;
    if (is_taken(file))
      ++account.pictures;
    else
      left_out.add(reason_for(relative, Layout::good_only, {}), relative);
  });
  walk.go(folder, "", true);
  account.complete = walk.complete();
  account.left_out = left_out.take();
  return account;
}

}  // namespace lineguard::dataset
