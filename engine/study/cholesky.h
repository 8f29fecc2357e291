#pragma once
#include <vector>

namespace madsearch {

/// L of A = L Lᵀ for a symmetric positive definite A, to solve A x = b for many b.
class Cholesky {
 public:
  explicit Cholesky(std::vector<std::vector<double>> A);  // of which the lower half is read
  std::vector<double> solved(std::vector<double> b) const;

 private:
  std::vector<std::vector<double>> L_;  // its lower half
};

}  // namespace madsearch
