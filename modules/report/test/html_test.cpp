#include <gtest/gtest.h>

#include <lineguard/report/html.h>

namespace lineguard::report {
namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(Html, EscapesWhatWouldBeMarkup) {
  EXPECT_EQ(escape("<b>&\"'"), "&lt;b&gt;&amp;&quot;&#39;");
  EXPECT_EQ(escape("größe 5 µm"), "größe 5 µm");
}

TEST(Html, BytesThatAreNotTextBecomeTheReplacementCharacter) {
  EXPECT_EQ(escape("a\xff"), "a\xef\xbf\xbd");
  EXPECT_EQ(escape("\xc3"), "\xef\xbf\xbd");                                  // cut
  EXPECT_EQ(escape("\xc0\xbc"), "\xef\xbf\xbd\xef\xbf\xbd");                  // an overlong '<'
  EXPECT_EQ(escape("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");  // a surrogate
  EXPECT_EQ(escape(std::string_view("\0\x1b", 2)), "\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(Html, EveryTextOfThePageIsEscaped) {
  Page page("<t>", "<s>");
  page.heading("<h>");
  page.paragraph("<p1>");
  page.notice(Mood::bad, "<n>");
  page.key_figures({{"<name>", "<value>", "<note>", Mood::fine}});
  page.table({{"<c1>", "<c2>"}, {{"<r1>", "<r2>"}}});
  page.gallery({{Bytes(3), {1, 1}, "\"><alt>", "<caption>", "<small>"}});
  page.facts({{"<fact>", "<said>"}});
  page.pairs({{{Bytes(3), {1, 1}, "<left>", "<l>", ""}, {Bytes(3), {1, 1}, "<right>", "<r>", ""}, "<both>"}});
  const std::string html = page.html();
  for (const char* raw : {"<fact>", "<said>", "<left>", "<right>", "<both>", "<t>", "<s>", "<h>", "<p1>", "<n>",
                          "<name>", "<value>", "<note>", "<c1>", "<r2>", "<alt>", "<caption>", "<small>"}) {
    EXPECT_FALSE(contains(html, raw)) << raw;
  }
  EXPECT_TRUE(contains(html, "&lt;value&gt;"));
}

TEST(Html, FileStandsAlone) {
  Page page("Title", "when");
  page.gallery({{Bytes{std::byte{'M'}, std::byte{'a'}, std::byte{'n'}}, {4, 3}, "alt", "caption", ""}});
  const std::string html = page.html();
  EXPECT_TRUE(contains(html, "data:image/jpeg;base64,TWFu\""));
  EXPECT_FALSE(contains(html, "<link"));
  EXPECT_FALSE(contains(html, "src=\"http"));
  EXPECT_TRUE(contains(html, "default-src 'none'"));
  EXPECT_TRUE(contains(html, "prefers-color-scheme:dark"));
  EXPECT_TRUE(contains(html, "@media print"));
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(Html, RunsOnlyTheScriptThatItsPolicyNames) {
  Page page("Title", "when");
  page.paragraph("text");
  EXPECT_FALSE(contains(page.html(), "<script"));
  EXPECT_FALSE(contains(page.html(), "script-src"));
  page.slider({"threshold", {"misses"}, {{0.5, {"</script><script>alert(1)</script>"}}, {1.5, {"2 of 3"}}}, 1});
  const std::string html = page.html();
  EXPECT_TRUE(contains(html, "script-src 'sha256-"));
  EXPECT_EQ(count_of(html, "<script>"), 1u);  // ours; the data is no script
  EXPECT_EQ(count_of(html, "</script>"), 2u);
  EXPECT_TRUE(contains(html, "<div data-cell>2 of 3</div>"));  // shown without a script, too
}

TEST(Html, APictureSaysWhereItsFileIsAndWhatTheSliderMarksItBy) {
  Page page("t", "s");
  Picture picture{
      Bytes(3), {1, 1}, "alt", "a#b.png", "", link_to("sub/a#b.png"), Picture::Judged{0.25, true, "missed"}};
  page.gallery({picture});
  const std::string html = page.html();
  EXPECT_TRUE(contains(html, "href=\"./sub/a%23b.png\""));
  EXPECT_TRUE(contains(html, "data-score=\"0.25\" data-truth=\"defective\""));
  EXPECT_TRUE(contains(html, "<span class=\"chip\">missed</span>"));
  EXPECT_EQ(link_to("/data/x y.png"), "file:///data/x%20y.png");
}

TEST(Html, NumbersStandRight) {
  Page page("t", "s");
  page.table({{"class", "n"}, {{"crack", "12"}}});
  EXPECT_TRUE(contains(page.html(), "<td>crack</td><td class=\"number\">12</td>"));
}

}  // namespace
}  // namespace lineguard::report
