// Sets as the tools that people use export them: each of its true shape, read whole.
#include "dataset_builder.h"

#include <algorithm>

#include <lineguard/core/base64.h>
#include <lineguard/dataset/check.h>
#include <lineguard/dataset/mask.h>
#include <lineguard/imaging/encode.h>

namespace lineguard::dataset::test {
namespace {

class ToolExports : public DatasetTest {
 protected:
  void add_picture(const std::string& name, Size size = {40, 30}) {
    Image image(size, 1);
    image.row_u8(0)[0] = static_cast<std::uint8_t>(std::hash<std::string>()(name));
    const auto png = imaging::encode_png(image);
    ASSERT_TRUE(png && write_file_atomically(folder_ / name, *png));
  }
  // White on black: the given pixels of the first row.
  void add_mask(const std::string& name, int from, int to) {
    Image mask({40, 30}, 1);
    std::fill(mask.row_u8(0).begin() + from, mask.row_u8(0).begin() + to, 255);
    ASSERT_TRUE(write_file_atomically(folder_ / name, *imaging::encode_png(mask)));
  }
  static std::string coco(const std::string& prefix) {
    return R"({"info":{},"licenses":[],"categories":[{"id":0,"name":"defects","supercategory":"none"},{"id":1,"name":"dent"}],)"
           R"("images":[{"id":1,"file_name":")" +
           prefix + R"(a.png","width":40,"height":30},{"id":2,"file_name":")" + prefix +
           R"(b.png","width":null,"height":null}],"annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[1,2,10,5],)"
           R"("area":50,"iscrowd":0,"segmentation":[[1,2,11,2,11,7]]}]})";
  }
  void expect_coco(Split split = Split::unset) {
    const Dataset dataset = read();
    EXPECT_EQ(dataset.layout, Layout::coco);
    ASSERT_EQ(dataset.samples.size(), 2u);
    for (const Sample& sample : dataset.samples) {
      EXPECT_TRUE(std::filesystem::exists(sample.image)) << sample.image;
      EXPECT_EQ(sample.split, split);
      EXPECT_EQ(sample.label, sample.image.stem() == "a" ? Label::defective : Label::good);
    }
    EXPECT_EQ(dataset.files.left_out_count(), 0u) << to_text(dataset.files);
  }
};

TEST_F(ToolExports, CocoOfCvat) {
  for (const char* name : {"a", "b"}) add_picture(std::string("images/default/") + name + ".png");
  add("annotations/instances_default.json", coco(""));
  expect_coco();
}

TEST_F(ToolExports, CocoOfMsCoco) {
  for (const char* name : {"a", "b"}) add_picture(std::string("train2017/") + name + ".png");
  add("annotations/instances_train2017.json", coco(""));
  expect_coco(Split::train);
  add("annotations/captions_train2017.json", coco(""));
  EXPECT_EQ(read().samples.size(), 2u);
}

TEST_F(ToolExports, CocoOfRoboflow) {
  for (const char* name : {"a", "b"}) add_picture(std::string("valid/") + name + ".png");
  add("valid/_annotations.coco.json", coco(""));
  add("README.roboflow.txt", "exported");
  const Dataset dataset = read();
  EXPECT_EQ(dataset.samples.at(0).split, Split::validation);
  EXPECT_EQ(dataset.files.left_out.at(0).reason, LeftOutReason::other);
}

TEST_F(ToolExports, CocoOfFiftyOne) {
  for (const char* name : {"a", "b"}) add_picture(std::string("data/") + name + ".png");
  add("labels.json", coco(""));
  expect_coco();
}

TEST_F(ToolExports, CocoOfLabelStudio) {
  for (const char* name : {"a", "b"}) add_picture(std::string("images/") + name + ".png");
  add("result.json", coco("images\\\\"));
  expect_coco();
  add("result.json", coco("/data/local-files/?d=shop%20floor/images/"));
  expect_coco();
}

TEST_F(ToolExports, CocoWithoutAnnotationsIsAQuestionThatCanBeAnswered) {
  for (const char* name : {"a", "b"}) add_picture(std::string("data/") + name + ".png");
  add("labels.json", coco(""));
  EXPECT_EQ(find_sample(read({.missing_labels = MissingLabels::ignore}), "data/b.png")->label, Label::unknown);
  EXPECT_EQ(read_error({.missing_labels = MissingLabels::error}).code, ErrorCode::corrupt_data);
  const Dataset told = read();
  EXPECT_TRUE(std::ranges::any_of(told.warnings, [](const std::string& warning) {
    return warning.find("1 picture without annotations: good") != std::string::npos;
  }));
}

