// What the writers of all layouts share: where files go, and what is drawn on a sample.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/core/image.h>
#include <lineguard/dataset/convert.h>

namespace lineguard::dataset {

// A folder that is being filled. Not thread-safe.
class Output {
 public:
  Output(std::filesystem::path folder, bool link) : folder_(std::move(folder)), link_(link) {}

  // Copies or links the sample's picture into `folder` (relative) under a name whose stem no other picture of the set
  // has, in any case. Gives that name, the same for all folders of a sample. Errors: those of copying.
  Result<std::string> place(const Sample& sample, const std::string& folder);
  Result<void> place_as(const std::filesystem::path& source, const std::string& relative);
  Result<void> write(const std::string& relative, std::string_view text) const;
  Result<void> write(const std::string& relative, std::span<const std::byte> bytes) const;

  // "3 pictures …", counted over the set.
  void note(const std::string& what) { ++notes_[what]; }
  std::vector<std::string> notes() const;

 private:
  std::string name_of(const Sample& sample);

  std::filesystem::path folder_;
  bool link_;
  std::set<std::string> taken_;  // stems in small letters
  std::map<std::string, std::size_t> notes_;
};

// One thing that a layout with objects writes.
struct DrawnObject {
  std::string class_name;
  Box box;
  std::vector<Outline> outlines;  // empty: a box alone
};

// What is drawn on a defective sample: its boxes and outlines; what its mask marks, a piece each; where nothing is
// drawn the whole picture, which is noted. Nothing for others. Errors: those of reading the mask.
Result<std::vector<DrawnObject>> objects_of(const Sample& sample, Size picture, Output& output);

// The sample's mask, or what its boxes and outlines cover, in as many pixels as the picture; no picture where nothing
// is drawn.
Result<std::optional<Image>> mask_of(const Sample& sample, Size picture, Output& output);

// A name that can be a folder's: without / and leading dots.
std::string as_folder_name(std::string_view class_name);

// As COCO and YOLO sets call it: "train", "val", "test"; "default" where the set names none.
std::string_view short_name(Split split);

// Errors: of a picture that can't be read.
Result<Size> size_of(const Sample& sample);

// One source file a layout.
Result<void> write_coco(const Dataset& dataset, Output& output, ConvertReport& report,
                        const ProgressFunction& progress);
Result<void> write_yolo(const Dataset& dataset, Output& output, ConvertReport& report,
                        const ProgressFunction& progress);
Result<void> write_mvtec(const Dataset& dataset, Output& output, ConvertReport& report,
                         const ProgressFunction& progress);
Result<void> write_csv(const Dataset& dataset, Output& output, ConvertReport& report, const ProgressFunction& progress);

// Calls `write` for each sample, with progress, and counts pictures.
template <typename Write>
Result<void> for_each_sample(const Dataset& dataset, const ProgressFunction& progress, Write write) {
  for (std::size_t i = 0; i < dataset.samples.size(); ++i) {
    LINEGUARD_TRY(write(dataset.samples[i]));
    if (progress) progress("writing pictures", i + 1, dataset.samples.size());
  }
  return {};
}

}  // namespace lineguard::dataset
