#include "modbus_server.h"

#include <algorithm>
#include <cerrno>
#include <modbus.h>
#include <unistd.h>

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <lineguard/core/log.h>

namespace lineguard::plc {
namespace {

constexpr std::size_t kHeader = 6;  // transaction, protocol (0) and length: what comes before unit and request
constexpr std::size_t kFunction = 7;
constexpr std::uint8_t kReadHolding = 3, kWriteSingle = 6, kWriteMultiple = 16;

int word_at(const std::vector<std::uint8_t>& bytes, std::size_t at) {
  return bytes[at] << 8 | bytes[at + 1];
}

constexpr int kAround = 8;  // registers behind a table that stands elsewhere, which can be read, too

int end_of(const PlcTable& table) {
  return table.base_address + station_block().address + station_block().words;
}

bool inside(int address, int words, RegisterBlock block) {
  return address >= block.address && address + words <= block.address + block.words;
}

int port_of(int socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&address)->sin6_port
                                             : reinterpret_cast<sockaddr_in*>(&address)->sin_port);
}

}  // namespace

std::optional<std::size_t> frame_length(const std::vector<std::uint8_t>& bytes) {
  if (bytes.size() < kHeader) return 0;
  const int length = word_at(bytes, 4);
  // Unit and function at least; the specification allows 253 bytes of request after the unit.
  if (word_at(bytes, 2) != 0 || length < 2 || length > 254) return std::nullopt;
  return kHeader + static_cast<std::size_t>(length);
}

int exception_for(const std::vector<std::uint8_t>& frame, const PlcTable& table) {
  const std::size_t size = frame.size() - kFunction;  // of function code and data
  const int function = frame[kFunction];
  if (function != kReadHolding && function != kWriteSingle && function != kWriteMultiple)
    return MODBUS_EXCEPTION_ILLEGAL_FUNCTION;
  const bool many = function == kWriteMultiple;
  if (many ? size < 6 : size != 5) return MODBUS_EXCEPTION_ILLEGAL_DATA_VALUE;
  const int address = word_at(frame, kFunction + 1);
  const int words = function == kWriteSingle ? 1 : word_at(frame, kFunction + 3);
  if (words < 1 || words > (many ? MODBUS_MAX_WRITE_REGISTERS : MODBUS_MAX_READ_REGISTERS))
    return MODBUS_EXCEPTION_ILLEGAL_DATA_VALUE;
  if (many && (frame[kFunction + 5] != words * 2 || size != 6 + static_cast<std::size_t>(words) * 2))
    return MODBUS_EXCEPTION_ILLEGAL_DATA_VALUE;
  const bool reading = function == kReadHolding;
  if (!reading && table.refuse_writes) return MODBUS_EXCEPTION_ILLEGAL_FUNCTION;
  const int place = address - table.base_address;
  const bool allowed = inside(place, words, station_block()) || (reading && inside(place, words, input_block())) ||
                       (reading && table.base_address > 0 && address + words <= end_of(table) + kAround);
  return allowed ? 0 : MODBUS_EXCEPTION_ILLEGAL_DATA_ADDRESS;
}

Result<std::unique_ptr<ModbusServer>> ModbusServer::listen(const HostPort& address, int max_clients,
                                                           const PlcTable& table) {
  const std::string name = fmt::format("{}:{}", address.host, address.port);
  modbus_t* context = modbus_new_tcp_pi(address.host.c_str(), std::to_string(address.port).c_str());
  if (!context) return make_error(ErrorCode::invalid_argument, name + ": " + modbus_strerror(errno));
  errno = 0;
  const int listening = modbus_tcp_pi_listen(context, max_clients);
  if (listening < 0) {
    const Error error = make_error(
        ErrorCode::unavailable,
        fmt::format("cannot listen on {}: {}", name, errno ? modbus_strerror(errno) : "the host is not known"));
    modbus_free(context);
    return error;
  }
  return std::unique_ptr<ModbusServer>(new ModbusServer(context, listening, port_of(listening), max_clients, table));
}

