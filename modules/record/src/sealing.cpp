#include "sealing.h"

#include <utility>

#include <fmt/format.h>

#include <lineguard/core/log.h>

namespace lineguard::record {

Result<std::unique_ptr<Sealing>> Sealing::create(const std::filesystem::path& record, const WriterOptions& options) {
  std::unique_ptr<Sealing> sealing(new Sealing(options, anchors_beside(record)));
  if (options.key.empty()) return sealing;
  auto key = SigningKey::read(options.key);
  if (!key) return key.error().in("the record's key");
  sealing->key_.emplace(std::move(*key));
  sealing->copy_.emplace(sealing->anchors_, options.anchor_copy);
  return sealing;
}

Result<std::optional<Anchor>> Sealing::follow(RecordFile& record) {
  std::optional<Anchor> missing;
  LINEGUARD_ASSIGN(const auto newest, record.newest_of_kind(EventKind::anchored));
  last_anchor_ = newest ? newest->sequence : 0;
  last_utc_ = newest ? newest->utc : "";
  LINEGUARD_TRY(find_missing_lines(record, missing));
  if (!key_) return missing;
  tree_ = MerkleTree();
  LINEGUARD_TRY(
      record.for_each_hash(std::max<std::int64_t>(last_anchor_, 1), [&](std::string_view hash) { tree_.add(hash); }));
  write_lines();
  return missing;
}

// A process that was killed between an anchor's commit and its line leaves the line out: at most the newest one.
Result<void> Sealing::find_missing_lines(RecordFile& record, std::optional<Anchor>& missing) {
  std::optional<Anchor> last;
  auto read = for_each_line(anchors_, [&](std::string_view line, std::int64_t) {
    if (auto anchor = parse_anchor_line(line)) last = std::move(*anchor);
    return true;
  });
  if (!read && read.error().code != ErrorCode::not_found) {
    problem_ = read.error().message;
    return {};
  }
  if (last) {
    LINEGUARD_ASSIGN(const auto event, record.read_event(last->sequence()));
    if (!event || event->previous != last->head.hash) missing = last;
  }
  if (last_anchor_ == 0 || (last && last->sequence() == last_anchor_)) return {};
  LINEGUARD_ASSIGN(const auto event, record.read_event(last_anchor_));
  if (!event) return {};
  if (const auto anchor = parse_anchor(*event)) lines_.push_back(anchor_line(*anchor));
  return {};
}

std::optional<Anchor> Sealing::take_missing_of_copy() {
  if (copy_was_read_ || !copy_) return std::nullopt;
  auto missing = copy_->newest_unknown();
  copy_was_read_ = missing.has_value();
  return missing;
}

void Sealing::add(const Event& event) {
  if (is(event, EventKind::anchored)) {
    if (const auto anchor = parse_anchor(event)) lines_.push_back(anchor_line(*anchor));
    tree_ = MerkleTree();
    last_anchor_ = event.sequence;
    last_utc_ = event.utc;
    schedule_.anchored(made_at_);
  }
  if (key_) tree_.add(event.hash);
}

Entry Sealing::make(const Head& head, AnchorTime time, const std::string& utc, SteadyTime now) {
  Anchor anchor;
  anchor.format = kFormat;
  anchor.utc = utc;
  anchor.time = time;
  anchor.head = head;
  anchor.previous_anchor = last_anchor_;
  anchor.root = tree_.root();
  sign(anchor, *key_);
  made_at_ = now;
  return anchor_entry(anchor);
}

void Sealing::write_lines() {
  if (lines_.empty()) {
    if (copy_ && !copy_->problem().empty()) copy_->update();
    return;
  }
  auto written = append_lines(anchors_, lines_);
  const std::string found = written ? "" : written.error().message;
  if (!written && problem_.empty()) log_warning("record", "the anchors beside the record: " + found);
  problem_ = found;
  if (!written) return;
  lines_.clear();
  if (copy_) copy_->update();
}

AnchorState Sealing::state() const {
  AnchorState state;
  state.signing = key_.has_value();
  state.sequence = last_anchor_;
  state.utc = last_utc_;
  state.problem = problem_;
  if (state.problem.empty() && copy_) state.problem = copy_->problem();
  return state;
}

}  // namespace lineguard::record
