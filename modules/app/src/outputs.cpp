#include "outputs.h"

#include "data_folders.h"

#include <algorithm>
#include <cerrno>
#include <iostream>
#include <set>
#include <system_error>
#include <unistd.h>

#include <lineguard/core/files.h>
#include <lineguard/core/id.h>

namespace lineguard::app {
namespace fs = std::filesystem;
namespace {

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

Error write_error(const std::string& name) {
  if (errno == EPIPE) return make_error(ErrorCode::unavailable, name + ": the reader has gone");
  return error_from_errno(errno, "cannot write " + name);
}

// A model package is only read: a file in it would be taken for damage.
Result<void> refuse_package(const fs::path& file) {
  std::error_code ignored;
  for (fs::path folder = real_place(file).parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
    if (fs::exists(folder / "manifest.toml", ignored) && fs::exists(folder / "files.sha256", ignored))
      return make_error(ErrorCode::invalid_argument, file.string() + " would lie in the model package " +
                                                         folder.string() +
                                                         ", which is only read: choose another place");
  }
  return {};
}

}  // namespace

Result<void> prepare_output_folder(const fs::path& folder) {
  LINEGUARD_TRY(refuse_package(folder / "outputs"));
  const std::string what = "cannot write into the output folder " + folder.string();
  std::error_code code;
  fs::create_directories(folder, code);
  if (code) return error_from_errno(code.value(), what);
  const fs::path probe = folder / (".lineguard-probe-" + new_id());
  if (auto written = write_file_atomically(probe, std::string_view("probe")); !written) return written.error().in(what);
  fs::remove(probe, code);
  return {};
}

Result<void> prepare_output_file(const fs::path& file) {
  std::error_code code;
  if (fs::is_directory(file, code))
    return make_error(ErrorCode::invalid_argument, "cannot write " + file.string() + ": it is a folder");
  if (fs::exists(file, code) && !fs::is_regular_file(file, code)) return {};  // a device or pipe is written to as it is
  return prepare_output_folder(folder_of(file));
}

Result<void> prepare_output_files(const std::vector<fs::path>& files) {
  std::set<fs::path> named;
  for (const fs::path& file : files) {
    if (file.empty()) continue;
    if (file == "-")
      return make_error(ErrorCode::invalid_argument, "\"-\" is no file to write: stdout carries the text; name a file");
    LINEGUARD_TRY(refuse_package(file));
    LINEGUARD_TRY(prepare_output_file(file));
    if (!named.insert(real_place(file)).second)
      return make_error(ErrorCode::invalid_argument, file.string() + " is to be written twice: name two files");
  }
  return {};
}

Result<void> refuse_in_dataset(const dataset::Dataset& data, const std::vector<fs::path>& files) {
  std::set<fs::path> written;
  for (const fs::path& file : files) {
    if (!file.empty()) written.insert(real_place(file));
  }
  const auto is_written = [&](const fs::path& file) { return written.contains(real_place(file)); };
  const auto refuse = [](const fs::path& file) {
    return make_error(ErrorCode::invalid_argument,
                      file.string() + " belongs to the data set, which is only read: name another file");
  };
  if (written.empty()) return {};
  if (is_written(data.root)) return refuse(data.root);
  for (const fs::path& file : data.label_files)
    if (is_written(file)) return refuse(file);
  for (const dataset::Sample& sample : data.samples) {
    if (is_written(sample.image)) return refuse(sample.image);
    if (sample.mask && is_written(*sample.mask)) return refuse(*sample.mask);
    const auto& twin = sample.defect_free_template;
    if (twin && is_written(*twin)) return refuse(*twin);
  }
  return DataFolders(data).refuse_inside(files);
}

Result<void> refuse_inside(const fs::path& folder, const fs::path& file) {
  if (file.empty()) return {};
  const fs::path inside = real_place(file).lexically_relative(real_place(folder));
  if (inside.empty() || *inside.begin() == "..") return {};
  return make_error(ErrorCode::invalid_argument,
                    file.string() + " would lie in the package itself: name a file outside " + folder.string());
}

Result<void> refuse_to_replace(const std::vector<fs::path>& inputs, const fs::path& file) {
  if (file.empty() || file == "-") return {};
  const fs::path written = real_place(file);
  const bool is_input =
      std::ranges::any_of(inputs, [&](const fs::path& input) { return real_place(input) == written; });
  if (!is_input) return {};
  return make_error(ErrorCode::invalid_argument, file.string() + " is one of the inputs: name another file");
}

void warn_of_staged(const fs::path& package) {
  for (const fs::path& left : staged_beside(package))
    std::cerr << "warning: " << left.string()
              << " is being written by another process, or was left by one that was killed: then remove it\n";
}

void LineWriter::Close::operator()(std::FILE* stream) const {
  if (stream != stdout) std::fclose(stream);
}

LineWriter::~LineWriter() {
  if (!stream_ || aside_.empty()) return;
  std::error_code ignored;
  fs::remove(aside_, ignored);
}

Result<LineWriter> LineWriter::open(const fs::path& file) {
  LineWriter writer;
  if (file.empty() || file == "-") {
    writer.stream_.reset(stdout);
    writer.name_ = "stdout";
    return writer;
  }
  writer.name_ = file.string();
  std::error_code code;
  fs::path opened = file;
  if (!fs::exists(file, code) || fs::is_regular_file(file, code) || fs::is_directory(file, code)) {
    LINEGUARD_TRY(refuse_package(file));
    LINEGUARD_TRY(prepare_output_file(file));
    opened = staging_name(file);
    writer.aside_ = opened;
    writer.target_ = file;
  }
  writer.stream_.reset(std::fopen(opened.c_str(), "we"));
  if (!writer.stream_) return error_from_errno(errno, "cannot write " + writer.name_);
  return writer;
}

Result<void> LineWriter::write(std::string_view line) {
  errno = 0;
  const bool written = std::fwrite(line.data(), 1, line.size(), stream_.get()) == line.size() &&
                       std::fputc('\n', stream_.get()) != EOF && std::fflush(stream_.get()) == 0;
  if (!written) return write_error(name_);
  return {};
}

Result<void> LineWriter::finish() {
  if (aside_.empty()) return {};
  if (fsync(fileno(stream_.get())) != 0) return write_error(name_);
  std::error_code code;
  fs::rename(aside_, target_, code);
  if (code) return error_from_errno(code.value(), "cannot write " + name_);
  aside_.clear();
  return {};
}

}  // namespace lineguard::app
