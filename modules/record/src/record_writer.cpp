#include "payload.h"
#include "record_file.h"
#include "sealing.h"

#include <algorithm>
#include <deque>
#include <utility>

#include <fmt/format.h>

#include <lineguard/core/log.h>
#include <lineguard/record/record_writer.h>

namespace lineguard::record {
namespace {

constexpr std::size_t kMaxUnconfirmed = 4096;

class StoredWriter final : public RecordWriter {
 public:
  StoredWriter(RecordFile file, std::unique_ptr<Sealing> sealing, Clock& clock)
      : file_(std::move(file)), sealing_(std::move(sealing)), clock_(clock) {}
  StoredWriter(const StoredWriter&) = delete;
  StoredWriter& operator=(const StoredWriter&) = delete;
  ~StoredWriter() override { static_cast<void>(close()); }

  Result<void> start() {
    LINEGUARD_TRY(file_.open());
    LINEGUARD_ASSIGN(head_, file_.read_head());
    LINEGUARD_ASSIGN(const auto missing, sealing_->follow(file_));
    closed_ = false;
    // A full disk is no reason not to start: both are tried again.
    Result<void> noted = missing ? note_missing(*missing) : Result<void>();
    if (noted) noted = anchor_if_due();
    if (!noted) log_error("record", noted.error().message);
    return {};
  }

  Result<std::vector<Event>> append(std::span<const Entry> entries) override {
    if (closed_) return make_error(ErrorCode::unavailable, "the record is closed");
    LINEGUARD_ASSIGN(const std::vector<Entry> canonical, canonical_entries(entries));
    LINEGUARD_TRY(file_.ensure_in_place(head_));
    LINEGUARD_TRY(find_unconfirmed());
    if (canonical.empty()) return std::vector<Event>();
    auto written = write(canonical);
    if (!written) return written;
    // These are durable whatever becomes of the anchor, which is tried again.
    if (auto anchored = anchor_if_due(); !anchored) log_warning("record", "the anchor: " + anchored.error().message);
    if (++appends_since_lines_ >= kAppendsUntilLines) write_lines();
    return written;
  }

  Result<void> maintain() override {
    if (closed_) return {};
    LINEGUARD_TRY(file_.ensure_in_place(head_));
    LINEGUARD_TRY(find_unconfirmed());
    if (const auto missing = sealing_->take_missing_of_copy()) LINEGUARD_TRY(note_missing(*missing));
    LINEGUARD_TRY(anchor_if_due());
    write_lines();
    return {};
  }

  Result<void> close() override {
    if (std::exchange(closed_, true)) return {};
    LINEGUARD_TRY(file_.ensure_in_place(head_));
    LINEGUARD_TRY(find_unconfirmed());
    if (sealing_->state().signing && head_.sequence > 0) LINEGUARD_TRY(write_anchor(AnchorTime::stop));
    write_lines();
    return {};
  }

  Head head() const override { return head_; }
  std::uint64_t reserved_bytes() const override { return file_.reserved_bytes(); }
  AnchorState anchor_state() const override { return sealing_->state(); }

 private:
  static constexpr int kAppendsUntilLines = 1000;  // where nobody calls maintain()

  static Result<std::vector<Entry>> canonical_entries(std::span<const Entry> entries) {
    std::vector<Entry> canonical;
    for (const Entry& entry : entries) {
      LINEGUARD_ASSIGN(std::string payload, canonical_json(entry.payload));
      canonical.push_back({entry.kind, entry.part, std::move(payload)});
    }
    return canonical;
  }

  Result<std::vector<Event>> write(const std::vector<Entry>& entries) {
    const std::string utc = format_utc(clock_.utc_now());
    std::vector<Event> answers, fresh;
    for (const Entry& entry : entries) {
      if (auto known = take_unconfirmed(entry)) {
        answers.push_back(std::move(*known));
        continue;
      }
      chain(decided_again(entry) ? Entry{EventKind::revised, entry.part, entry.payload} : entry, utc, fresh);
      answers.push_back(fresh.back());
    }
    if (!fresh.empty()) LINEGUARD_TRY(commit(fresh));
    return answers;
  }

  void chain(const Entry& entry, const std::string& utc, std::vector<Event>& events) const {
    const Head before = events.empty() ? head_ : Head{events.back().sequence, events.back().hash};
    Event event{before.sequence + 1, utc, std::string(to_string(entry.kind)), entry.part, entry.payload,
                before.hash,         {}};
    event.hash = hash_of(event);
    events.push_back(std::move(event));
  }

  // Durable and read back, or an error. What was committed and can't be confirmed is kept in mind: it may turn up.
  Result<void> commit(const std::vector<Event>& events) {
    LINEGUARD_TRY(file_.insert(events));
    if (auto confirmed = file_.confirm(events.back()); !confirmed) {
      for (const Event& event : events) unconfirmed_.push_back({event, false});
      while (unconfirmed_.size() > kMaxUnconfirmed) unconfirmed_.pop_front();
      return confirmed.error();
    }
    settle_unconfirmed(events.size());
    for (const Event& event : events) sealing_->add(event);
    head_ = Head{events.back().sequence, events.back().hash};
    return {};
  }

