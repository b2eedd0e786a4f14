// Order statistics. Pure functions.
#pragma once

#include <vector>

namespace lineguard::stats {

// The value in the middle; of an even number the upper one of the two. REQUIRES a value.
double median(std::vector<double> values);

// The value at place floor(share * (n - 1)) of the ordered values, the smallest at place 0; 0 <= share <= 1: R's type 7
// without its interpolation. So up to one value more than 1 - share of them may exceed it. REQUIRES a value.
double quantile(std::vector<double> values, double share);

// 1.4826 times the median distance from `middle`: the standard deviation of a normal distribution, and hardly moved by
// outliers (Rousseeuw and Croux 1993). REQUIRES a value.
double robust_deviation(const std::vector<double>& values, double middle);

}  // namespace lineguard::stats
