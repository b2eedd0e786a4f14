#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/http/about_page.h>

namespace lineguard::http {
namespace {

constexpr std::string_view kStyle =
    ":root{color-scheme:light dark;--ink:#1c2126;--quiet:#5b656e;--paper:#fff;--line:#d9dee2;--link:#0b5cad}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6e9ec;--quiet:#9aa5ae;--paper:#15181b;--line:#343b41;"
    "--link:#7db8f0}}"
    "body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:44rem;margin:3rem auto;"
    "padding:0 1rem}h1{font-size:1.4rem;margin-bottom:.2rem}p{color:var(--quiet);margin-top:0}"
    "table{border-collapse:collapse;width:100%;margin:1.2rem 0}td{border-top:1px solid var(--line);padding:.35rem "
    ".8rem "
    ".35rem 0;vertical-align:top}td:first-child{white-space:nowrap;color:var(--quiet)}a{color:var(--link)}";

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

bool wants_json(std::string_view accept) {
  const auto json = accept.find("application/json"), html = accept.find("text/html");
  return json != std::string_view::npos && (html == std::string_view::npos || json < html);
}

std::string html_of(const AboutPage& page) {
  std::string text = fmt::format(
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>{0}</title><style>{1}</style></head><body><main><h1>{0}</h1><p>{2}</p>\n",
      escaped(page.title), kStyle, escaped(page.what));
  text += "<table>\n";
  for (const auto& [name, value] : page.facts)
    text += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", escaped(name), escaped(value));
  text += "</table>\n<table>\n";
  for (const AboutPage::Link& link : page.links)
    text +=
        fmt::format("<tr><td><a href=\"{0}\">{0}</a></td><td>{1}</td></tr>\n", escaped(link.path), escaped(link.what));
  return text + "</table>\n</main></body></html>\n";
}

std::string json_of(const AboutPage& page) {
  nlohmann::json facts = nlohmann::json::object(), links = nlohmann::json::array();
  for (const auto& [name, value] : page.facts) facts[name] = value;
  for (const AboutPage::Link& link : page.links) links.push_back({{"path", link.path}, {"what", link.what}});
  const nlohmann::json object = {
      {"schema", "lineguard.about/1"}, {"title", page.title}, {"what", page.what}, {"facts", facts}, {"links", links}};
  return object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace

Response about_response(const Request& request, const AboutPage& page) {
  Response response;
  if (wants_json(request.header("Accept"))) {
    response = json_response(200, json_of(page));
  } else {
    response.headers["Content-Type"] = "text/html; charset=utf-8";
    // No script, nothing from elsewhere; the style is in the page.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'";
    response.body = html_of(page);
  }
  response.headers["Vary"] = "Accept";
  response.headers["Cache-Control"] = "no-store";
  return response;
}

}  // namespace lineguard::http
