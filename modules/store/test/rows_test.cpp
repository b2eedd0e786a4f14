#include "temp_folder.h"

#include <fstream>
#include <unistd.h>

#include <gtest/gtest.h>

#include <lineguard/store/rows.h>

namespace lineguard::store {
namespace {

const Statement kMakeTable{"CREATE TABLE IF NOT EXISTS parts(number INTEGER PRIMARY KEY, score REAL, note TEXT)", {}};

Statement insert(std::int64_t number, Value score = 0.5, Value note = std::string("ok")) {
  return {"INSERT INTO parts VALUES($1, $2, $3)", {number, std::move(score), std::move(note)}};
}

std::unique_ptr<Rows> open_parts(const std::filesystem::path& file, const SqliteOptions& options = {}) {
  auto rows = open_sqlite(file, options);
  EXPECT_TRUE(rows) << rows.error().message;
  EXPECT_TRUE((*rows)->write({&kMakeTable, 1}));
  return std::move(*rows);
}

std::vector<Row> all_parts(Rows& rows) {
  std::vector<Row> found;
  auto done = rows.query({"SELECT * FROM parts ORDER BY number", {}}, [&](const Row& row) {
    found.push_back(row);
    return true;
  });
  EXPECT_TRUE(done) << done.error().message;
  return found;
}

TEST(Rows, EveryKindOfValueComesBackAsItWas) {
  test::TempFolder folder;
  auto rows = open_parts(folder / "a.db");
  const Statement statements[] = {insert(4294967295, 0.1 + 0.2, std::string("größe")), insert(2, {}, {})};
  ASSERT_TRUE(rows->write(statements));
  const auto found = all_parts(*rows);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[1], (Row{std::int64_t{4294967295}, 0.1 + 0.2, std::string("größe")}));
  EXPECT_EQ(found[0], (Row{std::int64_t{2}, std::monostate{}, std::monostate{}}));
  EXPECT_TRUE(rows->check_integrity());
}

TEST(Rows, AFailedStatementUndoesItsWholeTransaction) {
  test::TempFolder folder;
  auto rows = open_parts(folder / "a.db");
  const Statement twice[] = {insert(1), insert(1)};
  auto written = rows->write(twice);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(all_parts(*rows).empty());
  EXPECT_TRUE(rows->write({twice, 1})) << "the connection works on after an error";
}

TEST(Rows, AQueryCanStopEarly) {
  test::TempFolder folder;
  auto rows = open_parts(folder / "a.db");
  const Statement statements[] = {insert(1), insert(2), insert(3)};
  ASSERT_TRUE(rows->write(statements));
  int seen = 0;
  ASSERT_TRUE(rows->query({"SELECT * FROM parts WHERE number > $1", {std::int64_t{1}}},
                          [&](const Row&) { return ++seen < 1; }));
  EXPECT_EQ(seen, 1);
}

TEST(Rows, ReadersSeeWhatAWriterCommitted) {
  test::TempFolder folder;
  auto writer = open_parts(folder / "a.db");
  auto reader = open_sqlite(folder / "a.db", {.read_only = true});
  ASSERT_TRUE(reader) << reader.error().message;
  const Statement one = insert(7);
  ASSERT_TRUE(writer->write({&one, 1}));
  EXPECT_EQ(all_parts(**reader).size(), 1u);
  const Statement two = insert(8);
  auto refused = (*reader)->write({&two, 1});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::permission_denied);
}

TEST(Rows, BadFilesGiveClearErrors) {
  test::TempFolder folder;
  auto absent = open_sqlite(folder / "absent.db", {.read_only = true});
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::not_found);

  std::ofstream(folder / "text.db") << std::string(4096, 'x');
  auto text = open_sqlite(folder / "text.db");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ErrorCode::corrupt_data);
  EXPECT_NE(text.error().message.find("text.db"), std::string::npos);
}

TEST(Rows, AReadOnlyFolderIsPermissionDenied) {
  test::TempFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec |
                                                  std::filesystem::perms::others_read |
                                                  std::filesystem::perms::others_exec);
  const bool was_root = geteuid() == 0;
  const bool lowered = !was_root || seteuid(65534) == 0;  // root may write everywhere
  auto rows = open_sqlite(folder / "a.db");
  ASSERT_TRUE(lowered && (!was_root || seteuid(0) == 0));
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::permission_denied);
}

TEST(Rows, TheReserveHoldsRealSpaceAndSurvivesAReopen) {
  test::TempFolder folder;
  const SqliteOptions options{.reserve_bytes = 1 << 20};
  EXPECT_EQ(open_parts(folder / "a.db", options)->reserved_bytes(), options.reserve_bytes);
  EXPECT_EQ(std::filesystem::file_size(folder / "a.db.reserve"), options.reserve_bytes);
  EXPECT_EQ(open_parts(folder / "a.db", options)->reserved_bytes(), options.reserve_bytes);
}

}  // namespace
}  // namespace lineguard::store
