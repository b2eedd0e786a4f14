#include "commands.h"
#include "number_options.h"
#include "outputs.h"

#include <cstdio>
#include <iostream>
#include <memory>
#include <mutex>
#include <sstream>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/core/log.h>
#include <lineguard/core/signals.h>
#include <lineguard/plc/plc_log.h>
#include <lineguard/plc/simulator.h>

namespace lineguard::app {
namespace {

struct SimulatePlcOptions {
  std::string address = "127.0.0.1:0";
  double rate = 10, ready_timeout_s = 60;
  std::uint32_t parts = 0;
  int travel_ms = 500, heartbeat_timeout_ms = 500, linger_ms = 500;
  PartNumber first_number = 1;
  std::string lot, recipe, word_order = std::string(to_string(plc::WordOrder::high_first));
  plc::PlcTable table;
  std::filesystem::path log, serials;
  std::vector<PartNumber> doubled, lost, rushed, restart, freeze;
};

// The log and the summary of one run. add() is called on the simulator's thread.
class RunLog {
 public:
  static Result<std::unique_ptr<RunLog>> open(const std::filesystem::path& file) {
    auto log = std::unique_ptr<RunLog>(new RunLog);
    if (file.empty()) return log;
    LINEGUARD_TRY(prepare_output_file(file));
    log->file_.reset(std::fopen(file.c_str(), "we"));
    if (!log->file_) return error_from_errno(errno, "cannot write " + file.string());
    return log;
  }

  // Line by line, so that what the PLC did up to a crash is there.
  void add(const plc::GateRecord& record) {
    std::lock_guard lock(mutex_);
    summary_.add(record);
    if (!file_) return;
    const std::string line = plc::to_json_line(record, epoch_) + "\n";
    if (std::fputs(line.c_str(), file_.get()) < 0 || std::fflush(file_.get()) != 0) failed_ = errno;
  }

  Result<void> state(const std::string& name) const {
    std::lock_guard lock(mutex_);
    if (failed_ != 0) return error_from_errno(failed_, "cannot write " + name);
    return {};
  }

