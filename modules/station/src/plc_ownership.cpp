#include <utility>

#include <fmt/format.h>

#include <lineguard/station/plc_ownership.h>

namespace lineguard::station {
namespace {

std::string named(const plc::StationIdentity& identity) {
  if (identity.id.empty()) return "a station without a name";
  return fmt::format("station \"{}\" (epoch {}, instance {:08x})", identity.id, identity.epoch, identity.instance);
}

bool same_word(const plc::PlcOutputs& one, const plc::PlcOutputs& other) {
  return one.heartbeat == other.heartbeat && one.station == other.station;
}

}  // namespace

PlcOwnership::PlcOwnership(Settings settings) : settings_(std::move(settings)) {
  settings_.id = plc::register_text(settings_.id);
}

void PlcOwnership::on_read(SteadyTime begun, SteadyTime now, const plc::PlcOutputs& held) {
  if (now - begun > settings_.late_write) {  // held up since: it may be another one's by now
    last_read_.reset();
    own_since_.reset();
    if (state_ == State::owner) state_ = State::doubtful;
    return;
  }
  last_read_ = begun;
  switch (state_) {
    case State::observing:
      return observe(now, held);
    case State::claiming:
    case State::owner:
    case State::doubtful:
      return held.station == mine_ ? on_own(now) : on_foreign(held.station);
    case State::lost:
      return;
  }
}

void PlcOwnership::on_read_without_identity() {
  if (state_ == State::observing) state_ = State::owner;
}

// Whoever holds the PLC must be silent before it is claimed. Registers that nobody ever wrote are free at once.
void PlcOwnership::observe(SteadyTime now, const plc::PlcOutputs& held) {
  const bool never_used = held.station.empty() && held.heartbeat == 0;
  if (!seen_) {
    seen_ = held;
    still_since_ = now;
  }
  if (!same_word(*seen_, held))
    return lose(fmt::format("{} runs this PLC: its heartbeat lives. Stop that one first{}", named(held.station),
                            held.station.id == settings_.id ? "; it has this station's id" : ""));
  if (!never_used && now - still_since_ < settings_.silent) return;
  if (!held.station.id.empty() && held.station.id != settings_.id && !settings_.take_over)
    return lose(
        fmt::format("this PLC was last run by {}, which is silent now. Where \"{}\" is to take its place, start "
                    "it once with --take-over",
                    named(held.station), settings_.id));
  claim();
}

void PlcOwnership::claim() {
  predecessor_ = seen_->station;
  mine_ = {settings_.id, predecessor_.epoch + 1, settings_.instance};
  settings_.take_over = false;
  own_since_.reset();
  overwritten_ = true;
  state_ = State::claiming;
}

void PlcOwnership::on_own(SteadyTime now) {
  overwritten_ = false;
  if (state_ == State::owner) return;
  if (!own_since_) own_since_ = now;
  if (now - *own_since_ >= settings_.settle) state_ = State::owner;
}

void PlcOwnership::on_foreign(const plc::StationIdentity& found) {
  const bool not_there_yet = state_ == State::claiming && found == predecessor_;
  const bool cleared = found.empty();
  const bool earlier =
      found == predecessor_ || (found.id == settings_.id && plc::is_later_epoch(mine_.epoch, found.epoch));
  if (!not_there_yet && !cleared && !earlier)
    return lose(fmt::format("{} has taken this PLC from {}", named(found), named(mine_)));
  if (!not_there_yet) ++late_writes_seen_;
  own_since_.reset();
  overwritten_ = true;
}

bool PlcOwnership::may_write(SteadyTime now) const {
  const bool fresh = last_read_ && now - *last_read_ <= settings_.read_is_fresh;
  return fresh && (state_ == State::claiming || state_ == State::owner);
}

// While a write of ours was held up, our heartbeat stood still in the PLC: another process may have found it silent.
void PlcOwnership::on_written(SteadyTime now) {
  if (!last_read_ || now - *last_read_ <= settings_.late_write) return;
  own_since_.reset();
  if (state_ == State::owner) state_ = State::doubtful;
  if (state_ == State::claiming) {
    state_ = State::observing;
    seen_.reset();
  }
}

void PlcOwnership::lose(std::string problem) {
  state_ = State::lost;
  problem_ = std::move(problem);
}

}  // namespace lineguard::station
