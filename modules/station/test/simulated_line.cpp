#include "simulated_line.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include <lineguard/core/picture_sum.h>
#include <lineguard/record/decision_json.h>

namespace lineguard::station::test {
namespace {

std::vector<std::string> split(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

Error unknown_command(const std::string& text) {
  return make_error(ErrorCode::invalid_argument, "unknown command: " + text);
}

PartNumber part_number(const std::string& word) {
  return static_cast<PartNumber>(std::stoul(word));
}

// A picture that shows nothing but the part's number.
GrabbedCapture grabbed(PartNumber part) {
  GrabbedCapture picture;
  picture.capture.part_number = part;
  const auto bytes = std::as_bytes(std::span(&part, 1));
  picture.capture.views.push_back({"", std::make_shared<const Bytes>(bytes.begin(), bytes.end()), "frame"});
  picture.sums = sums_of(picture.capture);
  return picture;
}

}  // namespace

SimulatedLine::SimulatedLine() {
  Recipe& recipe = settings_.recipe;
  recipe.id = "recipe";
  recipe.model = "cells";
  recipe.package_digest = std::string(64, 'd');
  recipe.operating_point = "default";
  recipe.threshold = 0.5;
  recipe.unknown_band = 0.01;
  settings_.ack_timeout = Milliseconds(60);
  settings_.record_queue.retry_pause = Milliseconds(50);
  answer_.score = 0.2;
  answer_.label = Label::good;
  answer_.model = {"cells", 1, recipe.package_digest};
  answer_.operating_point = recipe.operating_point;
}

void SimulatedLine::start_station(PartNumber plc_number) {
  ++generation_;
  ++starts_;
  writer_.reset();  // a process that ended holds no lock any more
  auto writer = record::RecordWriter::open(folder_ / "record.db", clock_, {.reserve_bytes = 0});
  auto reader = record::RecordReader::open(folder_ / "record.db");
  LINEGUARD_CHECK(writer && reader, "the simulated record opens");
  writer_ = std::move(*writer);
  auto facts = reader->read_restart_facts();
  LINEGUARD_CHECK(facts, "the simulated record can be read");
  auto history = read_gate_history(*reader);
  LINEGUARD_CHECK(history, "the simulated record can be read");
  cycle_ = std::make_unique<InspectionCycle>(settings_, clock_);
  newest_ = plc_number;
  frozen_ = missed_triggers_ = stopping_ = finished_ = false;
  cycle_->remember(*history);
  cycle_->begin(*facts, position(), std::nullopt, with_counts("{}", gate_, position()));
}

PlcPosition SimulatedLine::position() const {
  return {newest_, triggers_, gate_.parts(), gate_.passed};
}

Result<void> SimulatedLine::command(const std::string& text) {
  const Words words = split(text);
  const std::string& what = words.at(0);
  const std::string second = words.size() > 1 ? words[1] : "";
  const bool number = !second.empty() && std::isdigit(static_cast<unsigned char>(second[0]));
  if (what == "recipe") return set_recipe(words);
  if (what == "pictures") {  // pictures sample X seed S
    settings_.pictures.folder = "kept";
    settings_.pictures.sample = std::stod(words.at(2));
    settings_.pictures.seed = std::stoull(words.at(4));
  } else if (what == "in-flight") {
    settings_.max_in_flight = std::stoi(second);
  } else if (what == "start") {
    start_station(words.size() > 3 ? part_number(words[3]) : 0);  // start at part N
  } else if (what == "kill") {
    ++generation_;
    cycle_.reset();
  } else if (what == "stop") {
    stopping_ = true;
    cycle_->stop();
  } else if (what == "trigger") {
    trigger(words);
  } else if (what == "freeze") {
    frozen_ = cycle_ != nullptr;
    was_frozen_ |= frozen_;
  } else if (what == "thaw") {
    thaw();
  } else if (what == "camera") {
    camera_ = number ? "ok" : second;
    if (number) camera_ms_ = std::stoi(second);
  } else if (what == "server") {
    return set_server(words);
  } else if (what == "disk") {
    disk_ = number ? "ok" : second;
    if (number) disk_ms_ = std::stoi(second);
  } else if (what == "plc") {
    plc_ = second;
    if (cycle_ && plc_ == "lost") cycle_->on_plc_failed(make_error(ErrorCode::device_error, "no answer"));
    if (cycle_ && plc_ == "ok") cycle_->on_plc_restored(position());
  } else if (what == "gate" && second == "travel") {
    travel_ms_ = std::stoi(words.at(2));
  } else if (what == "gate" && second == "broken") {
    gate_broken_ = true;
  } else if (what == "gate") {  // gate N passed P diverted D
    gate_ = {part_number(second), part_number(words.at(3)), part_number(words.at(5))};
    if (cycle_) cycle_->on_gate(gate_);
  } else if (what != "wait") {
    return unknown_command(text);
  }
  return {};
}

// trigger N [recipe R]
void SimulatedLine::trigger(const Words& words) {
  newest_ = part_number(words.at(1));
  ++triggers_;
  const bool first_time = triggered_at_ms_.emplace(newest_, now_ms_).second;
  if (travel_ms_ > 0 && first_time) belt_.push_back({newest_, now_ms_ + travel_ms_, false});
  if (frozen_) missed_triggers_ = true;
  if (!cycle_ || frozen_ || plc_ == "lost") return;
  Trigger trigger{newest_};
  if (words.size() > 3) trigger.recipe = words[3];
  cycle_->on_trigger(trigger, position());
}

// SIGCONT: it finds the newest trigger, and all answers that came meanwhile.
void SimulatedLine::thaw() {
  frozen_ = false;
  if (cycle_ && std::exchange(missed_triggers_, false) && plc_ != "lost")
    cycle_->on_trigger(Trigger{newest_}, position());
}

// recipe deadline 80 threshold 0.5 band 0.01
Result<void> SimulatedLine::set_recipe(const Words& words) {
  for (std::size_t i = 1; i + 1 < words.size(); i += 2) {
    if (words[i] == "deadline") {
      settings_.recipe.deadline = Milliseconds(std::stoi(words[i + 1]));
    } else if (words[i] == "threshold") {
      settings_.recipe.threshold = std::stod(words[i + 1]);
    } else if (words[i] == "band") {
      settings_.recipe.unknown_band = std::stod(words[i + 1]);
    } else {
      return unknown_command("recipe " + words[i]);
    }
  }
  return {};
}

// server 20 score 0.2 [label good] [digest wrong] [point wrong]; server down|silent|broken|compares
Result<void> SimulatedLine::set_server(const Words& words) {
  for (const char* fault : {"down", "silent", "broken", "compares", "foreign", "unbound", "cut-picture"}) {
    if (words.at(1) != fault) continue;
    server_ = words[1];
    return {};
  }
  server_ = "ok";
  server_ms_ = std::stoi(words[1]);
  answer_.model.digest = settings_.recipe.package_digest;
  answer_.operating_point = settings_.recipe.operating_point;
  for (std::size_t i = 2; i + 1 < words.size(); i += 2) {
    if (words[i] == "score") {
      answer_.score = std::stod(words[i + 1]);
      answer_.label = answer_.score > settings_.recipe.threshold ? Label::defective : Label::good;
    } else if (words[i] == "label") {
      answer_.label = words[i + 1] == "good" ? Label::good : Label::defective;
    } else if (words[i] == "digest") {
      answer_.model.digest = std::string(64, 'e');
    } else if (words[i] == "point") {
      answer_.operating_point = words[i + 1];
    } else {
      return unknown_command("server " + words[i]);
    }
  }
  return {};
}

void SimulatedLine::later(int delay_ms, std::function<void()> work) {
  const int generation = generation_;
  due_.emplace(now_ms_ + delay_ms, [this, generation, work = std::move(work)] {
    if (generation == generation_ && cycle_) work();
  });
}

void SimulatedLine::step() {
  step_gate();
  while (!frozen_ && !due_.empty() && due_.begin()->first <= now_ms_) {
    const auto work = std::move(due_.begin()->second);
    due_.erase(due_.begin());
    work();
  }
  if (cycle_ && !frozen_) {
    cycle_->on_tick();
    do_actions();
    step_plc();
    if (plc_ != "lost") alive_ms_ = now_ms_;
    if (travel_ms_ > 0 && plc_ != "lost") cycle_->on_gate(gate_);
    if (stopping_ && !finished_) finished_ = cycle_->finish("{}");
    do_actions();
  }
  clock_.advance(Milliseconds(1));
  ++now_ms_;
}

void SimulatedLine::do_actions() {
  for (const Action& action : cycle_->take_actions()) {
    std::visit([this](const auto& one) { do_action(one); }, action);
  }
}

void SimulatedLine::do_action(const GrabAction& action) {
  if (camera_ == "silent") return;
  later(camera_ms_, [this, action, camera = camera_] {
    if (camera == "fails") return cycle_->on_frame(action.ticket, make_error(ErrorCode::device_error, "cable pulled"));
    cycle_->on_frame(action.ticket, grabbed(action.trigger.part + (camera == "wrong-part" ? 1 : 0)));
  });
}

void SimulatedLine::do_action(const DigestAction& action) {
  later(server_ms_, [this, action] { cycle_->on_digests(action.ticket, {{"", std::string(64, 'a')}}); });
}

void SimulatedLine::do_action(const PredictAction& action) {
  if (server_ == "silent") return;
  const int delay_ms = server_ == "down" ? 0 : server_ms_;
  later(delay_ms, [this, ticket = action.ticket, capture = action.capture, answer = answer_, server = server_,
                   generation = generation_] {
    if (server == "down")
      return cycle_->on_prediction(ticket, make_error(ErrorCode::unavailable, "connection refused"));
    if (server == "compares" && !capture->views.at(0).defect_free_template)
      return cycle_->on_prediction(ticket, make_error(ErrorCode::no_template, "no template"));
    if (server == "broken") return cycle_->on_prediction(ticket, make_error(ErrorCode::bad_answer, "no JSON"));
    if (server == "cut-picture")
      return cycle_->on_prediction(ticket, make_error(ErrorCode::corrupt_data, "the picture ends too early"));
    // A killed server takes its unfinished answers with it.
    if (server_ == "down") return cycle_->on_prediction(ticket, make_error(ErrorCode::unavailable, "connection reset"));
    Prediction bound = answer;
    if (server != "unbound") bound.pictures = sums_of(*capture);
    if (server == "foreign") bound.pictures = grabbed(*capture->part_number - 1).sums;
    cycle_->on_prediction(ticket, bound);
  });
}

void SimulatedLine::do_action(const KeepAction& action) {
  kept_.push_back(action.kept);
}

void SimulatedLine::do_action(const RecordAction& action) {
  later(disk_ms_, [this, action] {
    if (disk_ == "full") return cycle_->on_recorded(make_error(ErrorCode::disk_full, "no space left"));
    auto written = writer_->append(action.entries);
    cycle_->on_recorded(written ? Result<void>() : Result<void>(written.error()));
  });
}

// The PLC takes each result once and acknowledges it; a second, different result for a part is a violation.
void SimulatedLine::step_plc() {
  if (plc_ == "lost") return;
  const auto shown = cycle_->shown_result();
  if (!shown) return;
  const auto [entry, is_new] = seen_.emplace(shown->part, SeenResult{*shown, now_ms_});
  if (is_new && shown->outcome == Outcome::pass) check_pass(*shown);
  if (!is_new && !(entry->second.result == *shown)) {
    violations_.push_back(fmt::format("part {} was shown with two results", shown->part));
  }
  if (plc_ == "no-ack" || acknowledging_ == shown->part) return;
  acknowledging_ = shown->part;
  later(ack_ms_, [this, result = *shown] {
    acknowledging_.reset();
    if (plc_ != "ok") return;
    const auto found =
        std::find_if(belt_.begin(), belt_.end(), [&](const auto& one) { return one.part == result.part; });
    if (found != belt_.end()) found->ok = result.outcome == Outcome::pass;
    cycle_->on_ack(result.part, travel_ms_ == 0 || found != belt_.end());
  });
}

// The PLC's side: it goes on whatever the station does.
void SimulatedLine::step_gate() {
  constexpr int kStale_ms = 500;
  while (!belt_.empty() && belt_.front().due_ms <= now_ms_) {
    const BeltPart part = belt_.front();
    belt_.pop_front();
    const bool passed = gate_broken_ || (part.ok && now_ms_ - alive_ms_ <= kStale_ms);
    gate_.number = part.part;
    ++(passed ? gate_.passed : gate_.diverted);
    gated_.push_back({part.part, passed});
  }
}

// At the moment a pass is seen its `decided` event must be durable, and nothing after it may say otherwise.
void SimulatedLine::check_pass(const PartResult& result) {
  bool recorded = false;
  for (const record::Event& event : events()) {
    if (event.part != result.part || (event.kind != "decided" && event.kind != "revised")) continue;
    const auto decision = record::parse_decision(event);
    recorded = decision && decision->outcome == Outcome::pass;
  }
  if (!recorded) violations_.push_back(fmt::format("part {} passed before its record was durable", result.part));
  // It may stand behind results that the PLC has not acknowledged, but not for long. A station that was frozen sees the
  // trigger late and cannot know: there the gate has its stale heartbeat.
  const auto latest_ms =
      triggered_at_ms_[result.part] + settings_.recipe.deadline.count() + settings_.ack_timeout.count();
  if (now_ms_ > latest_ms && !was_frozen_) {
    violations_.push_back(fmt::format("part {} was passed too late", result.part));
  }
}

std::vector<record::Event> SimulatedLine::events() const {
  std::vector<record::Event> events;
  auto reader = record::RecordReader::open(folder_ / "record.db");
  if (!reader) return events;
  auto done = reader->for_each({}, [&](const record::Event& event) {
    events.push_back(event);
    return true;
  });
  LINEGUARD_CHECK(done, "the simulated record can be read");
  return events;
}

std::optional<record::Verification> SimulatedLine::verify_record() const {
  auto reader = record::RecordReader::open(folder_ / "record.db");
  if (!reader) return std::nullopt;
  auto found = reader->verify();
  if (!found) return std::nullopt;
  return *found;
}

std::string SimulatedLine::counter(const std::string& name) const {
  const CycleCounters& c = cycle_->counters();
  const std::map<std::string, std::uint64_t> values = {
      {"passed", c.passed},
      {"diverted", c.diverted},
      {"parts", c.parts()},
      {"missed", c.missed()},
      {"repeated_triggers", c.repeated_triggers},
      {"late_answers", c.late_answers},
      {"label_disagreements", c.label_disagreements},
      {"revised", c.revised},
      {"outputs_confirmed", c.outputs_confirmed},
      {"outputs_unknown", c.outputs_unknown},
      {"prediction_retries", c.prediction_retries},
      {"numbering_restarts", c.numbering_restarts},
      {"record_failures", c.record_failures},
      {"foreign_answers", c.foreign_answers},
      {"gate_differences", c.gate_differences},
      {"gate_wrong_passes", c.gate_wrong_passes},
  };
  const auto found = values.find(name);
  return found == values.end() ? "no such counter" : std::to_string(found->second);
}

}  // namespace lineguard::station::test
