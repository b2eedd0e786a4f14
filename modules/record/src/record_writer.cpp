#include "schema.h"

#include <utility>

#include <fmt/format.h>

#include <lineguard/record/record_writer.h>

namespace lineguard::record {
namespace {

class StoredWriter final : public RecordWriter {
 public:
  StoredWriter(std::unique_ptr<store::Rows> rows, Clock& clock) : rows_(std::move(rows)), clock_(clock) {}

  Result<void> prepare() {
    const store::Statement statements[] = {{kMakeEvents, {}}, {kMakePartIndex, {}}, {kMakeKindIndex, {}}};
    LINEGUARD_TRY(rows_->write(statements));
    return read_head();
  }

  Result<std::vector<Event>> append(std::span<const Entry> entries) override {
    LINEGUARD_ASSIGN(std::vector<std::string> payloads, canonical_payloads(entries));
    for (;;) {
      std::vector<Event> events = chain(entries, payloads);
      auto written = insert(events);
      if (written) {
        if (!events.empty()) head_ = Head{events.back().sequence, events.back().hash};
        return events;
      }
      // Another process may have appended since: the number is taken. Follow on from its event.
      const std::int64_t before = head_.sequence;
      if (written.error().code != ErrorCode::invalid_argument) return written.error();
      LINEGUARD_TRY(read_head());
      if (head_.sequence == before) return written.error();
    }
  }

  Head head() const override { return head_; }
  std::uint64_t reserved_bytes() const override { return rows_->reserved_bytes(); }

 private:
  static Result<std::vector<std::string>> canonical_payloads(std::span<const Entry> entries) {
    std::vector<std::string> payloads;
    for (const Entry& entry : entries) {
      LINEGUARD_ASSIGN(std::string payload, canonical_json(entry.payload));
      payloads.push_back(std::move(payload));
    }
    return payloads;
  }

  std::vector<Event> chain(std::span<const Entry> entries, const std::vector<std::string>& payloads) const {
    std::vector<Event> events;
    Head head = head_;
    const std::string utc = format_utc(clock_.utc_now());
    for (std::size_t i = 0; i < entries.size(); ++i) {
      Event event{head.sequence + 1, utc,         std::string(to_string(entries[i].kind)),
                  entries[i].part,   payloads[i], head.hash,
                  std::string()};
      event.hash = hash_of(event);
      head = Head{event.sequence, event.hash};
      events.push_back(std::move(event));
    }
    return events;
  }

  Result<void> insert(const std::vector<Event>& events) {
    static const std::string kInsert =
        fmt::format("INSERT INTO events({}) VALUES($1, $2, $3, $4, $5, $6, $7)", kColumns);
    std::vector<store::Statement> statements;
    for (const Event& event : events) statements.push_back({kInsert, to_row(event)});
    return rows_->write(statements);
  }

  Result<void> read_head() {
    Event newest;
    LINEGUARD_TRY(rows_->query({fmt::format("SELECT {} FROM events ORDER BY sequence DESC LIMIT 1", kColumns), {}},
                               [&](const store::Row& row) {
                                 newest = from_row(row);
                                 return false;
                               }));
    if (newest.sequence == 0) return {};
    if (hash_of(newest) != newest.hash) {
      return make_error(
          ErrorCode::corrupt_data,
          fmt::format("the record's newest event {} does not match its hash; move the file away and ask who "
                      "changed it (lineguard records verify)",
                      newest.sequence));
    }
    head_ = Head{newest.sequence, newest.hash};
    return {};
  }

  std::unique_ptr<store::Rows> rows_;
  Clock& clock_;
  Head head_;
};

}  // namespace

Result<std::unique_ptr<RecordWriter>> RecordWriter::open(const std::filesystem::path& file, Clock& clock,
                                                         const WriterOptions& options) {
  LINEGUARD_ASSIGN(auto rows, store::open_sqlite(file, {.reserve_bytes = options.reserve_bytes}));
  auto writer = std::make_unique<StoredWriter>(std::move(rows), clock);
  if (auto prepared = writer->prepare(); !prepared) return prepared.error().in(file.string());
  return std::unique_ptr<RecordWriter>(std::move(writer));
}

Result<Event> RecordWriter::append(const Entry& entry) {
  LINEGUARD_ASSIGN(std::vector<Event> events, append(std::span(&entry, 1)));
  return std::move(events.front());
}

}  // namespace lineguard::record
