#include "dataset_builder.h"
#include "test_data.h"

#include <algorithm>

#include <fmt/format.h>

#include <lineguard/imaging/encode.h>

namespace lineguard::dataset::test {
namespace {

using lineguard::test::shared_data;

constexpr std::string_view kCategories = R"("categories": [{"id": 1, "name": "open"}, {"id": 7, "name": "short"}])";

class Coco : public DatasetTest {
 protected:
  void add_json(const std::string& name, const std::string& images, const std::string& annotations) {
    add(name,
        "{" + std::string(kCategories) + R"(, "images": [)" + images + R"(], "annotations": [)" + annotations + "]}");
  }
  std::string problem_of(const std::string& images, const std::string& annotations) {
    add_json("train.json", images, annotations);
    const Error error = read_error();
    EXPECT_EQ(error.code, ErrorCode::corrupt_data);
    EXPECT_CONTAINS(error.message, "train.json:1: ");
    return error.message;
  }
};

TEST_F(Coco, readsBoxesPolygonsSplitsAndTemplates) {
  add("train/a.png");
  add("train_template/a.png");
  add("beside.png");
  add_json("train.json", R"({"id": 5, "file_name": "a.png"}, {"id": 6, "file_name": "b.png"})",
           R"({"image_id": 5, "category_id": 7, "bbox": [1, 2, 3.5, 4], "segmentation": [[1, 2, 4, 2, 4, 6]]},
              {"image_id": 5, "category_id": 1, "bbox": [5, 6, 7, 8], "segmentation": []})");
  add_json("other.json", R"({"id": 5, "file_name": "beside.png"})",
           R"({"image_id": 5, "category_id": 7, "bbox": [1, 2, 3, 4]})");
  const Dataset dataset = read();
  EXPECT_EQ(dataset.layout, Layout::coco);
  ASSERT_EQ(dataset.samples.size(), 3u);
  const Sample* a = find_sample(dataset, "train/a.png");
  EXPECT_EQ(a->label, Label::defective);
  EXPECT_EQ(a->class_name, "several");
  EXPECT_EQ(a->split, Split::train);
  EXPECT_EQ(a->defect_free_template, folder_ / "train_template/a.png");
  ASSERT_EQ(a->boxes.size(), 2u);
  EXPECT_EQ(a->boxes[0].box, (Box{1, 2, 3.5, 4}));
  EXPECT_EQ(a->boxes[0].class_name, "short");
  EXPECT_EQ(a->boxes[0].outlines, (std::vector<Outline>{{{1, 2}, {4, 2}, {4, 6}}}));
  EXPECT_TRUE(a->boxes[1].outlines.empty());
  const Sample* b = find_sample(dataset, "train/b.png");
  EXPECT_EQ(b->label, Label::good);
  EXPECT_FALSE(b->defect_free_template);
  const Sample* beside = find_sample(dataset, "beside.png");
  EXPECT_EQ(beside->class_name, "short");
  EXPECT_EQ(beside->split, Split::unset);
}

TEST_F(Coco, anObjectInPiecesIsOneObject) {
  add_json("train.json", R"({"id": 5, "file_name": "a.png"})",
           R"({"image_id": 5, "category_id": 7, "bbox": [1, 2, 9, 4],
               "segmentation": [[1, 2, 4, 2, 4, 6], [6, 2, 10, 2, 10, 6], [6, 2, 7, 2]]})");
  const Dataset dataset = read();
  ASSERT_EQ(dataset.samples.at(0).boxes.size(), 1u);
  EXPECT_EQ(dataset.samples[0].boxes[0].outlines,
            (std::vector<Outline>{{{1, 2}, {4, 2}, {4, 6}}, {{6, 2}, {10, 2}, {10, 6}}}));
}

TEST_F(Coco, runLengthMasksBecomeOutlines) {
  add_json("train.json", R"({"id": 5, "file_name": "a.png", "width": 9, "height": 10})",
           R"({"image_id": 5, "category_id": 7, "bbox": [0, 6, 1, 1],
               "segmentation": {"size": [10, 9], "counts": [6, 1, 40, 4, 5, 4, 5, 4, 21]}},
              {"image_id": 5, "category_id": 1, "bbox": [0, 6, 1, 1],
               "segmentation": {"size": [10, 9], "counts": "61X13mN000`0"}})");
  const Dataset dataset = read();
  const auto& boxes = dataset.samples.at(0).boxes;
  ASSERT_EQ(boxes.size(), 2u);
  ASSERT_EQ(boxes[0].outlines.size(), 3u);
  const auto alone = [](const Outline& outline) { return outline == Outline{{0, 6}}; };
  EXPECT_EQ(std::ranges::count_if(boxes[0].outlines, alone), 1);
  EXPECT_EQ(boxes[0].outlines, boxes[1].outlines);
}

