// lineguard inspect PACKAGE IMAGE|FOLDER… : one line of JSON a picture.
#include "commands.h"
#include "commands/inspect_run.h"
#include "outputs.h"
#include "progress_bar.h"

#include <csignal>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>

#include <fmt/format.h>

#include <lineguard/detector/detector.h>

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

// Names from a list, one a line, read as they come: the list may be another program's output.
InspectSource names_from(std::istream& list) {
  return [&list]() -> std::optional<InspectInput> {
    std::string name;
    while (std::getline(list, name)) {
      if (name.ends_with('\r')) name.pop_back();
      if (!name.empty()) return InspectInput{name, std::filesystem::path(name).filename()};
    }
    return std::nullopt;
  };
}

InspectSource names_of(std::vector<InspectInput> inputs) {
  return [list = std::move(inputs), next = std::size_t{0}]() mutable -> std::optional<InspectInput> {
    return next < list.size() ? std::optional(list[next++]) : std::nullopt;
  };
}

std::string in_words(const InspectSummary& summary, const detector::Detector& detector) {
  std::string words = fmt::format("{} pictures: {} good, {} defective, {} unknown", summary.inputs(), summary.good,
                                  summary.defective, summary.unknown);
  if (summary.errors > 0) words += fmt::format(", {} could not be read or predicted (see their lines)", summary.errors);
  const ModelIdentity& model = detector.model();
  return words + fmt::format("\nmodel {} version {}, operating point \"{}\", threshold {:.6g}\n", model.name,
                             model.version, detector.operating_point(), detector.threshold());
}

Result<InspectSummary> run_with(detector::Detector& detector, const InspectSource& source, std::size_t total,
                                LineWriter& writer, const Arguments& arguments) {
  const ProgressFunction progress = terminal_progress();
  std::size_t done = 0;
  const LineSink sink = [&](const std::string& line) {
    if (progress && total > 0) progress("inspecting", ++done, total);
    return writer.write(line);
  };
  const InspectOptions options{arguments.overlay, arguments.map, detector.pixel_threshold(), arguments.templates,
                               arguments.threads};
  const InspectSummary summary = inspect(detector, source, sink, options);
  if (summary.output_failure) return *summary.output_failure;
  LINEGUARD_TRY(writer.finish());
  return summary;
}

Result<int> run_inspect(const Arguments& arguments) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error of write(), not our end
  const bool listed = !arguments.files_from.empty();
  if (listed != arguments.inputs.empty())
    return make_error(ErrorCode::invalid_argument, "inspect: name pictures or folders, or give --files-from, not both");
  std::vector<InspectInput> inputs;
  std::ifstream list;
  if (listed && arguments.files_from != "-") {
    list.open(arguments.files_from);
    if (!list) return make_error(ErrorCode::not_found, "cannot read " + arguments.files_from);
  }
  if (!listed) {
    LINEGUARD_ASSIGN(inputs, list_inputs({arguments.inputs.begin(), arguments.inputs.end()}));
  }
  for (const std::string& folder : {arguments.overlay, arguments.map}) {
    if (!folder.empty()) LINEGUARD_TRY(prepare_output_folder(folder));
  }
  LINEGUARD_ASSIGN(LineWriter writer, LineWriter::open(arguments.jsonl));
  LINEGUARD_ASSIGN(const auto detector,
                   detector::Detector::load(arguments.package, {.threads = 1,
                                                                .parallel_requests = arguments.threads,
                                                                .operating_point = arguments.operating_point}));
  const std::size_t total = inputs.size();
  const InspectSource source = listed ? names_from(list.is_open() ? list : std::cin) : names_of(std::move(inputs));
  LINEGUARD_ASSIGN(const InspectSummary summary, run_with(*detector, source, total, writer, arguments));
  std::cerr << in_words(summary, *detector);
  return summary.errors == 0 ? kDone : kRuntimeFailure;
}

}  // namespace

void add_inspect_command(CLI::App& root, Run& run) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = root.add_subcommand("inspect", "Say of each picture whether its part is good");
  command->add_option("package", arguments->package, "The package's folder")->required();
  command->add_option("inputs", arguments->inputs, "Pictures and folders of pictures");
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
      "Examples:\n"
      "  lineguard inspect models/tiles pictures/ --overlay overlays/ > lines.jsonl\n"
      "  find /data -name '*.png' | lineguard inspect models/tiles --files-from - --threads 4 --jsonl lines.jsonl");
  command->callback([arguments, &run] {
    run = [arguments] {
      const auto code = run_inspect(*arguments);
      return code ? *code : report_error(code.error());
    };
  });
}

}  // namespace lineguard::app
