#include "csv.h"

#include <gtest/gtest.h>

namespace lineguard::dataset {
namespace {

using Fields = std::vector<std::string>;

std::vector<CsvRow> rows_of(std::string_view text) {
  LabelProblems problems;
  auto rows = parse_csv(text, "labels.csv", problems);
  EXPECT_TRUE(problems.empty()) << problems.kept()[0].reason;
  return rows;
}

std::string problem_of(std::string_view text) {
  LabelProblems problems;
  parse_csv(text, "labels.csv", problems);
  EXPECT_EQ(problems.count(), 1u);
  return problems.empty() ? "" : problems.kept()[0].place + ": " + problems.kept()[0].reason;
}

TEST(Csv, readsFieldsWithTheirLines) {
  const auto rows = rows_of("\xEF\xBB\xBFimage,label\r\n\r\na.png , good\n\"b, \"\"c\"\".png\",\"two\nlines\"\nd,");
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0].fields, (Fields{"image", "label"}));
  EXPECT_EQ(rows[1].fields, (Fields{"a.png", "good"}));
  EXPECT_EQ(rows[1].line, 3u);
  EXPECT_EQ(rows[2].fields, (Fields{"b, \"c\".png", "two\nlines"}));
  EXPECT_EQ(rows[3].fields, (Fields{"d", ""}));
  EXPECT_EQ(rows[3].line, 6u);
}

TEST(Csv, keepsBlanksOfQuotedFields) {
  EXPECT_EQ(rows_of("\" a \"")[0].fields, (Fields{" a "}));
}

TEST(Csv, ofNothingIsNothing) {
  EXPECT_TRUE(rows_of("").empty());
  EXPECT_TRUE(rows_of("\n \r\n\n").empty());
}

TEST(Csv, namesTheLineOfEachMistake) {
  EXPECT_EQ(problem_of("a,b\nc\n"), "labels.csv:2: 1 fields, but the header names 2 columns");
  EXPECT_EQ(problem_of("a\n\n\"never\nclosed"), "labels.csv:3: a quoted field is never closed");
  EXPECT_EQ(problem_of("a\n\"b\" c"), "labels.csv:2: text after a closing quote, expected a comma");
  EXPECT_EQ(problem_of("a\nb\"c"),
            "labels.csv:2: a quote inside a field: quote the whole field and double the quotes in it");
  EXPECT_EQ(problem_of(std::string_view("a\0b", 3)), "labels.csv:1: a NUL byte: this is not a text file");
}

TEST(Csv, goesOnWithTheNextLine) {
  LabelProblems problems;
  const auto rows = parse_csv("a,b\nc\nd\"e,f\n\"g\" h,i\nj,k\n\"l,m\nn,o\n", "labels.csv", problems);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[1].fields, (Fields{"j", "k"}));
  EXPECT_EQ(rows[2].fields, (Fields{"n", "o"}));
  EXPECT_EQ(rows[2].line, 7u);
  std::vector<std::string> places;
  for (const LabelProblem& problem : problems.kept()) places.push_back(problem.place);
  EXPECT_EQ(places, (std::vector<std::string>{"labels.csv:2", "labels.csv:3", "labels.csv:4", "labels.csv:6"}));
}

TEST(Csv, aQuoteThatIsNotClosedHidesNoLineBeforeTheNextQuote) {
  LabelProblems problems;
  const auto rows = parse_csv("a,b\nc,\"d\ne,f\ng,h\ni,\"j\"\n", "labels.csv", problems);
  ASSERT_EQ(problems.count(), 1u);
  EXPECT_EQ(problems.kept()[0].place, "labels.csv:2");
  EXPECT_EQ(problems.kept()[0].reason,
            "text after a closing quote, expected a comma: the field that begins with a quote here goes on to line 5");
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[1].fields, (Fields{"e", "f"}));
  EXPECT_EQ(rows[3].fields, (Fields{"i", "j"}));
  EXPECT_EQ(rows[3].line, 5u);
}

TEST(Csv, readsNothingUnderABrokenHeader) {
  LabelProblems problems;
  EXPECT_TRUE(parse_csv("image,\"label\na.png,good\n", "labels.csv", problems).empty());
  EXPECT_EQ(problems.count(), 1u);
}

}  // namespace
}  // namespace lineguard::dataset