TEST_F(Coco, anImageMayLeaveItsSizeOpen) {
  for (const char* size : {R"("width": null, "height": 96)", R"("width": 96, "height": "96")", R"("width": 0)"}) {
    add_json("train.json", R"({"id": 5, "file_name": "a.png", )" + std::string(size) + "}",
             R"({"image_id": 5, "category_id": 7, "bbox": [1, 2, 3, 4]})");
    const Dataset dataset = read();
    ASSERT_EQ(dataset.samples.size(), 1u) << size;
    EXPECT_EQ(dataset.samples[0].class_name, "short") << size;
  }
}

TEST_F(Coco, anImageThatCannotBeReadTakesNoOthersAnnotations) {
  add_json("train.json", R"({"id": 5, "file_name": 3}, {"id": 6, "file_name": "b.png"}, {"id": "c"})",
           R"({"image_id": 5, "category_id": 7, "bbox": [1, 2, 3, 4]},
              {"image_id": 6, "category_id": 1, "bbox": [1, 2, 3, 4]})");
  const Dataset dataset = read({.keep_problems = true});
  EXPECT_EQ(dataset.problems.count(), 3u);
  ASSERT_EQ(dataset.samples.size(), 1u);
  EXPECT_EQ(dataset.samples[0].class_name, "open");
}

TEST_F(Coco, aMaskThatMarksNothingLeavesItToItsBox) {
  add_json("train.json", R"({"id": 5, "file_name": "a.png", "width": 9, "height": 10})",
           R"({"image_id": 5, "category_id": 7, "bbox": [1, 2, 3, 4],
               "segmentation": {"size": [10, 9], "counts": [90]}})");
  const Dataset dataset = read();
  ASSERT_EQ(dataset.samples.at(0).boxes.size(), 1u);
  EXPECT_EQ(dataset.samples[0].boxes[0].box, (Box{1, 2, 3, 4}));
  EXPECT_TRUE(dataset.samples[0].boxes[0].outlines.empty());
  EXPECT_CONTAINS(problem_of(R"({"id": 5, "file_name": "a.png"})",
                             R"({"image_id": 5, "category_id": 7, "segmentation": {"size": [10, 9], "counts": [90]}})"),
                  "annotations[0]: expected the numbers");
}

TEST_F(Coco, aMaskOfAnotherSizeThanItsPictureIsNamed) {
  const auto png = imaging::encode_png(Image({96, 64}, 1));
  ASSERT_TRUE(png && write_file_atomically(folder_ / "a.png", *png));
  EXPECT_CONTAINS(problem_of(R"({"id": 5, "file_name": "a.png", "width": null, "height": null})",
                             R"({"image_id": 5, "category_id": 7, "bbox": [1, 2, 3, 4],
                                 "segmentation": {"size": [10000, 10000], "counts": [0, 100000000]}})"),
                  "the mask is 10000 x 10000, its image 96 x 64");
}

TEST_F(Coco, segmentationsThatCannotBeAreNamed) {
  const auto problem = [&](const std::string& segmentation, const std::string& size = "") {
    return problem_of(
        R"({"id": 5, "file_name": "a.png")" + size + "}",
        R"({"image_id": 5, "category_id": 1, "bbox": [1, 2, 3, 4], "segmentation": )" + segmentation + "}");
  };
  const std::string mask = R"({"size": [10, 9], "counts": [6, 1, 40]})";
  EXPECT_CONTAINS(problem("[[1, 2, 3, 4, 5, 6, 7]]"), "annotations[0]: segmentation: 7 numbers, expected x, y, x, y");
  EXPECT_CONTAINS(problem(mask), "segmentation: the runs make 47 pixels, expected the mask's 90");
  EXPECT_CONTAINS(problem(mask, R"(, "width": 10, "height": 9)"), "the mask is 9 x 10, its image 10 x 9");
  EXPECT_CONTAINS(problem(R"({"size": [99999999999, 9], "counts": [1]})"), "the mask is 9 x 0");
  EXPECT_CONTAINS(problem(R"({"size": [10, 9], "counts": "61X"})"), "ends within a number");
  EXPECT_CONTAINS(problem(R"({"size": [10], "counts": "61X"})"), "annotations[0]: expected the numbers");
  EXPECT_CONTAINS(problem(R"({"size": [10, 9], "counts": 3})"), "annotations[0]: has a value of another kind");
}

