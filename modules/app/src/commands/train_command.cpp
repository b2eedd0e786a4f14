#include "../commands.h"
#include "../dataset_options.h"
#include "../evaluated.h"
#include "../number_options.h"
#include "../outputs.h"
#include "../progress_bar.h"
#include "../proposed_points.h"

#include <iostream>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <lineguard/core/files.h>
#include <lineguard/core/signals.h>
#include <lineguard/core/words.h>
#include <lineguard/dataset/check.h>
#include <lineguard/dataset/dataset.h>
#include <lineguard/detector/detector.h>
#include <lineguard/evaluation/cross_fitted.h>
#include <lineguard/evaluation/output.h>
#include <lineguard/package/cross_fitted.h>
#include <lineguard/training/train.h>

namespace lineguard::app {
namespace {

struct TrainArguments {
  DatasetOptions dataset;
  std::string out, config, json, report, name, labels, speed, search, search_budget;
  double hold_out = 0, time_per_picture_ms = 0;  // 0: not asked for
  int tile_px = 0;                               // 0: that of the configuration
  double max_overkill = 0;                       // 0: that of the configuration
  std::int64_t seed = -1;                        // -1: likewise
  int threads = 2;
  bool fine_tune = false;
  std::vector<std::string> allowed_checks;
};

nlohmann::ordered_json highest_to_json(const std::vector<training::ScoredPicture>& pictures) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& [picture, score] : pictures) list.push_back({{"image", picture}, {"score", score}});
  return list;
}

nlohmann::ordered_json proposals_to_json(const Proposals& proposals) {
  auto list = nlohmann::ordered_json::array();
  for (const acceptance::ProposedPoint& point : proposals.points) {
    list.push_back({{"threshold", point.row.threshold},
                    {"why", point.why},
                    {"missed", point.row.missed.events},
                    {"defective", point.row.missed.n},
                    {"diverted", point.row.diverted.events},
                    {"good", point.row.diverted.n}});
  }
  return list;
}

nlohmann::ordered_json to_json(const training::TrainReport& report, const Proposals& proposals,
                               const std::string& out) {
  const package::OperatingPoint& point = report.operating_point;
  return {{"schema", "lineguard.train/1"},
          {"package", out},
          {"model", {{"name", report.model.name}, {"version", report.model.version}, {"digest", report.model.digest}}},
          {"good_pictures", report.good_pictures},
          {"defective_pictures", report.defective_pictures},
          {"good_left_out", report.good_left_out},
          {"defective_left_out", report.defective_left_out},
          {"defective_scored", report.defective_scored},
          {"held_out", report.held_out},
          {"members", report.members_note},
          {"classes", report.classes},
          {"patches", report.patches},
          {"bank", report.bank},
          {"operating_point",
           {{"id", point.id},
            {"threshold", point.threshold},
            {"method", point.method},
            {"confidence", point.confidence},
            {"good_n", point.good_n},
            {"good_above", point.good_above},
            {"overkill_bound", point.overkill_bound},
            {"max_overkill", point.max_overkill},
            {"defective_n", point.defective_n},
            {"defective_below", point.defective_below},
            {"miss_bound", point.miss_bound ? nlohmann::ordered_json(*point.miss_bound) : nullptr}}},
          {"highest_good", highest_to_json(report.highest_good)},
          {"proposed_points", proposals_to_json(proposals)},
          {"brightness", report.brightness_note},
          {"labels", report.labels_note},
          {"fine_tuning", report.fine_tuning_note},
          {"warnings", report.warnings},
          {"seconds", report.seconds}};
}

