// Label lines that can't be used: every one is named, and nothing but naming them goes on.
#include "dataset_builder.h"

#include <lineguard/dataset/check.h>
#include <lineguard/imaging/encode.h>

namespace lineguard::dataset::test {
namespace {

using Strings = std::vector<std::string>;

class LabelProblemsTest : public DatasetTest {
 protected:
  void add_picture(const std::string& name) {
    const auto png = imaging::encode_png(Image({100, 50}, 1));
    ASSERT_TRUE(png && write_file_atomically(folder_ / name, *png));
  }
  // Places as findings name them, with the set that was read in spite of them. Others than verify are refused.
  Strings places(Dataset& dataset, const std::string& name = "") {
    EXPECT_EQ(read_error({}, name).code, ErrorCode::corrupt_data);
    dataset = read({.keep_problems = true}, name);
    const auto report = check_dataset(dataset);
    EXPECT_TRUE(report);
    Strings found;
    for (const Finding& finding : report ? report->findings : std::vector<Finding>{}) {
      if (finding.check != "malformed-label") continue;
      EXPECT_EQ(finding.severity, Severity::blocker);
      found.insert(found.end(), finding.files.begin(), finding.files.end());
    }
    return found;
  }
};

TEST_F(LabelProblemsTest, OfCsvRows) {
  add("labels.csv",
      "image,label,boxes,split\n"
      "a.png,good,,train\n"
      "b.png,1.5,,dev\n"
      ",good,,\n"
      "c.png,crack,1 2 3;4 5 6 7,\n"
      "d.png,good\n"
      "e.png,good,,test\n");
  Dataset dataset;
  EXPECT_EQ(places(dataset), (Strings{"labels.csv:6", "labels.csv:3", "labels.csv:3", "labels.csv:4", "labels.csv:5"}));
  EXPECT_EQ(dataset.samples.size(), 4u);
  EXPECT_EQ(find_sample(dataset, "b.png")->label, Label::unknown);
  EXPECT_EQ(find_sample(dataset, "c.png")->boxes.size(), 1u);
  EXPECT_CONTAINS(read_error().message, "labels.csv:6: 2 fields");
}

TEST_F(LabelProblemsTest, OfCsvHeaders) {
  Dataset dataset;
  add("labels.csv", "image,kind,image\na.png,good,\n");
  EXPECT_EQ(places(dataset, "labels.csv"), Strings(2, "labels.csv:1")) << "twice, and none is the label";
  EXPECT_TRUE(dataset.samples.empty());
  add("labels.csv", "image,\"label\na.png,good\n");
  EXPECT_EQ(places(dataset, "labels.csv"), Strings{"labels.csv:1"});
  add("labels.csv", "");
  EXPECT_EQ(places(dataset, "labels.csv"), Strings{"labels.csv:1"});
}

TEST_F(LabelProblemsTest, OfYoloLinesAndNames) {
  for (const auto* name : {"images/a.png", "images/b.png", "images/c.png"}) add_picture(name);
  add("labels/a.txt", "0 0.5 0.5 0.2\n0 0.5 0.5 0.2 0.2\n7 0.5 0.5 0.2 0.2\n");
  add("labels/b.txt", "\n0 0.5 0.5 0.2\n");
  add("labels/c.txt", "");
  add("data.yaml", "names: [dent]");
  Dataset dataset;
  EXPECT_EQ(places(dataset), (Strings{"labels/a.txt:1", "labels/b.txt:2", "labels/a.txt:3"}));
  EXPECT_EQ(find_sample(dataset, "images/a.png")->class_name, "dent");
  EXPECT_EQ(find_sample(dataset, "images/b.png")->label, Label::unknown) << "what was drawn is not known: not good";
  EXPECT_EQ(find_sample(dataset, "images/c.png")->label, Label::good);
  add("data.yaml", "names: [dent");
  EXPECT_EQ(places(dataset).at(0), "data.yaml:1");
}

TEST_F(LabelProblemsTest, OfVocObjects) {
  for (const auto* name : {"a.png", "b.png", "c.png"}) add_picture(name);
  add("a.xml",
      "<annotation>\n<object><name>dent</name></object>\n"
      "<object>\n<name>x</name><bndbox><xmin>9</xmin><ymin>1</ymin><xmax>3</xmax><ymax>4</ymax></bndbox></object>\n"
      "<object><name>x</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>3</xmax><ymax>4</ymax></bndbox></object>\n"
      "</annotation>");
  add("b.xml", "<annotation>\n<object>\n");
  add("c.xml", "<annotation/>");
  Dataset dataset;
  const Strings found = places(dataset);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0], "a.xml:2");
  EXPECT_EQ(found[1], "a.xml:3");
  EXPECT_TRUE(found[2].starts_with("b.xml:")) << found[2];
  EXPECT_EQ(find_sample(dataset, "a.png")->boxes.size(), 1u);
  EXPECT_EQ(find_sample(dataset, "b.png")->label, Label::unknown);
  EXPECT_EQ(find_sample(dataset, "c.png")->label, Label::good);
}

