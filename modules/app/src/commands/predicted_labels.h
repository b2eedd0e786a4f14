// What a model said of a data set's pictures, as labels that people can review.
#pragma once

#include <filesystem>
#include <string>

#include <lineguard/core/result.h>
#include <lineguard/dataset/dataset.h>

namespace lineguard::app {

// Gives each sample the label and regions of its line (lineguard.inspect/1), by the file that the line names; what has
// no line, or one without an answer, is not labelled. Says how many there were. Errors: those of reading; corrupt_data
// for a line that is none; invalid_argument where no line is of a picture of the set.
Result<std::string> label_by_predictions(const std::filesystem::path& lines, dataset::Dataset& data);

}  // namespace lineguard::app
