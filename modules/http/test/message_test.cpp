#include <gtest/gtest.h>

#include <lineguard/http/client.h>
#include <lineguard/http/message.h>

namespace lineguard::http {
namespace {

TEST(Request, PathParametersAndHeaders) {
  Request request{"POST", "/v1/inspect/tiles?map&embedding=0&&x=", {{"Content-Type", "image/png"}}, ""};
  EXPECT_EQ(request.path(), "/v1/inspect/tiles");
  using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;
  EXPECT_EQ(request.parameters(), (Pairs{{"map", "1"}, {"embedding", "0"}, {"x", ""}}));
  request.target = "/v1/models";
  EXPECT_TRUE(request.parameters().empty());
  EXPECT_EQ(request.header("content-type"), "image/png");
}

TEST(Response, AnErrorMayQuoteAnyBytes) {
  const Response response = error_response(400, "invalid_argument", "bad \xff\xfe \"name\"");
  EXPECT_EQ(response.status, 400);
  EXPECT_NE(response.body.find("\"code\":\"invalid_argument\""), std::string::npos);
}

TEST(Endpoint, AddressesAreCheckedAndExplained) {
  EXPECT_EQ(parse_url("http://127.0.0.1:8080/")->port, 8080);
  EXPECT_EQ(parse_host_port("[::1]:502")->host, "::1");
  for (const char* bad : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000", ":80"}) {
    EXPECT_EQ(parse_host_port(bad).error().code, ErrorCode::invalid_argument) << bad;
  }
  EXPECT_EQ(parse_url("ftp://x").error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(parse_url("https://x").error().code, ErrorCode::unsupported);
}

}  // namespace
}  // namespace lineguard::http
