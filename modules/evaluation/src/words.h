// Figures in words, the same in the terminal and in the report.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lineguard/evaluation/compare.h>
#include <lineguard/evaluation/evaluate.h>
#include <lineguard/evaluation/output.h>
#include <lineguard/report/html.h>

namespace lineguard::evaluation {

// What makes these figures too good, or leaves pictures out: first among the notes of every output.
std::vector<std::string> caveats_of(const Evaluation& evaluation);

std::string percent(double share);            // "3.1 %"
std::string figure(double value);             // "0.951", of an AUROC say; what is not 1 never reads "1.000"
std::string rate_in_words(const Rate& rate);  // "3.1 %", or "unknown"
// "3 of 97 defective", or "3 of 40 defective parts (120 pictures)" where a part shows several.
std::string counted_in_words(const Rate& rate, std::string_view of);
// Where n is 0: "No defective part", or "No defective part of which every picture was predicted" where there are some.
std::string why_unknown(const Rate& rate, std::string_view of);
std::string interval_in_words(const Rate& rate);  // "0.6 % to 8.8 %"; "–" where nothing was counted
// counted_in_words and the interval.
std::string basis_of(const Rate& rate, double confidence, std::string_view of);
std::string basis_of(const stats::AurocEstimate& auroc);
// The block on top of a report: when, with what and on what.
std::vector<report::Fact> facts_of(const Provenance& provenance,
                                   const std::vector<std::pair<std::string, const Evaluation*>>& models);
// "5 pictures could not be read or predicted: 1 by both, 0 by A alone, 4 by B alone".
std::string failures_in_words(const Failures& failures);
std::string timing_in_words(const Evaluation& evaluation);
std::string counts_in_words(const Evaluation& evaluation);

}  // namespace lineguard::evaluation
