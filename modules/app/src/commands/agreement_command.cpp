// lineguard agreement: how well inspectors, and a model among them, agree; how steady a model is on the same parts.
#include "acceptance_commands.h"
#include "number_options.h"
#include "outputs.h"

#include <iostream>
#include <memory>
#include <string>

#include <lineguard/acceptance/agreement.h>
#include <lineguard/core/files.h>

namespace lineguard::app {
namespace {

struct Arguments {
  std::string study, model, repeats, name = "model", json, report;
  acceptance::StudyOptions options;
};

Result<void> run_study(const Arguments& arguments) {
  LINEGUARD_ASSIGN(const std::string text, read_text_file(arguments.study));
  LINEGUARD_ASSIGN(auto answers, acceptance::read_answers(text, arguments.study));
  if (!arguments.model.empty()) {
    LINEGUARD_ASSIGN(const std::string predictions, read_text_file(arguments.model));
    LINEGUARD_ASSIGN(const auto of_model, acceptance::read_predictions(predictions, arguments.model, arguments.name));
    answers.insert(answers.end(), of_model.begin(), of_model.end());
  }
  LINEGUARD_ASSIGN(const acceptance::Study study, acceptance::study(answers, arguments.options));
  if (!arguments.json.empty()) LINEGUARD_TRY(write_file_atomically(arguments.json, acceptance::to_json(study)));
  if (!arguments.report.empty()) LINEGUARD_TRY(write_file_atomically(arguments.report, acceptance::to_html(study)));
  std::cout << acceptance::to_text(study);
  return {};
}

Result<void> run_repeats(const Arguments& arguments) {
  LINEGUARD_ASSIGN(const std::string text, read_text_file(arguments.repeats));
  LINEGUARD_ASSIGN(const auto found,
                   acceptance::repeatability_of_predictions(text, arguments.repeats, arguments.options.confidence));
  if (!arguments.json.empty()) LINEGUARD_TRY(write_file_atomically(arguments.json, acceptance::to_json(found)));
  std::cout << acceptance::to_text(found);
  return {};
}

Result<int> run_agreement(const Arguments& arguments) {
  if (arguments.study.empty() == arguments.repeats.empty())
    return make_error(ErrorCode::invalid_argument, "expected a study (a CSV of answers) or --repeats, one of both");
  if (!arguments.repeats.empty() && !(arguments.model.empty() && arguments.report.empty()))
    return make_error(ErrorCode::invalid_argument, "--model and --report belong to a study, not to --repeats");
  LINEGUARD_TRY(prepare_output_files({arguments.json, arguments.report}));
  LINEGUARD_TRY(refuse_to_replace({arguments.study, arguments.model, arguments.repeats}, arguments.json));
  LINEGUARD_TRY(arguments.study.empty() ? run_repeats(arguments) : run_study(arguments));
  return kDone;
}

}  // namespace

void add_agreement_command(CLI::App& root, Run& run) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = root.add_subcommand("agreement", "Agreement of inspectors and a model, in AIAG's layout");
  command->add_option("study", arguments->study, "CSV: part, inspector, trial, answer and, where known, reference");
  command->add_option("--model", arguments->model, "Predictions of `evaluate --csv` as one more inspector")
      ->type_name("CSV");
  command->add_option("--name", arguments->name, "What that inspector is called")->capture_default_str();
  command->add_option("--good", arguments->options.good, "The answer that is no defect")->capture_default_str();
  command
      ->add_option("--repeats", arguments->repeats,
                   "Predictions of the same parts, several pictures each: how far the scores spread")
      ->type_name("CSV");
  add_share_option(*command, "--confidence", arguments->options.confidence, "Of all intervals; default 95%");
  command->add_option("--json", arguments->json, "Every figure, for machines");
  command->add_option("--report", arguments->report, "One HTML page");
  command->footer(
      "Examples:\n"
      "  lineguard evaluate models/tiles data/study --split all --csv model.csv\n"
      "  lineguard agreement study.csv --model model.csv --report agreement.html\n"
      "  lineguard agreement --repeats repeats.csv");
  command->callback([arguments, &run] {
    run = [arguments] {
      const auto code = run_agreement(*arguments);
      return code ? *code : report_error(code.error());
    };
  });
}

}  // namespace lineguard::app
