// A small label file of each layout, its kind's number in front, into the folder named by the first argument.
#include <filesystem>
#include <string>

#include <lineguard/core/check.h>
#include <lineguard/core/files.h>

int main(int count, char** arguments) {
  using namespace lineguard;
  LINEGUARD_CHECK(count == 2, "usage: labels_fuzz_seeds FOLDER");
  const std::string labels[] = {
      "0 0.5 0.5 0.25 0.5\n1 0.1 0.1 0.2 0.1 0.2 0.3\n", "names:\n  0: scratch\n  1: dent\ntrain: images\n",
      "<annotation><filename>a.png</filename><size><width>8</width><height>6</height></size><object><name>dent</name>"
      "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>4</xmax><ymax>5</ymax></bndbox></object></annotation>",
      R"({"images":[{"id":1,"file_name":"a.png","width":8,"height":6}],"categories":[{"id":1,"name":"dent"}],)"
      R"("annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[1,1,3,3],"segmentation":[[1,1,4,1,4,4]]}]})",
      "image,label,mask,part,split\na.png,good,,1,train\na.png,0.3,,2,test\n"};
  for (char kind = 0; kind < 5; ++kind) {
    const auto file = std::filesystem::path(arguments[1]) / std::to_string(kind);
    LINEGUARD_CHECK(write_file_atomically(file, std::string(1, kind) + labels[static_cast<int>(kind)]),
                    "the seed was written");
  }
  return 0;
}
