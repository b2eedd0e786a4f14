#include <gtest/gtest.h>

#include <lineguard/http/router.h>

namespace lineguard::http {
namespace {

Router models() {
  Router router;
  router.get("/v1/models", [](const Request&) { return json_response(200, "list"); });
  router.get("/v1/models/{model}",
             [](const Request& request) { return json_response(200, std::string(request.path_value("model"))); });
  Route inspect;
  inspect.method = "POST";
  inspect.path = "/v1/models/{model}/parts/{part}";
  inspect.handler = [](const Request& request, Work&) {
    return json_response(200, std::string(request.path_value("model")).append(request.path_value("part")));
  };
  router.add(std::move(inspect));
  router.set_hint("see docs/api.md");
  return router;
}

Response answer(const Router& router, const std::string& method, const std::string& target) {
  MemoryBudget budget(1000);
  Work work(budget);
  Request request{method, target, {}, ""};
  auto found = router.find(request);
  if (auto* refused = std::get_if<Response>(&found)) return *refused;
  return std::get<const Route*>(found)->handler(request, work);
}

TEST(Router, FindsPathsWithNames) {
  const Router router = models();
  EXPECT_EQ(answer(router, "GET", "/v1/models").body, "list");
  EXPECT_EQ(answer(router, "HEAD", "/v1/models?x=1").body, "list");
  EXPECT_EQ(answer(router, "GET", "/v1/models/cells").body, "cells");
  EXPECT_EQ(answer(router, "GET", "/v1/models/a%20b").body, "a b");
  EXPECT_EQ(answer(router, "POST", "/v1/models/cells/parts/7").body, "cells7");
}

struct Refused {
  std::string method, target;
  int status;
};

TEST(Router, RefusesInJson) {
  const Router router = models();
  const Refused cases[] = {
      {"GET", "/", 404},
      {"GET", "/v1", 404},
      {"GET", "/v1/models/", 404},
      {"GET", "/v1/models/a/b", 404},
      {"GET", "/v1/models/%zz", 400},
      {"GET", "/v1/models/%4", 400},
      {"GET", "/v1/models/%00", 400},
      {"GET", "/v1/models/%0a", 400},
      {"POST", "/v1/models", 405},
      {"GET", "/v1/models/cells/parts/7", 405},
      {"OPTIONS", "/v1/models", 405},
      {"BREW", "/v1/models", 501},
      {"get", "/v1/models", 501},
  };
  for (const Refused& refused : cases) {
    const Response response = answer(router, refused.method, refused.target);
    EXPECT_EQ(response.status, refused.status) << refused.method << refused.target;
    EXPECT_NE(response.body.find("\"code\""), std::string::npos) << response.body;
  }
  EXPECT_EQ(answer(router, "POST", "/v1/models").header("Allow"), "GET");
  EXPECT_NE(answer(router, "GET", "/x").body.find("see docs/api.md"), std::string::npos);
}

TEST(Router, AsksTheAuthorizerForEveryRoute) {
  Router router = models();
  router.set_authorizer([](const Request& request, const Route& route) -> std::optional<Response> {
    if (request.header("Authorization") == "Bearer key" || route.always) return std::nullopt;
    return error_response(401, "permission_denied", "no key");
  });
  router.get_always("/health", [](const Request&) { return json_response(200, "{}"); });
  EXPECT_EQ(answer(router, "GET", "/v1/models/cells").status, 401);
  EXPECT_EQ(answer(router, "GET", "/health").status, 200);
  EXPECT_EQ(answer(router, "GET", "/nowhere").status, 404);
}

}  // namespace
}  // namespace lineguard::http
