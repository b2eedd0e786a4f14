#include "commands.h"
#include "commands/verify_output.h"
#include "dataset_options.h"
#include "outputs.h"
#include "progress_bar.h"

#include <iostream>
#include <memory>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/core/signals.h>
#include <lineguard/verify/check_content.h>

namespace lineguard::app {
namespace {

struct VerifyOptions {
  DatasetOptions dataset;
  std::filesystem::path json, report;
  std::vector<std::string> allow;
  dataset::CheckOptions check;
  bool structure_only = false;
  int most_pictures = static_cast<int>(verify::ContentCheckOptions{}.most_pictures);
};

void tell_what_is_looked_at(int most, dataset::Dataset& dataset) {
  if (dataset.samples.size() <= static_cast<std::size_t>(most)) return;
  dataset.warnings.push_back(fmt::format(
      "every file was decoded and compared; what needs features (label errors, contamination, near-duplicates) was "
      "looked for in {} of the {} pictures, drawn evenly: --content-pictures looks at more",
      most, dataset.samples.size()));
}

Result<VerifyResult> verify(const VerifyOptions& options) {
  remove_staged_folders_on_interrupt();
  VerifyResult result;
  LINEGUARD_ASSIGN(result.dataset, read_dataset(options.dataset));
  LINEGUARD_TRY(refuse_in_dataset(result.dataset, {options.json, options.report}));
  LINEGUARD_TRY(prepare_output_files({options.json, options.report}));
  LINEGUARD_ASSIGN(result.report, dataset::check_dataset(result.dataset, options.check, terminal_progress()));
  if (!options.structure_only && !result.dataset.samples.empty()) {
    tell_what_is_looked_at(options.most_pictures, result.dataset);
    LINEGUARD_ASSIGN(auto findings,
                     verify::check_content(result.dataset,
                                           {.threads = options.check.threads,
                                            .most_pictures = static_cast<std::size_t>(options.most_pictures)},
                                           terminal_progress()));
    result.report.add(std::move(findings));
  }
  result.allowed.insert(options.allow.begin(), options.allow.end());
  return result;
}

Result<void> write_files(const VerifyOptions& options, const VerifyResult& result) {
  if (!options.json.empty()) LINEGUARD_TRY(write_file_atomically(options.json, to_json(result)));
  if (!options.report.empty()) LINEGUARD_TRY(write_file_atomically(options.report, to_html(result)));
  return {};
}

int run_verify(const VerifyOptions& options) {
  const auto result = verify(options);
  if (!result) return report_error(result.error());
  print_text(*result, std::cout);
  if (const auto written = write_files(options, *result); !written) return report_error(written.error());
  return result->blocker_count() == 0 ? kDone : kAnswerIsNo;
}

}  // namespace

void add_verify_command(CLI::App& root, Run& run) {
  auto options = std::make_shared<VerifyOptions>();
  options->dataset.keep_problems = true;  // to name them all
  CLI::App* command = root.add_subcommand("verify", "Say what a data set is and what is wrong with it.");
  add_dataset_options(*command, options->dataset);
  command->add_option("--json", options->json, "write everything that was found as JSON")->type_name("FILE");
  command->add_option("--report", options->report, "write a page with thumbnails")->type_name("FILE.html");
  command->add_flag("--structure-only", options->structure_only,
                    "leave out what needs features: label errors, contamination, near-duplicates");
  command
      ->add_option("--content-pictures", options->most_pictures,
                   "of a larger set this many are looked at for what needs features")
      ->check(CLI::Range(100, 10'000'000))
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--threads", options->check.threads, "pictures decoded at a time")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command->add_option("--allow", options->allow, "this check blocks no more (may be repeated)")
      ->type_name("CHECK")
      ->allow_extra_args(false)
      ->check(CLI::Validator(CLI::IsMember(dataset::allowable_checks())).description(""));
  command->footer(
      "Examples:\n"
      "  lineguard verify pictures/\n"
      "  lineguard verify labels.csv --json verify.json --report verify.html\n"
      "  lineguard verify pictures/ --part-pattern '^([0-9]+)_' --allow size-mismatch\n"
      "Exits 1 where a blocker was found that is not allowed.");
  command->callback([options, &run] { run = [options] { return run_verify(*options); }; });
}

}  // namespace lineguard::app
