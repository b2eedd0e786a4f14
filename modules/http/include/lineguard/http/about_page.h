// What stands at "/": one small page that says what answers here, and where the rest is. Without script, without
// anything that is fetched, in light and dark.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <lineguard/http/message.h>

namespace lineguard::http {

struct AboutPage {
  struct Link {
    std::string path, what;
  };
  std::string title;                                      // "Lineguard prediction server"
  std::string what;                                       // in a sentence
  std::vector<std::pair<std::string, std::string>> facts;  // name and value, as they are just now
  std::vector<Link> links;
};

// JSON (lineguard.about/1) where the request's Accept asks for application/json before text/html, else HTML.
Response about_response(const Request& request, const AboutPage& page);

}  // namespace lineguard::http