void print(const training::TrainReport& report, const Proposals& proposals, const std::string& out) {
  const package::OperatingPoint& point = report.operating_point;
  std::cout << fmt::format("package    {}: {} version {}\ndigest     {}\n", out, report.model.name,
                           report.model.version, report.model.digest);
  std::cout << fmt::format("learned    from {}, {} patches, bank of {}, in {:.1f} s\n",
                           count_of(report.good_pictures, "good picture"), report.patches, report.bank, report.seconds);
  if (report.held_out > 0)
    std::cout << fmt::format("held out   {}, for a later evaluation\n", count_of(report.held_out, "picture"));
  if (report.good_left_out + report.defective_left_out > 0)
    std::cout << fmt::format("left out   {} good and {} defective pictures, to test with\n", report.good_left_out,
                             report.defective_left_out);
  std::cout << "members    " << report.members_note << "\n";
  if (!report.brightness_note.empty()) std::cout << "brightness " << report.brightness_note << "\n";
  std::cout << "labels     " << report.labels_note << "\n";
  if (!report.fine_tuning_note.empty()) std::cout << "backbone   " << report.fine_tuning_note << "\n";
  if (!report.classes.empty()) std::cout << fmt::format("classes    {}\n", fmt::join(report.classes, ", "));
  std::cout << fmt::format("threshold  {:.6g}: {}\n", point.threshold, point.method);
  std::vector<std::string> highest;
  for (const auto& [picture, score] : report.highest_good) highest.push_back(fmt::format("{} {:.6g}", picture, score));
  std::cout << fmt::format("highest    {}\n", fmt::join(highest, ", "));
  std::cout << fmt::format("overkill   {} cross-fitted ({:.0f} % confidence; {} of n = {} good parts above)\n",
                           at_most(point.overkill_bound), 100 * point.confidence, point.good_above, point.good_n);
  if (point.miss_bound) {
    std::cout << fmt::format(
        "misses     {} cross-fitted ({:.0f} % confidence; {} of n = {} defective parts below), no acceptance\n",
        at_most(*point.miss_bound), 100 * point.confidence, point.defective_below, point.defective_n);
  } else {
    std::cout << "miss rate  unknown until defective parts are evaluated: lineguard evaluate\n";
  }
  for (const acceptance::ProposedPoint& proposed : proposals.points)
    std::cout << "point      " << in_words(proposed) << "\n";
  for (const std::string& warning : report.warnings) std::cerr << "warning: " << warning << "\n";
}

// The page that `evaluate` makes, from the cross-fitted scores.
Result<void> write_report(const TrainArguments& arguments, const dataset::Dataset& data) {
  LINEGUARD_ASSIGN(const auto detector, detector::Detector::load(arguments.out));
  LINEGUARD_ASSIGN(const auto evaluation,
                   evaluation::evaluate_cross_fitted(arguments.out, model_of(*detector), data,
                                                     {.threads = arguments.threads}, terminal_progress()));
  Fingerprint fingerprint(data);
  evaluation::ReportOptions options;
  options.provenance = provenance_of(fingerprint);
  return write_file_atomically(arguments.report, evaluation::to_html(evaluation, data, *detector, options));
}

Result<int> run_train(const TrainArguments& arguments) {
  training::TrainConfig config;
  if (!arguments.config.empty()) {
    LINEGUARD_ASSIGN(config, training::load_train_config(arguments.config));
  }
  if (arguments.seed >= 0) config.seed = arguments.seed;
  if (!arguments.labels.empty()) {
    LINEGUARD_ASSIGN(config.labels, training::labels_from_string(arguments.labels));
  }
  if (!arguments.speed.empty()) {
    LINEGUARD_ASSIGN(config.speed, training::speed_from_string(arguments.speed));
    config.members.clear();
  }
  if (arguments.fine_tune) config.fine_tune = true;
  if (arguments.tile_px > 0) config.tile_px = arguments.tile_px;
  if (arguments.max_overkill > 0) config.max_overkill = arguments.max_overkill;
  training::TrainOptions options;
  options.name = arguments.name;
  options.threads = arguments.threads;
  options.hold_out = arguments.hold_out;
  options.time_per_picture_ms = arguments.time_per_picture_ms;
  options.must_reach_overkill = arguments.max_overkill > 0;
  options.allowed_checks.insert(arguments.allowed_checks.begin(), arguments.allowed_checks.end());

  if (!arguments.search.empty() || !arguments.search_budget.empty())
    std::cerr << "warning: --search and --search-budget do nothing any more and will go: settings are not searched\n";
  remove_staged_folders_on_interrupt();
  warn_of_staged(arguments.out);
  LINEGUARD_TRY(refuse_inside(arguments.out, arguments.json));
  LINEGUARD_TRY(refuse_inside(arguments.out, arguments.report));
  LINEGUARD_ASSIGN(const auto data, read_without_copies(arguments.dataset));
  LINEGUARD_TRY(refuse_in_dataset(data, {arguments.out, arguments.json, arguments.report}));
  LINEGUARD_TRY(prepare_output_files({arguments.json, arguments.report}));
  for (const std::string& warning : data.warnings) std::cerr << "warning: " << warning << "\n";
  const auto trained = training::train(data, config, arguments.out, options, terminal_progress());
  // A setting may be wrong for this backbone alone, which nobody knew when the file was read.
  if (!trained) {
    const bool by_setting = trained.error().code == ErrorCode::invalid_config;
    return by_setting ? trained.error().in(arguments.config) : trained.error();
  }
  training::TrainReport report = *trained;
  LINEGUARD_ASSIGN(const auto cross_fitted, package::read_cross_fitted(arguments.out));
  const Proposals proposals = propose_points(cross_fitted, data, report.operating_point);
  if (!proposals.warning.empty()) report.warnings.push_back(proposals.warning);
  print(report, proposals, arguments.out);
  if (!arguments.json.empty()) {
    LINEGUARD_TRY(write_file_atomically(arguments.json, to_json(report, proposals, arguments.out).dump(2) + "\n"));
  }
  if (!arguments.report.empty()) LINEGUARD_TRY(write_report(arguments, data));
  return kDone;
}

}  // namespace

