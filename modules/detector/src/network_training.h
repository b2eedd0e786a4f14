// What training a network by gradients needs, whatever its layers. Include it from .cpp files alone.
#pragma once

#include "eigen_view.h"

#include <cstdint>
#include <random>

namespace lineguard::detector {

// -1 to 1. Standard distributions give other numbers in other libraries.
float uniform(std::mt19937_64& random);

// He et al. 2015, uniform form.
RowMajor initial_weights(Eigen::Index inputs, Eigen::Index outputs, std::mt19937_64& random);

// Zeroes a share of the entries and scales the rest up (Srivastava et al. 2014); gives the factors.
RowMajor drop(RowMajor& values, double share, std::mt19937_64& random);

// The rows in an order of this epoch.
void shuffle(std::vector<Eigen::Index>& order, std::mt19937_64& random);

// Softmax of each row minus its target: the gradient of the cross-entropy.
RowMajor cross_entropy_gradient(RowMajor outputs, const RowMajor& targets);

// A parameter with Adam's moments (Kingma and Ba 2015).
struct Parameter {
  RowMajor value, moment, square;

  explicit Parameter(RowMajor start);
  // decay: decoupled (AdamW, Loshchilov and Hutter 2019); time counts from 1.
  void step(const RowMajor& gradient, double rate, double decay, int time);
};

}  // namespace lineguard::detector