  // ---- what was committed without being acknowledged

  struct Unconfirmed {
    Event event;
    bool taken = false;  // given again, and answered
  };

  // The file is in place: do they stand in it? Then the chain goes on behind them.
  Result<void> find_unconfirmed() {
    if (unconfirmed_.empty() || unconfirmed_.back().event.sequence <= head_.sequence) return {};
    const auto is_new = [this](const Unconfirmed& unconfirmed) { return unconfirmed.event.sequence > head_.sequence; };
    LINEGUARD_ASSIGN(const Head found, file_.read_head());
    if (found == head_) {
      std::erase_if(unconfirmed_, is_new);
      return {};
    }
    if (found != Head{unconfirmed_.back().event.sequence, unconfirmed_.back().event.hash})
      return make_error(ErrorCode::corrupt_data, fmt::format("{} ends at event {}, which this station did not write",
                                                             file_.path().string(), found.sequence));
    for (const Unconfirmed& unconfirmed : unconfirmed_) {
      if (is_new(unconfirmed)) sealing_->add(unconfirmed.event);
    }
    head_ = found;
    return {};
  }

  // An entry that stands in the record already is not written twice.
  std::optional<Event> take_unconfirmed(const Entry& entry) {
    for (Unconfirmed& unconfirmed : unconfirmed_) {
      const Event& event = unconfirmed.event;
      if (unconfirmed.taken || !is(event, entry.kind) || event.part != entry.part || event.payload != entry.payload)
        continue;
      unconfirmed.taken = true;
      return event;
    }
    return std::nullopt;
  }

  // The PLC was told otherwise: a pass that could not be confirmed is there nevertheless, and this is the effective
  // one.
  bool decided_again(const Entry& entry) const {
    return entry.kind == EventKind::decided && std::ranges::any_of(unconfirmed_, [&](const Unconfirmed& unconfirmed) {
             return !unconfirmed.taken && is(unconfirmed.event, EventKind::decided) &&
                    unconfirmed.event.part == entry.part;
           });
  }

  // Part numbers come again: they are kept in mind for as many events only.
  void settle_unconfirmed(std::size_t events) {
    appended_since_ += events;
    if (unconfirmed_.empty()) appended_since_ = 0;
    if (appended_since_ > kMaxUnconfirmed) unconfirmed_.clear();
  }

  // ---- anchors

  Result<void> anchor_if_due() {
    if (head_.sequence == 0 || !sealing_->due(clock_.now())) return {};
    return write_anchor(sealing_->time());
  }

  Result<void> write_anchor(AnchorTime time) {
    const std::string utc = format_utc(clock_.utc_now());
    std::vector<Event> events;
    chain(sealing_->make(head_, time, utc, clock_.now()), utc, events);
    LINEGUARD_TRY(commit(events));
    write_lines();
    return {};
  }

  Result<void> note_missing(const Anchor& missing) {
    log_error("record", fmt::format("{}: an anchor of {} names event {}, which this record does not hold: an earlier "
                                    "record was lost, cut or replaced",
                                    file_.path().string(), missing.utc, missing.head.sequence));
    const nlohmann::json payload = {
        {"anchored", {{"sequence", missing.head.sequence}, {"hash", missing.head.hash}, {"utc", missing.utc}}},
        {"found", head_.sequence}};
    std::vector<Event> events;
    chain({EventKind::events_missing, std::nullopt, payload_text(payload)}, format_utc(clock_.utc_now()), events);
    return commit(events);
  }

  void write_lines() {
    appends_since_lines_ = 0;
    sealing_->write_lines();
  }

  RecordFile file_;
  std::unique_ptr<Sealing> sealing_;
  Clock& clock_;
  Head head_;
  std::deque<Unconfirmed> unconfirmed_;
  std::size_t appended_since_ = 0;
  int appends_since_lines_ = 0;
  bool closed_ = true;  // until it was opened
};

}  // namespace

Result<std::unique_ptr<RecordWriter>> RecordWriter::open(const std::filesystem::path& file, Clock& clock,
                                                         const WriterOptions& options) {
  LINEGUARD_ASSIGN(auto sealing, Sealing::create(file, options));
  auto writer = std::make_unique<StoredWriter>(
      RecordFile(file, options.reserve_bytes, options.station.empty() ? "" : "station \"" + options.station + "\""),
      std::move(sealing), clock);
  LINEGUARD_TRY(writer->start());
  return std::unique_ptr<RecordWriter>(std::move(writer));
}

Result<Event> RecordWriter::append(const Entry& entry) {
  LINEGUARD_ASSIGN(std::vector<Event> events, append(std::span(&entry, 1)));
  return std::move(events.front());
}

}  // namespace lineguard::record
