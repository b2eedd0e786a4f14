#include "chain_check.h"
#include "schema.h"

#include <utility>

#include <fmt/format.h>

#include <lineguard/core/digest.h>

namespace lineguard::record {
namespace {

std::string text_of(const store::Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text ? *text : std::string();
}

}  // namespace

std::string hash_of(const Event& event) {
  const std::string part = event.part ? fmt::format("{}", *event.part) : "-";
  return sha256_hex(fmt::format("lineguard.event/1\n{}\n{}\n{}\n{}\n{}\n{}\n", event.sequence, event.utc, event.kind,
                                part, event.payload, event.previous));
}

bool ChainCheck::accept(const Event& event) {
  const std::int64_t expected = found_.head.sequence + 1;
  if (event.sequence != expected)
    return broken(expected, fmt::format("event {} is missing: the next one is {}", expected, event.sequence));
  if (event.previous != found_.head.hash)
    return broken(expected, fmt::format("event {} does not follow from the one before it", expected));
  if (event.hash != hash_of(event))
    return broken(expected, fmt::format("event {} was changed: its hash does not match", expected));
  if (expected_ && expected_->sequence == event.sequence && expected_->hash != event.hash)
    return broken(expected, fmt::format("event {} is not the one whose hash was kept elsewhere", expected));
  found_.head = Head{event.sequence, event.hash};
  ++found_.events;
  return true;
}

Verification ChainCheck::finish() {
  if (!found_.broken_sequence && expected_ && expected_->sequence > found_.head.sequence) {
    broken(found_.head.sequence + 1, fmt::format("the record ends at event {}, but it once reached {}",
                                                 found_.head.sequence, expected_->sequence));
  }
  return found_;
}

bool ChainCheck::broken(std::int64_t sequence, std::string problem) {
  found_.broken_sequence = sequence;
  found_.problem = std::move(problem);
  return false;
}

store::Row to_row(const Event& event) {
  store::Value part;
  if (event.part) part = std::int64_t{*event.part};
  return {event.sequence, event.utc, event.kind, part, event.payload, event.previous, event.hash};
}

Event from_row(const store::Row& row) {
  Event event;
  if (const auto* sequence = std::get_if<std::int64_t>(&row.at(0))) event.sequence = *sequence;
  event.utc = text_of(row.at(1));
  event.kind = text_of(row.at(2));
  if (const auto* part = std::get_if<std::int64_t>(&row.at(3))) event.part = static_cast<PartNumber>(*part);
  event.payload = text_of(row.at(4));
  event.previous = text_of(row.at(5));
  event.hash = text_of(row.at(6));
  return event;
}

}  // namespace lineguard::record
