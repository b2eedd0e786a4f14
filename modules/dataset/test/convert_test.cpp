// What is written in another layout and read back has the same labels.
#include "dataset_builder.h"

#include <algorithm>
#include <map>

#include <lineguard/dataset/convert.h>
#include <lineguard/dataset/mask.h>
#include <lineguard/imaging/encode.h>

namespace lineguard::dataset::test {
namespace {

class Convert : public DatasetTest {
 protected:
  void SetUp() override {
    std::uint8_t number = 0;
    for (const char* name : {"good/a.png", "good/b.png", "c.png", "d.png", "e.png", "other/a.png"}) {
      Image image({40, 30}, 1);
      image.row_u8(0)[0] = ++number;
      ASSERT_TRUE(write_file_atomically(folder_ / "set" / name, *imaging::encode_png(image)));
    }
    Image mask({40, 30}, 1);
    for (int y = 5; y < 9; ++y) std::fill(mask.row_u8(y).begin() + 10, mask.row_u8(y).begin() + 20, 255);
    ASSERT_TRUE(write_file_atomically(folder_ / "set/m.png", *imaging::encode_png(mask)));
    add("set/labels.csv",
        "image,label,mask,boxes,polygons,part,split\n"
        "good/a.png,good,,,,p1,train\ngood/b.png,good,,,,p2,test\n"
        "c.png,crack,m.png,,,p3,test\nd.png,dent,,dent: 1 2 10 5; hole: 20 20 4 4,,p4,test\n"
        "e.png,hole,,,hole: 1 1 9 1 9 8,p5,test\nother/a.png,good,,,,p6,test\n");
  }
  Dataset there_and_back(Target target, ConvertReport& report) {
    const Dataset before = read({}, "set/labels.csv");
    std::filesystem::create_directories(folder_ / "out");
    auto written = convert(before, folder_ / "out", {target});
    EXPECT_TRUE(written) << written.error().message;
    if (written) report = *written;
    return read({}, target == Target::csv ? "out/labels.csv" : "out");
  }
  // By the class of each picture, whatever it is called now.
  static std::map<std::string, std::size_t> classes(const Dataset& dataset) {
    std::map<std::string, std::size_t> counts;
    for (const Sample& sample : dataset.samples) ++counts[sample.class_name];
    return counts;
  }
};

TEST_F(Convert, ToEachLayoutAndBack) {
  for (const Target target : {Target::coco, Target::yolo, Target::mvtec, Target::csv}) {
    const auto name = name_of(kTargetNames, target);
    std::filesystem::remove_all(folder_ / "out");
    ConvertReport report;
    const Dataset after = there_and_back(target, report);
    const Dataset before = read({}, "set/labels.csv");
    EXPECT_EQ(report.pictures, 6u) << name;
    auto expected = classes(before);
    EXPECT_EQ(classes(after), expected) << name;
    EXPECT_EQ(std::ranges::count(after.samples, Split::test, &Sample::split), 5) << name;
    EXPECT_EQ(after.files.left_out_count(), 0u) << name << ": " << to_text(after.files);
    for (const Sample& sample : after.samples) {
      EXPECT_TRUE(std::filesystem::exists(sample.image)) << name;
      if (sample.class_name == "crack") {
        EXPECT_TRUE(sample.mask || !sample.boxes.empty()) << name;
      }
      if (sample.class_name == "hole" && !sample.boxes.empty()) {
        EXPECT_NEAR(sample.boxes[0].box.width, 8, 0.01) << name;
      }
    }
  }
}

TEST_F(Convert, AMaskComesBackPixelByPixelThroughMvtecAndCsv) {
  for (const Target target : {Target::mvtec, Target::csv}) {
    std::filesystem::remove_all(folder_ / "out");
    ConvertReport report;
    const Dataset after = there_and_back(target, report);
    const auto crack = std::ranges::find(after.samples, "crack", &Sample::class_name);
    ASSERT_NE(crack, after.samples.end());
    const Dataset before = read({}, "set/labels.csv");
    const auto was = std::ranges::find(before.samples, "crack", &Sample::class_name);
    EXPECT_TRUE(std::ranges::equal(read_mask(*crack)->bytes(), read_mask(*was)->bytes()));
  }
}

TEST_F(Convert, WhatALayoutCannotHoldIsTold) {
  add("set/labels.csv", "image,label\ngood/a.png,good\nc.png,crack\nd.png,\n");
  ConvertReport report;
  const Dataset after = there_and_back(Target::coco, report);
  EXPECT_EQ(report.pictures, 2u);
  ASSERT_EQ(report.notes.size(), 2u);
  EXPECT_EQ(report.notes[0], "1: defective, and nothing says where: the whole picture is marked");
  EXPECT_EQ(report.notes[1], "1: not labelled, left out: COCO would call it good");
  EXPECT_EQ(classes(after), (std::map<std::string, std::size_t>{{"good", 1}, {"crack", 1}}));
}

}  // namespace
}  // namespace lineguard::dataset::test
