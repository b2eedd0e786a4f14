#include "commands.h"
#include "commands/records_output.h"
#include "outputs.h"
#include "reconciliation.h"
#include "records/part_details.h"
#include "records/time_option.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iostream>
#include <memory>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/core/utc.h>
#include <lineguard/record/verification.h>

namespace lineguard::app {
namespace {

constexpr std::size_t kMostPartsOnAPage = 200;

struct RecordsOptions {
  std::filesystem::path record, json, out;
  std::int64_t last = 0;  // 0: all
  std::optional<PartNumber> part;
  std::string reason, head, serial, lot, recipe, since, until;
  std::vector<std::filesystem::path> keys;
  std::filesystem::path anchors, plc_log, status, html, pictures;
  bool open_tail = false, csv = false;
  std::string format = "jsonl";
};

Result<std::optional<UtcTime>> time_of(const char* option, const std::string& text, Bound bound) {
  if (text.empty()) return std::optional<UtcTime>();
  LINEGUARD_ASSIGN(const UtcTime time, parse_time_option(option, text, bound));
  return std::optional<UtcTime>(time);
}

Result<record::EventFilter> filter_of(const RecordsOptions& options) {
  record::EventFilter filter;
  filter.part = options.part;
  if (options.last > 0) filter.last = options.last;
  filter.serial = options.serial;
  filter.lot = options.lot;
  filter.recipe = options.recipe;
  LINEGUARD_ASSIGN(filter.since, time_of("--since", options.since, Bound::first));
  LINEGUARD_ASSIGN(filter.until, time_of("--until", options.until, Bound::last));
  if (options.reason.empty()) return filter;
  for (const Reason reason : all_reasons()) {
    if (to_string(reason) == options.reason) filter.reason = reason;
  }
  if (filter.reason) return filter;
  std::string known;
  for (const Reason reason : all_reasons())
    known += fmt::format("{}\"{}\"", known.empty() ? "" : ", ", to_string(reason));
  return make_error(ErrorCode::invalid_argument,
                    fmt::format("--reason \"{}\" is not known; known: {}", options.reason, known));
}

Result<void> write_events(record::RecordReader& reader, const RecordsOptions& options,
                          const std::function<std::string(const record::Event&)>& line_of, std::ostream& out) {
  LINEGUARD_ASSIGN(const auto filter, filter_of(options));
  bool any = false;
  LINEGUARD_TRY(reader.for_each(filter, [&](const record::Event& event) {
    any = true;
    out << line_of(event) << '\n';
    return out.good();  // the reader of a pipe has gone
  }));
  if (!any) std::cerr << "lineguard: no event of " << options.record.string() << " matches\n";
  return {};
}

Result<void> write_csv(const RecordsOptions& options, std::ostream& out) {
  LINEGUARD_ASSIGN(auto reader, record::RecordReader::open(options.record));
  LINEGUARD_ASSIGN(const auto starts, read_starts(reader));
  out << csv_header() << '\n';
  const auto line_of = [&](const record::Event& event) {
    const StationStart* start = start_before(starts, event.sequence);
    return csv_line(event, start ? start->sequence : 0);
  };
  return write_events(reader, options, line_of, out);
}

// Where one part is asked for: its events, then everything that belongs to each of its decisions.
Result<void> show_events(const RecordsOptions& options) {
  if (options.csv) return write_csv(options, std::cout);
  LINEGUARD_ASSIGN(auto reader, record::RecordReader::open(options.record));
  LINEGUARD_TRY(write_events(reader, options, event_text, std::cout));
  if (!options.part && options.serial.empty() && options.html.empty()) return {};
  LINEGUARD_ASSIGN(const auto filter, filter_of(options));
  LINEGUARD_ASSIGN(const auto starts, read_starts(reader));
  LINEGUARD_ASSIGN(
      const auto parts,
      read_part_details(reader, filter, starts, {options.record.parent_path(), options.pictures}, kMostPartsOnAPage));
  if (options.part || !options.serial.empty()) {
    for (const PartDetails& details : parts) std::cout << '\n' << details_text(details);
  }
  if (options.html.empty()) return {};
  if (parts.size() > kMostPartsOnAPage)
    return make_error(ErrorCode::refused,
                      fmt::format("--html: more decisions match than the {} that a page holds; narrow "
                                  "them down, as by --reason, --since or --last",
                                  kMostPartsOnAPage));
  const std::string title = options.part ? fmt::format("Part {}", *options.part) : "Parts";
  return write_file_atomically(options.html, details_html(parts, title, options.record));
}

int show(const RecordsOptions& options) {
  if (const auto ready = prepare_output_files({options.html}); !ready) return report_error(ready.error());
  const auto done = show_events(options);
  return done ? kDone : report_error(done.error());
}

Result<void> write_export(const RecordsOptions& options, std::ostream& out) {
  if (options.format == "csv") return write_csv(options, out);
  LINEGUARD_ASSIGN(auto reader, record::RecordReader::open(options.record));
  return write_events(
      reader, options, [](const record::Event& event) { return record::to_json(event); }, out);
}

// Written aside and renamed; streamed, because a record may be larger than the memory.
Result<void> export_to_file(const RecordsOptions& options) {
  const std::filesystem::path aside = staging_name(options.out);
  std::ofstream stream(aside, std::ios::binary);
  Result<void> written = stream ? Result<void>() : error_from_errno(errno, "cannot create " + options.out.string());
  if (written) written = write_export(options, stream);
  stream.close();
  if (written && !stream) written = error_from_errno(errno ? errno : EIO, "cannot write " + options.out.string());
  std::error_code code;
  if (written) {
    std::filesystem::rename(aside, options.out, code);
    if (code) written = error_from_errno(code.value(), "cannot write " + options.out.string());
  }
  if (!written) std::filesystem::remove(aside, code);
  return written;
}

int run_export(const RecordsOptions& options) {
  const auto done = options.out.empty() ? write_export(options, std::cout) : export_to_file(options);
  return done ? kDone : report_error(done.error());
}

Result<std::optional<record::Head>> parse_head(const std::string& text) {
  if (text.empty()) return std::optional<record::Head>();
  record::Head head;
  const auto colon = text.find(':');
  const auto parsed = std::from_chars(text.data(), text.data() + std::min(colon, text.size()), head.sequence);
  if (colon == std::string::npos || parsed.ec != std::errc() || text.size() - colon - 1 != 64) {
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("--head \"{}\" is not SEQUENCE:HASH, as `records verify` prints it", text));
  }
  head.hash = text.substr(colon + 1);
  return std::optional<record::Head>(head);
}

Result<record::RecordVerification> verify(const RecordsOptions& options) {
  record::VerifyOptions asked;
  LINEGUARD_ASSIGN(asked.expected, parse_head(options.head));
  for (const auto& file : options.keys) {
    LINEGUARD_ASSIGN(auto key, PublicKey::read(file));
    asked.keys.push_back(std::move(key));
  }
  asked.anchors = options.anchors;
  asked.open_tail = options.open_tail;
  std::error_code code;
  if (!options.anchors.empty() && !std::filesystem::exists(options.anchors, code))
    return make_error(ErrorCode::not_found, options.anchors.string() + ": there is no such file");
  LINEGUARD_TRY(prepare_output_files({options.json}));
  LINEGUARD_ASSIGN(const auto verification, record::verify_record(options.record, asked));
  if (!options.json.empty()) LINEGUARD_TRY(write_file_atomically(options.json, verification_json(verification)));
  return verification;
}

int run_verify(const RecordsOptions& options) {
  const auto verification = verify(options);
  if (!verification) return report_error(verification.error());
  std::cout << verification_text(*verification) << '\n';
  return verification->holds() ? kDone : kAnswerIsNo;
}

Result<std::vector<std::string>> reconcile(const RecordsOptions& options) {
  LINEGUARD_ASSIGN(const auto gate, read_plc_log(options.plc_log));
  LINEGUARD_ASSIGN(const auto recorded, read_recorded_parts(options.record));
  std::optional<StationCounts> counts;
  if (!options.status.empty()) {
    LINEGUARD_ASSIGN(counts, read_station_counts(options.status));
  }
  const auto differences = find_differences(gate, recorded, counts);
  std::cout << reconciliation_table(gate, recorded, counts, differences);
  return differences;
}

int run_reconcile(const RecordsOptions& options) {
  const auto differences = reconcile(options);
  if (!differences) return report_error(differences.error());
  return differences->empty() ? kDone : kAnswerIsNo;
}

void add_filter(CLI::App* command, const std::shared_ptr<RecordsOptions>& options) {
  command->add_option("--last", options->last, "the newest N of those that match")->check(CLI::PositiveNumber);
  command->add_option("--part", options->part, "events of this part number, ranges that hold it included");
  command->add_option("--serial", options->serial, "events with this serial");
  command->add_option("--lot", options->lot, "events with this lot");
  command->add_option("--recipe", options->recipe, "events with this recipe");
  command->add_option("--since", options->since,
                      "from here on: 2026-11-23, \"2026-11-23 15:04\", 15:04 (today); local, or with Z or +01:00");
  command->add_option("--until", options->until,
                      "up to this time, likewise; the whole day, minute or second that is named");
  command->add_option("--reason", options->reason, "decisions with this reason, as \"late\" or \"sequence lost\"");
}

}  // namespace

