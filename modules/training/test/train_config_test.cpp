// docs/training.toml is what people copy from.
#include "vocabulary.h"

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
  EXPECT_EQ(config->tile_overlap, TrainConfig{}.tile_overlap);
  EXPECT_EQ(config->fine_tune_epochs, TrainConfig{}.fine_tune_epochs);
  EXPECT_EQ(config->fine_tune_learning_rate, TrainConfig{}.fine_tune_learning_rate);
}

TEST(TrainConfig, EverySettingIsDocumented) {
  TrainConfig all;
  all.backbone_file = "b.onnx";
  all.roi = Box{0, 0, 1, 1};
  all.tile_px = 256;
  all.align_shift = 0.1;
  all.templates = true;
  all.lighting = imaging::Lighting::flat;
  all.fine_tune = true;
  const auto text = read_text_file(kDocumented);
  ASSERT_TRUE(text);
  const std::string written = to_toml(all);
  std::size_t section = 0;  // where the current one begins in the documentation: keys repeat
  for (std::size_t start = 0, end = 0; (end = written.find('\n', start)) != std::string::npos; start = end + 1) {
    const std::string line = written.substr(start, end - start);
    if (line.empty()) continue;
    if (line.starts_with('[')) {
      section = text->find("\n" + line);
      ASSERT_NE(section, std::string::npos) << line;
      continue;
    }
    const std::string key = line.substr(0, line.find('=') + 1);
    const std::string of_section = text->substr(section, text->find("\n[", section + 1) - section);
    EXPECT_TRUE(of_section.find("\n" + key) != std::string::npos || of_section.find("\n# " + key) != std::string::npos)
        << line;
  }
}

}  // namespace
}  // namespace lineguard::training
