#include <algorithm>
#include <numeric>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <lineguard/core/config.h>
#include <lineguard/core/files.h>
#include <lineguard/core/text_limits.h>

namespace lineguard {

struct ConfigReader::File {
  std::string name;
  std::filesystem::path folder;
  toml::table root;
  std::vector<std::string> problems;
  std::vector<std::shared_ptr<Table>> tables;  // every table that was opened: finish() looks for unknown keys in them
};

struct ConfigReader::Table {
  const toml::table* content = nullptr;  // null: absent in the file
  std::string path;                      // "camera." in front of a key; empty for the root
  std::set<std::string, std::less<>> known;
};

namespace {

constexpr std::size_t kMostProblems = 100;  // in words: nobody reads more

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1] ? 1u : 0u)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::string nearest_key(std::string_view key, const std::set<std::string, std::less<>>& known) {
  constexpr std::size_t kLongestMistake_bytes = 100;
  if (key.size() > kLongestMistake_bytes) return "";
  std::string nearest;
  std::size_t best = key.size() / 2 + 1;
  for (const auto& candidate : known) {
    const std::size_t distance = edit_distance(key, candidate);
    if (distance < best) best = distance, nearest = candidate;
  }
  return nearest;
}

std::string_view type_name(toml::node_type type) {
  switch (type) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a number";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a date or time";
  }
}

template <typename T>
std::string describe(const Range<T>& range) {
  const bool from = range.min > std::numeric_limits<T>::lowest();
  const bool to = range.max < std::numeric_limits<T>::max();
  if (from && to) return fmt::format("{} to {}", range.min, range.max);
  if (from) return fmt::format("{} or more", range.min);
  if (to) return fmt::format("{} or less", range.max);
  return "any number";
}

const toml::node* find_node(const toml::table* table, std::string_view key) {
  return table ? table->get(key) : nullptr;
}

}  // namespace

ConfigReader::ConfigReader(std::shared_ptr<File> file, std::shared_ptr<Table> table)
    : file_(std::move(file)), table_(std::move(table)) {
  file_->tables.push_back(table_);
}

Result<ConfigReader> ConfigReader::from_text(std::string_view text, std::string_view source_name) {
  auto file = std::make_shared<File>();
  file->name = source_name;
  if (const auto fits = check_toml_limits(text); !fits) return fits.error().in(source_name);
  try {
    file->root = toml::parse(text, source_name);
  } catch (const toml::parse_error& error) {
    return make_error(ErrorCode::invalid_config,
                      fmt::format("{}:{}: {}", source_name, error.source().begin.line, error.description()));
  }
  auto table = std::make_shared<Table>();
  table->content = &file->root;
  return ConfigReader(std::move(file), std::move(table));
}

Result<ConfigReader> ConfigReader::from_file(const std::filesystem::path& path) {
  LINEGUARD_ASSIGN(const std::string text, read_text_file(path, limits::kToml.bytes));
  LINEGUARD_ASSIGN(ConfigReader reader, from_text(text, path.string()));
  reader.file_->folder = path.parent_path();
  return reader;
}

void ConfigReader::add_problem(std::string_view key, std::string_view problem) {
  const toml::node* node = find_node(table_->content, key);
  const auto line = node              ? node->source().begin.line
                    : table_->content ? table_->content->source().begin.line
                                      : toml::source_index{0};
  const std::string place = line > 0 ? fmt::format("{}:{}", file_->name, line) : file_->name;
  file_->problems.push_back(fmt::format("{}: {}{} {}", place, table_->path, key, problem));
}

bool ConfigReader::has(std::string_view key) const {
  return find_node(table_->content, key) != nullptr;
}

ConfigReader& ConfigReader::require(std::string_view key) {
  table_->known.emplace(key);
  if (!has(key)) add_problem(key, "is missing");
  return *this;
}

namespace {

// What a scalar of the file must be, and how it is taken.
template <typename T>
bool take(const toml::node& node, T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    if (auto found = node.value_exact<bool>()) return value = *found, true;
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (auto found = node.value_exact<std::string>()) return value = *found, true;
  } else if constexpr (std::is_same_v<T, double>) {
    if (node.is_number()) return value = *node.value<double>(), true;
  } else {
    if (auto found = node.value_exact<std::int64_t>()) return value = *found, true;
  }
  return false;
}

template <typename T>
constexpr std::string_view kind_of() {
  if constexpr (std::is_same_v<T, bool>) return "true or false";
  if constexpr (std::is_same_v<T, std::string>) return "a string";
  if constexpr (std::is_same_v<T, double>) return "a number";
  return "an integer";
}

template <typename T>
std::string wrong_type(const toml::node& node) {
  return fmt::format("is {}, expected {}", type_name(node.type()), kind_of<T>());
}

template <typename T>
std::string out_of_range(T value, const Range<T>& allowed) {
  return fmt::format("= {} is out of range, allowed: {}", value, describe(allowed));
}

}  // namespace

ConfigReader& ConfigReader::read(std::string_view key, bool& value) {
  table_->known.emplace(key);
  const toml::node* node = find_node(table_->content, key);
  if (node && !take(*node, value)) add_problem(key, wrong_type<bool>(*node));
  return *this;
}

ConfigReader& ConfigReader::read(std::string_view key, std::string& value) {
  table_->known.emplace(key);
  const toml::node* node = find_node(table_->content, key);
  if (node && !take(*node, value)) add_problem(key, wrong_type<std::string>(*node));
  return *this;
}

