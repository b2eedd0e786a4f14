// Pictures in one folder, their masks under the same names in another: VOC's SegmentationClass/, or images/ and masks/.
// A mask that marks nothing is a good part; the classes of the others are told by palette or value.
#pragma once

#include "folder.h"

#include <string>

#include <lineguard/dataset/dataset.h>

namespace lineguard::dataset {

// "SegmentationClass/", "masks/"; empty: the folder has no such pair, or label files beside it that say more.
std::string picture_masks_evidence(const FolderContent& folder);

// The folder's pictures with their masks and classes; one without a mask is not labelled.
Result<void> read_picture_masks(const FolderContent& folder, Dataset& dataset);

// Gives samples of pictures in `folder` that have boxes the masks that stand beside them.
Result<void> attach_voc_masks(const FolderContent& folder, Dataset& dataset);

}  // namespace lineguard::dataset
