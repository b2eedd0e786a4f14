// What `lineguard verify` says: as text for people, as JSON (lineguard.verify/1, docs/json.md), as a page.
#pragma once

#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/dataset/check.h>

namespace lineguard::app {

struct VerifyResult {
  dataset::Dataset dataset;
  dataset::CheckReport report;
  std::set<std::string> allowed;  // checks that --allow names

  bool is_allowed(const dataset::Finding& finding) const { return allowed.contains(finding.check); }
  std::size_t blocker_count() const { return report.blockers(allowed).size(); }
};

// The findings of one check, for all of which its advice is said once.
struct CheckGroup {
  std::string_view check, advice;
  std::string_view state;  // "blocker", "allowed" (by --allow) or "warning"
  std::vector<const dataset::Finding*> findings;
  std::size_t files = 0;  // that they name

  bool blocks() const { return state == "blocker"; }
  std::string counted() const;  // "2 findings in 14 files"
  // How many are shown where others than malformed labels, which are bounded already, show `usual`.
  std::size_t most(std::size_t usual) const;
};
// Blockers first, then what is allowed, then warnings; in each the worst check first. Points into `result`.
std::vector<CheckGroup> group_by_check(const VerifyResult& result);
std::size_t warning_count(const VerifyResult& result);

// One heading a check; at most 10 findings a check and 10 files a finding: the JSON has all. Malformed labels are all
// listed.
void print_text(const VerifyResult& result, std::ostream& out);
std::string to_json(const VerifyResult& result);
// One self-contained HTML file with thumbnails of the pictures that findings name.
std::string to_html(const VerifyResult& result);

// What says where defects are, or what is not there: "3 masks", "52 boxes, 40 templates"; "0 masks" where nothing does.
std::string count_marks(const dataset::Summary& summary);
// "good 45, broken 40"; more than `most` entries are summed up: "… and 12 more".
std::string list_counts(const std::map<std::string, std::size_t>& counts, std::size_t most);

}  // namespace lineguard::app
