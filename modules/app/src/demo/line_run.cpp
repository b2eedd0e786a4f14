#include "demo/line_run.h"

#include "progress_bar.h"

#include <algorithm>
#include <csignal>
#include <optional>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/core/process.h>
#include <lineguard/core/toml_text.h>
#include <lineguard/http/client.h>
#include <lineguard/infer/network.h>
#include <lineguard/package/recipe.h>

namespace lineguard::app {
namespace {

namespace fs = std::filesystem;
using Say = std::function<void(const std::string&)>;

SteadyTime in_seconds(int seconds) {
  return system_clock().now() + std::chrono::seconds(seconds);
}

void pause_shortly() {
  system_clock().sleep_until(system_clock().now() + Milliseconds(20));
}

using toml_text::quote;

constexpr const char* kRecipe = "cells";

Result<void> write_pictures_list(const std::vector<Cell>& parts, const fs::path& file) {
  std::string text;
  for (const Cell& part : parts) text += part.file.string() + "\n";
  return write_file_atomically(file, text);
}

// The recipe names the package's digest and operating point: an answer of any other model would be diverted.
Result<void> write_station_config(const LinePlan& plan, const fs::path& package, const LineFiles& files,
                                  const std::string& server_url, const std::string& plc_address) {
  LINEGUARD_ASSIGN(Recipe recipe, package::make_recipe(package, "default", kRecipe, infer::runtime_description()));
  recipe.deadline = Milliseconds(plan.deadline_ms);
  const fs::path recipe_file = files.folder / fmt::format("{}.toml", kRecipe);
  LINEGUARD_TRY(write_file_atomically(recipe_file, package::to_toml(recipe, package, false)));
  std::string text = "# Written by `lineguard demo`. docs/station.toml explains the keys.\n";
  text += "name = \"demo\"\nhttp = \"127.0.0.1:0\"\n\n";
  text += fmt::format("[recipe]\nfile = {}\n\n", quote(recipe_file.filename().string()));
  text += fmt::format("[predictor]\nurl = {}\n\n", quote(server_url));
  text += fmt::format("[camera]\nlist = {}\n\n", quote(files.pictures.filename().string()));
  text += fmt::format("[plc]\nmodbus = {}\n\n", quote(plc_address));
  text += fmt::format("[record]\nfile = {}\nkey = {}\nreserve_mb = 8\n", quote(files.record.filename().string()),
                      quote(files.station_key.filename().string()));
  return write_file_atomically(files.station_config, text);
}

std::vector<std::string> plc_arguments(const LinePlan& plan, const LineFiles& files) {
  return {"simulate",    "plc",
          "--modbus",    "127.0.0.1:0",
          "--rate",      fmt::format("{}", plan.rate),
          "--parts",     std::to_string(plan.parts),
          "--travel-ms", std::to_string(plan.travel_ms),
          "--double",    std::to_string(plan.doubled),
          "--lose",      std::to_string(plan.lost),
          "--rush",      std::to_string(plan.rushed),
          "--recipe",    kRecipe,
          "--log",       files.plc_log.string()};
}

// The three processes, in the order in which the last one is stopped last.
class Line {
 public:
  Line(const LinePlan& plan, const fs::path& package, const LineFiles& files, const Say& say)
      : plan_(plan), package_(package), files_(files), say_(say) {}

  Result<void> start(const std::vector<Cell>& parts) {
    LINEGUARD_TRY(write_pictures_list(parts, files_.pictures));
    LINEGUARD_TRY(start_server("127.0.0.1:0"));
    LINEGUARD_ASSIGN(
        auto plc,
        Process::start({.arguments = plc_arguments(plan_, files_), .out = files_.plc_summary, .log = log("plc")}));
    plc_ = std::move(plc);
    LINEGUARD_ASSIGN(const std::string plc_address, plc_->wait_for_line("listening on ", in_seconds(30)));
    say_(fmt::format("simulate plc  Modbus TCP on {}", plc_address));
    LINEGUARD_TRY(write_station_config(plan_, package_, files_, server_url_, plc_address));
    LINEGUARD_ASSIGN(auto station, Process::start({.arguments = {"station", "--config", files_.station_config.string()},
                                                   .out = files_.folder / "station.txt",
                                                   .log = log("station")}));
    station_ = std::move(station);
    LINEGUARD_ASSIGN(status_url_, station_->wait_for_line("status on ", in_seconds(30)));
    say_(fmt::format("station       {}", status_url_));
    return {};
  }

