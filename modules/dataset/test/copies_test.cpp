#include "dataset_builder.h"

#include <lineguard/dataset/split.h>

namespace lineguard::dataset {
namespace {

using test::find_sample;

class Copies : public test::DatasetTest {};

TEST_F(Copies, CountAsOnePartAndStayOnOneSide) {
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) add(std::string(name) + ".png");
  add("g.png", "content of b.png");
  add("h.png", "content of b.png");
  Dataset dataset = read();
  EXPECT_EQ(join_copies(dataset), 2u);
  const std::string part = find_sample(dataset, "b.png")->part;
  EXPECT_EQ(find_sample(dataset, "g.png")->part, part);
  EXPECT_EQ(find_sample(dataset, "h.png")->part, part);
  EXPECT_NE(find_sample(dataset, "a.png")->part, part);
  EXPECT_CONTAINS(dataset.warnings.back(), "2 pictures are copies");
}

TEST_F(Copies, JoinWholePartsAndEnd) {
  for (const char* name : {"1_a", "1_b", "2_b", "3_a"}) add(std::string(name) + ".png");
  add("2_a.png", "content of 1_a.png");
  add("3_b.png", "content of 2_b.png");
  Dataset dataset = read({.part_pattern = "^([0-9])"});
  EXPECT_EQ(join_copies(dataset), 2u);
  for (const Sample& sample : dataset.samples) EXPECT_EQ(sample.part, dataset.samples[0].part) << sample.name;
}

TEST_F(Copies, OfTwoPartsInAThirdJoinAllThree) {
  for (const char* name : {"1_a", "2_b", "3_c"}) add(std::string(name) + ".png");
  add("3_a.png", "content of 1_a.png");
  add("3_b.png", "content of 2_b.png");
  Dataset dataset = read({.part_pattern = "^([0-9])"});
  EXPECT_EQ(join_copies(dataset), 2u);
  for (const Sample& sample : dataset.samples) EXPECT_EQ(sample.part, dataset.samples[0].part) << sample.name;
}

TEST_F(Copies, WhereThereAreNoneNothingChanges) {
  add("a.png");
  add("b.png");
  Dataset dataset = read();
  const auto warnings = dataset.warnings.size();
  EXPECT_EQ(join_copies(dataset), 0u);
  EXPECT_EQ(dataset.warnings.size(), warnings);
}

}  // namespace
}  // namespace lineguard::dataset
