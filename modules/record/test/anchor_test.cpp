#include "merkle.h"
#include "temp_folder.h"

#include <gtest/gtest.h>

#include <lineguard/core/digest.h>
#include <lineguard/core/files.h>
#include <lineguard/record/anchor.h>

namespace lineguard::record {
namespace {

Anchor an_anchor(const SigningKey& key) {
  Anchor anchor{
      2, "2026-11-23T15:00:00.000Z", AnchorTime::interval, {41, std::string(64, 'a')}, 17, std::string(64, 'b'), "",
      ""};
  sign(anchor, key);
  return anchor;
}

TEST(Anchor, ComesBackFromItsLineAndItsEvent) {
  const auto key = SigningKey::generate("");
  ASSERT_TRUE(key);
  const Anchor anchor = an_anchor(*key);
  const auto of_line = parse_anchor_line(anchor_line(anchor));
  ASSERT_TRUE(of_line) << of_line.error().message;
  EXPECT_EQ(*of_line, anchor);
  const Event event{42, anchor.utc, "anchored", {}, anchor_entry(anchor).payload, anchor.head.hash, ""};
  const auto of_event = parse_anchor(event);
  ASSERT_TRUE(of_event) << of_event.error().message;
  EXPECT_EQ(*of_event, anchor);
}

TEST(Anchor, ASignatureCoversEveryField) {
  const auto key = SigningKey::generate("");
  const std::vector<PublicKey> keys{key->public_key()};
  const Anchor anchor = an_anchor(*key);
  EXPECT_EQ(check_signature(anchor, keys), Signed::yes);
  const auto changed = [&](auto change) {
    Anchor other = anchor;
    change(other);
    return check_signature(other, keys);
  };
  EXPECT_EQ(changed([](Anchor& other) { other.format = 1; }), Signed::no);
  EXPECT_EQ(changed([](Anchor& other) { other.utc[3] = '7'; }), Signed::no);
  EXPECT_EQ(changed([](Anchor& other) { other.time = AnchorTime::stop; }), Signed::no);
  EXPECT_EQ(changed([](Anchor& other) { ++other.head.sequence; }), Signed::no);
  EXPECT_EQ(changed([](Anchor& other) { other.head.hash[0] = 'c'; }), Signed::no);
  EXPECT_EQ(changed([](Anchor& other) { other.previous_anchor = 0; }), Signed::no);
  EXPECT_EQ(changed([](Anchor& other) { other.root[0] = 'c'; }), Signed::no);
  EXPECT_EQ(changed([](Anchor& other) { other.key = std::string(16, '0'); }), Signed::key_not_known);
}

TEST(Anchor, WhatIsNoAnchorIsRefused) {
  const auto key = SigningKey::generate("");
  const std::string line = anchor_line(an_anchor(*key));
  for (const std::string& text : {std::string(), std::string("{}"), line.substr(0, line.size() - 1),
                                  std::string(5000, '['), "{\"more\":1," + line.substr(1)})
    EXPECT_FALSE(parse_anchor_line(text)) << text;
}

TEST(Anchor, AHalfWrittenLineIsLeftOutAndEnded) {
  test::TempFolder folder;
  const auto file = folder / "x.anchors";
  const std::vector<std::string> lines{"one", "two"};
  ASSERT_TRUE(append_lines(file, lines));
  ASSERT_TRUE(write_file_atomically(file, *read_text_file(file) + "thr"));
  const auto read = [&] {
    std::vector<std::string> found;
    EXPECT_TRUE(
        for_each_line(file, [&](std::string_view line, std::int64_t) { return found.emplace_back(line), true; }));
    return found;
  };
  EXPECT_EQ(read(), lines);
  const std::vector<std::string> more{"four"};
  ASSERT_TRUE(append_lines(file, more));
  EXPECT_EQ(read(), (std::vector<std::string>{"one", "two", "thr", "four"}));
  ASSERT_TRUE(write_file_atomically(file, std::string(10000, 'x')));
  EXPECT_EQ(for_each_line(file, [](auto, auto) { return true; }).error().code, ErrorCode::too_large);
}

TEST(Anchor, TheScheduleIsStartThenEveryInterval) {
  AnchorSchedule schedule(std::chrono::seconds(60));
  const SteadyTime begin{};
  EXPECT_TRUE(schedule.due(begin));
  EXPECT_EQ(schedule.time(), AnchorTime::start);
  schedule.anchored(begin);
  EXPECT_FALSE(schedule.due(begin + std::chrono::seconds(59)));
  EXPECT_TRUE(schedule.due(begin + std::chrono::seconds(60)));
  EXPECT_EQ(schedule.time(), AnchorTime::interval);
}

std::string bytes(const std::string& hexadecimal) {
  std::string text;
  for (std::size_t i = 0; i < hexadecimal.size(); i += 2)
    text += static_cast<char>(std::stoi(hexadecimal.substr(i, 2), nullptr, 16));
  return text;
}

// RFC 9162, 2.1.1, by its recursive definition.
std::string tree_hash(const std::vector<std::string>& leaves) {
  if (leaves.empty()) return sha256_hex(std::string_view());
  if (leaves.size() == 1) return sha256_hex(std::string(1, '\0') + bytes(leaves[0]));
  std::size_t split = 1;
  while (split * 2 < leaves.size()) split *= 2;
  const auto middle = leaves.begin() + static_cast<std::ptrdiff_t>(split);
  return sha256_hex(std::string(1, '\1') + bytes(tree_hash({leaves.begin(), middle})) +
                    bytes(tree_hash({middle, leaves.end()})));
}

TEST(Merkle, TheRootIsThatOfTheDefinition) {
  MerkleTree tree;
  std::vector<std::string> leaves;
  EXPECT_EQ(tree.root(), tree_hash(leaves));
  for (int i = 0; i < 40; ++i) {
    leaves.push_back(sha256_hex(std::to_string(i)));
    tree.add(leaves.back());
    EXPECT_EQ(tree.root(), tree_hash(leaves)) << i + 1 << " leaves";
  }
}

}  // namespace
}  // namespace lineguard::record
