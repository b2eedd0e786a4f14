// Page: one self-contained HTML file for people: nothing fetched, readable on paper, in the dark and without its
// script, a fixed text of this module that the page's policy names by its hash (docs/adr).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <lineguard/report/picture.h>
#include <lineguard/report/plot.h>
#include <lineguard/report/slider.h>

namespace lineguard::report {

// Text as HTML: & < > " ' replaced, control characters and bytes that are not UTF-8 shown as U+FFFD.
std::string escape(std::string_view text);

enum class Mood { neutral, fine, attention, bad };

// A tile on top of a report: "Image AUROC", "0.954", "95 %: 0.93 to 0.97, n = 300".
struct KeyFigure {
  std::string name, value, note;
  Mood mood = Mood::neutral;
};

// A line of a block of facts: "data set", "tiles (MVTec AD), split test".
struct Fact {
  std::string name, value;
};

// Two pictures that are to be seen side by side.
struct PicturePair {
  Picture left, right;
  std::string caption;  // under both
};

struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  // each as long as the header
  std::size_t text_columns = 1;                // the first so many are text; the others are set right as numbers
};

// Collects the parts of a page in order. All text is escaped. Memory is that of the file. Not thread-safe.
class Page {
 public:
  // `subtitle` stands small under the title: what was looked at, with what, when.
  Page(std::string_view title, std::string_view subtitle);

  void heading(std::string_view text);
  void paragraph(std::string_view text);
  void notice(Mood mood, std::string_view text);  // set off: what the reader must not miss
  void facts(const std::vector<Fact>& facts);     // small: where the page comes from
  void key_figures(const std::vector<KeyFigure>& figures);
  void table(const Table& table);
  void plots(const std::vector<Plot>& plots);  // side by side where there is room
  void gallery(const std::vector<Picture>& pictures);
  void pairs(const std::vector<PicturePair>& pairs);
  void slider(const Slider& slider);
  void signature_lines(const std::vector<std::string>& roles);  // place for name, date and signature, for print

  // The whole file.
  std::string html() const;

 private:
  std::string title_;
  std::string body_;
  bool uses_script_ = false;  // a slider, or pictures to enlarge
};

}  // namespace lineguard::report
