#include "engine/study/ridge.h"

#include <utility>

namespace madsearch {
namespace {

using Matrix = std::vector<std::vector<double>>;

Matrix with_constant(Matrix rows) {
  for (auto& row : rows) row.push_back(1);
  return rows;
}

/// XᵀX, with the penalty on the diagonal but for the constant; the lower half.
Matrix normal(const Matrix& rows, double penalty) {
  const auto n = rows.front().size();
  Matrix out(n, std::vector<double>(n));
  for (const auto& row : rows)
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j <= i; ++j) out[i][j] += row[i] * row[j];
  for (std::size_t i = 0; i + 1 < n; ++i) out[i][i] += penalty;
  return out;
}

std::vector<double> products(const Matrix& rows, const std::vector<double>& values) {
  std::vector<double> out(rows.front().size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t k = 0; k < out.size(); ++k) out[k] += rows[i][k] * values[i];
  return out;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double out = 0;
  for (std::size_t k = 0; k < a.size(); ++k) out += a[k] * b[k];
  return out;
}

}  // namespace

Ridge::Ridge(Matrix rows, std::vector<double> values, double penalty)
    : rows_(with_constant(std::move(rows))),
      values_(std::move(values)),
      normal_(normal(rows_, penalty)),
      weights_(normal_.solved(products(rows_, values_))) {}

double Ridge::expected(std::size_t i) const {
  const auto own = dot(rows_[i], normal_.solved(rows_[i]));
  return values_[i] - (values_[i] - dot(rows_[i], weights_)) / (1 - own);
}

}  // namespace madsearch
