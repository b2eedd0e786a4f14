// A small label file of each layout, its kind's number in front, into the folder named by the first argument.
#include <filesystem>
#include <string>
#include <utility>

#include <lineguard/core/check.h>
#include <lineguard/core/files.h>

int main(int count, char** arguments) {
  using namespace lineguard;
  LINEGUARD_CHECK(count == 2, "usage: labels_fuzz_seeds FOLDER");
  const std::string coco =
      R"({"images":[{"id":1,"file_name":"a.png","width":8,"height":6}],"categories":[{"id":1,"name":"dent"}],)"
      R"("annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[1,1,3,3],"segmentation":)";
  const std::pair<char, std::string> labels[] = {
      {0, "0 0.5 0.5 0.25 0.5\n1 0.1 0.1 0.2 0.1 0.2 0.3\n"},
      {1, "names:\n  0: scratch\n  1: dent\ntrain: images\n"},
      {2,
       "<annotation><filename>a.png</filename><size><width>8</width><height>6</height></size><object><name>dent</name>"
       "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>4</xmax><ymax>5</ymax></bndbox></object></annotation>"},
      {3, coco + "[[1,1,4,1,4,4],[5,1,6,1,6,4]]}]}"},
      {3, coco + R"({"size":[6,8],"counts":[7,2,4,2,33]}}]})"},
      {3, coco + R"({"size":[6,8],"counts":"7240m0"}}]})"},
      {3,
       R"({"images":[{"id":1,"file_name":"a.png","width":null,"height":6}],"categories":[{"id":1,"name":"dent"}],)"
       R"("annotations":[{"image_id":1,"category_id":1,"bbox":[1,1,3,3],"segmentation":{"size":[6,8],"counts":[48]}}]})"},
      {5,
       R"({"imagePath":"a.png","imageWidth":8,"imageHeight":6,"shapes":[{"label":"dent","points":[[1,1],[4,1],[4,4]],)"
       R"("shape_type":"polygon"},{"label":"dent","points":[[1,1],[3,3]],"shape_type":"circle"}]})"},
      {6,
       R"({"a.png9":{"filename":"a.png","size":9,"regions":[{"shape_attributes":{"name":"rect","x":1,"y":1,"width":2,)"
       R"("height":2},"region_attributes":{"kind":"dent"}}]}})"},
      {7,
       "<annotations><image name=\"a.png\" width=\"8\" height=\"6\"><box label=\"dent\" xtl=\"1\" ytl=\"1\" xbr=\"3\" "
       "ybr=\"3\"/><mask label=\"dent\" rle=\"1, 2, 3\" left=\"1\" top=\"1\" width=\"3\" "
       "height=\"2\"/></image></annotations>"},
      {8, "dent\nscratch\n"},
      {9, "# label:color_rgb:parts:actions\nbackground:0,0,0::\ndent:128,0,0::\n"},
      {4, "image;label\na.png;good\n"},
      {4, "image,label,mask,part,split\na.png,good,,1,train\na.png,0.3,,2,test\n"}};
  char number = 0;
  for (const auto& [kind, text] : labels) {
    const auto file = std::filesystem::path(arguments[1]) / std::to_string(number++);
    LINEGUARD_CHECK(write_file_atomically(file, std::string(1, kind) + text), "the seed was written");
  }
  return 0;
}
