// What training a network by gradients needs, whatever its layers. Include it from .cpp files alone.
#pragma once

#include <functional>
#include <random>
#include <vector>

#include <lineguard/features/eigen_view.h>

namespace lineguard::detector {
using features::Matrix, features::Row, features::RowMajor, features::view, features::to_matrix, features::to_vector;

// He et al. 2015, uniform form.
RowMajor initial_weights(Eigen::Index inputs, Eigen::Index outputs, std::mt19937_64& random);

// Zeroes a share of the entries, to a 256th, and scales the rest up (Srivastava et al. 2014).
void drop(RowMajor& values, double share, std::mt19937_64& random);
// The factors to do so with, one for each of `values`.
RowMajor drop_factors(const RowMajor& values, double share, std::mt19937_64& random);

// Far quicker than Eigen's own indexing.
RowMajor take_rows(const RowMajor& all, const std::vector<Eigen::Index>& rows);

struct Batches {
  int size = 256, epochs = 1;
};
// Calls `learn` with the rows of each batch and the share of the steps that are done, each epoch in another order; rows
// that fill no batch are left out of it.
void each_batch(Eigen::Index rows, const Batches& batches, std::mt19937_64& random,
                const std::function<void(const std::vector<Eigen::Index>&, double)>& learn);

// From 1 down to 0 (Loshchilov and Hutter 2017): how fast is learned when `done` of 1 is done.
double half_cosine(double done);

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
