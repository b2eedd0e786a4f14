// YOLO and Pascal VOC.
#include "dataset_builder.h"

#include <algorithm>

#include <lineguard/imaging/encode.h>

namespace lineguard::dataset::test {
namespace {

class Yolo : public DatasetTest {
 protected:
  void add_picture(const std::string& name) {
    const auto png = imaging::encode_png(Image({100, 50}, 1));
    ASSERT_TRUE(png && write_file_atomically(folder_ / name, *png));
  }
  std::string problem_of(std::string_view line) {
    add_picture("images/a.png");
    add("labels/a.txt", line);
    const Error error = read_error();
    EXPECT_EQ(error.code, ErrorCode::corrupt_data);
    return error.message;
  }
};

TEST_F(Yolo, AFileThatNamesNoClassesIsNotTheirs) {
  add_picture("images/train/a.png");
  add("labels/train/a.txt",
      "\xEF\xBB\xBF"
      "0 0.5 0.5 0.2 0.4\n");
  add("conda.yaml", "# class names: see data.yaml\nfilenames: x\n");
  add("data.yaml", "names: [dent]\n");
  EXPECT_EQ(read().samples.at(0).class_name, "dent");
  add("data.yaml", "names: dent\n");
  EXPECT_CONTAINS(read_error().message, "data.yaml: names: expected a list");
  std::string million = "names:\n";
  for (int i = 0; i < 200'000; ++i) million += "- dent\n";
  add("data.yaml", million);
  EXPECT_CONTAINS(read_error().message, "data.yaml: cannot read");  // at once, and not as YAML
}

TEST_F(Yolo, ReadsBoxesPolygonsNamesAndSplits) {
  add_picture("images/train/a.png");
  add_picture("images/train/clean.png");
  add_picture("images/val/b.png");
  add_picture("images/val/nobody_looked.png");
  add("labels/train/a.txt", "1 0.5 0.5 0.2 0.4\n\n0 0.1 0.2 0.3 0.2 0.3 0.6\n");
  add("labels/train/clean.txt", "");
  add("labels/val/b.txt", "1 0.1 0.1 0.2 0.2\n");
  add("data.yaml", "train: images/train\nval: images/val\nnames:\n  0: dent\n  1: crack\n");
  const Dataset dataset = read();
  EXPECT_EQ(dataset.layout, Layout::yolo);
  ASSERT_EQ(dataset.samples.size(), 4u);
  const Sample* a = find_sample(dataset, "images/train/a.png");
  ASSERT_EQ(a->boxes.size(), 2u);
  EXPECT_EQ(a->class_name, "several");
  EXPECT_EQ(a->split, Split::train);
  EXPECT_EQ(a->boxes[0].class_name, "crack");
  EXPECT_EQ(a->boxes[0].box, (Box{40, 15, 20, 20}));
  EXPECT_EQ(a->boxes[1].outlines.at(0).size(), 3u);
  EXPECT_DOUBLE_EQ(a->boxes[1].box.x, 10);
  EXPECT_DOUBLE_EQ(a->boxes[1].box.height, 20);
  EXPECT_EQ(find_sample(dataset, "images/train/clean.png")->label, Label::good);
  EXPECT_EQ(find_sample(dataset, "images/val/b.png")->split, Split::validation);
  EXPECT_EQ(find_sample(dataset, "images/val/nobody_looked.png")->label, Label::unknown);
  ASSERT_FALSE(dataset.warnings.empty());
  EXPECT_CONTAINS(dataset.warnings[0], "1 picture has no label file");
}

TEST_F(Yolo, SplitFoldersOutsideAreReadToo) {
  add_picture("train/images/a.png");
  add("train/labels/a.txt", "0 0.5 0.5 0.2 0.4");
  add("data.yaml", "names: [dent]");
  const Dataset dataset = read();
  ASSERT_EQ(dataset.samples.size(), 1u);
  EXPECT_EQ(dataset.samples[0].split, Split::train);
  EXPECT_EQ(dataset.samples[0].class_name, "dent");
}

TEST_F(Yolo, AMalformedLineIsNamed) {
  EXPECT_CONTAINS(problem_of("0 0.5 0.5 0.2"), "a.txt:1: expected \"class x y width height\"");
  EXPECT_CONTAINS(problem_of("\n0 0.5 0.5 0.2 x"), "a.txt:2: \"x\" is not a number");
  EXPECT_CONTAINS(problem_of("0 50 50 20 40"), "expected fractions of the picture, 0 to 1");
  EXPECT_CONTAINS(problem_of("-1 0.5 0.5 0.2 0.4"), "is no class number");
  add("data.yaml", "names: [dent]");
  EXPECT_CONTAINS(problem_of("3 0.5 0.5 0.2 0.4"), "class 3 has no name");
  add("data.yaml", "names: [dent");
  EXPECT_CONTAINS(problem_of("0 0.5 0.5 0.2 0.4"), "data.yaml:");
  add("data.yaml", "names: {99999999999: dent}");
  EXPECT_CONTAINS(problem_of("0 0.5 0.5 0.2 0.4"), "data.yaml:");
}

TEST_F(Yolo, ALabelFileWithoutItsPictureIsSaid) {
  add("images/a.png");
  for (const char* name : {"a", "b", "classes"}) add("labels/" + std::string(name) + ".txt", "");
  const Dataset dataset = read();
  EXPECT_TRUE(std::ranges::count(dataset.warnings, "1 label file has no picture: b.txt"));
}

class Voc : public DatasetTest {
 protected:
  std::string problem_of(std::string_view xml) {
    add("a.png");
    add("a.xml", xml);
    const Error error = read_error();
    EXPECT_EQ(error.code, ErrorCode::corrupt_data);
    return error.message;
  }
};

constexpr std::string_view kObject =
    "<object><name>crack</name><bndbox><xmin>11</xmin><ymin>21</ymin><xmax>20</xmax><ymax>40</ymax></bndbox></object>";

TEST_F(Voc, ReadsObjectsAndSplits) {
  for (const auto* name : {"a", "b", "c"}) add("JPEGImages/" + std::string(name) + ".jpg");
  add("Annotations/a.xml", "<annotation>" + std::string(kObject) + "</annotation>");
  add("Annotations/b.xml", "<annotation><size><width>9</width></size></annotation>");
  add("ImageSets/Main/train.txt", "a\n");
  add("ImageSets/Main/test.txt", "b\n");
  const Dataset dataset = read();
  EXPECT_EQ(dataset.layout, Layout::voc);
  ASSERT_EQ(dataset.samples.size(), 3u);
  const Sample* a = find_sample(dataset, "JPEGImages/a.jpg");
  EXPECT_EQ(a->class_name, "crack");
  EXPECT_EQ(a->split, Split::train);
  EXPECT_EQ(a->boxes.at(0).box, (Box{10, 20, 10, 20}));
  EXPECT_EQ(find_sample(dataset, "JPEGImages/b.jpg")->label, Label::good);
  EXPECT_EQ(find_sample(dataset, "JPEGImages/b.jpg")->split, Split::test);
  EXPECT_EQ(find_sample(dataset, "JPEGImages/c.jpg")->label, Label::unknown);
}

// A tag that is written or nested otherwise must not make a defective part a good one.
TEST_F(Voc, BoxesThatAreNotReadAreProblems) {
  add("JPEGImages/a.jpg");
  std::string capital(kObject);
  for (const char* tag : {"<object>", "</object>"}) {
    const std::size_t at = capital.find(tag);
    capital[at + (capital[at + 1] == '/' ? 2 : 1)] = 'O';
  }
  for (const std::string& objects :
       {capital, std::string(kObject) + capital, "<objects>" + std::string(kObject) + "</objects>"}) {
    add("Annotations/a.xml", "<annotation>" + objects + "</annotation>");
    EXPECT_CONTAINS(read_error().message, "a.xml:1: 1 bndbox that are in no <object> of the <annotation>");
  }
}

TEST_F(Voc, NamesInListsMayHaveBlanksAndASetMayHaveTwoPicturesOfAStem) {
  for (const auto* name : {"part 1.jpg", "part 1.jpeg", "b.jpg"}) add("JPEGImages/" + std::string(name));
  add("Annotations/b.xml", "<annotation/>");
  add("ImageSets/Main/train.txt", "\xEF\xBB\xBFpart 1\r\n");
  add("ImageSets/Main/test.txt", "b 1\n");
  const Dataset dataset = read();
  EXPECT_EQ(find_sample(dataset, "JPEGImages/part 1.jpg")->split, Split::train);
  EXPECT_EQ(find_sample(dataset, "JPEGImages/part 1.jpeg")->split, Split::train);
  EXPECT_EQ(find_sample(dataset, "JPEGImages/b.jpg")->split, Split::test);
}

TEST_F(Voc, AListNamesPicturesThatAreThereAndEachOnce) {
  for (const auto* name : {"a", "b"}) add("JPEGImages/" + std::string(name) + ".jpg");
  add("Annotations/a.xml", "<annotation/>");
  add("ImageSets/Main/train.txt", "a\nnope\n");
  EXPECT_CONTAINS(read_error().message, "ImageSets/Main/train.txt:2: no picture in ");
  add("ImageSets/Main/train.txt", "a\n");
  add("ImageSets/Main/test.txt", "b\na\n");
  EXPECT_CONTAINS(read_error().message, "test.txt:2: a stands in ");
}

TEST_F(Voc, AnnotationsBesideThePicturesAreRead) {
  add("a.png");
  add("a.xml", "<annotation>" + std::string(kObject) + std::string(kObject) + "</annotation>");
  const Dataset dataset = read();
  EXPECT_EQ(dataset.layout, Layout::voc);
  EXPECT_EQ(dataset.samples.at(0).boxes.size(), 2u);
}

TEST_F(Voc, AMalformedAnnotationIsNamed) {
  EXPECT_CONTAINS(problem_of("<annotation><object>"), "a.xml:1: ");
  EXPECT_CONTAINS(problem_of("<notes/>"), "expected <annotation>");
  EXPECT_CONTAINS(problem_of("<annotation><object><name>x</name></object></annotation>"), "a.xml:1: bndbox/xmin");
  EXPECT_CONTAINS(problem_of("<annotation><object><bndbox/></object></annotation>"), "has no <name>");
  EXPECT_CONTAINS(problem_of("<annotation><object><name>x</name><bndbox><xmin>9</xmin><ymin>1</ymin><xmax>3</xmax>"
                             "<ymax>4</ymax></bndbox></object></annotation>"),
                  "must not be below");
}

}  // namespace
}  // namespace lineguard::dataset::test
