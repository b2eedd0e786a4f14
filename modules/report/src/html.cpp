#include "page_script.h"
#include "page_style.h"

#include <cstdint>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lineguard/core/base64.h>
#include <lineguard/core/check.h>
#include <lineguard/core/digest.h>
#include <lineguard/core/enum_names.h>
#include <lineguard/report/html.h>

namespace lineguard::report {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

// Length of the well-formed UTF-8 sequence at the start of `text`, 0 where there is none (RFC 3629: no overlong forms,
// no surrogates, nothing above U+10FFFF).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  const bool outside = (first == 0xED && byte(1) >= 0xA0) || (first == 0xF4 && byte(1) >= 0x90);
  return overlong || outside ? 0 : length;
}

std::string_view escaped_character(std::string_view character) {
  switch (character[0]) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    case '\t':
    case '\n':
      return character;
    default:
      break;
  }
  const auto first = static_cast<std::uint8_t>(character[0]);
  return first < 0x20 || first == 0x7F ? kReplacement : character;
}

std::string_view css_class(Mood mood) {
  static constexpr auto kNames = std::to_array<EnumName<Mood>>(
      {{Mood::neutral, "neutral"}, {Mood::fine, "fine"}, {Mood::attention, "attention"}, {Mood::bad, "bad"}});
  static_assert(names_every_value(kNames));
  return name_of(kNames, mood);
}

// As a content policy names a script.
std::string script_hash() {
  const std::string hex = sha256_hex(kPageScript);
  Bytes digest;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    digest.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return "'sha256-" + encode_base64(digest) + "'";
}

// JSON that can stand in a page: nothing in it closes the script or opens a tag.
std::string json_of(const std::vector<SliderStop>& stops) {
  nlohmann::json list = nlohmann::json::array();
  for (const SliderStop& stop : stops) list.push_back({{"cut", stop.cut}, {"cells", stop.cells}});
  std::string text;
  for (const char character : list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace))
    text += character == '<' ? std::string("\\u003c") : std::string(1, character);
  return text;
}

std::string row(const std::vector<std::string>& cells, std::string_view tag, std::size_t text_columns) {
  std::string html = "<tr>";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string_view style = i < text_columns ? "" : " class=\"number\"";
    html += fmt::format("<{0}{1}>{2}</{0}>", tag, style, escape(cells[i]));
  }
  return html + "</tr>\n";
}

std::string caption_of(const Picture& picture) {
  const std::string caption = escape(picture.caption);
  return picture.link.empty() ? caption : fmt::format("<a href=\"{}\">{}</a>", escape(picture.link), caption);
}

// Opening tag of a figure with what a slider marks it by, and the mark.
std::pair<std::string, std::string> judged_as(const Picture& picture) {
  if (!picture.judged) return {"<figure>", ""};
  const Picture::Judged& judged = *picture.judged;
  const bool wrong = judged.said == "missed" || judged.said == "diverted";
  return {fmt::format("<figure{} data-score=\"{}\" data-truth=\"{}\">", wrong ? " class=\"wrong\"" : "", judged.score,
                      judged.defective ? "defective" : "good"),
          fmt::format("<span class=\"chip\">{}</span>", escape(judged.said))};
}

std::string figure_of(const Picture& picture) {
  const auto [opening, chip] = judged_as(picture);
  return opening + fmt::format(
                       "<img width=\"{}\" height=\"{}\" alt=\"{}\" src=\"data:image/jpeg;base64,{}\"><figcaption>{}{}"
                       "<div class=\"note\">{}</div></figcaption></figure>\n",
                       picture.size.width_px, picture.size.height_px, escape(picture.alt), encode_base64(picture.jpeg),
                       chip, caption_of(picture), escape(picture.note));
}

}  // namespace

std::string escape(std::string_view text) {
  std::string html;
  html.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    html += length == 0 ? kReplacement : escaped_character(text.substr(0, length));
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return html;
}

Page::Page(std::string_view title, std::string_view subtitle)
    : title_(escape(title)),
      body_(fmt::format("<h1>{}</h1>\n<p class=\"subtitle\">{}</p>\n", title_, escape(subtitle))) {}

void Page::heading(std::string_view text) {
  body_ += fmt::format("<h2>{}</h2>\n", escape(text));
}

