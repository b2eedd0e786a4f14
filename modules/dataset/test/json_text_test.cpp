#include "json_text.h"

#include "dataset_builder.h"

#include <utility>
#include <vector>

namespace lineguard::dataset::test {
namespace {

using Lines = std::vector<std::pair<std::string, std::size_t>>;

Lines entries_of(std::string_view file, std::string_view name) {
  const auto root = checked_json(file);
  EXPECT_TRUE(root) << root.error().message;
  const auto list = root ? member_of(*root, name) : std::nullopt;
  EXPECT_TRUE(list);
  Lines entries;
  if (list) for_each_entry(*list, [&](const JsonText& entry) { entries.emplace_back(entry.text, entry.line); });
  return entries;
}

TEST(JsonText, EntriesHaveTheLineWhereTheyBegin) {
  EXPECT_EQ(entries_of("\n{ \"other\": [{}, \"]\"],\n\"list\" :\r\n [ {\"a\":\n[1, {}]} ,2\n,\n\"x\", [\n], null]\n}\n",
                       "list"),
            (Lines{{"{\"a\":\n[1, {}]}", 4}, {"2", 5}, {"\"x\"", 7}, {"[\n]", 7}, {"null", 8}}));
  EXPECT_TRUE(entries_of(R"({"list": []})", "list").empty());
}

TEST(JsonText, TextIsNotTakenForStructure) {
  EXPECT_EQ(entries_of(R"({"a": "\"list\": [", "li\u0073t": ["}\\", "[\"", {"]": "\\\""}]})", "list"),
            (Lines{{R"("}\\")", 1}, {R"("[\"")", 1}, {R"({"]": "\\\""})", 1}}));
}

TEST(JsonText, TheLastMemberOfANameCounts) {
  EXPECT_EQ(entries_of("\xEF\xBB\xBF{\"list\": [1], \"list\": [2], \"in\": {\"list\": [3]}}", "list"),
            (Lines{{"2", 1}}));
  for (const char* file : {"[]", "3", R"("list")", "{}"}) EXPECT_FALSE(member_of(*checked_json(file), "list")) << file;
}

TEST(JsonText, WhatIsNoJsonIsNamedByLine) {
  for (const char* file : {"", "{", "[1,\n2", "{\"a\" 1}", "[] []", "[1e999]", "[\"\n\"]"}) {
    const auto json = checked_json(file);
    ASSERT_FALSE(json) << file;
    EXPECT_EQ(json.error().code, ErrorCode::corrupt_data);
    EXPECT_CONTAINS(json.error().message, "line ");
    EXPECT_CONTAINS(json.error().message, "column ");
  }
  EXPECT_CONTAINS(checked_json("{\n\"list\": [1,\n}").error().message, "line 3");
  const std::string too_large = checked_json("{\n\"list\": [1,\n\n 1e400\n]}").error().message;
  EXPECT_CONTAINS(too_large, "line 4, column 6: ");
  EXPECT_CONTAINS(too_large, "1e400");
  EXPECT_CONTAINS(checked_json("[-1e999]").error().message, "line 1, column 7: ");
}

}  // namespace
}  // namespace lineguard::dataset::test
