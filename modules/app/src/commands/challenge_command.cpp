// lineguard challenge: the register of challenge parts, what became of them, and whether a shift may run.
#include "acceptance_commands.h"
#include "outputs.h"

#include <iostream>
#include <memory>
#include <string>

#include <lineguard/acceptance/challenge.h>
#include <lineguard/core/clock.h>
#include <lineguard/core/files.h>

namespace lineguard::app {
namespace {

struct Arguments {
  std::string known, history, part, outcome, by, detail, json;
};

Result<int> run_challenge(const Arguments& arguments) {
  LINEGUARD_ASSIGN(const auto known, acceptance::read_register(arguments.known));
  const std::filesystem::path history_file =
      arguments.history.empty() ? std::filesystem::path(arguments.known).replace_extension(".history.csv")
                                : std::filesystem::path(arguments.history);
  const UtcTime now = system_clock().utc_now();
  if (arguments.part.empty() != arguments.outcome.empty() || (!arguments.part.empty() && arguments.by.empty()))
    return make_error(ErrorCode::invalid_argument, "to record a part give all of --part, --outcome and --by");
  if (!arguments.part.empty()) {
    const auto outcome =
        arguments.outcome == "found" ? acceptance::ChallengeOutcome::found : acceptance::ChallengeOutcome::missed;
    LINEGUARD_TRY(acceptance::append_history(history_file, known,
                                             {now, arguments.part, outcome, arguments.by, arguments.detail}));
  }
  LINEGUARD_ASSIGN(const auto history, acceptance::read_history(history_file));
  if (!arguments.json.empty()) {
    LINEGUARD_TRY(prepare_output_files({arguments.json}));
    LINEGUARD_TRY(write_file_atomically(arguments.json, acceptance::to_json(known, history, now)));
  }
  std::cout << acceptance::to_text(known, history, now);
  return acceptance::challenge_status(known, history, now).why_not_ready().empty() ? kDone : kAnswerIsNo;
}

}  // namespace

void add_challenge_command(CLI::App& root, Run& run) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = root.add_subcommand("challenge", "Challenge parts: register, schedule, power, history");
  command
      ->add_option("register", arguments->known,
                   "TOML: shifts, within_minutes and [[part]] with id, class, owner, expires, most_uses")
      ->required();
  command
      ->add_option("--history", arguments->history, "What became of them; default: beside the register, .history.csv")
      ->type_name("CSV");
  command->add_option("--part", arguments->part, "Record this part now …")->type_name("ID");
  command->add_option("--outcome", arguments->outcome, "… as found or missed …")
      ->check(CLI::IsMember({"found", "missed"}));
  command->add_option("--by", arguments->by, "… by this person")->type_name("NAME");
  command->add_option("--detail", arguments->detail, "… with this remark")->type_name("TEXT");
  command->add_option("--json", arguments->json, "The state for machines");
  command->footer(
      "Exits 1 where a missed or overdue part stands against Ready.\n"
      "Examples:\n"
      "  lineguard challenge challenge.toml\n"
      "  lineguard challenge challenge.toml --part C-17 --outcome found --by Anna");
  command->callback([arguments, &run] {
    run = [arguments] {
      const auto code = run_challenge(*arguments);
      return code ? *code : report_error(code.error());
    };
  });
}

}  // namespace lineguard::app
