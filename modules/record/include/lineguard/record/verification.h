// The whole check of a record: is everything in it as it was written, and who vouches for that?
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/core/signature.h>
#include <lineguard/record/record_reader.h>

namespace lineguard::record {

struct VerifyOptions {
  std::vector<PublicKey> keys;    // whose signatures count
  std::filesystem::path anchors;  // empty: those beside the record, where there are any
  std::optional<Head> expected;   // a head that was kept elsewhere
  bool open_tail = false;         // events behind the last anchor are no fault: the station is running
};

struct RecordVerification {
  std::int64_t format = 0;
  Verification chain;
  std::int64_t anchors = 0;       // signed by one of the keys
  std::int64_t sealed_until = 0;  // the newest event that one of them vouches for, itself included; 0: none
  std::string sealed_at;          // when that was
  bool open_tail = false;         // as asked for
  // What is wrong apart from the chain; warnings change nothing of the answer; not_checked: what this check could not
  // tell, and what it would take. At most kMaxSentences each, then their number.
  std::vector<std::string> problems, warnings, not_checked;

  bool whole() const { return !chain.broken_sequence && problems.empty(); }
  // Every event, or with open_tail every one up to the last anchor, is vouched for by a trusted key.
  bool sealed() const { return sealed_until > 0 && (open_tail || sealed_until == chain.head.sequence); }
  bool holds() const { return whole() && sealed(); }
};

// Checks tables, indexes and what else the database holds; each event's types, form, number, hash, link, time and
// fields; each anchor's place, Merkle root and signature; and the anchors beside the record. Memory does not grow with
// the record. What is wrong with the record is a RecordVerification, not an error.
// Errors: a file that is not there, may not be read, has a newer format, or is no record and has no anchors beside it.
Result<RecordVerification> verify_record(const std::filesystem::path& record, const VerifyOptions& options);

}  // namespace lineguard::record
