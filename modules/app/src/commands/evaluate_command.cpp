// lineguard evaluate PACKAGE DATASET: how good a package is on labelled pictures.
#include "commands.h"
#include "dataset_options.h"
#include "evaluated.h"
#include "number_options.h"
#include "outputs.h"
#include "progress_bar.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <set>
#include <string>

#include <fmt/format.h>

#include <lineguard/core/digest.h>
#include <lineguard/core/files.h>
#include <lineguard/core/unchanged_files.h>
#include <lineguard/dataset/dataset.h>
#include <lineguard/dataset/source_files.h>
#include <lineguard/detector/detector.h>
#include <lineguard/evaluation/evaluate.h>
#include <lineguard/evaluation/export.h>
#include <lineguard/evaluation/learned.h>
#include <lineguard/evaluation/output.h>
#include <lineguard/package/ruled_point.h>
#include <lineguard/stats/threshold.h>

namespace lineguard::app {
namespace {

struct Arguments {
  DatasetOptions dataset;
  std::string package, operating_point = "default";
  std::string split;
  std::string json, report, csv, coco, thresholds, save_as, rules;
  double confidence = 0.95;
  double max_miss = 0;     // 0: not asked for
  double defect_rate = 0;  // 0: not known
  int threads = 1;
};

Result<void> save(const package::OperatingPoint& point, const package::RegionRules& rules,
                  const std::set<std::string>& chosen_on, const Arguments& arguments) {
  LINEGUARD_TRY(package::write_ruled_point(arguments.package, point, rules, chosen_on));
  std::cout << fmt::format(
      "saved as operating point \"{}\", threshold = {} in a recipe: use it with --operating-point {}\n", point.id,
      point.threshold, point.id);
  return {};
}

// The pictures that a threshold is chosen on, so that nobody measures it on them later.
std::set<std::string> digests_of(const evaluation::Evaluation& evaluation, const dataset::Dataset& data) {
  std::set<std::string> digests;
  for (const evaluation::Row& row : evaluation.rows) {
    if (auto digest = sha256_hex_of_file(data.samples[row.sample].image)) digests.insert(std::move(*digest));
  }
  return digests;
}

// Refused where the parts can't support what was asked for.
Result<void> save_threshold(const evaluation::Evaluation& evaluation, const dataset::Dataset& data,
                            const Arguments& arguments) {
  const evaluation::ThresholdForMiss& chosen = *evaluation.max_miss;
  if (!chosen.refused.empty()) return make_error(ErrorCode::refused, chosen.refused);
  if (arguments.save_as.empty()) return {};
  package::OperatingPoint point;
  point.id = arguments.save_as;
  point.threshold = chosen.threshold;
  point.method = fmt::format("order statistic of {} defective parts of {}, split {}, for a miss rate of at most {:g}",
                             chosen.below.n, evaluation.dataset, evaluation.selection, chosen.max_miss);
  point.max_overkill = 1;  // nothing was asked for
  point.confidence = chosen.confidence;
  point.good_n = static_cast<std::int64_t>(chosen.above.n);
  point.good_above = static_cast<std::int64_t>(chosen.above.events);
  point.overkill_bound = chosen.overkill_bound.value_or(1);
  point.defective_n = static_cast<std::int64_t>(chosen.below.n);
  point.defective_below = static_cast<std::int64_t>(chosen.below.events);
  point.miss_bound = chosen.miss_bound;
  return save(point, {}, digests_of(evaluation, data), arguments);
}

// The operating point in use with other region rules: its bounds were those without them.
Result<void> save_rules(const package::RuledPoint& ruled, const Arguments& arguments) {
  if (arguments.save_as.empty() || arguments.max_miss > 0) return {};
  const package::OperatingPoint& in_use = ruled.point;
  package::OperatingPoint point = in_use;
  point.id = arguments.save_as;
  point.method = fmt::format("threshold of \"{}\" ({}); region rules added by hand", in_use.id, in_use.method);
  point.miss_bound.reset();  // rules let more pass: what they miss is for `accept` to show
  point.defective_n = point.defective_below = 0;
  LINEGUARD_ASSIGN(const auto chosen_on, package::read_chosen_on(arguments.package, in_use.id));
  return save(point, ruled.rules, chosen_on, arguments);
}

// Before the work: whether what is asked for can be done at all.
Result<void> check_threshold_options(const Arguments& arguments) {
  if (arguments.save_as.empty() && arguments.max_miss == 0) return {};
  if (arguments.max_miss == 0 && arguments.rules.empty())
    return make_error(ErrorCode::invalid_argument,
                      "--save-operating-point needs --max-miss or --rules: what shall it keep?");
  if (arguments.max_miss > 0 && !arguments.rules.empty())
    return make_error(ErrorCode::invalid_argument,
                      "--max-miss chooses a threshold without region rules: add --rules to the point afterwards");
  if (arguments.save_as.empty()) return {};
  return package::refuse_existing_operating_point(arguments.package, arguments.save_as);
}

std::vector<std::filesystem::path> outputs_of(const Arguments& arguments) {
  return {arguments.json, arguments.report, arguments.csv, arguments.coco, arguments.thresholds};
}

Result<void> write_files(const evaluation::Evaluation& evaluation, const Arguments& arguments) {
  if (!arguments.json.empty()) LINEGUARD_TRY(write_file_atomically(arguments.json, evaluation::to_json(evaluation)));
  if (!arguments.csv.empty())
    LINEGUARD_TRY(write_file_atomically(arguments.csv, evaluation::predictions_csv(evaluation)));
  if (!arguments.coco.empty())
    LINEGUARD_TRY(write_file_atomically(arguments.coco, evaluation::predictions_coco(evaluation)));
  if (arguments.thresholds.empty()) return {};
  return write_file_atomically(arguments.thresholds, acceptance::to_csv(evaluation.thresholds));
}

Result<int> run_evaluate(const Arguments& arguments) {
  LINEGUARD_TRY(check_threshold_options(arguments));
  LINEGUARD_ASSIGN(const dataset::Dataset data, read_dataset(arguments.dataset, arguments.package));
  LINEGUARD_TRY(refuse_in_dataset(data, outputs_of(arguments)));
  LINEGUARD_TRY(prepare_output_files(outputs_of(arguments)));
  const UnchangedFiles unchanged(dataset::source_files(data));  // what is hashed is what is evaluated
  for (const std::string& warning : data.warnings) std::cerr << "warning: " << warning << "\n";
  LINEGUARD_ASSIGN(const auto detector,
                   detector::Detector::load(arguments.package, {.threads = 1,
                                                                .parallel_requests = arguments.threads,
                                                                .operating_point = arguments.operating_point}));
  LINEGUARD_ASSIGN(package::RuledPoint point, package::read_ruled_point(arguments.package, arguments.operating_point));
  if (!arguments.rules.empty()) {
    LINEGUARD_ASSIGN(point.rules, package::read_region_rules_file(arguments.rules));
  }
  Fingerprint fingerprint(data);
  LINEGUARD_ASSIGN(const auto selected, evaluation::select_pictures(arguments.package, arguments.split, data));
  const auto& samples = selected.samples;
  LINEGUARD_ASSIGN(const auto learned, find_learned_pictures({arguments.package}, data, samples));
  if (!selected.left_out.note.empty()) std::cerr << "note: " << selected.left_out.note << "\n";
  if (arguments.max_miss > 0 && learned[0].defective > 0)
    return make_error(ErrorCode::refused,
                      learned[0].note +
                          ", and so would be a bound for --max-miss: give defective pictures that it has not seen, or "
                          "train with --hold-out 25% and evaluate without --split");
  LINEGUARD_ASSIGN(const std::string chosen_on,
                   evaluation::note_of_chosen_on(arguments.package, arguments.operating_point, data, samples));
  if (!chosen_on.empty()) std::cerr << "warning: " << chosen_on << "\n";
  evaluation::Model model = model_of(*detector);
  model.rules = point.rules;
  LINEGUARD_ASSIGN(auto evaluation,
                   evaluation::evaluate(
                       *detector, model, data, selected.selection, samples,
                       {.threads = arguments.threads,
                        .confidence = arguments.confidence,
                        .want_regions = !arguments.coco.empty(),
                        .defect_rate = arguments.defect_rate > 0 ? std::optional(arguments.defect_rate) : std::nullopt},
                       terminal_progress()));
  evaluation.learned = learned[0];
  evaluation.left_out = selected.left_out;
  evaluation.chosen_on = chosen_on;
  LINEGUARD_ASSIGN(const std::string alike,
                   evaluation::note_of_near_duplicates(arguments.package, data, samples, arguments.threads));
  if (!alike.empty()) evaluation.notes.insert(evaluation.notes.begin(), alike);
  if (arguments.max_miss > 0) choose_threshold_for_miss(evaluation, arguments.max_miss, arguments.confidence);
  LINEGUARD_TRY(unchanged.check());
  LINEGUARD_TRY(write_files(evaluation, arguments));
  if (!arguments.report.empty()) {
    evaluation::ReportOptions options;
    options.provenance = provenance_of(fingerprint);
    LINEGUARD_TRY(unchanged.check());
    options.folder = std::filesystem::absolute(arguments.report).parent_path();
    LINEGUARD_TRY(write_file_atomically(arguments.report, evaluation::to_html(evaluation, data, *detector, options)));
  }
  std::cout << evaluation::to_text(evaluation);
  if (arguments.max_miss > 0) LINEGUARD_TRY(save_threshold(evaluation, data, arguments));
  LINEGUARD_TRY(save_rules(point, arguments));
  return evaluation.n_errors == 0 ? kDone : kRuntimeFailure;
}

}  // namespace

void add_evaluate_command(CLI::App& root, Run& run) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = root.add_subcommand("evaluate", "Measure a package on labelled pictures");
  command->add_option("package", arguments->package, "The package's folder")->required();
  add_dataset_options(*command, arguments->dataset);
  command
      ->add_option("--split", arguments->split,
                   "val, test or all; default: every picture that the package has not learned from")
      ->check(CLI::IsMember({"val", "test", "all"}));
  command->add_option("--operating-point", arguments->operating_point, "Whose threshold decides")
      ->capture_default_str();
  add_share_option(
      *command, "--max-miss", arguments->max_miss,
      "Also choose the threshold whose miss rate is at most this (1% or 0.01); refused where n is too small");
  add_share_option(*command, "--confidence", arguments->confidence, "Of all intervals and bounds; default 95%");
  command
      ->add_option("--rules", arguments->rules, "Region rules (TOML) that decide instead of the operating point's own")
      ->type_name("FILE");
  command
      ->add_option("--save-operating-point", arguments->save_as,
                   "Write that threshold, or the point's with --rules, into the package as this id")
      ->type_name("ID");
  command->add_option("--json", arguments->json, "Every figure and every picture's row, for machines");
  command->add_option("--report", arguments->report, "One HTML file with plots and pictures, the worst mistakes first");
  command->add_option("--csv", arguments->csv, "Every prediction as a line");
  command->add_option("--coco", arguments->coco, "Predicted regions as COCO annotations with scores");
  command->add_option("--thresholds", arguments->thresholds, "What each threshold would do, with bounds, as CSV");
  add_share_option(*command, "--defect-rate", arguments->defect_rate,
                   "Share of the line's parts that are defective: escapes follow (0.3%)");
  command->add_option("--threads", arguments->threads, "Pictures at once")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command->footer(
      "A picture that can't be read is listed with its error; the run goes on and exits 3.\n"
      "Examples:\n"
      "  lineguard evaluate models/tiles data/tiles --report tiles.html --json tiles.json\n"
      "  lineguard evaluate models/caps data/new-caps --split all --part-pattern '^([0-9]+)_'\n"
      "  lineguard evaluate models/tiles data/tiles --max-miss 1% --confidence 95% --save-operating-point careful\n"
      "  lineguard evaluate models/tiles data/tiles --operating-point careful");
  command->callback([arguments, &run] {
    run = [arguments] {
      const auto code = run_evaluate(*arguments);
      return code ? *code : report_error(code.error());
    };
  });
}

}  // namespace lineguard::app
