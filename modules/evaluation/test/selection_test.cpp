// Which pictures a package is measured on: those that it has not learned from.
#include "squares.h"

#include <lineguard/core/digest.h>
#include <lineguard/package/cross_fitted.h>
#include <lineguard/package/learned_picture.h>
#include <lineguard/package/package.h>

namespace lineguard::evaluation::test {
namespace {

using Indices = std::vector<std::size_t>;

class Selecting : public Evaluate {
 protected:
  // a to f, every second one defective.
  void SetUp() override {
    int brightness = 10;
    for (const char* name : {"a.png", "b.png", "c.png", "d.png", "e.png", "f.png"}) {
      add(name, brightness % 20 == 0 ? Label::defective : Label::good, brightness);
      brightness += 10;
    }
    dataset_.root = folder_.path();
  }

  void learn(const Indices& samples) {
    std::set<std::string> digests;
    std::vector<package::LearnedPicture> pictures;
    for (const std::size_t i : samples) {
      pictures.push_back(*package::describe_picture(dataset_.samples[i].image, dataset_.samples[i].part));
      digests.insert(pictures.back().digest);
    }
    ASSERT_TRUE(package::write_learned(package_, digests));
    ASSERT_TRUE(package::write_learned_pictures(package_, pictures));
    seal();
  }

  void seal() {
    package::Manifest manifest;
    manifest.name = "squares";
    manifest.version = 1;
    manifest.training.defective_pictures = 1;
    const auto sealed = package::write_manifest(package_, manifest);
    ASSERT_TRUE(sealed) << sealed.error().message;
  }

  Selected select(const std::string& split = "") {
    auto selected = select_pictures(package_, split, dataset_);
    EXPECT_TRUE(selected) << selected.error().message;
    return selected ? *selected : Selected{};
  }

  const std::filesystem::path package_ = folder_ / "package";
};

TEST_F(Selecting, WhatWasNotLearnedIsMeasuredAndTheRestIsTold) {
  learn({0, 1});
  const Selected selected = select();
  EXPECT_EQ(selected.samples, (Indices{2, 3, 4, 5}));
  EXPECT_EQ(selected.selection, Selection::not_learned);
  EXPECT_EQ(selected.left_out.learned, 2u);
  EXPECT_NE(selected.left_out.note.find("left out are 2 of 6 pictures: 2 that"), std::string::npos)
      << selected.left_out.note;
}

TEST_F(Selecting, AFreshSetIsMeasuredWholeWhateverItsSplits) {
  learn({});
  ASSERT_TRUE(package::write_learned(package_, {std::string(64, 'a')}));
  seal();
  for (std::size_t i = 0; i < 6; ++i) dataset_.samples[i].split = i < 4 ? dataset::Split::train : dataset::Split::test;
  const Selected selected = select();
  EXPECT_EQ(selected.samples.size(), 6u);
  EXPECT_EQ(selected.selection, Selection::all);
  EXPECT_EQ(selected.left_out.note, "");
}

TEST_F(Selecting, ATestSplitThatIsAllThatIsNewKeepsItsName) {
  learn({0, 1, 2, 3});
  for (std::size_t i = 0; i < 6; ++i) dataset_.samples[i].split = i < 4 ? dataset::Split::train : dataset::Split::test;
  EXPECT_EQ(select().selection, Selection::test);
  EXPECT_EQ(select("test").samples, (Indices{4, 5}));
}

TEST_F(Selecting, ANamedSplitTellsWhatItLeavesOut) {
  learn({0});
  for (std::size_t i = 0; i < 6; ++i) dataset_.samples[i].split = i < 4 ? dataset::Split::train : dataset::Split::test;
  const Selected selected = select("test");
  EXPECT_EQ(selected.left_out.learned, 1u);
  EXPECT_GT(selected.left_out.other_splits, 0u);
  EXPECT_EQ(selected.left_out.count() + selected.samples.size(), 6u);
}

TEST_F(Selecting, OtherViewsOfALearnedPartAreLeftOut) {
  for (std::size_t i = 0; i < 6; ++i) dataset_.samples[i].part = "part " + std::to_string(i / 2);
  learn({0});
  const Selected selected = select();
  EXPECT_EQ(selected.samples, (Indices{2, 3, 4, 5}));
  EXPECT_EQ(selected.left_out.same_part, 1u);
}

TEST_F(Selecting, AnotherSetsViewOfALearnedPartIsLeftOut) {
  for (std::size_t i = 0; i < 6; ++i) dataset_.samples[i].part = "part " + std::to_string(i / 2);
  learn({0});
  dataset_.samples.erase(dataset_.samples.begin());  // the learned one itself is not there
  const Selected selected = select();
  EXPECT_EQ(selected.samples, (Indices{1, 2, 3, 4}));
  EXPECT_EQ(selected.left_out.same_part, 1u);
}

TEST_F(Selecting, WhereNothingIsNewAllIsMeasured) {
  learn({0, 1, 2, 3, 4, 5});
  const Selected selected = select();
  EXPECT_EQ(selected.samples.size(), 6u);
  EXPECT_EQ(selected.left_out.note, "");
}

TEST_F(Selecting, AllIsAll) {
  learn({0, 1});
  EXPECT_EQ(select("all").samples.size(), 6u);
}

TEST_F(Selecting, HeldOutPicturesKeepTheirName) {
  learn({0, 1, 2, 3});
  ASSERT_TRUE(package::write_held_out(
      package_, {*sha256_hex_of_file(dataset_.samples[4].image), *sha256_hex_of_file(dataset_.samples[5].image)}));
  seal();
  EXPECT_EQ(select().selection, Selection::held_out);
}

TEST_F(Selecting, CopiesCountAsOnePart) {
  for (const char* copy : {"x.png", "y.png"}) {
    std::filesystem::copy_file(folder_ / "f.png", folder_ / copy);
    dataset::Sample sample = dataset_.samples[5];
    sample.image = folder_ / copy;
    sample.name = sample.part = copy;
    dataset_.samples.push_back(sample);
  }
  EXPECT_EQ(dataset::join_copies(dataset_), 2u);
  learn({5});
  EXPECT_EQ(select().left_out.learned, 3u);  // the same bytes
}

}  // namespace
}  // namespace lineguard::evaluation::test
