#include <lineguard/dataset/source_files.h>

namespace lineguard::dataset {

std::vector<std::filesystem::path> source_files(const Dataset& dataset) {
  std::vector<std::filesystem::path> files;
  for (const Sample& sample : dataset.samples) {
    files.push_back(sample.image);
    if (sample.mask) files.push_back(*sample.mask);
    files.insert(files.end(), sample.more_masks.begin(), sample.more_masks.end());
    if (sample.defect_free_template) files.push_back(*sample.defect_free_template);
  }
  return files;
}

}  // namespace lineguard::dataset
