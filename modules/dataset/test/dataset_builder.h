// Little data sets for the tests: files in a folder of their own.
#pragma once

#include "temp_folder.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <lineguard/core/files.h>
#include <lineguard/dataset/dataset.h>

namespace lineguard::dataset::test {

class DatasetTest : public ::testing::Test {
 protected:
  // The content only matters to tests that decode; by default each file has its own.
  void add(const std::string& name) { add(name, "content of " + name); }
  void add(const std::string& name, std::string_view content) {
    const auto written = write_file_atomically(folder_ / name, content);
    ASSERT_TRUE(written) << written.error().message;
  }
  Dataset read(const ReadOptions& options = {}, const std::string& name = "") {
    auto dataset = read_dataset(name.empty() ? folder_.path() : folder_ / name, options);
    EXPECT_TRUE(dataset) << dataset.error().message;
    return dataset ? std::move(dataset).value() : Dataset{};
  }
  Error read_error(const ReadOptions& options = {}, const std::string& name = "") {
    const auto dataset = read_dataset(name.empty() ? folder_.path() : folder_ / name, options);
    EXPECT_FALSE(dataset);
    return dataset ? Error{} : dataset.error();
  }

  lineguard::test::TempFolder folder_;
};

inline const Sample* find_sample(const Dataset& dataset, std::string_view name) {
  for (const Sample& sample : dataset.samples) {
    if (sample.name == name) return &sample;
  }
  return nullptr;
}

}  // namespace lineguard::dataset::test

#define EXPECT_CONTAINS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)