TEST_F(ToolExports, YoloOfCvat) {
  for (const char* name : {"a", "b"}) add_picture(std::string("obj_train_data/") + name + ".png");
  add("obj_train_data/a.txt", "1 0.5 0.5 0.2 0.2\n");
  add("obj_train_data/b.txt", "");
  add("obj.names", "scratch\ndent\n");
  add("obj.data", "classes = 2\nnames = data/obj.names\n");
  add("train.txt", "data/obj_train_data/a.png\n");
  const Dataset dataset = read();
  EXPECT_EQ(dataset.layout, Layout::yolo);
  EXPECT_EQ(find_sample(dataset, "obj_train_data/a.png")->class_name, "dent");
  EXPECT_EQ(find_sample(dataset, "obj_train_data/b.png")->label, Label::good);
  EXPECT_EQ(dataset.samples.at(0).split, Split::unset);
}

TEST_F(ToolExports, YoloInUpperCaseAndOfLabelStudio) {
  add_picture("Images/a.png");
  add("Labels/a.TXT", "0 0.5 0.5 0.2 0.2\n");
  add("classes.txt", "dent\n");
  add("notes.json", R"({"categories":[{"id":0,"name":"dent"}]})");
  EXPECT_EQ(read().samples.at(0).class_name, "dent");
}

TEST_F(ToolExports, LabelMe) {
  for (const char* name : {"a.png", "b.png", "c.png"}) add_picture(name);
  const Image marked = [] {
    Image mask({4, 3}, 1);
    for (auto& value : mask.bytes()) value = std::byte{0xff};
    return mask;
  }();
  add("a.json",
      R"({"version":"5.5.0","flags":{},"imagePath":"..\\old\\a.png","imageData":null,"imageHeight":30,"imageWidth":40,)"
      R"("shapes":[{"label":"dent","points":[[1,1],[9,1],[9,6]],"shape_type":"polygon"},)"
      R"({"label":"dent","points":[[5,5],[1,2]],"shape_type":"rectangle"},)"
      R"({"label":"hole","points":[[20,20],[23,24]],"shape_type":"circle"},)"
      R"({"label":"dent","points":[[30,10],[33,12]],"shape_type":"mask","mask":")" +
          encode_base64(*imaging::encode_png(marked)) + R"("}]})");
  add("b.json", R"({"version":"5.5.0","imagePath":"b.png","shapes":[]})");
  const Dataset dataset = read();
  EXPECT_EQ(dataset.layout, Layout::labelme);
  const Sample* a = find_sample(dataset, "a.png");
  ASSERT_EQ(a->boxes.size(), 4u);
  EXPECT_EQ(a->boxes[1].box, (Box{1, 2, 4, 3}));
  EXPECT_NEAR(a->boxes[2].box.width, 10, 0.1);
  EXPECT_DOUBLE_EQ(a->boxes[3].box.x, 30);
  EXPECT_EQ(a->boxes[3].outlines.size(), 1u);
  EXPECT_EQ(find_sample(dataset, "b.png")->label, Label::good);
  EXPECT_EQ(find_sample(dataset, "c.png")->label, Label::unknown);
}

TEST_F(ToolExports, ViaOfBothVersions) {
  for (const char* name : {"a.png", "b.png"}) add_picture(name);
  const std::string one =
      R"({"a.png123":{"filename":"a.png","size":123,"regions":{"0":{"shape_attributes":{"name":"rect","x":1,"y":2,"width":3,"height":4},)"
      R"("region_attributes":{"kind":"dent"}}},"file_attributes":{}},"b.png9":{"filename":"b.png","size":9,"regions":[]}})";
  for (const std::string& text : {one, "{\"_via_settings\":{},\"_via_img_metadata\":" + one + "}"}) {
    add("via_region_data.json", text);
    const Dataset dataset = read();
    EXPECT_EQ(dataset.layout, Layout::via);
    EXPECT_EQ(find_sample(dataset, "a.png")->class_name, "dent");
    EXPECT_EQ(find_sample(dataset, "a.png")->boxes.at(0).box, (Box{1, 2, 3, 4}));
    EXPECT_EQ(find_sample(dataset, "b.png")->label, Label::good);
  }
}

