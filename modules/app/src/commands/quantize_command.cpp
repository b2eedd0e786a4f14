// lineguard quantize PACKAGE DATASET: the same model in lower precision, if it decides the same.
#include "commands.h"
#include "dataset_options.h"
#include "evaluated.h"
#include "number_options.h"
#include "outputs.h"
#include "progress_bar.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include <fmt/format.h>

#include <lineguard/core/digest.h>
#include <lineguard/core/files.h>
#include <lineguard/core/signals.h>
#include <lineguard/detector/quantize.h>
#include <lineguard/evaluation/accept_candidate.h>
#include <lineguard/evaluation/compare.h>
#include <lineguard/package/package.h>

namespace lineguard::app {
namespace {

struct Arguments {
  std::string package, out, precision = "int8", split;
  DatasetOptions dataset;
  double max_change = 0.01;
};

// Ranges are seen in pictures that were learned from, so that the evaluation stays a fair one; in all where none was.
Result<std::vector<detector::CalibrationPicture>> calibration_pictures(const Arguments& arguments,
                                                                       const dataset::Dataset& data) {
  LINEGUARD_ASSIGN(const auto learned, package::read_learned(arguments.package));
  std::vector<detector::CalibrationPicture> pictures, all;
  for (const dataset::Sample& sample : data.samples) {
    all.push_back({sample.image, sample.defect_free_template});
    const auto digest = sha256_hex_of_file(sample.image);
    if (digest && learned.contains(*digest)) pictures.push_back(all.back());
  }
  if (pictures.empty()) return all;
  return pictures;
}

Result<evaluation::Evaluation> evaluate_package(const std::filesystem::path& package, const dataset::Dataset& data,
                                                const evaluation::Selected& selected) {
  LINEGUARD_ASSIGN(const auto detector, detector::Detector::load(package));
  return evaluation::evaluate(*detector, model_of(*detector), data, selected.selection, selected.samples, {},
                              terminal_progress());
}

// How far the rate may rise though it did not here.
void say_what_is_not_shown(const char* what, const evaluation::RateChange& change, double allowed) {
  const double most = change.discordant.difference_interval().high;
  if (most <= allowed) return;
  if (change.discordant.n == 0) {
    std::cout << fmt::format("note: no part shows what becomes of the {} rate\n", what);
    return;
  }
  std::cout << fmt::format(
      "note: n = {} can't show less: the {} rate may rise by up to {:.1f} percentage points (95 % "
      "confidence)\n",
      change.discordant.n, what, 100 * most);
}

Result<evaluation::Comparison> judge(evaluation::Evaluation before, const std::filesystem::path& candidate,
                                     const dataset::Dataset& data, const evaluation::Selected& selected,
                                     const Arguments& arguments) {
  LINEGUARD_ASSIGN(auto after, evaluate_package(candidate, data, selected));
  LINEGUARD_ASSIGN(auto comparison, evaluation::compare(std::move(before), std::move(after)));
  if (const auto accepted = evaluation::accept_candidate(comparison, arguments.max_change); !accepted)
    return make_error(accepted.error().code, accepted.error().message + " (--max-change); nothing was written");
  return comparison;
}

// Pictures that were learned from change as others do: they are taken where the new ones lack good or defective ones.
Result<evaluation::Selected> pictures_to_judge_by(const Arguments& arguments, const dataset::Dataset& data) {
  LINEGUARD_ASSIGN(auto selected, evaluation::select_pictures(arguments.package, arguments.split, data));
  const auto has = [&](Label label) {
    return std::ranges::any_of(selected.samples, [&](std::size_t i) { return data.samples[i].label == label; });
  };
  if (!arguments.split.empty() || (has(Label::good) && has(Label::defective))) return selected;
  return evaluation::select_pictures(arguments.package, "all", data);
}

Result<int> run_quantize(const Arguments& arguments) {
  remove_staged_folders_on_interrupt();
  LINEGUARD_ASSIGN(const dataset::Dataset data, read_dataset(arguments.dataset, arguments.package));
  LINEGUARD_TRY(refuse_in_dataset(data, {arguments.out}));
  LINEGUARD_ASSIGN(const auto selected, pictures_to_judge_by(arguments, data));
  LINEGUARD_TRY(find_learned_pictures({arguments.package}, data, selected.samples));
  warn_of_staged(arguments.out);
  // Beside the target until it has passed, under a name that no server takes for a package.
  LINEGUARD_ASSIGN(StagedFolder candidate, StagedFolder::create(arguments.out));
  LINEGUARD_ASSIGN(auto before, evaluate_package(arguments.package, data, selected));
  LINEGUARD_ASSIGN(const auto pictures, calibration_pictures(arguments, data));
  LINEGUARD_ASSIGN(const auto report, detector::quantize_into(arguments.package, arguments.precision, pictures,
                                                              candidate.path(), terminal_progress()));
  LINEGUARD_ASSIGN(const auto comparison, judge(std::move(before), candidate.path(), data, selected, arguments));
  LINEGUARD_TRY(candidate.commit());
  std::cout << evaluation::to_text(comparison);
  std::cout << fmt::format("accepted: on these pictures {} by at most {:g} %\npackage    {} ({}, digest {})\n",
                           comparison.overkill.discordant.n > 0 ? "miss and overkill rate rise" : "the miss rate rises",
                           100 * arguments.max_change, arguments.out, arguments.precision, report.model.digest);
  say_what_is_not_shown("miss", comparison.miss, arguments.max_change);
  say_what_is_not_shown("overkill", comparison.overkill, arguments.max_change);
  return kDone;
}

}  // namespace

void add_quantize_command(CLI::App& root, Run& run) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = root.add_subcommand("quantize", "Make a package faster in lower precision");
  command->add_option("package", arguments->package, "The package's folder, in f32")->required();
  add_dataset_options(*command, arguments->dataset);
  command->add_option("--out", arguments->out, "Package folder to write; must not exist")->required();
  command
      ->add_option("--precision", arguments->precision, "int8 (written into the graph) or bf16 (where the CPU has it)")
      ->check(CLI::IsMember({"int8", "bf16"}))
      ->capture_default_str();
  command
      ->add_option("--split", arguments->split,
                   "Pictures that judge: val, test or all; default: those that were not learned from, else all")
      ->check(CLI::IsMember({"val", "test", "all"}));
  add_share_option(*command, "--max-change", arguments->max_change,
                   "Refuse where miss or overkill rate rise by more than this; default 1%, 0 allows no rise", true);
  command->footer(
      "Both packages predict the same pictures, one after the other on one core.\n"
      "Example:\n"
      "  lineguard quantize models/tiles-1 data/tiles --out models/tiles-2 --precision int8 --max-change 1%");
  command->callback([arguments, &run] {
    run = [arguments] {
      const auto code = run_quantize(*arguments);
      return code ? *code : report_error(code.error());
    };
  });
}

}  // namespace lineguard::app
