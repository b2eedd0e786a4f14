// What became of each file of a data set's folder, whatever layout read it.
#pragma once

#include <filesystem>
#include <string_view>

#include <lineguard/dataset/account.h>
#include <lineguard/dataset/dataset.h>

namespace lineguard::dataset {

// After samples and label files are known. A set that was named by a .csv file has the folders that its pictures
// directly stand in; any other all of its root.
FileAccount count_files(const Dataset& dataset);

// Words that a folder of masks is called by: ground_truth, masks, …, in any case.
bool is_mask_folder(std::string_view name);

}  // namespace lineguard::dataset
