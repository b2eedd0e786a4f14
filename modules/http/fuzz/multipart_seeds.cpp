// Bodies as browsers send them, into the folder named by the first argument.
#include <filesystem>
#include <string>

#include <lineguard/core/check.h>
#include <lineguard/core/files.h>
#include <lineguard/http/multipart.h>

int main(int count, char** arguments) {
  using namespace lineguard;
  LINEGUARD_CHECK(count == 2, "usage: multipart_fuzz_seeds FOLDER");
  const http::Fields none, one{{"image", {"JPEG"}}}, two{{"image", {"a\r\nb"}}, {"template", {"--x--"}}};
  int number = 0;
  for (const auto& fields : {none, one, two}) {
    const auto made = http::make_multipart(fields);
    const auto file = std::filesystem::path(arguments[1]) / std::to_string(number++);
    LINEGUARD_CHECK(write_file_atomically(file, made.content_type + "\n" + made.body), "the seed was written");
  }
  return 0;
}
