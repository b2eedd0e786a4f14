// Prints the register table of modules/plc/README.md; with --update FILE writes it between that file's two marks.
#include <iostream>
#include <string_view>

#include <lineguard/core/files.h>
#include <lineguard/plc/registers.h>

namespace {

constexpr std::string_view kBegin = "<!-- registers: begin -->\n", kEnd = "<!-- registers: end -->";

lineguard::Result<void> update(const std::string& file) {
  LINEGUARD_ASSIGN(std::string text, lineguard::read_text_file(file));
  const auto begin = text.find(kBegin), end = text.find(kEnd);
  if (begin == std::string::npos || end == std::string::npos || end < begin)
    return lineguard::make_error(lineguard::ErrorCode::corrupt_data, file + ": no marks for the register table");
  const auto from = begin + kBegin.size();
  text.replace(from, end - from, lineguard::plc::register_table_markdown());
  return lineguard::write_file_atomically(file, text);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--update") {
    const auto updated = update(argv[2]);
    if (!updated) std::cerr << "plc_table: " << updated.error().message << "\n";
    return updated ? 0 : 3;
  }
  if (argc != 1) {
    std::cerr << "usage: plc_table [--update README.md]\n";
    return 2;
  }
  std::cout << lineguard::plc::register_table_markdown();
  return 0;
}
