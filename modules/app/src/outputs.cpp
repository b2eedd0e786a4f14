#include "outputs.h"

#include <cerrno>
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

}  // namespace

Result<void> prepare_output_folder(const fs::path& folder) {
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
  return prepare_output_folder(folder_of(file));
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
