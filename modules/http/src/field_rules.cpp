#include "field_rules.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include <fmt/format.h>

namespace lineguard::http {
namespace {

bool equal(std::string_view a, std::string_view b) {
  return !NameLess{}(a, b) && !NameLess{}(b, a);
}

// Two of them would leave open which one counts.
bool comes_once(std::string_view name) {
  constexpr std::array<std::string_view, 6> kOnce = {"Host",          "Content-Length", "Content-Type",
                                                     "Authorization", "Expect",         "Content-Encoding"};
  if (std::ranges::any_of(kOnce, [name](std::string_view once) { return equal(name, once); })) return true;
  constexpr std::string_view kOurs = "X-Lineguard-";
  return name.size() > kOurs.size() && equal(name.substr(0, kOurs.size()), kOurs);
}

std::vector<std::string_view> codings_of(std::string_view list) {
  std::vector<std::string_view> codings;
  while (true) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view coding = list.substr(0, comma);
    while (!coding.empty() && (coding.front() == ' ' || coding.front() == '\t')) coding.remove_prefix(1);
    while (!coding.empty() && (coding.back() == ' ' || coding.back() == '\t')) coding.remove_suffix(1);
    codings.push_back(coding);
    if (comma == list.size()) return codings;
    list.remove_prefix(comma + 1);
  }
}

bool is_length(std::string_view text) {
  return !text.empty() && text.size() <= 19 &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

bool is_host(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("-._~%!$&'()*+;=:[]").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

std::optional<std::string> FieldRules::add(std::string_view name, std::string_view value, Headers& headers) {
  const auto [field, is_new] = headers.emplace(name, value);
  if (!is_new && comes_once(name)) return fmt::format("{} stands there twice", name);
  if (!is_new) field->second.append(", ").append(value);
  const std::pair<std::string_view, std::optional<std::string>*> known[] = {{"Host", &host_},
                                                                            {"Content-Length", &content_length_},
                                                                            {"Transfer-Encoding", &transfer_encoding_},
                                                                            {"Expect", &expect_},
                                                                            {"Content-Encoding", &content_encoding_}};
  for (const auto& [known_name, kept] : known) {
    if (equal(name, known_name)) *kept = field->second;
  }
  return std::nullopt;
}

std::optional<FieldProblem> FieldRules::framing_problem(bool http_1_1) const {
  if (content_length_ && !is_length(*content_length_))
    return FieldProblem{400, fmt::format("Content-Length: \"{}\" is no number of bytes", *content_length_)};
  if (!transfer_encoding_) return std::nullopt;
  if (content_length_) return FieldProblem{400, "Transfer-Encoding and Content-Length together"};
  if (!http_1_1) return FieldProblem{400, "HTTP/1.0 has no Transfer-Encoding"};
  const auto codings = codings_of(*transfer_encoding_);
  const auto chunked = std::ranges::count_if(codings, [](std::string_view coding) { return equal(coding, "chunked"); });
  if (chunked > 1 || (chunked == 1 && !equal(codings.back(), "chunked")))
    return FieldProblem{400, "Transfer-Encoding: chunked must be the last coding, once"};
  if (codings.size() == 1 && chunked == 1) return std::nullopt;
  return FieldProblem{501,
                      fmt::format("the Transfer-Encoding \"{}\" is not known here; chunked is", *transfer_encoding_)};
}

std::optional<FieldProblem> FieldRules::request_problem(bool http_1_1) const {
  if (!host_ && http_1_1) return FieldProblem{400, "Host is missing"};
  if (host_ && !is_host(*host_)) return FieldProblem{400, fmt::format("Host: \"{}\" is no host", *host_)};
  if (expect_ && !equal(*expect_, "100-continue"))
    return FieldProblem{417, fmt::format("Expect: \"{}\" is not known here; 100-continue is", *expect_)};
  if (content_encoding_ && !equal(*content_encoding_, "identity"))
    return FieldProblem{415, fmt::format("Content-Encoding: \"{}\" is not decoded here", *content_encoding_)};
  return std::nullopt;
}

}  // namespace lineguard::http
