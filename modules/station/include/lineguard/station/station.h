// Station: threads, devices and queues around the InspectionCycle. The thread that calls run() talks to the PLC and is
// the only one that touches the cycle; camera, predictions and record have threads of their own.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
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
#include <lineguard/station/plc_ownership.h>
#include <lineguard/station/station_status.h>

namespace lineguard::station {

class PlcDialogue;
class StationWorkers;
struct RecordDone;
struct FrameDone;
struct PredictionDone;
struct DigestsDone;
using Answer = std::variant<FrameDone, PredictionDone, DigestsDone, RecordDone>;

struct StationSettings {
  std::string name = "station";
  std::string id = "station";  // in the PLC's registers: one station a PLC
  bool take_over = false;      // may follow another station on this PLC, once
  CycleSettings cycle;
  camera::MatchWindow match_window;
  int poll_interval_us = 1000;
  bool record_reserve = false;  // the record is to hold a reserve of disk space: without one, the status says so
  std::string settings_file = {}, settings_text = {};  // what it was configured with: recorded at the start
  // How long an ordered stop waits for parts on their way to the gate (after it the heartbeat is stale: divert).
  Milliseconds stop_timeout{3000};
};

// What a station is made of; it owns them.
struct StationDevices {
  std::unique_ptr<plc::Plc> plc;
  std::unique_ptr<camera::Camera> camera;
  std::unique_ptr<Predictor> predictor;
  // What a person should know about the predictor's model, as that its files changed; empty: nothing. Thread-safe.
  std::function<std::string()> model_problem = {};
  std::unique_ptr<record::RecordWriter> record;
  ReleaseState release;        // what it is started on
  record::RestartFacts facts;  // both read from the record before it is written
  GateHistory history;
};

class Station {
 public:
  // REQUIRES: all devices are there. `clock` must outlive the station.
  Station(StationSettings settings, StationDevices devices, Clock& clock = system_clock());
  ~Station();

  // Inspects until request_stop(), then ends in order: outstanding parts are decided, `station_stopped` is recorded,
  // the outputs are made safe, the threads end. Call once. A failing device is no reason to return: its parts are
  // diverted. Error: refused to share the PLC with another station (unavailable); nothing is written to it any more.
  Result<void> run();
  bool stopping() const { return stop_requested_.load(); }
  // True once the PLC is this station's, or was away: what run() waits for before its first part.
  bool settled() const { return settled_.load(); }

  // Thread-safe and async-signal-safe.
  void request_stop() { stop_requested_.store(true); }
  // Thread-safe.
  std::shared_ptr<const StationStatus> status() const;
  // Why the release that it was started on does not hold any more; empty: it does. Only shown: it takes effect at the
  // next start. Thread-safe.
  void set_release_problem(const std::string& problem);

 private:
  void poll_plc();
  bool check_ownership(SteadyTime begun, const plc::PlcInputs& inputs);
  void begin_cycle(const plc::PlcInputs& inputs);
  void write_plc();
  void plc_answers();
  void on_plc_error(const Error& error);
  void dispatch();
  void take_answers(std::deque<Answer>&& answers);
  void on_record_answer(const RecordDone& done);
  void take_deleted_pictures();
  void publish_status(const char* state);
  void publish_snapshot(bool now);
  bool stopped_in_order(SteadyTime stopping_since);
  std::string started_payload(const plc::PlcInputs& inputs) const;
  std::string stopped_payload() const;
  std::string taken_over_payload() const;

  StationSettings settings_;
  StationDevices devices_;
  Clock& clock_;
  InspectionCycle cycle_;
  std::unique_ptr<PlcDialogue> dialogue_;
  PlcOwnership ownership_;
  std::optional<plc::PlcInputs> first_inputs_;  // seen while it was not ours yet
  bool owned_before_ = false;
  std::string plc_problem_;
  std::unique_ptr<StationWorkers> workers_;
  std::optional<plc::PlcOutputs> written_;  // what the PLC holds; none: not known
  std::optional<PartNumber> last_part_;     // when the stop began
  bool plc_away_ = false, plc_refuses_writes_ = false, record_away_ = false;
  std::atomic<bool> stop_requested_{false}, settled_{false};
  StationStatus status_;  // of the thread in run()
  std::optional<SteadyTime> next_snapshot_;
  std::string release_problem_;        // under snapshot_mutex_
  mutable std::mutex snapshot_mutex_;  // held for the copy of a pointer only; run() never waits for it
  std::shared_ptr<const StationStatus> snapshot_;
};

}  // namespace lineguard::station
