#include "modbus_server.h"

#include <atomic>
#include <mutex>
#include <thread>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <sys/eventfd.h>

#include <lineguard/plc/simulator.h>

namespace lineguard::plc {

struct PlcSimulator::Server {
  Server(const PlcSimulatorConfig& config, HostPort address, std::unique_ptr<ModbusServer> server, OnRecord callback)
      : scan(config.scan),
        start_when_ready(config.start_when_ready),
        host(std::move(address.host)),
        port(server->port()),
        modbus(std::move(server)),
        on_record(std::move(callback)),
        program(config.program) {}

  void run();
  void run_scan(SteadyTime now);

  const Milliseconds scan;
  const bool start_when_ready;
  const std::string host;
  const int port;
  std::unique_ptr<ModbusServer> modbus;  // used by the thread alone
  const OnRecord on_record;

  std::atomic<bool> stopping = false, dropping = false;
  int wake_fd = -1;
  mutable std::mutex mutex;  // over what follows
  PlcProgram program;
  SimulatorState state;
  std::thread thread;
};

void PlcSimulator::Server::run() {
  SteadyTime next = system_clock().now();
  while (!stopping) {
    const SteadyTime now = system_clock().now();
    if (now >= next) {
      run_scan(now);
      next = std::max(next + scan, now);
    }
    if (dropping.exchange(false)) modbus->disconnect_clients();
    const auto wait = std::chrono::ceil<Milliseconds>(next - system_clock().now());
    modbus->serve(static_cast<int>(std::max<Milliseconds::rep>(wait.count(), 0)), wake_fd);
  }
  modbus.reset();  // the listening socket too: who waits to be accepted must not wait for ever
}

void PlcSimulator::Server::run_scan(SteadyTime now) {
  const PlcOutputs station = modbus->outputs();
  std::vector<GateRecord> records;
  PlcInputs inputs;
  {
    std::lock_guard lock(mutex);
    if (start_when_ready && !state.line_started && station.ready && program.station_alive()) {
      program.start_line();
      state.line_started = true;
    }
    inputs = program.step(now, station);
    records = program.take_records();
    state.finished = program.finished();
    state.station_alive = program.station_alive();
    state.counts = program.counts();
    state.station = station;
  }
  modbus->set_inputs(inputs);
  if (!on_record) return;
  for (const auto& record : records) on_record(record);
}

Result<std::unique_ptr<PlcSimulator>> PlcSimulator::start(const PlcSimulatorConfig& config, OnRecord on_record) {
  LINEGUARD_TRY(validate(config.program));
  if (config.max_clients < 1 || config.max_clients > 64)
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("max_clients = {} is out of range, allowed: 1 to 64", config.max_clients));
  if (config.scan < Milliseconds(1) || config.scan > Milliseconds(100))
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("scan = {} ms is out of range, allowed: 1 to 100", config.scan.count()));
  if (config.table.base_address < 0 || config.table.base_address > 65000 || config.table.unit < -1 ||
      config.table.unit > 255)
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("base address {} or unit {} is out of range, allowed: 0 to 65000, 0 to 255",
                                  config.table.base_address, config.table.unit));
  LINEGUARD_ASSIGN(HostPort address, parse_host_port(config.address));
  LINEGUARD_ASSIGN(auto modbus, ModbusServer::listen(address, config.max_clients, config.table));
  auto server = std::make_unique<Server>(config, std::move(address), std::move(modbus), std::move(on_record));
  server->wake_fd = eventfd(0, EFD_CLOEXEC);
  if (server->wake_fd < 0) return make_error(ErrorCode::unavailable, "cannot make an eventfd");
  Server* running = server.get();
  server->thread = std::thread([running] { running->run(); });
  return std::unique_ptr<PlcSimulator>(new PlcSimulator(std::move(server)));
}

PlcSimulator::PlcSimulator(std::unique_ptr<Server> server) : server_(std::move(server)) {}

PlcSimulator::~PlcSimulator() {
  stop();
  close(server_->wake_fd);
}

std::string PlcSimulator::address() const {
  const bool v6 = server_->host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", server_->host, v6 ? "]" : "", server_->port);
}

SimulatorState PlcSimulator::state() const {
  std::lock_guard lock(server_->mutex);
  return server_->state;
}

void PlcSimulator::start_line() {
  std::lock_guard lock(server_->mutex);
  server_->program.start_line();
  server_->state.line_started = true;
}

void PlcSimulator::stop_line() {
  std::lock_guard lock(server_->mutex);
  server_->program.stop_line();
}

void PlcSimulator::restart_program() {
  std::lock_guard lock(server_->mutex);
  server_->program.restart();
}

void PlcSimulator::freeze_heartbeat(bool frozen) {
  std::lock_guard lock(server_->mutex);
  server_->program.freeze_heartbeat(frozen);
}

void PlcSimulator::disconnect_clients() {
  server_->dropping = true;
}

void PlcSimulator::stop() {
  server_->stopping = true;
  eventfd_write(server_->wake_fd, 1);
  if (server_->thread.joinable()) server_->thread.join();
}

}  // namespace lineguard::plc
