// lineguard inspect PACKAGE IMAGE|FOLDER… : one line of JSON a picture.
#include "commands.h"
#include "commands/inspect_run.h"
#include "commands/listed_names.h"
#include "data_folders.h"
#include "outputs.h"
#include "progress_bar.h"

#include <csignal>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>

#include <fmt/format.h>

#include <lineguard/core/signals.h>
#include <lineguard/core/words.h>
#include <lineguard/detector/detector.h>
#include <lineguard/package/reading.h>

namespace lineguard::app {
namespace {

struct Arguments {
  std::string operating_point = "default";
  std::string package;
  std::vector<std::string> inputs;
  std::string jsonl = "-";
  std::string overlay, map, files_from, templates;
  int threads = 1;
};

InspectSource names_from(ListedNames& list) {
  return [&list]() -> std::optional<InspectInput> {
    const auto name = list.next();
    return name ? std::optional(InspectInput{*name, std::filesystem::path(*name).filename()}) : std::nullopt;
  };
}

InspectSource names_of(std::vector<InspectInput> inputs) {
  return [list = std::move(inputs), next = std::size_t{0}]() mutable -> std::optional<InspectInput> {
    return next < list.size() ? std::optional(list[next++]) : std::nullopt;
  };
}

// Ends where somebody asked to stop: what is on its way is finished.
InspectSource until_stopped(InspectSource source, const StopRequest& stop) {
  return [source = std::move(source), &stop] { return stop.signal() == 0 ? source() : std::nullopt; };
}

// What a stopped run leaves behind.
std::string stopped_in_words(const InspectSummary& summary, std::size_t total, const Arguments& arguments) {
  const std::string of = total > 0 ? fmt::format(" of {}", total) : "";
  std::string words = fmt::format("lineguard: stopped after {}{} pictures", summary.inputs(), of);
  if (arguments.jsonl == "-") return words + "\n";
  if (summary.inputs() == 0) return words + fmt::format(": {} was not written\n", arguments.jsonl);
  return words + fmt::format(": {} has their lines and no others\n", arguments.jsonl);
}

// Of the folders that were named: files that are no part of what is inspected are told, not passed over.
void say_what_is_left_out(const std::vector<std::string>& inputs) {
  constexpr std::size_t kNamed = 3;
  std::error_code code;
  for (const std::string& input : inputs) {
    if (!std::filesystem::is_directory(input, code)) continue;
    const auto account = account_of_input(input);
    if (account.left_out.empty()) continue;
    std::cerr << fmt::format("{}: {}\n", input, dataset::to_text(account));
    for (const std::string& line : dataset::left_out_lines(account, kNamed)) std::cerr << "  " << line << "\n";
  }
}

std::string in_words(const InspectSummary& summary, const detector::Detector& detector) {
  std::string words = fmt::format("{}: {} good, {} defective, {} unknown", count_of(summary.inputs(), "picture"),
                                  summary.good, summary.defective, summary.unknown);
  if (summary.errors > 0)
    words += fmt::format(", {} could not be read or predicted (see their lines), the first: {}", summary.errors,
                         summary.first_error);
  const ModelIdentity& model = detector.model();
  return words + fmt::format("\nmodel {} version {}, operating point \"{}\", threshold {:.6g}\n", model.name,
                             model.version, detector.operating_point(), detector.threshold());
}

Result<InspectSummary> run_with(detector::Detector& detector, const InspectSource& source, std::size_t total,
                                LineWriter& writer, const Arguments& arguments) {
  // On one terminal a bar and the lines would stand in each other's way.
  const bool lines_on_terminal = arguments.jsonl == "-" && isatty(STDOUT_FILENO) != 0;
  const ProgressFunction progress = lines_on_terminal ? ProgressFunction() : terminal_progress();
  std::size_t done = 0;
  const LineSink sink = [&](const std::string& line) {
    if (progress && total > 0) progress("inspecting", ++done, total);
    return writer.write(line);
  };
  const InspectOptions options{arguments.overlay, arguments.map, detector.pixel_threshold(), arguments.templates,
                               arguments.threads};
  const InspectSummary summary = inspect(detector, source, sink, options);
  if (summary.output_failure) return *summary.output_failure;
  return summary;
}

Result<int> run_inspect(const Arguments& arguments) {
  ignore_broken_pipes();  // a reader that goes away is an error of write(), not our end
  const bool listed = !arguments.files_from.empty();
  if (listed != arguments.inputs.empty()) {
    return make_error(ErrorCode::invalid_argument,
                      listed ? "inspect: name pictures and folders or give --files-from, not both"
                             : "inspect: no picture: name pictures and folders, or give --files-from");
  }
  const StopRequest stop;
  std::vector<InspectInput> inputs;
  std::optional<ListedNames> list;
  if (listed) {
    LINEGUARD_ASSIGN(auto names, ListedNames::open(arguments.files_from, stop.fd()));
    list.emplace(std::move(names));
  } else {
    LINEGUARD_ASSIGN(inputs, list_inputs({arguments.inputs.begin(), arguments.inputs.end()}));
  }
  std::vector<std::filesystem::path> pictures;
  for (const InspectInput& input : inputs) pictures.push_back(input.file);
  LINEGUARD_TRY(refuse_to_replace(pictures, arguments.jsonl));
  DataFolders folders;
  for (const std::string& input : arguments.inputs) folders.add(input);
  if (!arguments.templates.empty()) folders.add(arguments.templates);
  LINEGUARD_TRY(folders.refuse_inside({arguments.jsonl, arguments.overlay, arguments.map}));
  for (const std::string& folder : {arguments.overlay, arguments.map}) {
    if (!folder.empty()) LINEGUARD_TRY(prepare_output_folder(folder));
  }
  LINEGUARD_ASSIGN(LineWriter writer, LineWriter::open(arguments.jsonl));
  LINEGUARD_ASSIGN(const auto detector,
                   detector::Detector::load(arguments.package, {.threads = 1,
                                                                .parallel_requests = arguments.threads,
                                                                .operating_point = arguments.operating_point}));
  LINEGUARD_ASSIGN(const imaging::Reading reading, package::read_reading(std::filesystem::path(arguments.package)));
  imaging::set_reading_of_files(reading);  // of overlays
  const std::size_t total = inputs.size();
  const InspectSource source = until_stopped(list ? names_from(*list) : names_of(std::move(inputs)), stop);
  LINEGUARD_ASSIGN(const InspectSummary summary, run_with(*detector, source, total, writer, arguments));
  // Ended before its first picture it leaves the lines of the last run; an empty list has no lines.
  const std::optional<Error> list_failure = list ? list->failure() : std::nullopt;
  const bool ended_early = stop.signal() != 0 || list_failure;
  if (!ended_early || summary.inputs() > 0) LINEGUARD_TRY(writer.finish());
  say_what_is_left_out(arguments.inputs);
  std::cerr << in_words(summary, *detector);
  if (stop.signal() != 0) {
    std::cerr << stopped_in_words(summary, total, arguments);
    return 128 + stop.signal();
  }
  if (list_failure) return *list_failure;
  return summary.errors == 0 ? kDone : kRuntimeFailure;
}

}  // namespace

void add_inspect_command(CLI::App& root, Run& run) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = root.add_subcommand("inspect", "Say of each picture whether its part is good");
  command->add_option("package", arguments->package, "The package's folder")->required();
  command->add_option("inputs", arguments->inputs,
                      "Pictures and folders of pictures (masks in ground_truth/ are left out)");
  command->add_option("--operating-point", arguments->operating_point, "Whose threshold decides")
      ->capture_default_str();
  command->add_option("--jsonl", arguments->jsonl, "Where the lines go; - is stdout")->capture_default_str();
  command->add_option("--overlay", arguments->overlay, "Folder for pictures with heat map and regions drawn in");
  command->add_option("--map", arguments->map, "Folder for the maps, float32 TIFF at the original size");
  command->add_option("--templates", arguments->templates,
                      "Folder with each picture's defect-free twin under the same name, for models that compare");
  command->add_option("--files-from", arguments->files_from, "File with a picture's name a line; - is stdin");
  command->add_option("--threads", arguments->threads, "Pictures at once")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command->footer(
      "A picture that can't be read gives a line with its error; the run goes on and exits 3. Finding defects exits "
      "0.\n"
      "Stopped by Ctrl-C it finishes the pictures on their way, keeps the lines so far and exits 130.\n"
      "Examples:\n"
      "  lineguard inspect models/tiles pictures/ --overlay overlays/ > lines.jsonl\n"
      "  find /data -name '*.png' | lineguard inspect models/tiles --files-from - --threads 4 --jsonl lines.jsonl\n"
      "  lineguard inspect models/boards boards/ --templates designs/ --operating-point careful --map maps/");
  command->callback([arguments, &run] {
    run = [arguments] {
      const auto code = run_inspect(*arguments);
      return code ? *code : report_error(code.error());
    };
  });
}

}  // namespace lineguard::app