TEST_F(LabelProblemsTest, OfCocoEntries) {
  add("train.json", R"({"categories": [{"id": 1, "name": "dent"}],
    "images": [{"id": 1, "file_name": "a.png"}, {"id": 2}, {"id": 3, "file_name": "c.png"}],
    "annotations": [{"id": 31, "image_id": 1, "category_id": 9, "bbox": [1, 2, 3, 4]},
                    {"image_id": 7, "category_id": 1, "bbox": [1, 2, 3, 4]}]})");
  add("val.json", R"({"images": [], "annotations": [)");
  Dataset dataset;
  const Strings found = places(dataset);
  EXPECT_EQ(found, (Strings{"train.json:2: images[1], id 2", "train.json:3: annotations[0], id 31",
                            "train.json:4: annotations[1]", "val.json"}));
  EXPECT_EQ(dataset.samples.size(), 2u);
  EXPECT_EQ(find_sample(dataset, "a.png")->label, Label::unknown);
  EXPECT_EQ(find_sample(dataset, "c.png")->label, Label::good);
}

TEST_F(LabelProblemsTest, TheRefusalNamesTheFirstAndTheirNumber) {
  add("one.csv", "image,label\na.png,2\n");
  EXPECT_EQ(read_error({}, "one.csv").message.find("problems"), std::string::npos);
  add("three.csv", "image,label\na.png,2\nb.png,3\nc.png,4\n");
  const std::string message = read_error({}, "three.csv").message;
  EXPECT_CONTAINS(message, "three.csv:2: label \"2\"");
  EXPECT_CONTAINS(message, "the first of 3 problems in the labels: `lineguard verify` lists them");
}

TEST_F(LabelProblemsTest, AreBoundedAndTheRestIsCounted) {
  std::string rows = "image,label\n";
  for (int i = 0; i < 1500; ++i) rows += ",good\n";
  add("labels.csv", rows + "a.png,2\n");
  Dataset dataset;
  EXPECT_EQ(places(dataset).size(), 1000u);
  EXPECT_EQ(dataset.problems.count(), 1501u);
  const auto report = check_dataset(dataset);
  EXPECT_EQ(report->findings.at(1).reason, "501 more problems in the labels not listed");
  LabelProblems problems;
  problems.add("a", std::string(5000, 'x'));
  EXPECT_LT(problems.kept()[0].reason.size(), 500u);
}

TEST_F(LabelProblemsTest, BlockWhateverIsAllowed) {
  add("labels.csv", "image,label\na.png,2\n");
  const auto report = check_dataset(read({.keep_problems = true}));
  ASSERT_TRUE(report);
  const auto blocking = report->blockers({check_names().begin(), check_names().end()});
  ASSERT_EQ(blocking.size(), 2u);
  EXPECT_EQ(blocking[0].check, "malformed-label");
  EXPECT_EQ(blocking[1].check, "unreadable") << "nobody can learn from it";
  for (const char* never : {"malformed-label", "unreadable", "undecodable", "template-mismatch"})
    EXPECT_FALSE(is_allowable(never));
  EXPECT_EQ(allowable_checks().size() + 5, check_names().size());
}

}  // namespace
}  // namespace lineguard::dataset::test