ConfigReader& ConfigReader::read(std::string_view key, std::int64_t& value, Range<std::int64_t> allowed) {
  table_->known.emplace(key);
  const toml::node* node = find_node(table_->content, key);
  if (!node) return *this;
  std::int64_t found = 0;
  if (!take(*node, found)) {
    add_problem(key, wrong_type<std::int64_t>(*node));
  } else if (found < allowed.min || found > allowed.max) {
    add_problem(key, out_of_range(found, allowed));
  } else {
    value = found;
  }
  return *this;
}

ConfigReader& ConfigReader::read(std::string_view key, int& value, Range<int> allowed) {
  std::int64_t wide = value;
  read(key, wide, Range<std::int64_t>{allowed.min, allowed.max});
  value = static_cast<int>(wide);
  return *this;
}

ConfigReader& ConfigReader::read(std::string_view key, double& value, Range<double> allowed) {
  table_->known.emplace(key);
  const toml::node* node = find_node(table_->content, key);
  if (!node) return *this;
  double found = 0;
  if (!take(*node, found)) {
    add_problem(key, wrong_type<double>(*node));
  } else if (!(found >= allowed.min && found <= allowed.max)) {  // NaN is out of range too
    add_problem(key, out_of_range(found, allowed));
  } else {
    value = found;
  }
  return *this;
}

ConfigReader& ConfigReader::read_one_of(std::string_view key, std::string& value,
                                        const std::vector<std::string>& allowed) {
  std::string found = value;
  read(key, found);
  if (has(key) && std::find(allowed.begin(), allowed.end(), found) == allowed.end()) {
    add_problem(key, fmt::format("= \"{}\" is not allowed, allowed: {}", found, fmt::join(allowed, ", ")));
  } else {
    value = found;
  }
  return *this;
}

ConfigReader& ConfigReader::read_path(std::string_view key, std::filesystem::path& value) {
  std::string text;
  read(key, text);
  if (!text.empty())
    value = std::filesystem::path(text).is_absolute() ? std::filesystem::path(text) : file_->folder / text;
  return *this;
}

ConfigReader& ConfigReader::read(std::string_view key, std::vector<std::string>& value) {
  table_->known.emplace(key);
  const toml::node* node = find_node(table_->content, key);
  if (!node) return *this;
  std::vector<std::string> found;
  const toml::array* array = node->as_array();
  for (std::size_t i = 0; array && i < array->size(); ++i) {
    std::string item;
    if (!take(*array->get(i), item)) return add_problem(key, "is not an array of strings"), *this;
    found.push_back(std::move(item));
  }
  if (!array)
    return add_problem(key, fmt::format("is {}, expected an array of strings", type_name(node->type()))), *this;
  value = std::move(found);
  return *this;
}

ConfigReader& ConfigReader::read(std::string_view key, std::vector<double>& value, Range<double> allowed) {
  table_->known.emplace(key);
  const toml::node* node = find_node(table_->content, key);
  if (!node) return *this;
  std::vector<double> found;
  const toml::array* array = node->as_array();
  for (std::size_t i = 0; array && i < array->size(); ++i) {
    double item = 0;
    if (!take(*array->get(i), item)) return add_problem(key, "is not an array of numbers"), *this;
    if (!(item >= allowed.min && item <= allowed.max)) return add_problem(key, out_of_range(item, allowed)), *this;
    found.push_back(item);
  }
  if (!array)
    return add_problem(key, fmt::format("is {}, expected an array of numbers", type_name(node->type()))), *this;
  value = std::move(found);
  return *this;
}

ConfigReader ConfigReader::section(std::string_view key) {
  table_->known.emplace(key);
  const toml::node* node = find_node(table_->content, key);
  auto table = std::make_shared<Table>();
  table->path = table_->path + std::string(key) + ".";
  table->content = node ? node->as_table() : nullptr;
  if (node && !table->content) add_problem(key, fmt::format("is {}, expected a table", type_name(node->type())));
  return ConfigReader(file_, std::move(table));
}

std::vector<ConfigReader> ConfigReader::sections(std::string_view key) {
  table_->known.emplace(key);
  std::vector<ConfigReader> readers;
  const toml::node* node = find_node(table_->content, key);
  if (!node) return readers;
  const toml::array* array = node->as_array();
  if (!array) return add_problem(key, "is not an array of tables"), readers;
  for (std::size_t i = 0; i < array->size(); ++i) {
    auto table = std::make_shared<Table>();
    table->path = fmt::format("{}{}[{}].", table_->path, key, i);
    table->content = array->get(i)->as_table();
    if (!table->content) add_problem(key, "is not an array of tables");
    readers.push_back(ConfigReader(file_, std::move(table)));
  }
  return readers;
}

Result<void> ConfigReader::finish() {
  for (const auto& table : file_->tables) {
    if (!table->content) continue;
    for (const auto& [key, node] : *table->content) {
      if (table->known.contains(key.str())) continue;
      if (file_->problems.size() == kMostProblems) file_->problems.emplace_back("… and more");
      if (file_->problems.size() > kMostProblems) break;
      const std::string nearest = nearest_key(key.str(), table->known);
      const std::string hint = nearest.empty() ? fmt::format("known here: {}", fmt::join(table->known, ", "))
                                               : fmt::format("did you mean {}?", nearest);
      file_->problems.push_back(fmt::format("{}:{}: unknown key {}{}; {}", file_->name, node.source().begin.line,
                                            table->path, key.str(), hint));
    }
  }
  if (file_->problems.empty()) return {};
  return make_error(ErrorCode::invalid_config, fmt::format("{}", fmt::join(file_->problems, "\n")));
}

}  // namespace lineguard