TEST_F(ToolExports, CvatForImages) {
  for (const char* name : {"a.png", "b.png", "c.png"}) add_picture(std::string("images/") + name);
  add("annotations.xml",
      "<?xml version=\"1.0\"?><annotations><version>1.1</version><meta/>"
      "<image id=\"0\" name=\"a.png\" width=\"40\" height=\"30\"><box label=\"dent\" xtl=\"1\" ytl=\"2\" xbr=\"5\" "
      "ybr=\"9\"/>"
      "<polygon label=\"dent\" points=\"1.5,1;9,1;9,6\"/><mask label=\"dent\" rle=\"1, 2, 3\" left=\"10\" top=\"20\" "
      "width=\"3\" height=\"2\"/></image>"
      "<image id=\"1\" name=\"b.png\" width=\"40\" height=\"30\"/>"
      "<image id=\"2\" name=\"c.png\" width=\"40\" height=\"30\"><tag label=\"good\"/></image></annotations>");
  const Dataset dataset = read();
  EXPECT_EQ(dataset.layout, Layout::cvat);
  const Sample* a = find_sample(dataset, "images/a.png");
  ASSERT_EQ(a->boxes.size(), 3u);
  EXPECT_EQ(a->boxes[0].box, (Box{1, 2, 4, 7}));
  EXPECT_DOUBLE_EQ(a->boxes[1].outlines.at(0).at(0).x, 1.5);
  EXPECT_EQ(find_sample(dataset, "images/b.png")->label, Label::good);
  EXPECT_EQ(find_sample(dataset, "images/c.png")->label, Label::good);
}

TEST_F(ToolExports, MvtecLocoHasSeveralMasksAPicture) {
  for (const char* name : {"train/good/0.png", "test/good/0.png", "test/logical_anomalies/0.png"}) add_picture(name);
  add_mask("ground_truth/logical_anomalies/0/000.png", 0, 3);
  add_mask("ground_truth/logical_anomalies/0/001.png", 10, 12);
  const Dataset dataset = read();
  const Sample* sample = find_sample(dataset, "test/logical_anomalies/0.png");
  ASSERT_TRUE(sample->mask);
  ASSERT_EQ(sample->more_masks.size(), 1u);
  const auto mask = read_mask(*sample);
  ASSERT_TRUE(mask) << mask.error().message;
  EXPECT_EQ(std::ranges::count(mask->row_u8(0), 255), 5);
  EXPECT_FALSE(find_sample(dataset, "test/good/0.png")->mask);
}

TEST_F(ToolExports, MvtecAd2) {
  for (const char* name : {"train/good/0.png", "validation/good/1.png", "test_public/good/2.png",
                           "test_public/bad/3.png", "test_private/4.png"})
    add_picture(name);
  add_mask("test_public/ground_truth/bad/3_mask.png", 0, 3);
  const Dataset dataset = read();
  EXPECT_EQ(dataset.layout, Layout::mvtec);
  ASSERT_EQ(dataset.samples.size(), 5u);
  EXPECT_TRUE(find_sample(dataset, "test_public/bad/3.png")->mask);
  EXPECT_EQ(find_sample(dataset, "test_public/bad/3.png")->split, Split::test);
  EXPECT_EQ(find_sample(dataset, "test_private/4.png")->label, Label::unknown);
  EXPECT_EQ(dataset.files.left_out_count(), 0u);
}

TEST_F(ToolExports, Btad) {
  for (const char* name : {"train/ok/0.png", "test/ok/1.png", "test/ko/2.png"}) add_picture(name);
  add_mask("ground_truth/ko/2.png", 0, 3);
  EXPECT_TRUE(find_sample(read(), "test/ko/2.png")->mask);
}

TEST_F(ToolExports, VisaWithItsListAndWithout) {
  for (const char* name : {"Data/Images/Normal/0.png", "Data/Images/Anomaly/0.png"}) add_picture(name);
  add_mask("Data/Masks/Anomaly/0.png", 0, 3);
  const auto expect = [&](Layout layout) {
    const Dataset dataset = read();
    EXPECT_EQ(dataset.layout, layout);
    EXPECT_EQ(find_sample(dataset, "Data/Images/Normal/0.png")->label, Label::good);
    EXPECT_TRUE(find_sample(dataset, "Data/Images/Anomaly/0.png")->mask);
  };
  expect(Layout::visa);
  add("image_anno.csv",
      "image,label,mask\ncandle/Data/Images/Normal/0.png,normal,\ncandle/Data/Images/Anomaly/0.png,\"hole,"
      "spot\",candle/Data/Masks/Anomaly/0.png\n");
  expect(Layout::csv);
}

