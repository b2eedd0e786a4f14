// The files that a data set's samples name.
#pragma once

#include <filesystem>
#include <vector>

#include <lineguard/dataset/dataset.h>

namespace lineguard::dataset {

// Pictures, masks and templates of all samples; each as often as samples name it. What UnchangedFiles watches while a
// data set is learned from or evaluated.
std::vector<std::filesystem::path> source_files(const Dataset& dataset);

}  // namespace lineguard::dataset