  std::string summary(const plc::SimulatorState& state) const {
    std::lock_guard lock(mutex_);
    return summary_.to_json(state.counts, state.station, epoch_, system_clock().utc_now(), state.finished);
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  RunLog() = default;
  mutable std::mutex mutex_;
  const plc::LogEpoch epoch_{system_clock().now(), system_clock().utc_now()};
  plc::PlcSummary summary_;
  std::unique_ptr<std::FILE, Close> file_;
  int failed_ = 0;
};

Result<std::vector<std::string>> read_serials(const std::filesystem::path& file) {
  std::vector<std::string> serials;
  if (file.empty()) return serials;
  LINEGUARD_ASSIGN(const std::string text, read_text_file(file));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with('\r')) line.pop_back();
    serials.push_back(line);
  }
  return serials;
}

Result<plc::PlcSimulatorConfig> config_of(const SimulatePlcOptions& options) {
  plc::PlcSimulatorConfig config;
  config.address = options.address;
  config.table = options.table;
  if (const auto order = value_named(plc::kWordOrderNames, options.word_order)) config.table.word_order = *order;
  auto& program = config.program;
  program.first_number = options.first_number;
  program.parts = options.parts;
  program.rate = options.rate;
  program.travel = Milliseconds(options.travel_ms);
  program.heartbeat_timeout = Milliseconds(options.heartbeat_timeout_ms);
  program.lot = options.lot;
  program.recipe = options.recipe;
  LINEGUARD_ASSIGN(program.serials, read_serials(options.serials));
  program.doubled = options.doubled;
  program.lost = options.lost;
  program.rushed = options.rushed;
  program.restart_after = options.restart;
  program.freeze_after = options.freeze;
  return config;
}

// Until the last part passed the gate or a signal came. Errors: timeout (the station was never Ready), the log's.
Result<void> run_line(const SimulatePlcOptions& options, plc::PlcSimulator& simulator, const RunLog& log,
                      const StopRequest& stop) {
  Clock& clock = system_clock();
  const SteadyTime give_up = clock.now() + std::chrono::duration_cast<SteadyTime::duration>(
                                               std::chrono::duration<double>(options.ready_timeout_s));
  while (stop.signal() == 0) {
    const auto state = simulator.state();
    if (state.finished) return {};
    LINEGUARD_TRY(log.state(options.log.string()));
    if (!state.line_started && clock.now() > give_up)
      return make_error(ErrorCode::timeout, fmt::format("no station was Ready on {} within {} s", simulator.address(),
                                                        options.ready_timeout_s));
    clock.sleep_until(clock.now() + Milliseconds(10));
  }
  log_info("plc", "stopped by a signal");
  return {};
}

Result<void> simulate_plc(const SimulatePlcOptions& options) {
  LINEGUARD_ASSIGN(const auto config, config_of(options));
  LINEGUARD_TRY(plc::validate(config.program));
  LINEGUARD_ASSIGN(const auto log, RunLog::open(options.log));
  LINEGUARD_ASSIGN(const auto simulator,
                   plc::PlcSimulator::start(config, [&log = *log](const plc::GateRecord& record) { log.add(record); }));
  const StopRequest stop;
  std::cerr << "listening on " << simulator->address() << std::endl;
  LINEGUARD_TRY(run_line(options, *simulator, *log, stop));
  // The station's last handshake and its last look at the gate's counts.
  const SteadyTime end = system_clock().now() + Milliseconds(options.linger_ms);
  if (stop.signal() == 0) system_clock().sleep_until(end);
  simulator->stop();
  std::cout << log->summary(simulator->state()) << std::endl;
  return log->state(options.log.string());
}

void add_fault_options(CLI::App& command, SimulatePlcOptions& options) {
  const auto add = [&](const char* name, std::vector<PartNumber>& numbers, const char* help) {
    command.add_option(name, numbers, help)->type_name("N")->allow_extra_args(false)->group("Faults");
  };
  add("--double", options.doubled, "Trigger part N twice; may be given again, as the others here");
  add("--lose", options.lost, "Part N is on the belt, but its trigger is never shown");
  add("--rush", options.rushed, "Part N follows 5 ms after the part before");
  add("--restart", options.restart, "The PLC restarts after part N's trigger and forgets the results it holds");
  add("--freeze", options.freeze, "The PLC's heartbeat stands still for 1 s after part N's trigger");
}

// Another table than a station expects at first, or what goes wrong when one is wired.
void add_table_options(CLI::App& command, SimulatePlcOptions& options) {
  constexpr const char* kGroup = "Table";
  std::vector<std::string> orders;
  for (const auto& named : plc::kWordOrderNames) orders.emplace_back(named.name);
  command.add_option("--base-address", options.table.base_address, "Protocol address of the table's first register")
      ->check(CLI::Range(0, 65000))
      ->group(kGroup);
  command.add_option("--word-order", options.word_order, "Of 32-bit values: \"high first\" or \"low first\"")
      ->check(CLI::IsMember(orders))
      ->group(kGroup);
  command.add_option("--unit", options.table.unit, "Answer this unit only (any)")
      ->check(CLI::Range(0, 255))
      ->group(kGroup);
  command.add_flag("--refuse-writes", options.table.refuse_writes, "Answer every write with exception 1")
      ->group(kGroup);
  command.add_flag("--all-zero", options.table.all_zero, "The program does not fill the table")->group(kGroup);
}

void add_plc_command(CLI::App& simulate, Run& run) {
  auto options = std::make_shared<SimulatePlcOptions>();
  auto& command = *simulate.add_subcommand(
      "plc", "A PLC on Modbus TCP that numbers parts, triggers them and passes only what has a valid OK");
  command.add_option("--modbus", options->address, "HOST:PORT to listen on; port 0: any free one")
      ->capture_default_str();
  command.add_option("--rate", options->rate, "Parts a second")->capture_default_str();
  command.add_option("--parts", options->parts, "End after that many; 0: never")->capture_default_str();
  command.add_option("--travel-ms", options->travel_ms, "From camera to gate")->capture_default_str();
  command.add_option("--first-number", options->first_number, "Number of the first part")->capture_default_str();
  command.add_option("--serials", options->serials, "A file with the serials, one line a part");
  command.add_option("--lot", options->lot, "Lot of every part");
  command.add_option("--recipe", options->recipe, "Wanted recipe; an OK for another one diverts");
  command.add_option("--log", options->log, "The PLC's own log, one JSON line a part that passed the gate");
  command.add_option("--heartbeat-timeout-ms", options->heartbeat_timeout_ms, "A station silent for longer diverts")
      ->capture_default_str();
  command.add_option("--ready-timeout-s", options->ready_timeout_s, "Give up when no station is Ready by then")
      ->check(number_between(0, 86400))
      ->capture_default_str();
  command.add_option("--linger-ms", options->linger_ms, "Stay that long after the last part")
      ->check(CLI::Range(0, 60000))
      ->capture_default_str();
  add_fault_options(command, *options);
  add_table_options(command, *options);
  command.footer(
      "The line starts when a station is Ready. The summary goes to stdout as JSON when the last part has passed the\n"
      "gate, or on SIGTERM.\n"
      "  lineguard simulate plc --modbus 127.0.0.1:1502 --rate 10 --parts 300 --log plc.jsonl --double 50 --lose 120");
  command.callback([options, &run] {
    run = [options] {
      const auto done = simulate_plc(*options);
      return done ? int{kDone} : report_error(done.error());
    };
  });
}

}  // namespace

void add_simulate_command(CLI::App& root, Run& run) {
  auto& simulate = *root.add_subcommand("simulate", "Devices that are not there");
  simulate.require_subcommand(1);
  add_plc_command(simulate, run);
}

}  // namespace lineguard::app
