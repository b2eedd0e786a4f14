// lineguard demo: the main job before the user's eyes, on real pictures.
#include "commands.h"
#include "demo/closing_table.h"
#include "demo/line_run.h"
#include "demo/pictures.h"
#include "outputs.h"

#include <iostream>
#include <memory>

#include <fmt/format.h>

#include <lineguard/core/clock.h>
#include <lineguard/core/files.h>
#include <lineguard/core/process.h>

namespace lineguard::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kOverlays = 20;
constexpr const char* kMarker = "made-by-lineguard-demo.txt";

struct DemoOptions {
  fs::path pictures = "build/deps/wheels/elpv_dataset/data";
  fs::path out = "build/demo";
  PartNumber parts = 300;
};

void heading(int step, const std::string& title) {
  std::cout << fmt::format("\n{}  {}\n", step, title) << std::flush;
}

void say(const std::string& line) {
  std::cout << "   " << line << std::endl;
}

// What an earlier demo left is replaced; a folder of anybody else is not touched.
Result<void> prepare_demo_folder(const fs::path& out) {
  std::error_code code;
  if (fs::exists(out, code) && !fs::is_empty(out, code)) {
    if (!fs::exists(out / kMarker, code))
      return make_error(ErrorCode::invalid_argument,
                        out.string() + ": there is something here that is not of an earlier demo; name another --out");
    fs::remove_all(out, code);
    if (code) return error_from_errno(code.value(), "cannot replace " + out.string());
  }
  LINEGUARD_TRY(prepare_output_folder(out));
  return write_file_atomically(out / kMarker, "`lineguard demo` made this folder and replaces it at its next run.\n");
}

// Shows the command as a user would type it, runs it, shows what it printed.
Result<void> run_step(const std::vector<std::string>& arguments, const fs::path& out) {
  std::string typed = "$ lineguard";
  for (const std::string& word : arguments) typed += " " + word;
  say(typed);
  LINEGUARD_ASSIGN(const int exit_code, run_to_end({.arguments = arguments, .out = out}));
  LINEGUARD_ASSIGN(const std::string text, read_text_file(out));
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    say(text.substr(begin, end - begin));
    begin = end + 1;
  }
  if (exit_code == kDone) return {};
  const auto code = exit_code == kAnswerIsNo ? ErrorCode::refused : ErrorCode::internal;
  return make_error(code, fmt::format("`lineguard {}` ended with exit code {}", arguments.front(), exit_code));
}

// The cells are 300 pixels wide: at the default 256 their finest cracks are lost in shrinking.
constexpr std::string_view kTrainSettings = "[[members]]\ninput_px = 320\n";

class Demo {
 public:
  explicit Demo(const DemoOptions& options) : options_(options), out_(options.out) {}

  // True where everything that was counted agrees.
  Result<bool> run() {
    LINEGUARD_ASSIGN(pictures_, read_demo_pictures(options_.pictures));
    LINEGUARD_TRY(prepare_demo_folder(out_));
    LINEGUARD_TRY(write_cells_csv(pictures_, cells()));
    introduce();
    LINEGUARD_TRY(make_model());
    LINEGUARD_TRY(run_the_line());
    return close();
  }

 private:
  std::string cells() const { return (out_ / "cells.csv").string(); }
  std::string settings() const { return (out_ / "train.toml").string(); }
  std::string package() const { return (out_ / "models" / "cells-1").string(); }
  std::string report() const { return (out_ / "report.html").string(); }
  fs::path text(const char* step) const { return out_ / "texts" / (std::string(step) + ".txt"); }

  void introduce() const {
    std::cout << "Lineguard demo: solar cells, from pictures to decisions on the line\n";
    say("Electroluminescence pictures of solar cells with cracks and dark areas: the ELPV data set, CC BY-NC-SA 4.0,");
    say("no part of Lineguard (github.com/zae-bayern/elpv-dataset). Monocrystalline ones with a sure label:");
    say(fmt::format("{} good ones to learn from; held back: {} good and defective; left out: {}",
                    pictures_.training.size(), pictures_.held_back.size(), pictures_.left_out));
  }

  Result<void> make_model() const {
    std::error_code code;
    fs::create_directories(out_ / "texts", code);
    heading(1, "Verify: are the pictures fit for training?");
    LINEGUARD_TRY(run_step({"verify", cells(), "--report", (out_ / "verify.html").string()}, text("verify")));
    heading(2, fmt::format("Train: from {} pictures of good cells, without one defective", pictures_.training.size()));
    LINEGUARD_TRY(write_file_atomically(settings(), kTrainSettings));
    LINEGUARD_TRY(
        run_step({"train", cells(), "--out", package(), "--name", "cells", "--config", settings()}, text("train")));
    heading(3, "Evaluate: on the cells that were held back");
    return run_step({"evaluate", package(), cells(), "--threads", "2", "--report", report(), "--json",
                     (out_ / "evaluate.json").string()},
                    text("evaluate"));
  }

