// docs/training.toml is what people copy from.
#include "preprocessing_of.h"
#include "temp_folder.h"
#include "vocabulary.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/training/train.h>

namespace lineguard::training {
namespace {

const std::filesystem::path kDocumented = std::filesystem::path(LINEGUARD_SOURCE_DIR) / "docs" / "training.toml";

TEST(TrainConfig, TheDocumentedSettingsAreTheDefaults) {
  const auto config = load_train_config(kDocumented);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(to_toml(*config), to_toml(TrainConfig{}));
  EXPECT_EQ(config->fine_tune_epochs, TrainConfig{}.fine_tune_epochs);
  EXPECT_EQ(config->fine_tune_learning_rate, TrainConfig{}.fine_tune_learning_rate);
}

TEST(TrainConfig, EverySettingIsDocumented) {
  TrainConfig all;
  all.backbone_file = "b.onnx";
  all.roi = Box{0, 0, 1, 1};
  all.tile_px = 256;
  all.align_shift = 0.1;
  all.backbone_licence = "MIT";
  all.members = {{256, imaging::Lighting::flat, 0.1}};
  all.fine_tune = true;
  const auto text = read_text_file(kDocumented);
  ASSERT_TRUE(text);
  const std::string written = to_toml(all);
  std::size_t section = 0;  // where the current one begins in the documentation: keys repeat
  for (std::size_t start = 0, end = 0; (end = written.find('\n', start)) != std::string::npos; start = end + 1) {
    const std::string line = written.substr(start, end - start);
    if (line.empty()) continue;
    if (line.starts_with('[')) {
      section = std::min(text->find("\n" + line), text->find("\n# " + line));  // members are commented out
      ASSERT_NE(section, std::string::npos) << line;
      continue;
    }
    const std::string key = line.substr(0, line.find('=') + 1);
    const std::string of_section = text->substr(section, text->find("\n\n", section + 1) - section);
    EXPECT_TRUE(of_section.find("\n" + key) != std::string::npos || of_section.find("\n# " + key) != std::string::npos)
        << line;
  }
}

TEST(TrainConfig, ASettingThatIsGoneIsNamedWithWhatStandsForIt) {
  test::TempFolder folder;
  ASSERT_TRUE(
      write_file_atomically(folder / "old.toml",
                            "[preprocessing]\ninput_px = 384\nlighting = 'flat'\n[features]\nweigh_borders = "
                            "true\n[labels]\npasted = 5\ncell_taps = ['tap4']\nmembers = 1\n[map]\nbrightness = 0\n"));
  const auto config = load_train_config(folder / "old.toml");
  ASSERT_FALSE(config);
  const std::string& message = config.error().message;
  for (const char* said : {"old.toml:2: preprocessing.input_px is no setting any more: it is a member's now",
                           "old.toml:3: preprocessing.lighting", "old.toml:5: features.weigh_borders",
                           "old.toml:7: labels.pasted", "old.toml:8: labels.cell_taps is no setting any more",
                           "old.toml:9: labels.members", "old.toml:11: map.brightness"})
    EXPECT_NE(message.find(said), std::string::npos) << said << "\n" << message;
  EXPECT_EQ(message.find("unknown"), std::string::npos) << message;
}

TEST(TrainConfig, AboutTwentySettingsAreLeft) {
  const auto text = read_text_file(kDocumented);
  ASSERT_TRUE(text);
  std::size_t settings = 0;
  for (std::size_t start = 0, end = 0; (end = text->find('\n', start)) != std::string::npos; start = end + 1) {
    std::string line = text->substr(start, end - start);
    if (line.starts_with("# ")) line = line.substr(2);
    const std::size_t key = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_");
    settings += key > 0 && key != std::string::npos && line.substr(key).starts_with(" = ");
  }
  EXPECT_LE(settings, 24u);
}

TEST(TrainConfig, MembersComeBackAsTheyWereWritten) {
  TrainConfig config;
  config.members = {{384, imaging::Lighting::local_contrast, 0.01}, {256}};
  test::TempFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "train.toml", to_toml(config)));
  const auto read = load_train_config(folder / "train.toml");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->members, config.members);
}

TEST(Members, AreSortedFinestFirstAndTemplatesLeaveLightingOut) {
  TrainConfig config;
  config.members = {{256}, {384, imaging::Lighting::local_contrast}, {384}};
  EXPECT_EQ(resolve_members(config, false),
            (std::vector<MemberConfig>{{384}, {384, imaging::Lighting::local_contrast}, {256}}));
  EXPECT_EQ(resolve_members(config, true), (std::vector<MemberConfig>{{384}, {256}}));
  config.members = {{384}, {384, imaging::Lighting::as_it_is, 0.01}};
  EXPECT_EQ(inputs_of(resolve_members(config, false)).size(), 1u);
}

}  // namespace
}  // namespace lineguard::training
