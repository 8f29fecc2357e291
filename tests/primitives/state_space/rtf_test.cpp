#include <gtest/gtest.h>

#include <complex>
#include <functional>

#include "primitives/table.h"
#include "tests/primitives/layers/filter.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

/// The taps of one channel by the sum over roots, as in Parnichkun et al. 2024.
Vector taps_by_roots(const Pass& pass, std::int64_t channel, std::int64_t order, bool even) {
  auto L = std::max(pass.length, order + 1);
  if (even) L += L % 2;
  const auto D = pass.width;
  const auto root = [&](std::int64_t k) {
    return std::polar(1.0, 2 * M_PI * static_cast<double>(k % L) / static_cast<double>(L));
  };
  Vector h(static_cast<std::size_t>(L), 0);
  for (std::int64_t w = 0; w < L; ++w) {
    std::complex<double> a = 1;
    std::complex<double> b = 0;
    for (std::int64_t i = 1; i <= order; ++i) {
      a += pass["ab"](channel, i - 1) * std::conj(root(w * i));
      b += pass["ab"](D + channel, i - 1) * std::conj(root(w * i));
    }
    for (std::int64_t t = 0; t < L; ++t) h[t] += (b / a * root(w * t)).real() / static_cast<double>(L);
  }
  h[0] += pass["h_0"](channel);
  return h;
}

/// The response of b / (1 + a), token by token, not wrapped around.
Vector taps_by_recurrence(const Pass& pass, std::int64_t channel, std::int64_t order) {
  Vector h = {pass["h_0"](channel)};
  Vector g = {0};
  for (std::int64_t t = 1; t < pass.length; ++t) {
    g.push_back(t <= order ? pass["ab"](pass.width + channel, t - 1) : 0);
    for (std::int64_t i = 1; i <= order && i <= t; ++i) g.back() -= pass["ab"](channel, i - 1) * g[t - i];
    h.push_back(g.back());
  }
  return h;
}

std::vector<Vector> convolve(const Pass& pass, const std::function<Vector(std::int64_t)>& taps) {
  std::vector<Vector> h, out;
  for (std::int64_t c = 0; c < pass.width; ++c) h.push_back(taps(c));
  for (std::int64_t t = 0; t < pass.length; ++t) {
    Vector y;
    for (std::int64_t c = 0; c < pass.width; ++c) {
      double sum = 0;
      for (std::int64_t s = 0; s <= t; ++s) sum += h[c][t - s] * pass.x(s, c);
      y.push_back(sum);
    }
    out.push_back(gated_output(pass, y));
  }
  return out;
}

TEST(RTF, ConvolvesWithAQuotientOfPolynomials) {
  for (const std::int64_t order : {1, 4})
    for (const std::int64_t length : {3, 10, 133})  // order 4 at length 3 takes 5 roots
      for (const std::string roots : {"length", "even"})
        expect_agreement(
            passes("rtf", {{"state", order}, {"roots", roots}}, {4, length}),
            [&](const Pass& pass) {
              return convolve(pass, [&](std::int64_t c) { return taps_by_roots(pass, c, order, roots == "even"); });
            },
            1e-9);
}

TEST(RTF,
     // where nothing is left to wrap around: |a| sums to 0.4 at most
     IsTheRecurrenceOfItsCoefficientsOverLongSequences) {
  expect_agreement(
      passes("rtf", {{"state", 4}, {"roots", "length"}}, {4, 120}),
      [](const Pass& pass) { return convolve(pass, [&](std::int64_t c) { return taps_by_recurrence(pass, c, 4); }); },
      1e-9);
}

}  // namespace
}  // namespace madsearch
