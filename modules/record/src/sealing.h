// Sealing: makes the record's anchors and keeps them beside it.
#pragma once

#include "anchor_copy.h"
#include "merkle.h"
#include "record_file.h"

#include <optional>
#include <vector>

#include <lineguard/core/clock.h>
#include <lineguard/core/signature.h>
#include <lineguard/record/anchor.h>
#include <lineguard/record/record_writer.h>

namespace lineguard::record {

// Not thread-safe. Does nothing without a key.
class Sealing {
 public:
  // Reads the key. Errors: those of SigningKey::read.
  static Result<std::unique_ptr<Sealing>> create(const std::filesystem::path& record, const WriterOptions& options);

  // Takes up where the record stands: the tree since its last anchor, and the lines that the file beside it lacks.
  // Gives the newest anchor of that file that the record does not hold: events are missing.
  // Errors: those of the record's file.
  Result<std::optional<Anchor>> follow(RecordFile& record);
  // The same for the second place, once it was read; none later.
  std::optional<Anchor> take_missing_of_copy();

  void add(const Event& event);  // that is durable now, in order
  bool due(SteadyTime now) const { return key_ && schedule_.due(now); }
  // The anchor for `head`, to be appended next.
  Entry make(const Head& head, AnchorTime time, const std::string& utc, SteadyTime now);
  AnchorTime time() const { return schedule_.time(); }
  // Writes the lines that are not yet beside the record; a failure is kept in state().problem and tried again.
  void write_lines();
  AnchorState state() const;

 private:
  explicit Sealing(const WriterOptions& options, std::filesystem::path anchors)
      : schedule_(options.anchor_interval), anchors_(std::move(anchors)) {}
  Result<void> find_missing_lines(RecordFile& record, std::optional<Anchor>& missing);

  std::optional<SigningKey> key_;
  AnchorSchedule schedule_;
  std::filesystem::path anchors_;
  std::optional<AnchorCopy> copy_;
  MerkleTree tree_;
  std::int64_t last_anchor_ = 0;
  std::string last_utc_;
  SteadyTime made_at_{};
  std::vector<std::string> lines_;  // to be written beside the record
  std::string problem_;
  bool copy_was_read_ = false;
};

}  // namespace lineguard::record
