#include "dataset_builder.h"
#include "test_data.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <sys/stat.h>

namespace lineguard::dataset::test {
namespace fs = std::filesystem;
namespace {

using ReadDataset = DatasetTest;
using lineguard::test::shared_data;

std::size_t count(const Dataset& dataset, Label label) {
  return static_cast<std::size_t>(std::count_if(dataset.samples.begin(), dataset.samples.end(),
                                                [&](const Sample& sample) { return sample.label == label; }));
}

std::string all_warnings(const Dataset& dataset) {
  std::string text;
  for (const auto& warning : dataset.warnings) text += warning + "\n";
  return text;
}

TEST_F(ReadDataset, mvtecWithItsMasksInOrderOfSplitClassAndName) {
  for (const auto* name : {"train/good/b.png", "train/good/a.png", "test/crack/c.png", "test/crack/d.png",
                           "test/good/e.png", "ground_truth/crack/c_mask.png", "readme.txt"}) {
    add(name);
  }
  const Dataset dataset = read();
  EXPECT_EQ(dataset.layout, Layout::mvtec);
  std::vector<std::string> names;
  for (const auto& sample : dataset.samples) names.push_back(sample.name);
  EXPECT_EQ(names, (std::vector<std::string>{"train/good/a.png", "train/good/b.png", "test/crack/c.png",
                                             "test/crack/d.png", "test/good/e.png"}));
  const Sample* crack = find_sample(dataset, "test/crack/c.png");
  EXPECT_EQ(crack->label, Label::defective);
  EXPECT_EQ(crack->class_name, "crack");
  EXPECT_EQ(crack->split, Split::test);
  EXPECT_EQ(crack->part, "c");
  EXPECT_EQ(crack->mask, folder_ / "ground_truth/crack/c_mask.png");
  EXPECT_FALSE(find_sample(dataset, "test/crack/d.png")->mask);
  EXPECT_CONTAINS(all_warnings(dataset), "1 defective picture has no mask");
  EXPECT_CONTAINS(all_warnings(dataset), "nothing names the part of 5 pictures");
}

TEST_F(ReadDataset, mvtecWarnsOfMasksWithoutPictureAndMisplacedPictures) {
  for (const auto* name : {"train/good/a.png", "train/b.png", "ground_truth/crack/x_mask.png"}) add(name);
  const Dataset dataset = read();
  EXPECT_EQ(dataset.samples.size(), 1u);
  EXPECT_EQ(dataset.files.left_out.at(0).files, std::vector<std::string>{"train/b.png"});
  EXPECT_CONTAINS(all_warnings(dataset), "belongs to no picture, the first is x_mask.png");
}

TEST_F(ReadDataset, partsAreWholeNamesWhereStemsRepeat) {
  for (const auto* name : {"train/good/000.png", "test/crack/000.png"}) add(name);
  const Dataset dataset = read();
  EXPECT_EQ(dataset.samples[0].part, "train/good/000.png");
  EXPECT_EQ(dataset.samples[1].part, "test/crack/000.png");
}

TEST_F(ReadDataset, goodAndDefectiveUnderEachOfTheirNames) {
  const std::vector<std::pair<std::string, std::string>> kNames{{"good", "defective"}, {"OK", "NG"}, {"pass", "fail"}};
  for (const auto& [good, defective] : kNames) {
    add(fmt::format("{0}/set/{0}/a.png", good));
    add(fmt::format("{}/set/{}/b.png", good, defective));
    add(fmt::format("{}/set/{}/scratch/c.png", good, defective));
    const Dataset dataset = read({}, good + "/set");
    EXPECT_EQ(dataset.layout, Layout::good_defective);
    ASSERT_EQ(dataset.samples.size(), 3u);
    EXPECT_EQ(find_sample(dataset, good + "/a.png")->class_name, "good");
    EXPECT_EQ(find_sample(dataset, defective + "/b.png")->class_name, "defective");
    EXPECT_EQ(find_sample(dataset, defective + "/scratch/c.png")->class_name, "scratch");
  }
}

TEST_F(ReadDataset, goodOnlyAsFlatFolderOrGoodFolder) {
  for (const auto* name : {"flat/a.JPG", "flat/b.tiff", "flat/.hidden.png", "alone/good/a.png"}) add(name);
  const Dataset flat = read({}, "flat");
  EXPECT_EQ(flat.layout, Layout::good_only);
  EXPECT_EQ(count(flat, Label::good), 2u);
  EXPECT_EQ(read({}, "alone").layout, Layout::good_only);
}

// Damaged labels must not make every part good: only who says so gets a set of good pictures alone.
TEST_F(ReadDataset, labelFilesThatNoLayoutCanReadAreProblemsAndNoGoodParts) {
  for (const auto& [file, content] :
       std::vector<std::pair<std::string, std::string>>{{"labels.csv", "file;result\na.png;NG\n"},
                                                        {"labels.json", "{\"annotati"},
                                                        {"a.txt", "0 0.5 0.5 0.2 0.2\n"},
                                                        {"data.yaml", "names: [crack]\n"},
                                                        {"annotations/instances.json", "{\"imag"},
                                                        {"labels/a.txt", "0 0.5 0.5 0.2 0.2\n"}}) {
    std::string folder = "set_" + file;
    std::ranges::replace(folder, '/', '_');
    add(folder + "/a.png");
    add(folder + "/" + file, content);
    const auto refused = read_dataset(folder_ / folder, {});
    ASSERT_FALSE(refused) << file;
    EXPECT_EQ(refused.error().code, ErrorCode::corrupt_data) << file;
    EXPECT_CONTAINS(refused.error().message, file + ": looks like labels, but no layout can read it");
    const Dataset dataset = read({.layout = Layout::good_only}, folder);
    EXPECT_EQ(count(dataset, Label::good), 1u);
    EXPECT_CONTAINS(all_warnings(dataset), file + " beside the pictures is not read");
  }
  add("piped/a.png");
  ASSERT_EQ(mkfifo((folder_ / "piped/labels.json").c_str(), 0600), 0);
  EXPECT_EQ(read_dataset(folder_ / "piped", {}).error().code, ErrorCode::corrupt_data)
      << "without waiting for a writer";
  add("noted/a.png");
  add("noted/readme.txt", "taken on monday");
  add("noted/check.json", "{\n  \"schema\": \"lineguard.verify/1\"}");
  add("noted/notes/lamp.txt", "new");
  EXPECT_EQ(read({}, "noted").layout, Layout::good_only);
}

TEST_F(ReadDataset, csvWithEveryColumn) {
  add("labels.csv",
      "image,label,mask,boxes,part,view,template,lot,split\n"
      "a.png,OK,,,p1,front,t/a.png,L7,train\n"
      "b.png,crack,m/b.png,1 2 3 4;5 6.5 7 8,p2,,,,val\n"
      "/far/c.png,0.25,,,p3,,,,test\n"
      "d.png,1,,,p4,,,,\n"
      "e.png,,,,p5,,,,\n");
  const Dataset dataset = read();
  EXPECT_EQ(dataset.layout, Layout::csv);
  ASSERT_EQ(dataset.samples.size(), 5u);
  const Sample* a = find_sample(dataset, "a.png");
  EXPECT_EQ(a->label, Label::good);
  EXPECT_EQ(a->part, "p1");
  EXPECT_EQ(a->view, "front");
  EXPECT_EQ(a->lot, "L7");
  EXPECT_EQ(a->split, Split::train);
  EXPECT_EQ(a->defect_free_template, folder_ / "t/a.png");
  EXPECT_EQ(a->source_line, (folder_ / "labels.csv").string() + ":2");
  const Sample* b = find_sample(dataset, "b.png");
  EXPECT_EQ(b->class_name, "crack");
  EXPECT_EQ(b->mask, folder_ / "m/b.png");
  ASSERT_EQ(b->boxes.size(), 2u);
  EXPECT_EQ(b->boxes[1].box, (Box{5, 6.5, 7, 8}));
  EXPECT_EQ(b->boxes[1].class_name, "crack");
  const Sample* c = find_sample(dataset, "/far/c.png");
  EXPECT_EQ(c->label, Label::unknown);
  EXPECT_EQ(c->defect_probability, 0.25);
  EXPECT_EQ(find_sample(dataset, "d.png")->label, Label::defective);
  EXPECT_EQ(find_sample(dataset, "e.png")->label, Label::unknown);
  EXPECT_CONTAINS(all_warnings(dataset), "1 picture has a defect probability between 0 and 1");
  EXPECT_CONTAINS(all_warnings(dataset), "1 picture is not labelled");
  EXPECT_EQ(all_warnings(dataset).find("names the part"), std::string::npos);
}

TEST_F(ReadDataset, csvNamesTheClassOfEachBoxAndPolygon) {
  add("labels.csv",
      "image,label,boxes,polygons\n"
      "a.png,defective,deep crack: 1 2 3 4; 5 6 7 8,\n"
      "b.png,ng,,stain: 1 2 5 2 5 8;stain:10 10 14 10 14 11 10 12\n"
      "c.png,dent,crack: 1 2 3 4,1 2 5 2 5 8\n"
      "d.png,0.8,1 2 3 4,\n"
      "e.png,0.9,crack: 1 2 3 4,\n");
  const Dataset dataset = read({.defective_above = 0.5});
  const Sample* a = find_sample(dataset, "a.png");
  EXPECT_EQ(a->class_name, "several");
  ASSERT_EQ(a->boxes.size(), 2u);
  EXPECT_EQ(a->boxes[0].class_name, "deep crack");
  EXPECT_EQ(a->boxes[1].class_name, "defective");
  const Sample* b = find_sample(dataset, "b.png");
  EXPECT_EQ(b->class_name, "stain");
  ASSERT_EQ(b->boxes.size(), 2u);
  EXPECT_EQ(b->boxes[0].outlines, (std::vector<Outline>{{{1, 2}, {5, 2}, {5, 8}}}));
  EXPECT_EQ(b->boxes[1].box, (Box{10, 10, 4, 2}));
  const Sample* c = find_sample(dataset, "c.png");
  EXPECT_EQ(c->class_name, "several");
  ASSERT_EQ(c->boxes.size(), 2u);
  EXPECT_EQ(c->boxes[0].class_name, "crack");
  EXPECT_EQ(c->boxes[1].class_name, "dent");
  EXPECT_EQ(find_sample(dataset, "d.png")->class_name, "defective");
  EXPECT_EQ(find_sample(dataset, "e.png")->class_name, "crack");
}

TEST_F(ReadDataset, csvTakesAPicturesClassFromWhatIsDrawnAndWarnsWhereTheLabelNamesAnother) {
  add("labels.csv",
      "image,label,mask,boxes\n"
      "a.png,crack,,stain: 10 10 20 20\n"
      "b.png,crack,,crack: 1 2 3 4\n"
      "c.png,ng,,stain: 1 2 3 4\n"
      "d.png,crack,d_mask.png,stain: 1 2 3 4\n");
  const Dataset dataset = read();
  EXPECT_EQ(find_sample(dataset, "a.png")->class_name, "stain");
  EXPECT_EQ(find_sample(dataset, "b.png")->class_name, "crack");
  EXPECT_EQ(find_sample(dataset, "d.png")->class_name, "crack") << "a mask has the label's class";
  const std::string warnings = all_warnings(dataset), lines = (folder_ / "labels.csv").string();
  EXPECT_CONTAINS(warnings, "in 2 rows the label names a class that no box or polygon of the row has (" + lines +
                                ":2, " + lines + ":5)");
  add("labels.csv", "image,label,boxes\na.png,crack,stain: 1 2 3 4; 1 2 3 4\n");
  EXPECT_EQ(all_warnings(read()).find("names a class"), std::string::npos);
}

TEST_F(ReadDataset, csvHeadingsMayBeginWithACapital) {
  add("labels.csv", "Image,LABEL,Part\na.png,good,7\n");
  const Dataset dataset = read();
  EXPECT_EQ(find_sample(dataset, "a.png")->label, Label::good);
  EXPECT_EQ(find_sample(dataset, "a.png")->part, "7");
}

TEST_F(ReadDataset, csvFileNamedItself) {
  add("lists/first.csv", "image,label\n../a.png,good\n");
  add("lists/second.csv", "image,label\n../b.png,good\n");
  EXPECT_EQ(read({}, "lists/first.csv").samples[0].image, folder_ / "a.png");
  const Error error = read_error({}, "lists");
  EXPECT_EQ(error.code, ErrorCode::invalid_argument);
  EXPECT_CONTAINS(error.message, "first.csv, second.csv");
}

TEST_F(ReadDataset, csvMistakesNameFileLineAndWhatIsAllowed) {
  const auto problem = [&](std::string_view text) {
    add("bad.csv", text);
    const Error error = read_error({}, "bad.csv");
    EXPECT_EQ(error.code, ErrorCode::corrupt_data);
    EXPECT_CONTAINS(error.message, "bad.csv:");
    return error.message.substr(error.message.find("bad.csv"));
  };
  EXPECT_CONTAINS(problem("image,labels\n"), "bad.csv:1: unknown column \"labels\": is it meant to be \"label\"?");
  EXPECT_CONTAINS(problem("image,image,label\n"), "\"image\" stands there twice");
  EXPECT_CONTAINS(problem("image,part\n"), "the column \"label\" is missing");
  EXPECT_CONTAINS(problem("image,label\na.png,1.5\n"), "bad.csv:2: label \"1.5\": expected good, ok");
  EXPECT_CONTAINS(problem("image,label\n,good\n"), "bad.csv:2: image \"\"");
  EXPECT_CONTAINS(problem("image,label,split\na,good,dev\n"), "bad.csv:2: split \"dev\": expected train");
  EXPECT_CONTAINS(problem("image,label,boxes\na,ng,1 2 3\n"), "expected \"x y width height\"");
  EXPECT_CONTAINS(problem("image,label,boxes\na,ng,crack:\n"), "with a class as \"crack: x y width height\"");
  EXPECT_CONTAINS(problem("image,label,polygons\na,ng,1 2 3 4\n"), "expected \"x1 y1 x2 y2 x3 y3 …\"");
  EXPECT_CONTAINS(problem("image,label,polygons\na,ng,1 2 3 4 5 6 7\n"), "expected \"x1 y1 x2 y2 x3 y3 …\"");
  EXPECT_CONTAINS(problem("image,label,boxes\na,ng,1 2 3 x\n"), "\"x\" is not a number");
  EXPECT_CONTAINS(problem("image,label,boxes\na,ng,1 2 3 nan\n"), "\"nan\" is not a number");
  EXPECT_CONTAINS(problem(""), "empty, expected a header");
}

TEST_F(ReadDataset, csvWithAHeaderOnlyHasNoPictures) {
  add("a.csv", "image,label\n");
  EXPECT_CONTAINS(read_error({}, "a.csv").message, "has no pictures (read as CSV), and a.csv names none");
}

TEST_F(ReadDataset, ACsvThatIsNoListSaysWhichColumnsItHas) {
  add("img/a.png");
  add("labels.csv", "file;klass\nimg/a.png;good\n");
  EXPECT_CONTAINS(read_error().message, "labels.csv has the columns file, klass: expected image and label");
  add("labels.csv", "");
  EXPECT_CONTAINS(read_error().message, "labels.csv is empty");
}

TEST_F(ReadDataset, AFolderAboveTheSetNamesTheSet) {
  add("a/b/good/x.png");
  EXPECT_CONTAINS(read_error().message, "Did you mean " + (folder_ / "a/b").string() + "?");
  add("set/c.zip");
  EXPECT_CONTAINS(read_error({}, "set").message, "Unpack c.zip first");
}

TEST_F(ReadDataset, twoLayoutsAreNamedWithTheWayToChoose) {
  for (const auto* name : {"train/good/a.png", "good/b.png", "defective/c.png"}) add(name);
  const Error error = read_error();
  EXPECT_EQ(error.code, ErrorCode::invalid_argument);
  EXPECT_CONTAINS(error.message, "MVTec AD (train/good/) and good and defective folders (good/ and defective/)");
  EXPECT_CONTAINS(error.message, "--layout mvtec or --layout good-defective");
  EXPECT_EQ(read({.layout = Layout::mvtec}).samples.size(), 1u);
  EXPECT_EQ(read({.layout = Layout::good_defective}).samples.size(), 2u);
}

TEST_F(ReadDataset, aLayoutThatDoesNotFitIsRefused) {
  add("a.png");
  const Error error = read_error({.layout = Layout::mvtec});
  EXPECT_EQ(error.code, ErrorCode::invalid_argument);
  EXPECT_CONTAINS(error.message, "is not a MVTec AD data set");
}

TEST_F(ReadDataset, foldersWithoutPicturesSayWhatTheyHave) {
  EXPECT_CONTAINS(read_error().message, "it is empty");
  add("a.heic");
  add("b.HEIC");
  fs::create_directories(folder_ / "more");
  const Error error = read_error();
  EXPECT_EQ(error.code, ErrorCode::invalid_argument);
  EXPECT_CONTAINS(error.message, "it has 2 .heic files, more/");
  EXPECT_CONTAINS(error.message, "train/good/");
  fs::create_directories(folder_ / "set/good");
  EXPECT_CONTAINS(read_error({}, "set").message, "has no pictures");
}

TEST_F(ReadDataset, missingFolderAndOtherFiles) {
  EXPECT_EQ(read_error({}, "nowhere").code, ErrorCode::not_found);
  add("a.png");
  const Error error = read_error({}, "a.png");
  EXPECT_EQ(error.code, ErrorCode::invalid_argument);
  EXPECT_CONTAINS(error.message, "is a file: expected a folder or a .csv file");
}

TEST_F(ReadDataset, loopsOfLinksEnd) {
  add("train/good/a.png");
  fs::create_directory_symlink(folder_.path(), folder_ / "train/loop");
  fs::create_symlink(folder_ / "train/good/self.png", folder_ / "train/good/self.png");
  const Dataset dataset = read();
  EXPECT_EQ(dataset.samples.size(), 2u);  // the link to itself is found undecodable later
  fs::create_symlink(folder_ / "around", folder_ / "around");
  EXPECT_NE(read_error({}, "around").message.find("around"), std::string::npos);
}

TEST_F(ReadDataset, unreadableFolderIsNamed) {
  add("train/good/a.png");
  fs::permissions(folder_ / "train/good", fs::perms::none);
  if (fs::directory_iterator(folder_ / "train/good", *std::make_unique<std::error_code>()) !=
      fs::directory_iterator()) {
    fs::permissions(folder_ / "train/good", fs::perms::owner_all);
    GTEST_SKIP() << "this user may read everything";
  }
  const Error error = read_error();
  fs::permissions(folder_ / "train/good", fs::perms::owner_all);
  EXPECT_EQ(error.code, ErrorCode::permission_denied);
  EXPECT_CONTAINS(error.message, "train/good");
}

TEST_F(ReadDataset, partPatternLooksAtNoNameThatNoFileCanHave) {
  add("list.csv", "image,label\n" + std::string(100'000, '1') + "_a.png,good\n12_a.png,good\n");
  const Dataset dataset = read({.part_pattern = "^([0-9]+)_"}, "list.csv");
  ASSERT_EQ(dataset.samples.size(), 2u);
  EXPECT_CONTAINS(all_warnings(dataset), "1 of 2 file names do not match the part pattern");
}

TEST_F(ReadDataset, partPatternTakesItsFirstGroup) {
  for (const auto* name : {"good/A12_top.png", "good/A12_side.png", "good/odd.png"}) add(name);
  const Dataset dataset = read({.part_pattern = "^([A-Z]\\d+)_"});
  EXPECT_EQ(find_sample(dataset, "good/A12_top.png")->part, "A12");
  EXPECT_EQ(find_sample(dataset, "good/A12_side.png")->part, "A12");
  EXPECT_EQ(find_sample(dataset, "good/odd.png")->part, "good/odd.png");
  EXPECT_CONTAINS(all_warnings(dataset), "1 of 3 file names do not match");
  EXPECT_EQ(read({.part_pattern = "[A-Z]\\d+"}).samples[0].part, "A12");
  EXPECT_EQ(read_error({.part_pattern = "("}).code, ErrorCode::invalid_config);
  EXPECT_EQ(read_error({.part_pattern = std::string(50'000, '(') + std::string(50'000, ')')}).code,
            ErrorCode::invalid_config)
      << "no stack is deep enough";
}

TEST_F(ReadDataset, layoutNamesGoBothWays) {
  for (const Layout layout : {Layout::mvtec, Layout::good_defective, Layout::good_only, Layout::csv, Layout::coco,
                              Layout::yolo, Layout::voc}) {
    EXPECT_EQ(layout_from_name(layout_name(layout)).value(), layout);
  }
  EXPECT_CONTAINS(layout_from_name("mvtek").error().message, "known: mvtec, good-defective");
}

TEST(RealDatasets, cookies) {
  LINEGUARD_NEEDS(shared_data() / "cookies");
  const auto dataset = read_dataset(shared_data() / "cookies");
  ASSERT_TRUE(dataset) << dataset.error().message;
  EXPECT_EQ(dataset->layout, Layout::mvtec);
  EXPECT_EQ(count(*dataset, Label::good), 45u);
  EXPECT_EQ(count(*dataset, Label::defective), 40u);
  EXPECT_EQ(std::count_if(dataset->samples.begin(), dataset->samples.end(),
                          [](const Sample& sample) { return sample.mask.has_value(); }),
            32);
}

TEST(RealDatasets, magneticTileNamesItsPartsByFile) {
  LINEGUARD_NEEDS(shared_data() / "magnetic_tile" / "exposure3");
  const auto dataset = read_dataset(shared_data() / "magnetic_tile" / "exposure3");
  ASSERT_TRUE(dataset) << dataset.error().message;
  EXPECT_EQ(count(*dataset, Label::good), 82u);
  std::set<std::string> classes;
  for (const auto& sample : dataset->samples) {
    EXPECT_EQ(sample.part, sample.image.stem());
    EXPECT_EQ(sample.mask.has_value(), sample.label == Label::defective) << sample.name;
    classes.insert(sample.class_name);
  }
  EXPECT_EQ(classes, (std::set<std::string>{"blowhole", "break", "crack", "fray", "good", "uneven"}));
}

}  // namespace
}  // namespace lineguard::dataset::test