void Page::paragraph(std::string_view text) {
  body_ += fmt::format("<p>{}</p>\n", escape(text));
}

void Page::notice(Mood mood, std::string_view text) {
  body_ += fmt::format("<p class=\"notice {}\" role=\"note\">{}</p>\n", css_class(mood), escape(text));
}

void Page::facts(const std::vector<Fact>& facts) {
  body_ += "<dl class=\"facts\">\n";
  for (const Fact& fact : facts)
    body_ += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escape(fact.name), escape(fact.value));
  body_ += "</dl>\n";
}

void Page::key_figures(const std::vector<KeyFigure>& figures) {
  body_ += "<div class=\"tiles\">\n";
  for (const KeyFigure& figure : figures) {
    body_ += fmt::format(
        "<div class=\"tile {}\"><div class=\"name\">{}</div><div class=\"value\">{}</div><div "
        "class=\"note\">{}</div></div>\n",
        css_class(figure.mood), escape(figure.name), escape(figure.value), escape(figure.note));
  }
  body_ += "</div>\n";
}

void Page::table(const Table& table) {
  body_ +=
      "<div class=\"scroll\"><table>\n<thead>" + row(table.header, "th", table.text_columns) + "</thead>\n<tbody>\n";
  for (const auto& cells : table.rows) {
    LINEGUARD_CHECK(cells.size() == table.header.size(), "every row of a table is as long as its header");
    body_ += row(cells, "td", table.text_columns);
  }
  body_ += "</tbody></table></div>\n";
}

void Page::plots(const std::vector<Plot>& plots) {
  body_ += "<div class=\"plots\">\n";
  for (const Plot& plot : plots)
    body_ += fmt::format("<figure><figcaption>{}</figcaption>{}</figure>\n", escape(plot.title), plot.svg);
  body_ += "</div>\n";
}

void Page::gallery(const std::vector<Picture>& pictures) {
  uses_script_ |= !pictures.empty();
  body_ += "<div class=\"gallery\">\n";
  for (const Picture& picture : pictures) body_ += figure_of(picture);
  body_ += "</div>\n";
}

void Page::pairs(const std::vector<PicturePair>& pairs) {
  uses_script_ |= !pairs.empty();
  body_ += "<div class=\"pairs\">\n";
  for (const PicturePair& pair : pairs) {
    body_ += fmt::format("<section><p>{}</p><div class=\"gallery\">\n{}{}</div></section>\n", escape(pair.caption),
                         figure_of(pair.left), figure_of(pair.right));
  }
  body_ += "</div>\n";
}

void Page::slider(const Slider& slider) {
  LINEGUARD_CHECK(slider.start < slider.stops.size(), "a slider starts at one of its stops");
  uses_script_ = true;
  const SliderStop& start = slider.stops[slider.start];
  body_ += fmt::format(
      "<section class=\"slider\"><label>{}<input type=\"range\" min=\"0\" max=\"{}\" value=\"{}\" step=\"1\" "
      "disabled></label>\n"
      "<div class=\"tiles\">\n",
      escape(slider.label), slider.stops.size() - 1, slider.start);
  for (std::size_t i = 0; i < slider.names.size(); ++i) {
    LINEGUARD_CHECK(start.cells.size() == slider.names.size(), "a stop has a cell for every name");
    body_ += fmt::format("<div class=\"tile neutral\"><div class=\"name\">{}</div><div data-cell>{}</div></div>\n",
                         escape(slider.names[i]), escape(start.cells[i]));
  }
  body_ += fmt::format("</div><script type=\"application/json\">{}</script></section>\n", json_of(slider.stops));
}

void Page::signature_lines(const std::vector<std::string>& roles) {
  body_ += "<div class=\"signatures\">\n";
  for (const std::string& role : roles)
    body_ += fmt::format("<div><span>{}: name, date, signature</span></div>\n", escape(role));
  body_ += "</div>\n";
}

std::string Page::html() const {
  // The policy makes the promise hold: nothing is fetched and nothing runs but our script, whatever a file name
  // contains.
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src "
      "'unsafe-inline'{}\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n{}</main>\n{}</body>\n</html>\n",
      uses_script_ ? "; script-src " + script_hash() : "", title_, kPageStyle, body_,
      uses_script_ ? fmt::format("<script>{}</script>\n", kPageScript) : "");
}

}  // namespace lineguard::report