  // Until the PLC has ended; kills the server on the way.
  Result<void> run() {
    const auto progress = terminal_progress();
    const auto limit = in_seconds(60 + static_cast<int>(plan_.parts / plan_.rate));
    enum class Server { up, down, up_again } server = Server::up;
    SteadyTime down_since{};
    while (plc_->running()) {
      const PartNumber passed = parts_through_gate();
      if (progress) progress("parts through the gate", passed, plan_.parts);
      if (server == Server::up && passed >= plan_.kill_after) {
        LINEGUARD_TRY(kill_server());
        down_since = system_clock().now();
        server = Server::down;
      } else if (server == Server::down && system_clock().now() - down_since > Milliseconds(500)) {
        LINEGUARD_TRY(start_server(server_address_));
        say_(fmt::format("part {:>3}: the server answers again, {:.1f} s after it was killed", parts_through_gate(),
                         milliseconds_between(down_since, system_clock().now()) / 1000));
        server = Server::up_again;
      }
      if (!station_->running()) return ended_early(*station_, "station");
      if (system_clock().now() > limit)
        return make_error(ErrorCode::timeout, "the line does not end; see " + log("plc").string());
      pause_shortly();
    }
    LINEGUARD_TRY(expect_done(*plc_, "simulate plc", log("plc")));
    return {};
  }

  // The station's own counts, then its end, then the server's.
  Result<void> stop() {
    LINEGUARD_TRY(keep_station_status());
    for (auto [process, name] : {std::pair{&*station_, "station"}, std::pair{&*server_, "serve"}}) {
      process->send(SIGTERM);
      LINEGUARD_TRY(expect_done(*process, name, log(name)));
    }
    return {};
  }

 private:
  fs::path log(const std::string& name) const { return files_.folder / (name + ".log"); }

  Result<void> start_server(const std::string& address) {
    LINEGUARD_ASSIGN(
        auto server,
        Process::start({.arguments = {"serve", "--models", package_.parent_path().string(), "--http", address},
                        .out = files_.folder / "serve.txt",
                        .log = log("serve")}));
    const bool first = !server_;
    server_ = std::move(server);
    LINEGUARD_ASSIGN(server_url_, server_->wait_for_line("listening on ", in_seconds(60)));
    server_address_ = server_url_.substr(server_url_.find("//") + 2);
    if (first) say_(fmt::format("serve         {}", server_url_));
    return {};
  }

  Result<void> kill_server() {
    server_->send(SIGKILL);
    LINEGUARD_TRY(server_->wait(in_seconds(10)));
    say_(fmt::format("part {:>3}: the prediction server is killed (SIGKILL)", parts_through_gate()));
    return {};
  }

  // The PLC writes a line for each.
  PartNumber parts_through_gate() const {
    const auto text = read_text_file(files_.plc_log);
    return text ? static_cast<PartNumber>(std::ranges::count(*text, '\n')) : 0;
  }

  Result<void> keep_station_status() {
    const auto path = status_url_.find('/', std::string("http://").size());
    LINEGUARD_ASSIGN(const auto endpoint, http::parse_url(status_url_.substr(0, path)));
    http::Client client(endpoint);
    http::Request request;
    request.target = status_url_.substr(path);
    request.headers["Host"] = endpoint.host;
    LINEGUARD_ASSIGN(const auto response, client.send(request, in_seconds(10)));
    return write_file_atomically(files_.station_status, response.body);
  }

  static Error ended_early(const Process& process, const std::string& name) {
    return make_error(ErrorCode::unavailable,
                      fmt::format("`lineguard {}` ended early: {}", name, process.last_words()));
  }

  static Result<void> expect_done(Process& process, const std::string& name, const fs::path& log) {
    LINEGUARD_ASSIGN(const int exit_code, process.wait(in_seconds(30)));
    if (exit_code == 0) return {};
    return make_error(ErrorCode::unavailable, fmt::format("`lineguard {}` ended with exit code {}: {} (see {})", name,
                                                          exit_code, process.last_words(), log.string()));
  }

  const LinePlan& plan_;
  const fs::path& package_;
  const LineFiles& files_;
  const Say& say_;
  std::optional<Process> server_, plc_, station_;
  std::string server_url_, server_address_, status_url_;
};

}  // namespace

LinePlan plan_for(PartNumber parts) {
  LinePlan plan;
  plan.parts = parts;
  plan.doubled = parts / 5;
  plan.kill_after = parts / 3;
  plan.lost = parts * 3 / 5;
  plan.rushed = parts * 4 / 5;
  return plan;
}

LineFiles::LineFiles(const fs::path& folder_path)
    : folder(folder_path),
      pictures(folder / "pictures.txt"),
      station_config(folder / "station.toml"),
      station_key(folder / "station.key"),
      record(folder / "record.db"),
      plc_log(folder / "plc.jsonl"),
      plc_summary(folder / "plc.json"),
      station_status(folder / "station.json") {}

Result<void> run_line(const LinePlan& plan, const fs::path& package, const std::vector<Cell>& parts,
                      const LineFiles& files, const Say& say) {
  Line line(plan, package, files, say);
  LINEGUARD_TRY(line.start(parts));
  say(fmt::format("part   1: the line runs at {:g} parts a second; part {} will be triggered twice, {} lost, {} rushed",
                  plan.rate, plan.doubled, plan.lost, plan.rushed));
  LINEGUARD_TRY(line.run());
  return line.stop();
}

}  // namespace lineguard::app
