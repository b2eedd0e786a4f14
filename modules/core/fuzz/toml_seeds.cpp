// Small configurations, into the folder named by the first argument.
#include <filesystem>
#include <string>

#include <lineguard/core/check.h>
#include <lineguard/core/files.h>

int main(int count, char** arguments) {
  using namespace lineguard;
  LINEGUARD_CHECK(count == 2, "usage: toml_fuzz_seeds FOLDER");
  const std::string seeds[] = {
      "flag = true\nnumber = 2.5\nnames = [\"a\", 'b']\n[table]\nflag = false\n[[list]]\nnumber = 1\n",
      "a.b.c = { d = [1, 2, { e = \"\"\"x\ny\"\"\" }] }\n# a comment\nt = 2026-11-30T12:00:00Z\nh = 0xff\n",
      "<!-- c --><a b=\"c\"><d/><![CDATA[x]]></a>", "names:\n  0: dent\n  1: [x, {y: z}]\n- - a\n"};
  char number = 'a';
  for (const std::string& text : seeds) {
    LINEGUARD_CHECK(write_file_atomically(std::filesystem::path(arguments[1]) / std::string(1, number++), text),
                    "the seed was written");
  }
  return 0;
}
