// lineguard compare A B DATASET: is package B better than package A.
#include "commands.h"
#include "dataset_options.h"
#include "evaluated.h"
#include "number_options.h"
#include "outputs.h"
#include "progress_bar.h"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/files.h>
#include <lineguard/core/unchanged_files.h>
#include <lineguard/dataset/source_files.h>
#include <lineguard/evaluation/compare.h>
#include <lineguard/evaluation/learned.h>
#include <lineguard/package/reading.h>

namespace lineguard::app {
namespace {

struct Arguments {
  std::string a, b;
  DatasetOptions dataset;
  std::string split, json, report, operating_point = "default", operating_point_b;
  double confidence = 0.95;
  int threads = 1;
  bool fail_if_worse = false;
};

using DetectorPtr = std::unique_ptr<detector::Detector>;

Result<evaluation::Evaluation> evaluate_one(detector::Detector& detector, const dataset::Dataset& data,
                                            const evaluation::Selected& selected, const Arguments& arguments) {
  return evaluation::evaluate(detector, model_of(detector), data, selected.selection, selected.samples,
                              {.threads = arguments.threads, .confidence = arguments.confidence}, terminal_progress());
}

struct CommonPictures {
  evaluation::Selected selected;
  evaluation::LeftOut left_out_a, left_out_b;
};

// Pictures that neither package was trained on.
Result<CommonPictures> common_samples(const Arguments& arguments, const dataset::Dataset& data) {
  LINEGUARD_ASSIGN(const auto selected_a, evaluation::select_pictures(arguments.a, arguments.split, data));
  LINEGUARD_ASSIGN(const auto selected_b, evaluation::select_pictures(arguments.b, arguments.split, data));
  const auto &of_a = selected_a.samples, &of_b = selected_b.samples;
  std::vector<std::size_t> both;
  std::ranges::set_intersection(of_a, of_b, std::back_inserter(both));
  if (both.empty())
    return make_error(ErrorCode::refused,
                      fmt::format("{}: no picture is new to both packages: add pictures that neither has learned from, "
                                  "or --split all for figures that are too good",
                                  data.root.string()));
  if (both.size() < std::max(of_a.size(), of_b.size())) {
    std::cerr << "warning: the packages were trained on different parts of the data set: compared on the "
              << both.size() << " pictures that neither has seen\n";
  }
  return CommonPictures{{selected_a.selection, std::move(both), {}}, selected_a.left_out, selected_b.left_out};
}

// A script asks whether B may take A's place: only a sure yes is a yes.
int exit_code_of(const evaluation::Comparison& comparison, bool fail_if_worse) {
  const auto reasons = evaluation::reasons_against_b(comparison);
  if (fail_if_worse && !reasons.empty()) {
    std::cerr << fmt::format("lineguard: --fail-if-worse: {}\n", fmt::join(reasons, "; "));
    return kAnswerIsNo;
  }
  return comparison.failures.pictures.empty() ? kDone : kRuntimeFailure;
}

Result<int> run_compare(const Arguments& arguments) {
  LINEGUARD_ASSIGN(const dataset::Dataset data, read_dataset(arguments.dataset, arguments.a));
  LINEGUARD_ASSIGN(const imaging::Reading reading_b, package::read_reading(std::filesystem::path(arguments.b)));
  if (reading_b != imaging::reading_of_files())
    return make_error(ErrorCode::refused, "the packages read pictures differently: A as \"" +
                                              to_text(imaging::reading_of_files()) + "\", B as \"" +
                                              to_text(reading_b) + "\"");
  LINEGUARD_TRY(refuse_in_dataset(data, {arguments.json, arguments.report}));
  LINEGUARD_TRY(prepare_output_files({arguments.json, arguments.report}));
  const UnchangedFiles unchanged(dataset::source_files(data));  // what is hashed is what is evaluated
  for (const std::string& warning : data.warnings) std::cerr << "warning: " << warning << "\n";
  detector::LoadOptions load{
      .threads = 1, .parallel_requests = arguments.threads, .operating_point = arguments.operating_point};
  LINEGUARD_ASSIGN(const DetectorPtr a, detector::Detector::load(arguments.a, load));
  if (!arguments.operating_point_b.empty()) load.operating_point = arguments.operating_point_b;
  LINEGUARD_ASSIGN(const DetectorPtr b, detector::Detector::load(arguments.b, load));
  Fingerprint fingerprint(data);
  LINEGUARD_ASSIGN(const auto common, common_samples(arguments, data));
  const evaluation::Selected& selected = common.selected;
  for (const std::string& note : {common.left_out_a.note, common.left_out_b.note}) {
    if (!note.empty()) std::cerr << "note: " << note << "\n";
  }
  LINEGUARD_ASSIGN(const auto learned, find_learned_pictures({arguments.a, arguments.b}, data, selected.samples));
  LINEGUARD_ASSIGN(auto of_a, evaluate_one(*a, data, selected, arguments));
  LINEGUARD_ASSIGN(auto of_b, evaluate_one(*b, data, selected, arguments));
  of_a.learned = learned[0];
  of_b.learned = learned[1];
  of_a.left_out = common.left_out_a;
  of_b.left_out = common.left_out_b;
  LINEGUARD_ASSIGN(of_a.chosen_on,
                   evaluation::note_of_chosen_on(arguments.a, of_a.model.operating_point, data, selected.samples));
  LINEGUARD_ASSIGN(of_b.chosen_on,
                   evaluation::note_of_chosen_on(arguments.b, of_b.model.operating_point, data, selected.samples));
  LINEGUARD_ASSIGN(const auto comparison,
                   evaluation::compare(std::move(of_a), std::move(of_b), {.confidence = arguments.confidence}));
  LINEGUARD_TRY(unchanged.check());
  if (!arguments.json.empty()) LINEGUARD_TRY(write_file_atomically(arguments.json, evaluation::to_json(comparison)));
  if (!arguments.report.empty()) {
    evaluation::ReportOptions options;
    options.provenance = provenance_of(fingerprint);
    LINEGUARD_TRY(unchanged.check());
    LINEGUARD_TRY(write_file_atomically(arguments.report, evaluation::to_html(comparison, data, *a, *b, options)));
  }
  std::cout << evaluation::to_text(comparison);
  return exit_code_of(comparison, arguments.fail_if_worse);
}

}  // namespace

void add_compare_command(CLI::App& root, Run& run) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = root.add_subcommand("compare", "Tell whether package B is better than package A");
  command->add_option("A", arguments->a, "Package folder, the one in use")->required();
  command->add_option("B", arguments->b, "Package folder, the new one")->required();
  add_dataset_options(*command, arguments->dataset);
  command
      ->add_option("--split", arguments->split,
                   "val, test or all; default: every picture that neither package has learned from")
      ->check(CLI::IsMember({"val", "test", "all"}));
  command->add_option("--operating-point", arguments->operating_point, "Whose thresholds decide")
      ->capture_default_str();
  command->add_option("--operating-point-b", arguments->operating_point_b, "B's, where it is another one")
      ->type_name("ID");
  add_share_option(*command, "--confidence", arguments->confidence, "Of the intervals; default 95%");
  command->add_option("--json", arguments->json, "Figures and changed pictures, for machines");
  command->add_option("--report", arguments->report,
                      "One HTML file to decide by: verdict, differences, the pictures whose decision changed");
  command->add_flag("--fail-if-worse", arguments->fail_if_worse,
                    "Exit 1 where B is shown to be worse by a figure, fails where A predicts, or a rate is unknown");
  command->add_option("--threads", arguments->threads, "Pictures at once")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command->footer(
      "Differences are paired: the same pictures, drawn and counted for both. B better or worse means that the "
      "interval\n"
      "of the difference does not reach 0 and, of a rate, that McNemar's exact test agrees. Few pictures rarely tell "
      "two\n"
      "models apart.\n"
      "A picture that can't be read or predicted is counted, and listed by --json and --report; the run exits 3.\n"
      "Examples:\n"
      "  lineguard compare models/tiles-1 models/tiles-2 data/tiles --report change.html\n"
      "  lineguard compare models/tiles-1 models/tiles-2 data/tiles --fail-if-worse && cp -r models/tiles-2 /srv/models"
      "/tiles");
  command->callback([arguments, &run] {
    run = [arguments] {
      const auto code = run_compare(*arguments);
      return code ? *code : report_error(code.error());
    };
  });
}

}  // namespace lineguard::app
