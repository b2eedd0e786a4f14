// lineguard evaluate PACKAGE DATASET: how good a package is on labelled pictures.
#include "commands.h"
#include "dataset_options.h"
#include "outputs.h"
#include "progress_bar.h"

#include <iostream>
#include <memory>
#include <string>

#include <lineguard/core/files.h>
#include <lineguard/dataset/dataset.h>
#include <lineguard/dataset/split.h>
#include <lineguard/detector/detector.h>
#include <lineguard/evaluation/evaluate.h>
#include <lineguard/evaluation/output.h>
#include <lineguard/package/package.h>

namespace lineguard::app {
namespace {

struct Arguments {
  DatasetOptions dataset;
  std::string package;
  std::string split = "test";
  std::string json, report;
  int threads = 1;
};

evaluation::Model model_of(const detector::Detector& detector) {
  return {detector.model(), detector.operating_point(), detector.threshold(), detector.unknown_band(),
          detector.pixel_threshold()};
}

evaluation::Selection selection_of(const std::string& split) {
  if (split == "val") return evaluation::Selection::validation;
  return split == "all" ? evaluation::Selection::all : evaluation::Selection::test;
}

// The pictures that this package's training left out.
Result<std::vector<std::size_t>> select_samples(const Arguments& arguments, const dataset::Dataset& data) {
  LINEGUARD_ASSIGN(const package::Manifest manifest, package::read_manifest(arguments.package));
  const auto seed = static_cast<std::uint64_t>(manifest.training.seed);
  const bool with_labels = manifest.training.defective_pictures > 0;
  return evaluation::select(
      data, selection_of(arguments.split),
      with_labels ? dataset::split_for_labels(data, seed) : dataset::split_for_training(data, 0, seed));
}

Result<int> run_evaluate(const Arguments& arguments) {
  for (const std::string& file : {arguments.json, arguments.report}) {
    if (!file.empty()) LINEGUARD_TRY(prepare_output_file(file));
  }
  LINEGUARD_ASSIGN(const dataset::Dataset data, read_dataset(arguments.dataset));
  for (const std::string& warning : data.warnings) std::cerr << "warning: " << warning << "\n";
  LINEGUARD_ASSIGN(const auto detector,
                   detector::Detector::load(arguments.package, {.threads = 1, .parallel_requests = arguments.threads}));
  LINEGUARD_ASSIGN(const auto samples, select_samples(arguments, data));
  LINEGUARD_ASSIGN(const auto evaluation,
                   evaluation::evaluate(*detector, model_of(*detector), data, selection_of(arguments.split), samples,
                                        {.threads = arguments.threads}, terminal_progress()));
  if (!arguments.json.empty()) LINEGUARD_TRY(write_file_atomically(arguments.json, evaluation::to_json(evaluation)));
  if (!arguments.report.empty())
    LINEGUARD_TRY(write_file_atomically(arguments.report, evaluation::to_html(evaluation, data, *detector)));
  std::cout << evaluation::to_text(evaluation);
  return evaluation.n_errors == 0 ? kDone : kRuntimeFailure;
}

}  // namespace

void add_evaluate_command(CLI::App& root, Run& run) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = root.add_subcommand("evaluate", "Measure a package on labelled pictures");
  command->add_option("package", arguments->package, "The package's folder")->required();
  add_dataset_options(*command, arguments->dataset);
  command->add_option("--split", arguments->split, "val, test (what training left out) or all")
      ->check(CLI::IsMember({"val", "test", "all"}))
      ->capture_default_str();
  command->add_option("--json", arguments->json, "Every figure and every picture's row, for machines");
  command->add_option("--report", arguments->report, "One HTML file with plots and pictures, the worst mistakes first");
  command->add_option("--threads", arguments->threads, "Pictures at once")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command->footer(
      "A picture that can't be read is listed with its error; the run goes on and exits 3.\n"
      "Example:\n"
      "  lineguard evaluate models/tiles data/tiles --report tiles.html");
  command->callback([arguments, &run] {
    run = [arguments] {
      const auto code = run_evaluate(*arguments);
      return code ? *code : report_error(code.error());
    };
  });
}

}  // namespace lineguard::app
