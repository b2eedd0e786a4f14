// lineguard plan: what an inspection must reach to pay, and what proves it, before there is a model.
#include "acceptance_commands.h"
#include "number_options.h"
#include "outputs.h"

#include <charconv>
#include <iostream>
#include <memory>
#include <string>

#include <fmt/format.h>

#include <lineguard/acceptance/plan.h>
#include <lineguard/core/files.h>

namespace lineguard::app {
namespace {

struct Arguments {
  acceptance::PlanQuestion question;
  std::string rate, json, report;
};

// "600/h", "10/min", "0.5/s"; a bare number is parts an hour.
Result<double> parts_per_hour(const std::string& text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const std::string unit(rest, end);
  const bool known = unit.empty() || unit == "/h" || unit == "/min" || unit == "/s";
  if (error != std::errc{} || !known) {
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("--rate: \"{}\" is no rate: expected 600/h, 10/min or 0.2/s", text));
  }
  return unit == "/min" ? number * 60 : unit == "/s" ? number * 3600 : number;
}

Result<int> run_plan(Arguments arguments) {
  LINEGUARD_TRY(prepare_output_files({arguments.json, arguments.report}));
  LINEGUARD_ASSIGN(arguments.question.parts_per_hour, parts_per_hour(arguments.rate));
  LINEGUARD_ASSIGN(const acceptance::Plan plan, acceptance::make_plan(arguments.question));
  if (!arguments.json.empty()) LINEGUARD_TRY(write_file_atomically(arguments.json, acceptance::to_json(plan)));
  if (!arguments.report.empty()) LINEGUARD_TRY(write_file_atomically(arguments.report, acceptance::to_html(plan)));
  std::cout << acceptance::to_text(plan);
  return plan.pays() ? kDone : kAnswerIsNo;
}

}  // namespace

void add_plan_command(CLI::App& root, Run& run) {
  auto arguments = std::make_shared<Arguments>();
  acceptance::PlanQuestion& question = arguments->question;
  CLI::App* command = root.add_subcommand("plan", "What an inspection must reach to pay, and what proves it");
  command->add_option("--escape-cost", question.escape_cost, "Of a defective part that is passed")->required();
  command->add_option("--overkill-cost", question.overkill_cost, "Of a good part that is diverted")->required();
  add_share_option(*command, "--defect-rate", question.defect_rate, "Share of the parts that are defective (0.3%)")
      ->required();
  command->add_option("--rate", arguments->rate, "Parts that the line makes: 600/h, 10/min, 0.2/s")
      ->required()
      ->type_name("RATE");
  command->add_option("--inspection-cost", question.inspection_cost, "Of inspecting a part; default 0");
  command->add_option("--review-cost", question.review_cost, "Of a part that a person looks at; default 0");
  add_share_option(*command, "--keep", question.kept_saving,
                   "Share of a perfect inspection's saving that the target keeps; default 80%");
  add_share_option(*command, "--confidence", question.confidence, "Of all bounds; default 95%");
  command->add_option("--hours-per-day", question.hours_per_day, "That the line runs")->capture_default_str();
  command->add_option("--json", arguments->json, "The plan for machines");
  command->add_option("--report", arguments->report, "One HTML page with the curves");
  command->footer(
      "Costs are in one currency. Exits 1 where no inspection pays.\n"
      "Example:\n"
      "  lineguard plan --escape-cost 40 --overkill-cost 0.8 --defect-rate 0.3% --rate 600/h --report plan.html");
  command->callback([arguments, &run] {
    run = [arguments] {
      const auto code = run_plan(*arguments);
      return code ? *code : report_error(code.error());
    };
  });
}

}  // namespace lineguard::app