void add_train_command(CLI::App& root, Run& run) {
  auto arguments = std::make_shared<TrainArguments>();
  CLI::App* command = root.add_subcommand("train", "Learn a detector from pictures of good parts, and of defects");
  add_dataset_options(*command, arguments->dataset);
  command->add_option("--out", arguments->out, "Package folder to write; must not exist")->required();
  command->add_option("--config", arguments->config, "Settings (TOML); a package's training.toml makes it again");
  command
      ->add_option("--labels", arguments->labels,
                   "use: learn from defects too; ignore: from good parts only; auto (default): use from 10 on")
      ->check(CLI::IsMember({"auto", "use", "ignore"}));
  command->add_flag("--fine-tune", arguments->fine_tune,
                    "Train the backbone too (minutes to hours; the package lineguard-finetune); goes on after a kill");
  // Accepted for one release, so that scripts go on working.
  command->add_option("--search", arguments->search)->check(CLI::IsMember({"auto", "off"}))->group("");
  command->add_option("--search-budget", arguments->search_budget)->group("");
  command
      ->add_option("--tile-px", arguments->tile_px,
                   "Large pictures with small defects: cut them into overlapping tiles of this side")
      ->check(CLI::Range(64, 16'384));
  add_share_option(*command, "--max-overkill", arguments->max_overkill,
                   "Refuse unless overkill is shown to be at most this");
  command->add_option("--name", arguments->name, "Model name; default: the package folder's, without its number");
  command->add_option("--seed", arguments->seed, "Same seed, same package")->check(CLI::Range(0, 1'000'000'000));
  command->add_option("--threads", arguments->threads, "Cores to use")->check(CLI::Range(1, 256));
  command->add_option("--allow", arguments->allowed_checks, "Train although this check of `verify` blocks")
      ->allow_extra_args(false)
      ->type_name("CHECK")
      ->check(CLI::Validator(CLI::IsMember(dataset::allowable_checks())).description(""));
  command
      ->add_option("--speed", arguments->speed,
                   "members of the model: fast 1, at 256 px; balanced (default) at most 2; thorough 3")
      ->check(CLI::IsMember({"fast", "balanced", "thorough"}));
  command
      ->add_option("--time-per-picture", arguments->time_per_picture_ms,
                   "Instead: the most that fits on this machine, measured on one core: 20ms")
      ->transform(CLI::AsNumberWithUnit(std::map<std::string, double>{{"ms", 1}, {"s", 1000}},
                                        CLI::AsNumberWithUnit::CASE_SENSITIVE))
      ->check(CLI::Range(0.001, 60'000.0))
      ->excludes("--speed");
  add_share_option(*command, "--hold-out", arguments->hold_out,
                   "Keep this share of the parts untouched for a later evaluate: 25%");
  command->add_option("--json", arguments->json, "Write what was learned as JSON");
  command->add_option("--report", arguments->report, "One HTML file: the cross-fitted figures and pictures");
  command->footer(
      "Examples:\n"
      "  lineguard train tiles/ --out models/tiles-1\n"
      "  lineguard train tiles/ --out models/tiles-2 --config models/tiles-1/training.toml\n"
      "Several pictures of a part, named by the start of their file names:\n"
      "  lineguard train caps/ --out models/caps-1 --part-pattern '^([0-9]+)_'\n"
      "Large pictures with small defects:\n"
      "  lineguard train sheets/ --out models/sheets-1 --tile-px 512\n"
      "Labels that are probabilities; defects are learned from, however few:\n"
      "  lineguard train cells.csv --out models/cells-1 --defective-above 0.5 --labels use --max-overkill 2%\n"
      "Each picture beside its defect-free twin: the column \"template\" of the CSV, or COCO with <folder>_template/:\n"
      "  lineguard train boards.csv --out models/boards-1\n"
      "What a picture may take, and a share that no training sees:\n"
      "  lineguard train tiles/ --out models/tiles-4 --time-per-picture 20ms --hold-out 25% --report tiles.html\n"
      "  lineguard train tiles/ --out models/tiles-3 --speed thorough --fine-tune --threads 8");
  command->callback([arguments, &run] {
    run = [arguments] {
      const auto done = run_train(*arguments);
      return done ? *done : report_error(done.error());
    };
  });
}

}  // namespace lineguard::app
