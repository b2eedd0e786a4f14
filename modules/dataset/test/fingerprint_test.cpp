#include "dataset_builder.h"

#include <algorithm>
#include <functional>

namespace lineguard::dataset::test {
namespace {

class Fingerprint : public DatasetTest {
 protected:
  void SetUp() override {
    for (const auto* name : {"a.png", "b.png", "m.png", "t.png"}) add(name);
    add("labels.csv", "image,label,mask,boxes,part,template\na.png,good,,,p,t.png\nb.png,crack,m.png,1 2 3 4,q,\n");
  }
  static std::string of(const Dataset& dataset) { return fingerprint(dataset); }
};

TEST_F(Fingerprint, staysWhileNothingChanges) {
  const Dataset dataset = read();
  Dataset turned = dataset;
  std::reverse(turned.samples.begin(), turned.samples.end());
  EXPECT_EQ(of(dataset).size(), 64u);
  EXPECT_EQ(of(dataset), of(turned));
  EXPECT_EQ(of(dataset), of(read({}, "labels.csv")));
}

TEST_F(Fingerprint, changesWithEachFact) {
  const Dataset dataset = read();
  const std::vector<std::function<void(Sample&)>> kChanges{[](Sample& sample) { sample.name += "x"; },
                                                           [](Sample& sample) { sample.label = Label::unknown; },
                                                           [](Sample& sample) { sample.defect_probability = 0.5; },
                                                           [](Sample& sample) { sample.class_name = "scratch"; },
                                                           [](Sample& sample) { sample.split = Split::test; },
                                                           [](Sample& sample) { sample.part += "x"; },
                                                           [](Sample& sample) { sample.mask = sample.image; },
                                                           [](Sample& sample) {
                                                             sample.boxes.push_back({{1, 2, 3, 5}, "", {}});
                                                           },
                                                           [](Sample& sample) { sample.defect_free_template.reset(); }};
  for (std::size_t i = 0; i < kChanges.size(); ++i) {
    Dataset changed = dataset;
    kChanges[i](*std::find_if(changed.samples.begin(), changed.samples.end(),
                              [](const Sample& sample) { return sample.name == "a.png"; }));
    EXPECT_NE(of(changed), of(dataset)) << "change " << i;
  }
}

TEST_F(Fingerprint, tellsOnePieceFromTwo) {
  const Outline left{{1, 1}, {4, 1}, {4, 4}}, right{{5, 1}, {8, 1}, {8, 4}};
  Outline both = left;
  both.insert(both.end(), right.begin(), right.end());
  Dataset one = read(), two = one;
  one.samples[0].boxes = {{{1, 1, 7, 3}, "dent", {both}}};
  two.samples[0].boxes = {{{1, 1, 7, 3}, "dent", {left, right}}};
  EXPECT_NE(of(one), of(two));
}

TEST_F(Fingerprint, changesWithTheContentOfEachFile) {
  std::string before = of(read());
  for (const auto* name : {"a.png", "m.png", "t.png"}) {
    add(name, "changed");
    const std::string after = of(read());
    EXPECT_NE(after, before) << name;
    before = after;
  }
}

// Training and measuring say what is wrong with a file where they need it.
TEST_F(Fingerprint, aFileThatCannotBeReadChangesItAndIsNoError) {
  const Dataset dataset = read();
  const std::string before = fingerprint(dataset);
  std::filesystem::remove(folder_ / "m.png");
  const std::string missing = fingerprint(dataset);
  EXPECT_NE(missing, before);
  std::filesystem::create_directory(folder_ / "m.png");
  EXPECT_EQ(fingerprint(dataset), missing);
}

}  // namespace
}  // namespace lineguard::dataset::test
