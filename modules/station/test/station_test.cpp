// The threads around the cycle, with a PLC in this process that runs its real program. The PLC's clock waits for the
// station and deadlines are far away, so that a slow machine changes nothing.
#include "temp_folder.h"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include <lineguard/core/picture_sum.h>
#include <lineguard/plc/testing/fake_plc.h>
#include <lineguard/record/decision_json.h>
#include <lineguard/station/station.h>
#include <lineguard/station/station_status.h>

namespace lineguard::station {
namespace {

// Every picture is the part's own number; the "server" calls odd parts defective.
class NumberCamera final : public camera::Camera {
 public:
  Result<void> start() override { return {}; }
  Result<camera::Frame> grab(PartNumber number, SteadyTime) override {
    camera::Frame frame;
    frame.trigger_number = number;
    frame.captured_at = system_clock().now();
    frame.view.content = std::make_shared<const Bytes>(1);
    frame.view.source = std::to_string(number);
    return frame;
  }
  std::string name() const override { return "number camera"; }
};

class ParityPredictor final : public Predictor {
 public:
  explicit ParityPredictor(Recipe recipe) : recipe_(std::move(recipe)) {}
  Result<Prediction> predict(const Capture& capture, const PredictOptions&) override {
    Prediction prediction;
    prediction.score = *capture.part_number % 2 ? 0.9 : 0.1;
    prediction.label = prediction.score > recipe_.threshold ? Label::defective : Label::good;
    prediction.model = {recipe_.model, 1, recipe_.package_digest};
    prediction.operating_point = recipe_.operating_point;
    prediction.pictures = sums_of(capture);
    return prediction;
  }

 private:
  Recipe recipe_;
};

// The PLC outlives the station, as in life.
class SharedPlc final : public plc::Plc {
 public:
  SharedPlc(plc::FakePlc& plc, std::atomic<int>& reads) : plc_(plc), reads_(reads) {}
  Result<plc::PlcInputs> read_inputs() override {
    auto inputs = plc_.read_inputs();
    ++reads_;
    return inputs;
  }
  Result<void> write_outputs(const plc::PlcOutputs& outputs) override { return plc_.write_outputs(outputs); }
  std::string name() const override { return plc_.name(); }

