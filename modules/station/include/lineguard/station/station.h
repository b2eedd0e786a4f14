// Station: threads, devices and queues around the InspectionCycle. The thread that calls run() talks to the PLC and is
// the only one that touches the cycle; camera, predictions and record have threads of their own.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

#include <lineguard/camera/camera.h>
#include <lineguard/core/clock.h>
#include <lineguard/core/predictor.h>
#include <lineguard/plc/plc.h>
#include <lineguard/record/record_reader.h>
#include <lineguard/record/record_writer.h>
#include <lineguard/station/inspection_cycle.h>
#include <lineguard/station/station_status.h>

namespace lineguard::station {

class PlcDialogue;
class StationWorkers;
struct RecordDone;
struct FrameDone;
struct PredictionDone;
using Answer = std::variant<FrameDone, PredictionDone, RecordDone>;

struct StationSettings {
  std::string name = "station";
  CycleSettings cycle;
  camera::MatchWindow match_window;
  int poll_interval_us = 1000;
  // How long an ordered stop waits for parts on their way to the gate (after it the heartbeat is stale: divert).
  Milliseconds stop_timeout{3000};
};

// What a station is made of; it owns them.
struct StationDevices {
  std::unique_ptr<plc::Plc> plc;
  std::unique_ptr<camera::Camera> camera;
  std::unique_ptr<Predictor> predictor;
  std::unique_ptr<record::RecordWriter> record;
  record::RestartFacts facts;  // read from the record before it is written
};

class Station {
 public:
  // REQUIRES: all devices are there. `clock` must outlive the station.
  Station(StationSettings settings, StationDevices devices, Clock& clock = system_clock());
  ~Station();

  // Inspects until request_stop(), then ends in order: outstanding parts are decided, `station_stopped` is recorded,
  // the outputs are made safe, the threads end. Call once. A failing device is no reason to return: its parts are
  // diverted.
  void run();

  // Thread-safe and async-signal-safe.
  void request_stop() { stop_requested_.store(true); }
  // Thread-safe.
  StationStatus status() const;

 private:
  void poll_plc();
  void write_plc();
  void on_plc_error(const Error& error);
  void dispatch();
  void take_answers(std::deque<Answer>&& answers);
  void on_record_answer(const RecordDone& done);
  void publish_status(const char* state);
  bool stopped_in_order(SteadyTime stopping_since);
  std::string started_payload(const plc::PlcInputs& inputs) const;
  std::string stopped_payload() const;

  StationSettings settings_;
  StationDevices devices_;
  Clock& clock_;
  InspectionCycle cycle_;
  std::unique_ptr<PlcDialogue> dialogue_;
  std::unique_ptr<StationWorkers> workers_;
  std::optional<plc::PlcOutputs> written_;  // what the PLC holds; none: not known
  std::optional<PartNumber> last_part_;     // when the stop began
  bool plc_away_ = false, record_away_ = false;
  std::atomic<bool> stop_requested_{false};
  mutable std::mutex status_mutex_;
  StationStatus status_;  // REQUIRES: status_mutex_
};

}  // namespace lineguard::station
