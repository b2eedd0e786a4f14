// Layouts that are recognised, so that nobody trains on them as something else, but not read yet.
#include "layouts/layout.h"

#include <set>

namespace lineguard::dataset {

std::string yolo_evidence(const FolderContent& folder) {
  return folder.has_folder("images") && folder.has_folder("labels") ? "images/ and labels/" : "";
}

std::string voc_evidence(const FolderContent& folder) {
  if (folder.has_folder("Annotations")) return "Annotations/";
  std::set<std::filesystem::path> stems;
  for (const auto& picture : folder.pictures) stems.insert(std::filesystem::path(picture).stem());
  for (const auto& name : folder.others_with_extension(".xml")) {
    if (stems.contains(std::filesystem::path(name).stem())) return name + " beside its picture";
  }
  return "";
}

}  // namespace lineguard::dataset
