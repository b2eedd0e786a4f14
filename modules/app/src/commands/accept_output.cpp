#include "commands/accept_output.h"

#include "outputs.h"

#include <iostream>

#include <fmt/format.h>

#include <lineguard/core/clock.h>
#include <lineguard/core/files.h>

namespace lineguard::app {

void AcceptOutputs::add_options(CLI::App& command) {
  command.add_option("--json", json, "The answer for machines; signed where a key is given");
  command.add_option("--report", report, "One HTML page to print and to sign");
}

Result<void> AcceptOutputs::prepare() const {
  return prepare_output_files({json, report});
}

Result<void> AcceptOutputs::refuse_to_overwrite(const dataset::Dataset& data) const {
  return app::refuse_to_overwrite(data, {json, report});
}

Result<void> AcceptOutputs::write(const std::string& package, acceptance::AcceptanceReport made) const {
  (void)package;
  made.made_at = format_utc(system_clock().utc_now());
  made.made_by = by;
  made.lineguard_version = LINEGUARD_VERSION;
  if (!json.empty()) LINEGUARD_TRY(write_file_atomically(json, acceptance::to_json(made)));
  if (!report.empty()) LINEGUARD_TRY(write_file_atomically(report, acceptance::to_html(made)));
  std::cout << acceptance::to_text(made);
  return {};
}

}  // namespace lineguard::app