 private:
  plc::FakePlc& plc_;
  std::atomic<int>& reads_;  // that have ended, failed ones too
};

class StationTest : public testing::Test {
 protected:
  static constexpr Milliseconds kPeriod{10}, kTravel{3000};
  static plc::PlcProgramConfig program() {
    plc::PlcProgramConfig config;
    config.parts = 40;
    config.rate = 1 / std::chrono::duration<double>(kPeriod).count();
    config.travel = kTravel;
    config.heartbeat_timeout = Milliseconds(20000);
    return config;
  }
  StationTest() {
    settings_.cycle.recipe.id = "cells";
    settings_.cycle.recipe.model = "cells";
    settings_.cycle.recipe.package_digest = std::string(64, 'd');
    settings_.cycle.recipe.threshold = 0.5;
    settings_.cycle.recipe.deadline = Milliseconds(20000);
    settings_.cycle.max_in_flight = 64;
    settings_.cycle.ack_timeout = Milliseconds(20000);
    settings_.match_window = {Milliseconds(20000), Milliseconds(20000)};
    settings_.stop_timeout = Milliseconds(20000);
  }
  std::unique_ptr<Station> make_station(const char* name = "record.db") {
    const auto file = folder_ / name;
    StationDevices devices;
    devices.plc = std::make_unique<SharedPlc>(plc_, reads_);
    devices.camera = std::make_unique<NumberCamera>();
    devices.predictor = std::make_unique<ParityPredictor>(settings_.cycle.recipe);
    auto record = record::RecordWriter::open(file, system_clock(), {.reserve_bytes = 0});
    EXPECT_TRUE(record) << record.error().message;
    devices.record = std::move(*record);
    auto facts = record::RecordReader::open(file)->read_restart_facts();
    EXPECT_TRUE(facts) << facts.error().message;
    devices.facts = *facts;
    return std::make_unique<Station>(settings_, std::move(devices));
  }
  // Waits for a state of the line; the test's own timeout is its bound.
  template <typename Condition>
  static void wait_until(const Condition& condition) {
    while (!condition()) std::this_thread::yield();
  }
  // Each trigger stands until a read that began after it has ended: the second end from here on.
  void trigger_until(std::uint32_t parts) {
    while (plc_.counts().triggered < parts) {
      plc_.step();
      wait_until([&, ends = reads_ + 2] { return reads_ >= ends; });
      line_clock_.advance(kPeriod);
    }
  }
  void run_to_the_gate() {
    line_clock_.advance(kTravel);
    plc_.step();
    EXPECT_TRUE(plc_.finished());
  }
  test::TempFolder folder_;
  ManualClock line_clock_;
  std::atomic<int> reads_{0};
  plc::FakePlc plc_{program(), line_clock_};
  StationSettings settings_;
};

TEST_F(StationTest, InspectsALineAndAgreesWithThePlc) {
  auto station = make_station();
  std::thread thread([&] { EXPECT_TRUE(station->run()); });
  wait_until([&] { return plc_.outputs().ready; });
  plc_.start_line();
  trigger_until(40);
  wait_until([&] { return station->status()->counters.outputs_confirmed == 40; });
  run_to_the_gate();
  station->request_stop();
  thread.join();

  const StationStatus status = *station->status();
  EXPECT_EQ(status.state, "stopped");
  EXPECT_EQ(status.counters.parts(), 40u);
  EXPECT_EQ(status.counters.passed, 20u);
  EXPECT_EQ(status.counters.outputs_confirmed, 40u);
  EXPECT_EQ(plc_.counts().passed, 20u);
  EXPECT_EQ(plc_.counts().diverted, 20u);
  for (const plc::GateRecord& part : plc_.take_records()) {
    EXPECT_EQ(part.action == plc::GateAction::pass, part.part_number % 2 == 0) << "part " << part.part_number;
  }
  auto reader = record::RecordReader::open(folder_ / "record.db");
  ASSERT_TRUE(reader);
  EXPECT_FALSE(reader->verify()->broken_sequence);
  const auto facts = reader->read_restart_facts();
  EXPECT_TRUE(facts->stopped_in_order);
  EXPECT_TRUE(facts->missing.empty());
  EXPECT_TRUE(facts->unconfirmed.empty());
  EXPECT_FALSE(plc_.outputs().results_ready) << "what it leaves behind is safe";
  EXPECT_FALSE(plc_.outputs().ready);
}

// One view of pixels, as a real camera gives them; its source says where they lie in memory.
class PixelCamera final : public camera::Camera {
 public:
  Result<void> start() override { return {}; }
  Result<camera::Frame> grab(PartNumber number, SteadyTime) override {
    const auto image = std::make_shared<const Image>(Image({4, 3}, 1));
    camera::Frame frame;
    frame.trigger_number = number;
    frame.captured_at = system_clock().now();
    frame.view = {"front", image, std::to_string(reinterpret_cast<std::uintptr_t>(image->bytes().data())), {}};
    return frame;
  }
  std::string name() const override { return "pixel camera"; }
};

class RegionPredictor final : public Predictor {
 public:
  explicit RegionPredictor(Recipe recipe) : parity_(std::move(recipe)) {}
  Result<Prediction> predict(const Capture& capture, const PredictOptions& options) override {
    const View& view = capture.views.at(0);
    const auto* pixels = std::get<std::shared_ptr<const Image>>(view.content)->bytes().data();
    ++(view.source == std::to_string(reinterpret_cast<std::uintptr_t>(pixels)) ? shared : copied);
    LINEGUARD_ASSIGN(Prediction prediction, parity_.predict(capture, options));
    prediction.regions.push_back({{1, 1, 2, 2}, prediction.score, "", {}, view.name});
    return prediction;
  }
  std::atomic<int> shared{0}, copied{0};

