#include <gtest/gtest.h>

#include <lineguard/http/about_page.h>

namespace lineguard::http {
namespace {

AboutPage page() {
  return {"Station <1>", "It inspects & decides.", {{"recipe", "\"tiles\""}}, {{"/metrics", "Prometheus"}}};
}

Response answer(const std::string& accept) {
  Request request;
  if (!accept.empty()) request.headers["Accept"] = accept;
  return about_response(request, page());
}

TEST(AboutPage, HtmlNeedsNoScriptAndNothingFromElsewhere) {
  for (const char* accept : {"", "*/*", "text/html,application/xhtml+xml,application/json;q=0.8,*/*;q=0.7"}) {
    const Response response = answer(accept);
    EXPECT_EQ(response.header("Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(response.header("Content-Security-Policy"), "default-src 'none'; style-src 'unsafe-inline'");
    EXPECT_NE(response.body.find("<h1>Station &lt;1&gt;</h1>"), std::string::npos) << response.body;
    EXPECT_NE(response.body.find("&quot;tiles&quot;"), std::string::npos);
    EXPECT_NE(response.body.find("<a href=\"/metrics\">/metrics</a>"), std::string::npos);
    EXPECT_NE(response.body.find("prefers-color-scheme:dark"), std::string::npos);
    for (const char* absent : {"<script", "http:", "https:", "//"})
      EXPECT_EQ(response.body.find(absent), std::string::npos) << absent;
  }
}

TEST(AboutPage, JsonForWhoAsksForIt) {
  for (const char* accept : {"application/json", "application/json, text/html"}) {
    const Response response = answer(accept);
    EXPECT_EQ(response.header("Content-Type").substr(0, 16), "application/json");
    EXPECT_NE(response.body.find("\"schema\": \"lineguard.about/1\""), std::string::npos);
    EXPECT_NE(response.body.find("\"path\": \"/metrics\""), std::string::npos);
    EXPECT_NE(response.body.find("It inspects & decides."), std::string::npos);
  }
}

}  // namespace
}  // namespace lineguard::http