TEST_F(ToolExports, FoldersByAnyWordInAnyCase) {
  const std::vector<std::pair<const char*, const char*>> words{
      {"OK", "NOK"}, {"normal", "anomaly"}, {"io", "bad"}, {"Good", "Abnormal"}};
  for (const auto& [good, bad] : words) {
    std::filesystem::remove_all(folder_.path());
    add_picture(std::string(good) + "/a.png");
    add_picture(std::string(good) + "/day2/b.png");
    add_picture(std::string(bad) + "/c.png");
    add_mask("masks/c.png", 0, 3);
    const Dataset dataset = read();
    EXPECT_EQ(dataset.samples.size(), 3u) << good;
    EXPECT_EQ(std::ranges::count(dataset.samples, Label::good, &Sample::label), 2) << good;
    EXPECT_TRUE(find_sample(dataset, std::string(bad) + "/c.png")->mask) << bad;
  }
}

TEST_F(ToolExports, CsvOfSpreadsheetsAndPandas) {
  add_picture("a.png");
  add_picture("b.png");
  const std::vector<std::string> texts{
      "image;label\na.png;good\nb.png;0,9\n",
      "sep=;\nimage;label\na.png;good\nb.png;scratch\n",
      "\xEF\xBB\xBF,image,label,operator\n0,a.png,good,Ann\n1,b.png,scratch,Bob\n",
      "Unnamed: 0\tfilename\tclass\n0\ta.png\tgood\n1\tb.png\tscratch\n",
      "\"image\"|\"label\"\n\"a.png\"|\"good\"\n\"b.png\"|\"scratch\"\n",
      "image,label\n.\\a.png,good\nfile://" + (folder_ / "b.png").string() + ",scratch\n"};
  for (const std::string& text : texts) {
    add("labels.csv", text);
    const Dataset dataset = read();
    ASSERT_EQ(dataset.samples.size(), 2u) << text;
    for (const Sample& sample : dataset.samples) EXPECT_TRUE(std::filesystem::exists(sample.image)) << text;
    EXPECT_EQ(find_sample(dataset, "a.png")->label, Label::good) << text;
  }
  std::string wide("\xff\xfe");
  for (const char letter : std::string("image;label\na.png;good\nb.png;bad\n")) wide += letter, wide += '\0';
  add("labels.csv", wide);
  EXPECT_EQ(read().samples.size(), 2u);
}

TEST_F(ToolExports, NormalInACsvCountsAsGoodAndIsTold) {
  add_picture("a.png");
  add("labels.csv", "image,label\na.png,normal\n");
  const Dataset dataset = read();
  EXPECT_EQ(dataset.samples.at(0).label, Label::good);
  EXPECT_TRUE(std::ranges::any_of(dataset.warnings, [](const std::string& warning) {
    return warning.find("\"normal\", which counts as good") != std::string::npos;
  }));
}

TEST_F(ToolExports, NamesAreFoundInEitherFormOfTheirAccents) {
  add_picture(
      "M\xc3\xa4ngel/pr\xc3\xbc"
      "fung a.png");  // composed
  add("labels.csv",
      "image,label\nMa\xcc\x88ngel/pru\xcc\x88"
      "fung a.png,good\n");
  EXPECT_TRUE(std::filesystem::exists(read().samples.at(0).image));
}

TEST_F(ToolExports, VocSegmentationNamesItsClassesByColour) {
  const auto add_colours = [&](const std::string& name, std::uint8_t red, std::uint8_t green) {
    Image mask({40, 30}, 3);
    for (int x = 3; x < 9; ++x) {
      mask.row_u8(5)[static_cast<std::size_t>(3 * x)] = red;
      mask.row_u8(5)[static_cast<std::size_t>(3 * x + 1)] = green;
    }
    ASSERT_TRUE(write_file_atomically(folder_ / name, *imaging::encode_png(mask)));
  };
  for (const char* name : {"a", "b", "c"}) add_picture(std::string("JPEGImages/") + name + ".png");
  add_colours("SegmentationClass/a.png", 128, 0);
  add_colours("SegmentationClass/b.png", 0, 0);
  add_colours("SegmentationClass/c.png", 0, 128);
  add_colours("SegmentationObject/a.png", 128, 0);
  add("ImageSets/Segmentation/train.txt", "a\nb\n");
  add("ImageSets/Segmentation/test.txt", "c\n");
  Dataset dataset = read();
  EXPECT_EQ(dataset.layout, Layout::voc);
  EXPECT_EQ(find_sample(dataset, "JPEGImages/a.png")->class_name, "class 1");  // of VOC's palette
  EXPECT_EQ(find_sample(dataset, "JPEGImages/a.png")->split, Split::train);
  EXPECT_EQ(find_sample(dataset, "JPEGImages/b.png")->label, Label::good);
  EXPECT_EQ(find_sample(dataset, "JPEGImages/c.png")->split, Split::test);
  EXPECT_TRUE(find_sample(dataset, "JPEGImages/c.png")->mask);
  EXPECT_EQ(dataset.files.left_out_count(), 0u) << to_text(dataset.files);
  add("labelmap.txt", "# label:color_rgb:parts:actions\nbackground:0,0,0::\nscratch:128,0,0::\r\ndent:0,128,0::\n");
  dataset = read();
  EXPECT_EQ(find_sample(dataset, "JPEGImages/a.png")->class_name, "scratch");
  EXPECT_EQ(find_sample(dataset, "JPEGImages/c.png")->class_name, "dent");
  add("labelmap.txt", "scratch:red::\n");
  EXPECT_CONTAINS(read_error().message, "labelmap.txt:1: \"scratch:red::\": expected name:red,green,blue::");
}

