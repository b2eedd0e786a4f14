// Writes what record_fuzz starts from into the folder that it is given.
#include <fstream>
#include <string>

#include <lineguard/core/signature.h>
#include <lineguard/record/anchor.h>
#include <lineguard/record/decision_json.h>

int main(int argc, char** argv) {
  using namespace lineguard;
  if (argc != 2) return 2;
  const auto write = [&](const char* name, const std::string& text) {
    std::ofstream(std::string(argv[1]) + "/" + name, std::ios::binary) << text;
  };
  const auto key = SigningKey::generate("line 3");
  if (!key) return 3;
  record::Anchor anchor{
      2, "2026-11-23T15:00:00.000Z", record::AnchorTime::start, {1, std::string(64, '0')}, 0, std::string(64, 'b'), "",
      ""};
  record::sign(anchor, *key);
  write("anchor", "a" + record::anchor_line(anchor));
  write("anchored", "p" + record::anchor_entry(anchor).payload);
  write("key", "k" + key->public_key().text());
  Decision decision;
  decision.threshold = 0.5;
  decision.prediction.emplace();
  decision.prediction->regions.push_back({{1, 2, 3, 4}, 0.7, "crack", {{1, 2}, {3, 4}}, "front"});
  decision.prediction->pictures.push_back({"front", 100, 7});
  decision.prediction->image_size = {640, 480};
  const record::DecisionContext context{"cells", "S1", "L1", "a.png", {{"front", std::string(64, 'c')}}, 0.01};
  write("decided", "p" + record::decision_entry(record::EventKind::decided, decision, context).payload);
  record::RangeDecision range;
  range.range = {17, 1016};
  write("range", "p" + record::decided_range_entry(range).payload);
  return 0;
}
