// lineguard convert DATASET --to LAYOUT --out FOLDER: the same set as another tool opens it.
#include "commands.h"
#include "commands/predicted_labels.h"
#include "dataset_options.h"
#include "outputs.h"
#include "progress_bar.h"

#include <iostream>
#include <memory>
#include <string>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/core/signals.h>
#include <lineguard/core/words.h>
#include <lineguard/dataset/convert.h>

namespace lineguard::app {
namespace {

struct Arguments {
  DatasetOptions dataset;
  std::string to, out, predictions;
  bool link = false;
};

Result<int> run_convert(const Arguments& arguments) {
  remove_staged_folders_on_interrupt();
  LINEGUARD_ASSIGN(dataset::Dataset data, read_dataset(arguments.dataset));
  LINEGUARD_TRY(refuse_in_dataset(data, {arguments.out}));
  for (const std::string& warning : data.warnings) std::cerr << "warning: " << warning << "\n";
  if (!arguments.predictions.empty()) {
    LINEGUARD_ASSIGN(const std::string said, label_by_predictions(arguments.predictions, data));
    std::cerr << said << "\n";
  }
  const dataset::ConvertOptions options{*value_named(dataset::kTargetNames, arguments.to), arguments.link};
  LINEGUARD_ASSIGN(StagedFolder staged, StagedFolder::create(arguments.out));
  LINEGUARD_ASSIGN(const auto report, dataset::convert(data, staged.path(), options, terminal_progress()));
  LINEGUARD_TRY(staged.commit());
  std::cout << fmt::format("{}: {} as {}, {}, {}\n", arguments.out, count_of(report.pictures, "picture"), arguments.to,
                           count_of(report.objects, "object"), count_of(report.masks, "mask"));
  for (const std::string& note : report.notes) std::cout << "note: " << note << "\n";
  return kDone;
}

}  // namespace

void add_convert_command(CLI::App& root, Run& run) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = root.add_subcommand("convert", "Write a data set as another tool opens it");
  add_dataset_options(*command, arguments->dataset);
  command->add_option("--to", arguments->to, "coco, yolo, mvtec or csv")
      ->required()
      ->check(CLI::IsMember({"coco", "yolo", "mvtec", "csv"}));
  command->add_option("--out", arguments->out, "Folder to write; must not exist")->required();
  command->add_flag("--link", arguments->link, "Symbolic links to the pictures instead of copies");
  command
      ->add_option("--predictions", arguments->predictions,
                   "Lines of `inspect --jsonl`: labels and regions as predicted, for people to review")
      ->type_name("FILE.jsonl");
  command->footer(
      "What the layout cannot hold is listed; a set that is read back has the same labels.\n"
      "Examples:\n"
      "  lineguard convert parts.csv --to coco --out parts-coco\n"
      "  lineguard inspect models/tiles pictures/ --jsonl lines.jsonl\n"
      "  lineguard convert pictures/ --to coco --out review --predictions lines.jsonl --link");
  command->callback([arguments, &run] {
    run = [arguments] {
      const auto code = run_convert(*arguments);
      return code ? *code : report_error(code.error());
    };
  });
}

}  // namespace lineguard::app
