// VisA as it is published: Data/Images/Normal/, Data/Images/Anomaly/, Data/Masks/Anomaly/. With its image_anno.csv
// beside it, that is read instead.
#include "labels.h"
#include "layouts/layout.h"
#include "masks/mask_folder.h"

namespace lineguard::dataset {
namespace fs = std::filesystem;

std::string visa_evidence(const FolderContent& folder) {
  std::error_code code;
  const bool fits = fs::is_directory(folder.path / "Data" / "Images" / "Normal", code);
  return fits && csv_evidence(folder).empty() ? "Data/Images/Normal/" : "";
}

Result<void> read_visa(const FolderContent& folder, const ReadOptions&, Dataset& dataset) {
  LINEGUARD_ASSIGN(const FolderContent data, list_folder(folder.path / "Data"));
  LINEGUARD_ASSIGN(const FolderContent images, list_folder(data.path / "Images"));
  MaskFolders masks;
  LINEGUARD_TRY(masks.add_in(data));
  for (const auto& name : images.folders) {
    LINEGUARD_ASSIGN(const FolderContent pictures, list_folder(images.path / name));
    const std::size_t first = dataset.samples.size();
    add_pictures_deep(pictures, name, Split::unset, dataset);
    if (is_good_word(name)) warn_of_normal(dataset.samples.size() - first, dataset);
    if (!is_good_word(name)) masks.attach(name, first, dataset);
  }
  warn_of_masks(masks, dataset);
  return {};
}

}  // namespace lineguard::dataset
