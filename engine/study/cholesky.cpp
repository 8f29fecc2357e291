#include "engine/study/cholesky.h"

#include <cmath>
#include <utility>

namespace madsearch {

Cholesky::Cholesky(std::vector<std::vector<double>> A) : L_(std::move(A)) {
  const auto n = L_.size();
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t k = 0; k < j; ++k) L_[j][j] -= L_[j][k] * L_[j][k];
    L_[j][j] = std::sqrt(L_[j][j]);
    for (std::size_t i = j + 1; i < n; ++i) {
      for (std::size_t k = 0; k < j; ++k) L_[i][j] -= L_[i][k] * L_[j][k];
      L_[i][j] /= L_[j][j];
    }
  }
}

std::vector<double> Cholesky::solved(std::vector<double> b) const {
  const auto n = b.size();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= L_[i][k] * b[k];
    b[i] /= L_[i][i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) b[i] -= L_[k][i] * b[k];
    b[i] /= L_[i][i];
  }
  return b;
}

}  // namespace madsearch
