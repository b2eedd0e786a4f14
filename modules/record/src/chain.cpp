#include "schema.h"

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