 private:
  ParityPredictor parity_;
};

// From the camera's buffer to prediction and record without a copy; the view keeps its name on the way.
TEST_F(StationTest, PixelsAreSharedNotCopiedAndTheViewIsRecorded) {
  settings_.stop_timeout = Milliseconds(0);  // nobody waits for the part at the gate
  StationDevices devices;
  auto predictor = std::make_unique<RegionPredictor>(settings_.cycle.recipe);
  const RegionPredictor& judged = *predictor;
  devices.plc = std::make_unique<SharedPlc>(plc_, reads_);
  devices.camera = std::make_unique<PixelCamera>();
  devices.predictor = std::move(predictor);
  devices.record = record::RecordWriter::open(folder_ / "record.db", system_clock(), {.reserve_bytes = 0}).value();
  devices.facts = record::RecordReader::open(folder_ / "record.db")->read_restart_facts().value();
  Station station(settings_, std::move(devices));
  std::thread thread([&] { EXPECT_TRUE(station.run()); });
  wait_until([&] { return plc_.outputs().ready; });
  plc_.start_line();
  trigger_until(1);
  wait_until([&] { return station.status()->counters.parts() >= 1; });
  EXPECT_GE(judged.shared, 1);
  EXPECT_EQ(judged.copied, 0);
  station.request_stop();
  thread.join();

  auto reader = record::RecordReader::open(folder_ / "record.db");
  ASSERT_TRUE(reader);
  std::optional<Decision> decision;
  ASSERT_TRUE(reader->for_each({}, [&](const record::Event& event) {
    if (event.part == 1 && record::is(event, record::EventKind::decided))
      decision = record::parse_decision(event).value();
    return true;
  }));
  ASSERT_TRUE(decision && decision->prediction);
  EXPECT_EQ(decision->reason, Reason::defective) << decision->detail;
  EXPECT_EQ(decision->prediction->regions.at(0).view, "front");
  EXPECT_EQ(decision->prediction->pictures.at(0).view, "front");
  EXPECT_EQ(decision->prediction->pictures.at(0).bytes, 12u);
}

TEST_F(StationTest, APlcThatFailsNowAndThenLosesPartsButNoDecision) {
  auto station = make_station();
  std::thread thread([&] { EXPECT_TRUE(station->run()); });
  wait_until([&] { return plc_.outputs().ready; });
  plc_.start_line();
  trigger_until(10);
  plc_.fail_reads(3);
  trigger_until(20);
  plc_.fail_writes(2, true);
  trigger_until(40);
  wait_until([&] { return station->status()->counters.parts() == 40; });
  run_to_the_gate();
  station->request_stop();
  thread.join();

  const StationStatus status = *station->status();
  EXPECT_EQ(status.counters.parts(), 40u);
  EXPECT_GE(status.counters.plc_failures, 4u);
  std::size_t wrongly_passed = 0;
  for (const plc::GateRecord& part : plc_.take_records()) {
    wrongly_passed += part.action == plc::GateAction::pass && part.part_number % 2 != 0;
  }
  EXPECT_EQ(wrongly_passed, 0u);
}

TEST_F(StationTest, ASecondStationIsRefusedAndTheFirstGoesOn) {
  auto station = make_station();
  std::thread thread([&] { EXPECT_TRUE(station->run()); });
  wait_until([&] { return plc_.outputs().ready; });
  const plc::StationIdentity owner = plc_.outputs().station;
  EXPECT_EQ(owner.id, "station");
  EXPECT_EQ(owner.epoch, 1u);
  for (const char* id : {"station", "another"}) {
    settings_.id = id;
    settings_.take_over = true;
    auto second = make_station((std::string(id) + ".db").c_str());
    const auto refused = second->run();
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("runs this PLC"), std::string::npos) << refused.error().message;
    EXPECT_EQ(plc_.outputs().station, owner) << "nothing was written";
  }
  station->request_stop();
  thread.join();
  EXPECT_EQ(station->status()->late_writes_seen, 0u);
}

TEST_F(StationTest, ASilentStationIsFollowedByNameOnlyAndOnPurposeElse) {
  {
    auto station = make_station();
    station->request_stop();
    std::thread thread([&] { EXPECT_TRUE(station->run()); });
    thread.join();
  }
  {
    auto station = make_station();
    std::thread thread([&] { EXPECT_TRUE(station->run()); });
    wait_until([&] { return plc_.outputs().ready; });
    station->request_stop();
    thread.join();
  }
  settings_.id = "another";
  const auto refused = make_station("another.db")->run();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("--take-over"), std::string::npos) << refused.error().message;
  settings_.take_over = true;
  auto station = make_station("another.db");
  std::thread thread([&] { EXPECT_TRUE(station->run()); });
  wait_until([&] { return plc_.outputs().ready && plc_.outputs().station.id == "another"; });
  station->request_stop();
  thread.join();
  auto reader = record::RecordReader::open(folder_ / "another.db");
  ASSERT_TRUE(reader);
  int taken_over = 0;
  EXPECT_TRUE(reader->for_each({}, [&](const record::Event& event) {
    taken_over += event.kind == "station_taken_over" && event.payload.find(R"("id":"station")") != std::string::npos;
    return true;
  }));
  EXPECT_EQ(taken_over, 1);
}

TEST_F(StationTest, WhoFindsThePlcInOtherHandsStopsAndWritesNothing) {
  auto station = make_station();
  Result<void> ended;
  std::thread thread([&] { ended = station->run(); });
  wait_until([&] { return plc_.outputs().ready; });
  plc::PlcOutputs other;
  other.station = {"another", 9, 1};
  other.heartbeat = 4711;
  EXPECT_TRUE(plc_.write_outputs(other));
  thread.join();
  ASSERT_FALSE(ended);
  EXPECT_NE(ended.error().message.find("another"), std::string::npos) << ended.error().message;
  EXPECT_EQ(station->status()->state, "stopped");
}

TEST_F(StationTest, APlcWithoutThoseRegistersIsServedWhereTheSettingSaysSo) {
  plc_.have_identities(false);
  auto station = make_station();
  std::thread thread([&] { EXPECT_TRUE(station->run()); });
  wait_until([&] { return plc_.outputs().ready; });
  station->request_stop();
  thread.join();
}

TEST_F(StationTest, StopsAlsoWhereThePlcNeverAnswered) {
  plc_.fail_reads(1 << 30);
  auto station = make_station();
  station->request_stop();
  EXPECT_TRUE(station->run());
  EXPECT_EQ(station->status()->counters.parts(), 0u);
}

TEST(StationStatus, SaysWhatToDoBeforeADiskIsQuiteFull) {
  StationStatus status;
  status.plc_linked = true;
  EXPECT_EQ(instruction(status), "");
  status.model_problem = "network.bin changed";
  EXPECT_NE(instruction(status).find("network.bin changed"), std::string::npos);
  status.record_disk_full = true;
  EXPECT_NE(instruction(status).find("reserve is in use"), std::string::npos);
  status.record_failing = true;
  EXPECT_NE(instruction(status).find("Every part is diverted"), std::string::npos) << "the graver first";
}

}  // namespace
}  // namespace lineguard::station
