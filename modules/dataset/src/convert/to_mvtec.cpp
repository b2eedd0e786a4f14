// MVTec AD: train/good/, test/<class>/, ground_truth/<class>/<stem>_mask.png.
#include "convert/output.h"
#include "labels.h"

#include <fmt/format.h>

#include <lineguard/imaging/encode.h>

namespace lineguard::dataset {
namespace fs = std::filesystem;
namespace {

std::string folder_of(const Sample& sample, const std::string& class_name, Output& output) {
  if (sample.label == Label::defective) {
    if (sample.split == Split::train || sample.split == Split::validation)
      output.note(fmt::format("defective, of {}: in test/, where MVTec AD has them", to_string(sample.split)));
    return "test/" + class_name;
  }
  if (sample.split == Split::test) return "test/good";
  return sample.split == Split::validation ? "validation/good" : "train/good";
}

}  // namespace

Result<void> write_mvtec(const Dataset& dataset, Output& output, ConvertReport& report,
                         const ProgressFunction& progress) {
  return for_each_sample(dataset, progress, [&](const Sample& sample) -> Result<void> {
    if (sample.label == Label::unknown)
      return output.note("not labelled, left out: MVTec AD has no place for it"), Result<void>{};
    const std::string class_name = as_folder_name(sample.class_name);
    LINEGUARD_ASSIGN(const std::string name, output.place(sample, folder_of(sample, class_name, output)));
    ++report.pictures;
    if (sample.defect_free_template) output.note("templates, which MVTec AD has no place for: left out");
    LINEGUARD_ASSIGN(const Size size, size_of(sample));
    LINEGUARD_ASSIGN(const auto mask, mask_of(sample, size, output));
    if (!mask) return {};
    LINEGUARD_ASSIGN(const Bytes png, imaging::encode_png(*mask));
    ++report.masks;
    return output.write(fmt::format("ground_truth/{}/{}_mask.png", class_name, fs::path(name).stem().string()), png);
  });
}

}  // namespace lineguard::dataset