ModbusServer::ModbusServer(modbus_t* context, int listening, int port, int max_clients, const PlcTable& table)
    : context_(context), table_(table), listening_(listening), port_(port), max_clients_(max_clients) {
  mapping_ = modbus_mapping_new(0, 0, end_of(table) + kAround, 0);
  LINEGUARD_CHECK(mapping_ != nullptr, "memory for the registers");
  modbus_set_slave(context_, MODBUS_TCP_SLAVE);
}

ModbusServer::~ModbusServer() {
  disconnect_clients();
  close(listening_);
  modbus_mapping_free(mapping_);
  modbus_free(context_);
}

void ModbusServer::disconnect_clients() {
  for (const auto& client : clients_) close(client.fd);
  clients_.clear();
}

void ModbusServer::serve(int timeout_ms, int wake_fd) {
  std::vector<pollfd> polled{{wake_fd, POLLIN, 0}, {listening_, POLLIN, 0}};
  for (const auto& client : clients_) polled.push_back({client.fd, POLLIN, 0});
  if (poll(polled.data(), polled.size(), timeout_ms) <= 0) return;
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    if (polled[i + 2].revents == 0 || receive(clients_[i])) continue;
    close(clients_[i].fd);
    clients_[i].fd = -1;
  }
  std::erase_if(clients_, [](const Client& client) { return client.fd < 0; });
  if (polled[1].revents != 0) accept_client();
}

void ModbusServer::accept_client() {
  const int fd = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0) return;
  if (clients_.size() >= static_cast<std::size_t>(max_clients_)) {
    log_warning("plc", fmt::format("refused a client: {} are connected already", max_clients_));
    close(fd);
    return;
  }
  const int on = 1;
  const timeval patience{0, 100'000};  // a client that does not read its answers must not stop the program
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  clients_.push_back({fd, {}});
}

bool ModbusServer::receive(Client& client) {
  std::uint8_t buffer[512];
  const auto got = recv(client.fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) return false;
  client.received.insert(client.received.end(), buffer, buffer + got);
  for (;;) {
    const auto length = frame_length(client.received);
    if (!length) return false;
    if (*length == 0 || client.received.size() < *length) return true;
    const auto end = client.received.begin() + static_cast<std::ptrdiff_t>(*length);
    const std::vector<std::uint8_t> frame(client.received.begin(), end);
    client.received.erase(client.received.begin(), end);
    if (!answer(client, frame)) return false;
  }
}

bool ModbusServer::answer(const Client& client, const std::vector<std::uint8_t>& frame) {
  if (table_.unit >= 0 && frame[kHeader] != table_.unit) return true;  // not for this one: silence
  modbus_set_socket(context_, client.fd);
  const int exception = exception_for(frame, table_);
  if (exception != 0) return modbus_reply_exception(context_, frame.data(), static_cast<unsigned>(exception)) > 0;
  return modbus_reply(context_, frame.data(), static_cast<int>(frame.size()), mapping_) > 0;
}

void ModbusServer::set_inputs(const PlcInputs& inputs) {
  if (table_.all_zero) return;
  Registers registers = encode_inputs(inputs);
  if (table_.word_order == WordOrder::low_first) swap_words(input_block(), registers);
  std::ranges::copy(registers, mapping_->tab_registers + table_.base_address + input_block().address);
}

PlcOutputs ModbusServer::outputs() const {
  const auto block = station_block();
  const std::uint16_t* first = mapping_->tab_registers + table_.base_address + block.address;
  Registers held(first, first + block.words);
  if (table_.word_order == WordOrder::low_first) swap_words(block, held);
  const std::span<const std::uint16_t> registers(held);
  if (auto whole = decode_station(registers)) return *whole;
  // Half of an identity is nobody's: what it says is no result.
  PlcOutputs outputs = decode_outputs(registers.first(output_block().words));
  outputs.results_ready = false;
  outputs.station.id = "?";
  return safe_outputs(outputs);
}

}  // namespace lineguard::plc
