// Order statistics. Pure functions.
#pragma once

#include <vector>

namespace lineguard::stats {

// The value in the middle; of an even number the upper one of the two. REQUIRES a value.
double median(std::vector<double> values);

// The smallest value that at most 1 - share of `values` exceed, 0 <= share <= 1. REQUIRES a value.
double quantile(std::vector<double> values, double share);

// 1.4826 times the median distance from `middle`: the standard deviation of a normal distribution, and hardly moved by
// outliers (Rousseeuw and Croux 1993). REQUIRES a value.
double robust_deviation(const std::vector<double>& values, double middle);

}  // namespace lineguard::stats
