// lineguard accept PACKAGE DATASET: do labelled parts that the model has not seen show the rates that are asked for?
#include "acceptance_commands.h"
#include "commands/accept_output.h"
#include "dataset_options.h"
#include "evaluated.h"
#include "number_options.h"
#include "outputs.h"
#include "progress_bar.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>

#include <fmt/format.h>

#include <lineguard/acceptance/accept.h>
#include <lineguard/acceptance/escape.h>
#include <lineguard/acceptance/parts.h>
#include <lineguard/acceptance/report.h>
#include <lineguard/core/unchanged_files.h>
#include <lineguard/core/words.h>
#include <lineguard/dataset/source_files.h>
#include <lineguard/detector/detector.h>
#include <lineguard/evaluation/evaluate.h>
#include <lineguard/evaluation/learned.h>
#include <lineguard/package/ruled_point.h>

namespace lineguard::app {
namespace {

struct Arguments {
  DatasetOptions dataset;
  std::string package, operating_point = "default", split;
  acceptance::Limits limits;
  double max_miss = 0, max_overkill = 0, max_escape_ppm = 0, defect_rate = 0;  // 0: not asked for
  bool choose = false;
  std::string save_as;
  AcceptOutputs outputs;
  int threads = 1;
};

std::optional<double> if_given(double value) {
  return value > 0 ? std::optional(value) : std::nullopt;
}

// Before the work: whether what is asked for can be done at all.
Result<void> check_arguments(Arguments& arguments) {
  arguments.limits.max_miss = if_given(arguments.max_miss);
  arguments.limits.max_overkill = if_given(arguments.max_overkill);
  arguments.limits.max_escapes = if_given(arguments.max_escape_ppm / acceptance::kPartsPerMillion);
  arguments.limits.defect_rate = if_given(arguments.defect_rate);
  LINEGUARD_TRY(check(arguments.limits));
  if (arguments.choose == arguments.save_as.empty()) {
    return make_error(ErrorCode::invalid_argument, arguments.choose
                                                       ? "--choose needs --save-operating-point: under which id?"
                                                       : "--save-operating-point needs --choose: what shall be saved?");
  }
  if (!arguments.choose) return {};
  return package::refuse_existing_operating_point(arguments.package, arguments.save_as);
}

// What the set itself names for testing, else all of it: what was learned from is left out afterwards, by picture and
// part.
std::vector<std::size_t> samples_to_judge(const Arguments& arguments, const dataset::Dataset& data) {
  const auto names_test = [](const dataset::Sample& sample) { return sample.split == dataset::Split::test; };
  const bool only_test = arguments.split != "all" && std::ranges::any_of(data.samples, names_test);
  std::vector<std::size_t> samples;
  for (std::size_t i = 0; i < data.samples.size(); ++i) {
    if (!only_test || names_test(data.samples[i])) samples.push_back(i);
  }
  return samples;
}

Result<void> refuse_without_parts(const evaluation::NewPictures& pictures, const dataset::Dataset& data) {
  if (!pictures.samples.empty()) return {};
  return make_error(ErrorCode::refused, fmt::format("{}: no picture is new to the model. {}", data.root.string(),
                                                    pictures.independence.in_words()));
}

std::vector<std::string> notes_of(const evaluation::Evaluation& judged, const evaluation::NewPictures& pictures,
                                  const acceptance::Acceptance& acceptance) {
  std::vector<std::string> notes;
  const std::size_t left_out = pictures.independence.overlaps.size() - pictures.samples.size();
  if (left_out > 0)
    notes.push_back(fmt::format("{} not new to the model and not counted.",
                                left_out == 1 ? "1 picture is" : fmt::format("{} pictures are", left_out)));
  const auto ruled = std::ranges::count_if(judged.rows, [](const evaluation::Row& row) { return !row.rule.empty(); });
  if (ruled > 0)
    notes.push_back(fmt::format("{} good by the region rules although the score is above the threshold.",
                                count_of(static_cast<std::size_t>(ruled), "picture")));
  if (const std::size_t failed = acceptance.failed_good + acceptance.failed_defective; failed > 0) {
    notes.push_back(fmt::format("{} could not be judged: good ones count as diverted, defective ones are left out.",
                                count_of(failed, "part")));
  }
  if (acceptance.limits.defect_rate) notes.push_back("The defect rate was given, not measured.");
  return notes;
}

Result<acceptance::Acceptance> judge(const Arguments& arguments, const std::vector<acceptance::Part>& parts,
                                     const evaluation::Model& model) {
  if (!arguments.choose)
    return acceptance::accept_point(parts, {model.threshold, model.unknown_band}, arguments.limits);
  if (!model.rules.empty()) {
    return make_error(
        ErrorCode::invalid_argument,
        "--choose can't choose a threshold under region rules: choose it first, then add the rules and judge "
        "both on other parts");
  }
  return acceptance::choose_point(parts, model.unknown_band, arguments.limits);
}

// The chosen threshold as a point of the package.
Result<package::RuledPoint> save_point(const Arguments& arguments, const acceptance::Acceptance& acceptance,
                                       const evaluation::NewPictures& pictures, const dataset::Dataset& data) {
  package::OperatingPoint point;
  point.id = arguments.save_as;
  point.threshold = acceptance.threshold;
  point.method = fmt::format("{}; {}", acceptance.method, data.root.filename().string());
  point.max_overkill = arguments.limits.max_overkill.value_or(1);
  point.confidence = arguments.limits.confidence;
  const acceptance::Claim &miss = acceptance.claims[0], &overkill = acceptance.claims[1];
  point.good_n = static_cast<std::int64_t>(overkill.count.n);
  point.good_above = static_cast<std::int64_t>(overkill.count.events);
  point.overkill_bound = overkill.bound;
  point.defective_n = static_cast<std::int64_t>(miss.count.n);
  point.defective_below = static_cast<std::int64_t>(miss.count.events);
  if (miss.count.n > 0) point.miss_bound = miss.bound;
  LINEGUARD_TRY(package::write_ruled_point(arguments.package, point, {}, pictures.digests));
  return package::read_ruled_point(arguments.package, point.id);
}

// Everything of the report but the answer.
acceptance::AcceptanceReport describe(const Arguments& arguments, const dataset::Dataset& data,
                                      const evaluation::NewPictures& pictures, const ModelIdentity& model) {
  acceptance::AcceptanceReport report;
  report.independence = pictures.independence;
  report.model = model;
  report.dataset = data.root.string();
  report.layout = dataset::to_string(data.layout);
  report.split = arguments.split == "all" ? "all" : "its test pictures, or all where it names none";
  report.dataset_fingerprint = dataset::fingerprint(data);
  report.pictures_digest = pictures.pictures_digest;
  report.pictures = pictures.samples.size();
  return report;
}

// The one that was judged; of --choose the chosen one, saved where it is accepted.
Result<package::RuledPoint> judged_point(const Arguments& arguments, const acceptance::Acceptance& answer,
                                         package::RuledPoint given, const evaluation::NewPictures& pictures,
                                         const dataset::Dataset& data) {
  if (!arguments.choose) return given;
  if (answer.accepted()) return save_point(arguments, answer, pictures, data);
  package::RuledPoint none;
  none.point.id = arguments.save_as;
  return none;
}

Result<int> run_accept(Arguments arguments) {
  LINEGUARD_TRY(check_arguments(arguments));
  LINEGUARD_ASSIGN(const dataset::Dataset data, read_dataset(arguments.dataset, arguments.package));
  LINEGUARD_TRY(arguments.outputs.refuse_to_overwrite(data));
  LINEGUARD_TRY(arguments.outputs.prepare());
  const UnchangedFiles unchanged(dataset::source_files(data));  // what is hashed is what is judged
  for (const std::string& warning : data.warnings) std::cerr << "warning: " << warning << "\n";
  LINEGUARD_ASSIGN(auto point, package::read_ruled_point(arguments.package, arguments.operating_point));
  LINEGUARD_ASSIGN(const auto detector,
                   detector::Detector::load(arguments.package, {.threads = 1,
                                                                .parallel_requests = arguments.threads,
                                                                .operating_point = arguments.operating_point}));
  LINEGUARD_ASSIGN(const auto pictures,
                   evaluation::find_new_pictures(arguments.package, arguments.choose ? "" : arguments.operating_point,
                                                 data, samples_to_judge(arguments, data), arguments.threads));
  LINEGUARD_TRY(refuse_without_parts(pictures, data));
  evaluation::Model model = model_of(*detector);
  model.rules = point.rules;
  LINEGUARD_ASSIGN(const auto judged,
                   evaluation::evaluate(*detector, model, data, evaluation::Selection::all, pictures.samples,
                                        {.threads = arguments.threads, .rows_only = true}, terminal_progress()));
  acceptance::AcceptanceReport report = describe(arguments, data, pictures, detector->model());
  LINEGUARD_ASSIGN(report.acceptance, judge(arguments, acceptance::all_parts_of(judged.rows), model));
  report.notes = notes_of(judged, pictures, report.acceptance);
  LINEGUARD_TRY(unchanged.check());
  LINEGUARD_ASSIGN(report.point, judged_point(arguments, report.acceptance, std::move(point), pictures, data));
  LINEGUARD_TRY(arguments.outputs.write(arguments.package, report));
  return report.acceptance.accepted() ? kDone : kAnswerIsNo;
}

void add_limits(CLI::App& command, Arguments& arguments) {
  add_share_option(command, "--max-miss", arguments.max_miss, "Largest miss rate that is to be shown (1% or 0.01)");
  add_share_option(command, "--max-overkill", arguments.max_overkill, "Largest overkill rate that is to be shown");
  command
      .add_option("--max-escape-ppm", arguments.max_escape_ppm,
                  "Largest share of defective parts among the passed ones, in parts per million; needs --defect-rate")
      ->check(number_between(0.001, 999'999))
      ->type_name("PPM");
  add_share_option(command, "--defect-rate", arguments.defect_rate,
                   "Share of the line's parts that are defective (0.3%)");
  add_share_option(command, "--confidence", arguments.limits.confidence, "Of all bounds; default 95%");
  command.add_flag("--every-class", arguments.limits.every_class, "Each defect class must show --max-miss by itself");
}

}  // namespace

void add_accept_command(CLI::App& root, Run& run) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = root.add_subcommand("accept", "Prove miss, overkill or escape rate on parts it has not seen");
  command->add_option("package", arguments->package, "The package's folder")->required();
  add_dataset_options(*command, arguments->dataset);
  add_limits(*command, *arguments);
  command->add_option("--operating-point", arguments->operating_point, "The one that is judged")->capture_default_str();
  command->add_flag("--choose", arguments->choose,
                    "Choose the threshold on these parts, with the choice accounted for");
  command
      ->add_option("--save-operating-point", arguments->save_as,
                   "Write the chosen threshold into the package as this id")
      ->type_name("ID");
  command->add_option("--split", arguments->split, "test (what the set names; all where it names none) or all")
      ->check(CLI::IsMember({"test", "all"}));
  arguments->outputs.add_options(*command);
  command->add_option("--threads", arguments->threads, "Pictures at once")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command->footer(
      "Pictures that the model learned from, their near-duplicates and other pictures of their parts are left out.\n"
      "Exits 1 where the parts do not show what is asked, with how many are missing.\n"
      "Examples:\n"
      "  lineguard accept models/tiles data/new-tiles --max-miss 1% --max-overkill 2% --report acceptance.html\n"
      "  lineguard accept models/tiles data/new-tiles --max-escape-ppm 500 --defect-rate 0.3% --key anna.key --by "
      "Anna");
  command->callback([arguments, &run] {
    run = [arguments] {
      const auto code = run_accept(*arguments);
      return code ? *code : report_error(code.error());
    };
  });
}

}  // namespace lineguard::app
