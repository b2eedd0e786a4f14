// What `lineguard train --fine-tune` asks for: a folder with job.json (modules/detector/README.md has its fields), the
// backbone, and the pictures as the network sees them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <lineguard/core/result.h>

namespace lineguard::finetune {

struct JobPicture {
  double defective = 0;     // 0 to 1
  bool validation = false;  // never learned from: says when to stop
  bool has_cells = false;   // its cells' labels say where the defects are
};

struct Job {
  std::filesystem::path folder;
  std::string digest;  // SHA-256 of job.json: a checkpoint belongs to exactly one
  int input_px = 256;
  int dense_cells = 32;
  int context_cells = 5;
  int classes = 0;         // of defects; cells are 0 good, 1 + class, -1 ignored
  bool has_sides = false;  // the defects are boxes: cells say how far theirs reaches
  std::vector<std::string> cell_taps, picture_taps;
  std::string frozen_to;  // layers up to this one stay as they are; empty: all are trained
  int epochs = 12, patience = 3;
  double learning_rate = 2e-4;
  int batch = 8;
  std::int64_t seed = 1;
  std::vector<JobPicture> pictures;

  std::filesystem::path backbone() const { return folder / "backbone.xml"; }
  std::filesystem::path tiles() const { return folder / "tiles.u8"; }  // [pictures, input, input, 3]
  std::filesystem::path cells() const { return folder / "cells.i8"; }  // [pictures, dense, dense]
  // Logarithm of the way to the box's left, top, right, bottom in cells, NaN outside: f32 [pictures, dense, dense, 4].
  std::filesystem::path sides() const { return folder / "sides.f32"; }
  std::filesystem::path checkpoint() const { return folder / "checkpoint.pt"; }
  std::size_t count(bool validation) const;
};

// Errors: not_found; corrupt_data, naming the field, where job.json is not one or the files have other sizes.
Result<Job> read_job(const std::filesystem::path& folder);

}  // namespace lineguard::finetune
