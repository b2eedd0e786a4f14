// What the record costs a part: one decision appended, chained, committed and read back by the path; with a key also
// what an anchor costs. On a disk in memory (TMPDIR=/dev/shm), where fsync costs nothing.
#include <filesystem>
#include <string>
#include <unistd.h>

#include <benchmark/benchmark.h>

#include <lineguard/core/check.h>
#include <lineguard/core/files.h>
#include <lineguard/core/signature.h>
#include <lineguard/record/decision_json.h>
#include <lineguard/record/record_writer.h>

namespace {

using namespace lineguard;

class Folder {
 public:
  Folder() : path(std::filesystem::temp_directory_path() / ("record-bench-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path path;
};

record::Entry decided(PartNumber part) {
  Decision decision;
  decision.part_number = part;
  decision.outcome = Outcome::pass;
  decision.reason = Reason::good;
  decision.threshold = 0.5;
  decision.prediction.emplace();
  decision.prediction->score = 0.25;
  decision.prediction->pictures.push_back({"", 100'000, 7});
  decision.prediction->image_size = {640, 480};
  const record::DecisionContext context{"cells", "S1", "L1", "pictures/a.png", {{"", std::string(64, 'c')}}, 0.01};
  return record::decision_entry(record::EventKind::decided, decision, context);
}

// Argument 0: no key; 1: anchors as a station makes them, at the start and every hour; 2: an anchor with each event.
void append(benchmark::State& state) {
  const Folder folder;
  record::WriterOptions options;
  options.reserve_bytes = 0;
  if (state.range(0) > 0) {
    const auto key = SigningKey::generate("bench");
    LINEGUARD_CHECK(key && key->write(folder.path / "station.key").ok(), "a key");
    options.key = folder.path / "station.key";
  }
  if (state.range(0) == 2) options.anchor_interval = std::chrono::seconds(0);
  auto writer = record::RecordWriter::open(folder.path / "record.db", system_clock(), options);
  LINEGUARD_CHECK(writer, "a record");
  PartNumber part = 0;
  for ([[maybe_unused]] auto step : state) {
    const auto event = (*writer)->append(decided(++part));
    LINEGUARD_CHECK(event, "appended");
  }
}

}  // namespace

BENCHMARK(append)->ArgName("key")->Arg(0)->Arg(1)->Arg(2)->Unit(benchmark::kMicrosecond);
