#include "fine_tuning.h"

#include "box_cells.h"
#include "cell_labels.h"
#include "fixed_settings.h"
#include "labelled_training.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/core/digest.h>
#include <lineguard/core/files.h>
#include <lineguard/core/process.h>
#include <lineguard/features/backbone.h>
#include <lineguard/features/preprocess.h>
#include <lineguard/features/template_pair.h>

namespace lineguard::training {
namespace fs = std::filesystem;
namespace {

constexpr const char* kProgram = "lineguard-finetune";
constexpr int kCancelled = 130;

Result<fs::path> find_finetune_program() {
  const char* named = std::getenv("LINEGUARD_FINETUNE");
  if (named && fs::exists(named)) return fs::path(named);
  Result<fs::path> found =
      named ? make_error(ErrorCode::not_found, fmt::format("LINEGUARD_FINETUNE names {}, which is not there", named))
            : find_program(kProgram);
  if (found) return found;
  return make_error(ErrorCode::not_found, found.error().message +
                                              ": install the package lineguard-finetune, or build it with `make "
                                              "finetune`; without --fine-tune the backbone stays as it is");
}

// Appends to the job's two files, picture by picture.
class JobWriter {
 public:
  JobWriter(const fs::path& folder, const imaging::Preprocessing& preprocessing, std::vector<std::string> classes,
            bool boxes, int dense_cells)
      : folder_(folder),
        preprocessing_(preprocessing),
        classes_(std::move(classes)),
        boxes_(boxes),
        dense_cells_(dense_cells),
        tiles_(folder / "tiles.u8", std::ios::binary | std::ios::trunc),
        cells_(folder / "cells.i8", std::ios::binary | std::ios::trunc) {
    preprocessing_.brightness = false;  // the backbone sees the pixels alone
    if (boxes_) sides_.open(folder / "sides.f32", std::ios::binary | std::ios::trunc);
  }

  Result<void> add(const TrainingPicture& picture) {
    LINEGUARD_ASSIGN(const Image image, read_for_training(picture, preprocessing_));
    const auto tile = prepare_tile(image, preprocessing_);
    CellTargets targets;
    std::vector<int>& cells = targets.labels;
    if (!classes_.empty() && has_location(*picture.sample)) {
      const Shown shown = shown_by(picture, image, preprocessing_);
      LINEGUARD_ASSIGN(targets, target_cells(*picture.sample, shown, classes_, boxes_, dense_cells_));
    }
    const bool shows = std::ranges::any_of(cells, [](int cell) { return cell > 0; });
    const bool says = !cells.empty() && (picture.good() || shows);
    cells.resize(static_cast<std::size_t>(dense_cells_) * static_cast<std::size_t>(dense_cells_), kIgnoredCell);
    const std::vector<std::int8_t> narrow(cells.begin(), cells.end());
    tiles_.write(reinterpret_cast<const char*>(tile.data()), std::ssize(tile));
    cells_.write(reinterpret_cast<const char*>(narrow.data()), std::ssize(narrow));
    if (boxes_) {
      targets.sides.resize(kSides * cells.size(), std::numeric_limits<float>::quiet_NaN());
      sides_.write(reinterpret_cast<const char*>(targets.sides.data()),
                   std::ssize(targets.sides) * static_cast<std::ptrdiff_t>(sizeof(float)));
    }
    if (!tiles_ || !cells_ || !sides_) return error_from_errno(errno, folder_.string());
    pictures_.push_back(
        {{"defective", defect_probability(picture)}, {"validation", picture.fold == kHeldBackFold}, {"cells", says}});
    return {};
  }

  // Last: a folder with job.json is a whole job.
  Result<void> finish(const TrainConfig& config) {
    tiles_.close();
    cells_.close();
    if (boxes_) sides_.close();
    if (!tiles_ || !cells_ || !sides_) return error_from_errno(errno, folder_.string());
    nlohmann::ordered_json job = {{"format", "lineguard-finetune/1"},
                                  {"input_px", preprocessing_.input_px},
                                  {"dense_cells", dense_cells_},
                                  {"context_cells", kLabelContext},
                                  {"classes", classes_.size()},
                                  {"sides", boxes_},
                                  {"cell_taps", config.label_taps},
                                  {"picture_taps", config.picture_taps},
                                  {"frozen_to", ""},
                                  {"epochs", config.fine_tune_epochs},
                                  {"patience", kFineTunePatience},
                                  {"learning_rate", config.fine_tune_learning_rate},
                                  {"batch", kFineTuneBatch},
                                  {"seed", config.seed}};
    std::vector<const char*> files{"backbone.bin", "tiles.u8", "cells.i8"};
    if (boxes_) files.push_back("sides.f32");
    for (const char* file : files) {
      LINEGUARD_ASSIGN(job["sha256"][file], sha256_hex_of_file(folder_ / file));
    }
    job["pictures"] = pictures_;
    return write_file_atomically(folder_ / "job.json", job.dump(1));
  }

