// RecordReader: streams, searches and verifies the record, also while a station writes it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/record/event.h>
#include <lineguard/record/number_range.h>

namespace lineguard::store {
class Rows;
}

namespace lineguard::record {

// Which events; unset fields do not restrict.
struct EventFilter {
  std::int64_t from_sequence = 1;
  std::optional<PartNumber> part = {};  // events of this part, and ranges that hold it
  std::string serial = {}, lot = {}, recipe = {};
  std::optional<UtcTime> since = {}, until = {};  // when it was appended, both included
  std::optional<EventKind> kind = {};
  std::optional<Reason> reason = {};      // decisions with this reason only, of parts and of ranges
  std::optional<std::int64_t> last = {};  // the newest N of those that match, >= 1
};

// Whether the chain holds. What else can be checked, and who vouches for it: verification.h.
struct Verification {
  std::int64_t events = 0;                      // that were found whole, from the first on
  Head head;                                    // the last of them
  std::optional<std::int64_t> broken_sequence;  // the first event that is missing or does not match
  std::string problem;                          // in words, empty where the chain is whole
};

struct UnconfirmedOutput {
  PartNumber part = 0;
  Outcome outcome = Outcome::divert;  // of its effective (last) decision
};

// What a station must know before it takes the next part: of the time since it last started.
struct RestartFacts {
  std::optional<PartNumber> last_part;  // the PLC's newest number as far as the record knows; none: an empty record
  std::vector<NumberRange> missing;     // numbers before last_part without a decision, in order
  std::vector<UnconfirmedOutput> unconfirmed;  // decided without actuated, in order
  bool stopped_in_order = true;                // that start has its `station_stopped`
  // The PLC's count of passed parts at that start ("gate_pass_count" of `station_started`), and the passes whose Ack
  // said "taken" since: what the unconfirmed outputs came to can be told from the count now.
  std::optional<std::uint32_t> gate_passes_at_start;
  std::uint32_t confirmed_passes = 0;
};

// Not thread-safe.
class RecordReader {
 public:
  // Errors: those of store::open_sqlite read-only, corrupt_data where the file is no record, unsupported where its
  // format is newer than this program.
  static Result<RecordReader> open(const std::filesystem::path& file);
  RecordReader(RecordReader&&) noexcept;
  RecordReader& operator=(RecordReader&&) noexcept;
  ~RecordReader();

  // In order of sequence; false from `on_event` stops. Memory does not grow with the record.
  Result<void> for_each(const EventFilter& filter, const std::function<bool(const Event&)>& on_event);

  // Checks every event's number, hash and link. `expected`: a head that was kept elsewhere; a record that was cut
  // behind its back does not reach it. A broken chain is no error.
  Result<Verification> verify(const std::optional<Head>& expected = std::nullopt);

  Result<RestartFacts> read_restart_facts();

  // Numbers without a `decided` event, below the highest one of each count, from `from_sequence` on. A count begins
  // with the first `station_started` or `numbering_restarted`, whose part is the PLC's number before it. At most
  // `limit` ranges.
  Result<std::vector<NumberRange>> missing_numbers(std::int64_t from_sequence = 1, std::size_t limit = 1000);

 private:
  RecordReader(std::unique_ptr<store::Rows> rows, std::int64_t format);
  std::unique_ptr<store::Rows> rows_;
  std::int64_t format_ = 0;
};

}  // namespace lineguard::record