// Of so many single pixels, one below the other with one between them.
std::string mask_in_pieces(std::size_t pieces) {
  return R"({"size": [)" + std::to_string(2 * pieces) + R"(, 1], "counts": "111)" + std::string(2 * pieces - 3, '0') +
         "\"}";
}

std::string object(int id, const std::string& segmentation) {
  return R"({"id": )" + std::to_string(id) +
         R"(, "image_id": 5, "category_id": 1, "bbox": [1, 2, 3, 4], "segmentation": )" + segmentation + "}";
}

TEST_F(Coco, anObjectHasALimitedNumberOfPieces) {
  const std::string image = R"({"id": 5, "file_name": "a.png"})";
  add_json("train.json", image, object(70, mask_in_pieces(100'000)));
  EXPECT_EQ(read().samples.at(0).boxes.at(0).outlines.size(), 100'000u);
  const std::string limit =
      "train.json:1: annotations[0], id 70: segmentation: more than 100000 pieces, the most that "
      "an object may have";
  EXPECT_CONTAINS(problem_of(image, object(70, mask_in_pieces(100'001))), limit);
  std::string polygons = "[0, 0, 2, 0, 2, 2]";
  for (int i = 0; i < 100'000; ++i) polygons += ", [0, 0, 2, 0, 2, 2]";
  EXPECT_CONTAINS(problem_of(image, object(70, "[" + polygons + "]")), limit);
}

TEST_F(Coco, theObjectsOfAFileHaveALimitedNumberOfPieces) {
  std::string annotations = object(70, mask_in_pieces(100'000));
  for (int id = 71; id < 82; ++id) annotations += "," + object(id, mask_in_pieces(100'000));
  add_json("train.json", R"({"id": 5, "file_name": "a.png"})", annotations);
  const Dataset dataset = read({.keep_problems = true});
  ASSERT_EQ(dataset.problems.count(), 2u);
  EXPECT_CONTAINS(dataset.problems.kept()[0].place, "annotations[10], id 80");
  EXPECT_CONTAINS(dataset.problems.kept()[0].reason, "more than 1000000 pieces, the most that the objects of a file");
}

TEST_F(Coco, anEntryHasALimitedLength) {
  const std::string annotation = object(70, "[[" + std::string((4 << 20) + 1, ' ') + "]]");
  EXPECT_CONTAINS(problem_of(R"({"id": 5, "file_name": "a.png"})", annotation),
                  "train.json:1: annotations[0], id 70: " + std::to_string(annotation.size()) +
                      " bytes long, at most 4194304 are read");
  EXPECT_EQ(read({.keep_problems = true}).samples.at(0).label, Label::unknown)
      << "what was drawn is not known: not good";
}

TEST_F(Coco, mistakesNameFileAndEntry) {
  const std::string image = R"({"id": 5, "file_name": "a.png"})";
  EXPECT_CONTAINS(problem_of(R"({"id": 5})", ""), "images[0]");
  EXPECT_CONTAINS(problem_of(image + "," + image, ""), "images[1], id 5: image 5 is there twice");
  EXPECT_CONTAINS(problem_of(image, R"({"image_id": 9, "category_id": 1, "bbox": [1, 2, 3, 4]})"),
                  "annotations[0]: its image 9 is not in the file");
  EXPECT_CONTAINS(problem_of(image, R"({"image_id": 5, "category_id": 9, "bbox": [1, 2, 3, 4]})"),
                  "annotations[0]: its category 9 is not in the file");
  EXPECT_CONTAINS(problem_of(image, R"({"image_id": 5, "category_id": 1, "bbox": [1, 2]})"),
                  "annotations[0]: expected the numbers");
  EXPECT_CONTAINS(problem_of(image, R"({"image_id": 5, "category_id": 1, "bbox": "all"})"), "annotations[0]");
  add("train.json", R"({"images": [], "annotations": [)");
  EXPECT_EQ(read_error().code, ErrorCode::corrupt_data);
  add("train.json", R"({"images": 3, "annotations": [], "categories": []})");
  EXPECT_CONTAINS(read_error().message, "train.json:1: images: expected a list");
}

TEST_F(Coco, idsAreSaidAsTheyAreWritten) {
  const std::string image = R"({"id": -1, "file_name": "a.png"})";
  const auto object = [](const char* id, const char* image_id, const char* category_id) {
    return fmt::format(R"({{"id": {}, "image_id": {}, "category_id": {}, "bbox": [1, 2, 3, 4]}})", id, image_id,
                       category_id);
  };
  EXPECT_CONTAINS(problem_of(image, object("18446744073709551615", "18446744073709551615", "1")),
                  "annotations[0], id 18446744073709551615: its image 18446744073709551615 is not in the file");
  EXPECT_CONTAINS(problem_of(image, object("1", "1e300", "1")), "its image 1e+300 is not in the file");
  EXPECT_CONTAINS(problem_of(image, object("1", "-1.5", "1")), "its image -1.5 is not in the file");
  EXPECT_CONTAINS(problem_of(image, object("1", "-1", "1e300")), "its category 1e+300 is not in the file");
  EXPECT_CONTAINS(problem_of(R"({"id": 1e300, "file_name": "a.png"})", ""),
                  "images[0], id 1e+300: its id 1e+300 is not a whole number");
  add_json("train.json", image, object("1", "-1.0", "7"));
  EXPECT_EQ(read().samples.at(0).class_name, "short");
}

TEST_F(Coco, whatIsNoEntryIsNamedAndTheRestCounted) {
  std::string annotations = "0";
  for (int i = 1; i < 5000; ++i) annotations += i % 2 ? ",{}" : ",0";
  add_json("train.json", R"({"id": 5, "file_name": "a.png"})", annotations);
  const LabelProblems problems = read({.keep_problems = true}).problems;
  EXPECT_EQ(problems.count(), 5000u);
  ASSERT_EQ(problems.kept().size(), 1000u);
  EXPECT_CONTAINS(problems.kept()[998].place, "annotations[998]");
  EXPECT_TRUE(problems.kept()[998].reason.starts_with("has a value of another kind: expected the numbers"));
  EXPECT_TRUE(problems.kept()[999].reason.starts_with("expected the numbers"));
}

TEST(RealDatasets, deeppcbHasTemplatesAndPhoneScreenPolygons) {
  LINEGUARD_NEEDS(shared_data() / "deeppcb");
  const auto boards = read_dataset(shared_data() / "deeppcb");
  ASSERT_TRUE(boards) << boards.error().message;
  EXPECT_EQ(boards->samples.size(), 400u);
  std::size_t boxes = 0;
  for (const Sample& sample : boards->samples) {
    EXPECT_TRUE(sample.defect_free_template) << sample.name;
    boxes += sample.boxes.size();
  }
  EXPECT_EQ(boxes, 2062u + 712u);
  const auto screens = read_dataset(shared_data() / "phone_screen");
  ASSERT_TRUE(screens) << screens.error().message;
  EXPECT_EQ(screens->samples.size(), 20u);
  EXPECT_FALSE(screens->samples.front().boxes.front().outlines.empty());
}

TEST_F(Coco, TemplatesAreFoundThoughThePathLeadsUpwards) {
  add("set/train/a.png");
  add("set/train_template/a.png");
  add("other/b.png");
  add_json("set/train.json", R"({"id": 5, "file_name": "a.png"})", "");
  const Dataset dataset = read({}, "other/../set");
  ASSERT_EQ(dataset.samples.size(), 1u);
  EXPECT_TRUE(dataset.samples[0].defect_free_template);
}

// A name from the root would lead past the folder of templates to the picture itself.
TEST_F(Coco, ANameFromTheRootHasNoTemplate) {
  add("a.png");
  add_json("train.json", R"({"id": 5, "file_name": ")" + (folder_ / "a.png").string() + R"("})", "");
  const Dataset dataset = read();
  ASSERT_EQ(dataset.samples.size(), 1u);
  EXPECT_FALSE(dataset.samples[0].defect_free_template);
}

TEST_F(Coco, AFileThatIsNoJsonIsNamed) {
  add("a.png");
  add("train.json", R"({"images": [)");
  ReadOptions as_coco;
  as_coco.layout = Layout::coco;
  EXPECT_CONTAINS(read_error(as_coco).message, "; train.json: ");
  add("train.json", "null");
  EXPECT_CONTAINS(read_error(as_coco).message, "train.json: no lists \"images\" and \"annotations\"");
}

}  // namespace
}  // namespace lineguard::dataset::test
