#include "engine/study/bradley_terry.h"

#include <cmath>

#include "engine/study/cholesky.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;
using Matrix = std::vector<Vector>;

double dot(const Vector& a, const Vector& b) {
  double out = 0;
  for (std::size_t i = 0; i < a.size(); ++i) out += a[i] * b[i];
  return out;
}

/// Minus the penalised log-likelihood.
double loss(const Matrix& differences, const Vector& theta, double ridge) {
  double out = ridge / 2 * dot(theta, theta);
  for (const auto& d : differences) {
    const auto z = dot(d, theta);
    out += z > 0 ? std::log1p(std::exp(-z)) : std::log1p(std::exp(z)) - z;
  }
  return out;
}

/// By how much Newton's method moves from `theta`.
Vector newton_step(const Matrix& differences, const Vector& theta, double ridge) {
  const auto n = theta.size();
  Matrix hessian(n, Vector(n, 0.0));
  Vector slope(n);
  for (std::size_t i = 0; i < n; ++i) {
    hessian[i][i] = ridge;
    slope[i] = -ridge * theta[i];
  }
  for (const auto& d : differences) {
    const auto lost = 1 / (1 + std::exp(dot(d, theta)));
    for (std::size_t i = 0; i < n; ++i) {
      slope[i] += lost * d[i];
      for (std::size_t j = 0; j <= i; ++j) hessian[i][j] += lost * (1 - lost) * d[i] * d[j];
    }
  }
  return Cholesky(std::move(hessian)).solved(std::move(slope));
}

}  // namespace

std::vector<double> bradley_terry(const Matrix& differences, std::size_t features, double ridge) {
  Vector theta(features, 0.0);
  auto now = loss(differences, theta, ridge);
  for (int step = 0; step < 100; ++step) {
    auto move = newton_step(differences, theta, ridge);
    auto next = theta;
    auto then = now;
    do {  // a step that goes too far is halved
      for (std::size_t i = 0; i < features; ++i) next[i] = theta[i] + move[i];
      then = loss(differences, next, ridge);
      for (auto& one : move) one /= 2;
    } while (then > now && dot(move, move) > 1e-20);
    if (!(then <= now)) break;
    const bool last = now - then <= 1e-12 * now;
    theta = next;
    now = then;
    if (last) break;
  }
  return theta;
}

}  // namespace madsearch
