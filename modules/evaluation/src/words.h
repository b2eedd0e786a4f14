// Figures in words, the same in the terminal and in the report.
#pragma once

#include <string>

#include <lineguard/evaluation/evaluate.h>

namespace lineguard::evaluation {

std::string percent(double share);            // "3.1 %"
std::string rate_in_words(const Rate& rate);  // "3.1 %", or "unknown"
std::string basis_of(const Rate& rate, double confidence,
                     std::string_view of);  // "3 of 97 defective, 95 %: 0.6 to 8.8 %"
std::string basis_of(const stats::AurocEstimate& auroc);
std::string timing_in_words(const Evaluation& evaluation);
std::string counts_in_words(const Evaluation& evaluation);

}  // namespace lineguard::evaluation
