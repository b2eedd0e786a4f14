// Where a command writes: asked before the work begins, so that nobody learns after an hour that the disk is read-only.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/dataset/dataset.h>

namespace lineguard::app {

// Makes the folder where it is missing and writes and removes a file in it. Errors: permission_denied, disk_full,
// io_error, not_found; each names the folder.
Result<void> prepare_output_folder(const std::filesystem::path& folder);

// The same for the folder of `file`; invalid_argument where `file` is a folder.
Result<void> prepare_output_file(const std::filesystem::path& file);

// The same for each of the files that is named (not empty). invalid_argument where two are one file, or one is "-".
Result<void> prepare_output_files(const std::vector<std::filesystem::path>& files);

// invalid_argument where one of the files or folders is a picture, mask, template or label file of the data set or
// would lie in one of its folders: a data set is only read. To be asked before anything is made:
// prepare_output_files().
Result<void> refuse_in_dataset(const dataset::Dataset& data, const std::vector<std::filesystem::path>& outputs);

// invalid_argument where `file` would lie in `folder`, that of a package which is yet to be written.
Result<void> refuse_inside(const std::filesystem::path& folder, const std::filesystem::path& file);

// invalid_argument where `file`, no stdout ("-" or empty), is one of the inputs.
Result<void> refuse_to_replace(const std::vector<std::filesystem::path>& inputs, const std::filesystem::path& file);

// Warns on stderr of folders that another process writes beside `package`, or has left there when it was killed.
void warn_of_staged(const std::filesystem::path& package);

// Lines of text, to stdout ("-" or an empty path) or to a file that appears only when it is complete: written aside and
// renamed by finish(), removed if finish() is never called. A pipe or device is written as it is. Not thread-safe.
class LineWriter {
 public:
  // Errors as prepare_output_file().
  static Result<LineWriter> open(const std::filesystem::path& file);
  LineWriter(LineWriter&&) noexcept = default;
  LineWriter& operator=(LineWriter&&) = delete;
  ~LineWriter();

  // Writes `line` and a line break and passes them on at once. Errors: unavailable (the reader of the pipe has gone;
  // needs SIGPIPE ignored), disk_full, io_error.
  Result<void> write(std::string_view line);
  Result<void> finish();

 private:
  LineWriter() = default;
  struct Close {
    void operator()(std::FILE* stream) const;
  };
  std::unique_ptr<std::FILE, Close> stream_;
  std::string name_;                      // for messages
  std::filesystem::path aside_, target_;  // empty where nothing is renamed
};

}  // namespace lineguard::app