void add_records_command(CLI::App& root, Run& run) {
  auto options = std::make_shared<RecordsOptions>();
  CLI::App* command = root.add_subcommand("records", "Show, verify, reconcile and export a station's record.");
  command->require_subcommand(1);
  command->footer(
      "Examples:\n  lineguard records show record.db --last 20\n  lineguard records show record.db --part 4711 --html "
      "part.html\n"
      "  lineguard records show record.db --since \"2026-11-23 06:00\" --until 14:00 --reason defective\n"
      "  lineguard records verify record.db --key station.key.pub\n  lineguard records reconcile record.db --plc-log "
      "plc.jsonl --status station.json\n  lineguard records export record.db --format csv --out record.csv");
  const auto add = [&](const char* name, const char* what, int (*action)(const RecordsOptions&)) {
    CLI::App* sub = command->add_subcommand(name, what);
    sub->add_option("RECORD", options->record, "the record's file")->required();
    sub->callback([&run, options, action] { run = [options, action] { return action(*options); }; });
    return sub;
  };
  CLI::App* showing = add("show",
                          "One line an event, oldest first; of one part or serial also picture, regions, lot, recipe, "
                          "model and settings.",
                          show);
  add_filter(showing, options);
  showing->add_flag("--csv", options->csv, "the same events as CSV, as `records export --format csv` writes them");
  showing->add_option("--html", options->html, "a page with the pictures, regions drawn, of the parts that match")
      ->type_name("FILE");
  showing->add_option("--pictures", options->pictures, "where the station's folder of kept pictures is now")
      ->type_name("FOLDER");
  CLI::App* verifying =
      add("verify",
          "Check everything in the record, and who vouches for it: exit 0 where it is whole and sealed to its end.",
          run_verify);
  verifying->add_option("--key", options->keys, "public half of a station's key whose signatures count")
      ->type_name("FILE");
  verifying->add_option("--anchors", options->anchors, "anchors that were kept elsewhere, instead of RECORD.anchors")
      ->type_name("FILE");
  verifying->add_flag("--open-tail", options->open_tail,
                      "events behind the last anchor are no fault: the station runs");
  verifying->add_option("--head", options->head, "SEQUENCE:HASH that was kept elsewhere: shows a cut or rewritten end");
  verifying->add_option("--json", options->json, "write the result as JSON")->type_name("FILE");
  CLI::App* reconciling =
      add("reconcile", "Compare the record with the PLC's log and the station's counts; exit 1: they differ.",
          run_reconcile);
  reconciling->add_option("--plc-log", options->plc_log, "the PLC's log (lineguard.plc_log/1)")
      ->type_name("FILE")
      ->required();
  reconciling
      ->add_option("--status", options->status, "the station's status (lineguard.station_status/1) or its /metrics")
      ->type_name("FILE");
  CLI::App* exporting = add("export", "All events as JSON lines or CSV.", run_export);
  add_filter(exporting, options);
  exporting->add_option("--format", options->format, "jsonl or csv")->check(CLI::IsMember({"jsonl", "csv"}));
  exporting->add_option("--out", options->out, "a file instead of standard output")->type_name("FILE");
}

}  // namespace lineguard::app