 private:
  const fs::path& folder_;
  imaging::Preprocessing preprocessing_;
  const std::vector<std::string> classes_;
  const bool boxes_;
  const int dense_cells_;
  std::ofstream tiles_, cells_, sides_;
  nlohmann::ordered_json pictures_ = nlohmann::ordered_json::array();
};

std::vector<std::string> layers_of(const Backbone& backbone, const TrainConfig& config) {
  std::vector<std::string> layers = backbone.taps;
  for (const auto* more : {&config.label_taps, &config.picture_taps}) {
    for (const std::string& layer : *more) {
      if (std::ranges::find(layers, layer) == layers.end()) layers.push_back(layer);
    }
  }
  return layers;
}

// The program's lines: batches while it works, the outcome at the end.
class Listener {
 public:
  explicit Listener(const ProgressFunction& progress) : progress_(progress) {}

  void hear(std::string_view line) {
    const auto said = nlohmann::json::parse(line, nullptr, false);
    if (!said.is_object()) return;
    if (said.contains("best_epoch")) outcome_ = said;
    if (progress_ && said.contains("done") && said.contains("total"))
      progress_(fmt::format("fine-tuning, epoch {}", said.value("epoch", 0)), said.value("done", std::size_t{0}),
                said.value("total", std::size_t{1}));
  }

  std::string note(std::size_t held_back) const {
    const int resumed = outcome_.value("resumed_at", 0);
    return fmt::format(
        "the backbone was trained further: best epoch {} of {}{}; loss of {} pictures that it was not shown {:.4f} "
        "after the first epoch, {:.4f} after the best",
        outcome_.value("best_epoch", 0), outcome_.value("epochs", 0),
        resumed > 0 ? fmt::format(" (gone on with after epoch {})", resumed) : "", held_back,
        outcome_.value("first_validation_loss", 0.0), outcome_.value("best_validation_loss", 0.0));
  }
  bool heard_the_end() const { return outcome_.is_object(); }

 private:
  const ProgressFunction& progress_;
  nlohmann::json outcome_;
};

Result<void> write_job(const TrainingSet& set, const Backbone& backbone, const imaging::Preprocessing& preprocessing,
                       const TrainConfig& config, const fs::path& folder, const ProgressFunction& progress) {
  fs::create_directories(folder);
  LINEGUARD_TRY(
      write_backbone_graph(backbone, layers_of(backbone, config), preprocessing.input_px, folder / "backbone.xml"));
  JobWriter writer(folder, preprocessing, classes_of(set), draws_boxes(set), preprocessing.input_px / kLabelStride);
  for (std::size_t i = 0; i < set.pictures.size(); ++i) {
    LINEGUARD_TRY(writer.add(set.pictures[i]));
    if (progress) progress("preparing pictures", i + 1, set.pictures.size());
  }
  return writer.finish(config);
}

}  // namespace

Result<FineTuned> fine_tune(const TrainingSet& set, const Backbone& backbone,
                            const imaging::Preprocessing& preprocessing, const fs::path& job_folder,
                            const TrainingWork& work) {
  LINEGUARD_ASSIGN(const fs::path program, find_finetune_program());
  LINEGUARD_TRY(write_job(set, backbone, preprocessing, work.config, job_folder, work.progress));
  const fs::path out = job_folder / "trained";
  fs::create_directories(out);
  Listener listener(work.progress);
  const std::vector<std::string> arguments{
      job_folder.string(), "--out", out.string(), "--threads", std::to_string(work.threads), "--end-with-parent"};
  LINEGUARD_ASSIGN(const ChildOutcome done,
                   run_child(program, arguments, [&](std::string_view line) { listener.hear(line); }));
  if (done.exit_code == kCancelled) {
    return make_error(ErrorCode::cancelled, "fine-tuning was stopped: the same command goes on with it (" +
                                                job_folder.string() + " holds what is done)");
  }
  if (done.exit_code != 0 || !listener.heard_the_end()) {
    return make_error(ErrorCode::refused,
                      fmt::format("{} ended with {}: {}", program.string(), done.exit_code,
                                  done.last_of_stderr.empty() ? "it said nothing" : done.last_of_stderr));
  }
  FineTuned tuned{backbone, job_folder, ""};
  tuned.backbone.file = out / "backbone.xml";
  const auto held_back = std::ranges::count(set.pictures, kHeldBackFold, &TrainingPicture::fold);
  tuned.note = listener.note(static_cast<std::size_t>(held_back));
  return tuned;
}

}  // namespace lineguard::training
