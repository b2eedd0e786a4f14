// ConfigReader: validated TOML. A configuration is a struct with defaults; its loader reads each key into the field and
// then calls finish(), which reports every problem at once: unknown keys (with the nearest known one), wrong types
// and values out of range, each with file, line, key and what is allowed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/core/result.h>

namespace lineguard {

template <typename T>
struct Range {
  T min = std::numeric_limits<T>::lowest();
  T max = std::numeric_limits<T>::max();
};

// A view of one table of the file; copies share the file and its list of problems. Not thread-safe.
class ConfigReader {
 public:
  // Errors: not_found, io_error, invalid_config (the TOML syntax error with its line), too_large (over 4 MiB).
  static Result<ConfigReader> from_file(const std::filesystem::path& file);
  static Result<ConfigReader> from_text(std::string_view text, std::string_view source_name);

  // Each `read` leaves `value` as it is where the key is absent, and notes a problem where it is not acceptable.
  ConfigReader& read(std::string_view key, bool& value);
  ConfigReader& read(std::string_view key, int& value, Range<int> allowed = {});
  ConfigReader& read(std::string_view key, std::int64_t& value, Range<std::int64_t> allowed = {});
  ConfigReader& read(std::string_view key, double& value, Range<double> allowed = {});
  ConfigReader& read(std::string_view key, std::string& value);
  ConfigReader& read_one_of(std::string_view key, std::string& value, const std::vector<std::string>& allowed);
  ConfigReader& read_path(std::string_view key, std::filesystem::path& value);  // relative to the file's folder
  ConfigReader& read(std::string_view key, std::vector<std::string>& value);
  ConfigReader& read(std::string_view key, std::vector<double>& value, Range<double> allowed = {});

  // Notes a problem where the key is absent.
  ConfigReader& require(std::string_view key);
  bool has(std::string_view key) const;

  // The sub-table `key`, empty where absent; and every table of the array of tables `key`.
  ConfigReader section(std::string_view key);
  std::vector<ConfigReader> sections(std::string_view key);

  // Notes a problem of the caller's own check, with the key's line: add_problem("models", "must not be empty").
  void add_problem(std::string_view key, std::string_view problem);

  // Call once, on the root, after everything was read. invalid_config lists all problems, one a line.
  Result<void> finish();

 private:
  struct File;
  struct Table;
  ConfigReader(std::shared_ptr<File> file, std::shared_ptr<Table> table);
  std::shared_ptr<File> file_;
  std::shared_ptr<Table> table_;
};

}  // namespace lineguard