  Result<void> run_the_line() {
    const LinePlan plan = plan_for(options_.parts);
    parts_ = choose_parts(pictures_.held_back, plan.parts);
    heading(4, fmt::format("Inspect: {} held-back cells pass the camera, {:g} a second, each to be decided in {} ms",
                           plan.parts, plan.rate, plan.deadline_ms));
    std::error_code code;
    fs::create_directories(files_.folder, code);
    LINEGUARD_TRY(run_step({"keys", "new", "--out", files_.station_key.string(), "--name", "demo"}, text("keys")));
    return run_line(plan, package(), parts_, files_, say);
  }

  Result<bool> close() const {
    LINEGUARD_ASSIGN(const auto gate, read_plc_log(files_.plc_log));
    LINEGUARD_ASSIGN(const auto recorded, read_recorded_parts(files_.record));
    LINEGUARD_ASSIGN(const auto counts, read_station_counts(files_.station_status));
    const auto differences = find_differences(options_.parts, gate, recorded, counts);
    const LineFigures figures = figures_of(gate, recorded, parts_);
    LINEGUARD_TRY(draw("missed", figures.missed_pictures));
    LINEGUARD_TRY(draw("diverted", figures.diverted_pictures));
    heading(5, "What became of the parts, by the PLC's own log");
    const std::string table = closing_table(figures, differences);
    LINEGUARD_TRY(write_file_atomically(out_ / "closing.txt", table));
    std::cout << table << std::endl;
    LINEGUARD_TRY(run_step({"records", "verify", files_.record.string(), "--key", files_.station_key.string() + ".pub"},
                           text("records_verify")));
    std::cout << fmt::format("\nreport     {}\noverlays   {}/missed, diverted\nrecord     {}\nPLC's log  {}\n",
                             report(), (out_ / "overlays").string(), files_.record.string(), files_.plc_log.string());
    return differences.empty();
  }

  // What the detector saw in the first of these pictures, in overlays/`name`.
  Result<void> draw(const std::string& name, const std::vector<fs::path>& pictures) const {
    std::string names;
    for (std::size_t i = 0; i < std::min(pictures.size(), kOverlays); ++i) names += pictures[i].string() + "\n";
    if (names.empty()) return {};
    const fs::path folder = out_ / "overlays", list = folder / (name + ".txt");
    LINEGUARD_TRY(write_file_atomically(list, names));
    LINEGUARD_ASSIGN(const int exit_code, run_to_end({.arguments = {"inspect", package(), "--files-from", list.string(),
                                                                    "--overlay", (folder / name).string(), "--jsonl",
                                                                    (folder / (name + ".jsonl")).string()},
                                                      .out = text("overlays"),
                                                      .log = folder / (name + ".log")}));
    if (exit_code == kDone) return {};
    return make_error(ErrorCode::internal, fmt::format("`lineguard inspect` ended with exit code {}; see {}", exit_code,
                                                       (folder / (name + ".log")).string()));
  }

  const DemoOptions& options_;
  const fs::path out_;
  const LineFiles files_{out_ / "line"};
  DemoPictures pictures_;
  std::vector<Cell> parts_;
};

int run_demo(const DemoOptions& options) {
  const SteadyTime begin = system_clock().now();
  const auto agreed = Demo(options).run();
  if (!agreed) return report_error(agreed.error());
  std::cout << fmt::format("\n{} in {:.0f} s\n", *agreed ? "done" : "NOT RECONCILED",
                           milliseconds_between(begin, system_clock().now()) / 1000);
  return *agreed ? kDone : kAnswerIsNo;
}

}  // namespace

void add_demo_command(CLI::App& root, Run& run) {
  auto options = std::make_shared<DemoOptions>();
  CLI::App* command = root.add_subcommand("demo", "The whole job on pictures of solar cells, in a minute");
  command->add_option("--pictures", options->pictures, "Folder with labels.csv and images/, as the ELPV data set")
      ->capture_default_str();
  command->add_option("--out", options->out, "Everything is left here; a folder of an earlier demo is replaced")
      ->capture_default_str();
  command->add_option("--parts", options->parts, "Parts that pass the line")
      ->check(CLI::Range(20, 100000))
      ->capture_default_str();
  command->footer(
      "Exit code 1: the PLC's log, the station's record and its counts differ.\n"
      "`make demo` fetches the pictures; they are CC BY-NC-SA 4.0 and no part of Lineguard.");
  command->callback([options, &run] { run = [options] { return run_demo(*options); }; });
}

}  // namespace lineguard::app