TEST_F(ToolExports, ImagesAndMasksNameTheirClassesByValue) {
  for (const char* name : {"a", "b", "c"}) add_picture(std::string("images/") + name + ".png");
  add_mask("masks/a_mask.png", 3, 9);
  add_mask("masks/b_mask.png", 0, 0);
  Dataset dataset = read();
  EXPECT_EQ(find_sample(dataset, "images/a.png")->class_name, "defective");  // white says no class
  EXPECT_EQ(find_sample(dataset, "images/b.png")->label, Label::good);
  EXPECT_EQ(find_sample(dataset, "images/c.png")->label, Label::unknown);
  Image two({40, 30}, 1);
  two.row_u8(3)[3] = 1;
  ASSERT_TRUE(write_file_atomically(folder_ / "masks/c.png", *imaging::encode_png(two)));
  EXPECT_EQ(find_sample(read(), "images/c.png")->class_name, "class 1");
  two.row_u8(3)[4] = 2;
  ASSERT_TRUE(write_file_atomically(folder_ / "masks/c.png", *imaging::encode_png(two)));
  EXPECT_EQ(find_sample(read(), "images/c.png")->class_name, "several");
  add("labels.csv", "image,label\nimages/a.png,good\n");  // says more than the masks
  EXPECT_EQ(read().layout, Layout::csv);
}

TEST_F(ToolExports, FoldersBesideTheGoodOnesAreClasses) {
  add_picture("OK/a.png");
  add_picture("Scratch/b.png");
  add_picture("Dent/deep/c.png");
  add_picture("Dent/d.png");
  Dataset dataset = read();
  EXPECT_EQ(dataset.layout, Layout::good_defective);
  EXPECT_EQ(find_sample(dataset, "OK/a.png")->label, Label::good);
  EXPECT_EQ(find_sample(dataset, "Scratch/b.png")->class_name, "Scratch");
  EXPECT_EQ(find_sample(dataset, "Dent/deep/c.png")->class_name, "Dent");
  EXPECT_CONTAINS(dataset.warnings.front(), "classes of defects: Dent, Scratch");
}

TEST_F(ToolExports, FoldersThatNobodyHasLookedAtAreNoClasses) {
  add_picture("good/a.png");
  for (const char* name : {"new", "Unlabelled", "images", "test"}) add_picture(std::string(name) + "/b.png");
  const Dataset dataset = read();
  EXPECT_EQ(dataset.layout, Layout::good_only);
  EXPECT_EQ(dataset.samples.size(), 1u);
  EXPECT_EQ(dataset.files.left_out_count(), 4u);
}

TEST_F(ToolExports, CsvInTheLettersOfWindows) {
  add_picture("a.png");
  add_picture("t\xc3\xbcr.png");
  add("labels.csv", "image;label\r\na.png;ok\r\nt\xfcr.png;Kratzer \xe4 \x80\r\n");
  const Dataset dataset = read();
  ASSERT_EQ(dataset.samples.size(), 2u);
  EXPECT_EQ(find_sample(dataset, "t\xc3\xbcr.png")->class_name, "Kratzer \xc3\xa4 \xe2\x82\xac");
  EXPECT_CONTAINS(dataset.warnings.front(), "no UTF-8");
}

}  // namespace
}  // namespace lineguard::dataset::test
