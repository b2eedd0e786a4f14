// The work of `lineguard inspect`: pictures in, one line each out, in order, in bounded memory. Knows predictors but no
// command line, so that tests drive it with a predictor of their own.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include <lineguard/core/predictor.h>
#include <lineguard/core/result.h>
#include <lineguard/dataset/account.h>
#include <lineguard/package/point_in_use.h>

namespace lineguard::app {

struct InspectInput {
  std::filesystem::path file;
  std::filesystem::path relative;  // to the folder that was named, else the file's name: where its outputs go
};

// Gives the inputs one after another; empty at the end. May block.
using InspectSource = std::function<std::optional<InspectInput>()>;

// Every picture of the named files and folders, in the given order, folders with their sub-folders sorted by name. A
// named file that does not exist is an input like others: its line will say so. Errors: invalid_argument where a folder
// has no pictures, io_error where one can't be read.
Result<std::vector<InspectInput>> list_inputs(const std::vector<std::filesystem::path>& named);

// What becomes of each file of a folder that is named: pictures are inspected, masks in ground_truth/ and other files
// are left out.
dataset::FileAccount account_of_input(const std::filesystem::path& folder);

// A name in an output folder for every input: its relative path with another extension, "-2" and so on before it where
// another input took that name already. Not thread-safe.
class OutputNames {
 public:
  std::filesystem::path take(const std::filesystem::path& relative, const std::string& extension);

 private:
  std::unordered_set<std::string> taken_;
};

struct InspectOptions {
  std::filesystem::path overlay_folder{};   // empty: none. Prepared by the caller
  std::filesystem::path map_folder{};       // empty: none
  double pixel_threshold = 0;               // for overlays
  std::filesystem::path template_folder{};  // pictures' defect-free twins by the same relative name; empty: none
  int threads = 1;                          // >= 1
  package::PointInUse point{};              // of the predictor
};

struct InspectSummary {
  std::size_t good = 0, defective = 0, unknown = 0;
  std::size_t good_by_rule = 0;         // of the good ones: the score alone says defective
  std::size_t errors = 0;               // could not be read or predicted …
  std::string first_error;              // … the message of the first
  std::optional<Error> output_failure;  // stopped by: a line, overlay or map could not be written
  std::size_t inputs() const { return good + defective + unknown + errors; }
};

// Called in the inputs' order with each line, without its line break.
using LineSink = std::function<Result<void>(const std::string& line)>;

// A picture that can't be read or predicted gives a line with its error and the run goes on; an output that can't be
// written ends it.
InspectSummary inspect(Predictor& predictor, const InspectSource& source, const LineSink& sink,
                       const InspectOptions& options);

}  // namespace lineguard::app
