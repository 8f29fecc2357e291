#include <gtest/gtest.h>

#include <cmath>

#include "primitives/table.h"
#include "tests/primitives/linear_attention/plain_convolution.h"
#include "tests/primitives/plain.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

/// Ye et al. 2024, equations 1 to 3: the two maps of a head are subtracted, then read the values.
std::vector<Vector> attend(const Pass& pass, std::int64_t heads, bool rotary, double lambda_init) {
  const auto D = pass.width, d = D / (2 * heads);
  const auto product = [&](const std::string& q, const std::string& k) {
    double sum = 0;
    for (std::int64_t j = 0; j < d; ++j) sum += pass[q](j) * pass[k](j);
    return std::exp(sum);
  };
  const auto lambda = product("lambda_q1", "lambda_k1") - product("lambda_q2", "lambda_k2") + lambda_init;
  std::vector<Vector> rows, qkv, out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    rows.push_back(pass.linear("qkv_proj", pass.token(t)));
    qkv.push_back(residual_convolved(pass, rows));
    Vector y;
    for (std::int64_t head = 0; head < heads; ++head) {
      Vector map(t + 1, 0);
      for (const std::int64_t n : {0, 1}) {
        const auto at = (2 * head + n) * d;
        const auto placed = [&](const Vector& u, std::int64_t s) { return rotary ? turned(u, s) : u; };
        Vector weights;
        double total = 0;
        for (std::int64_t s = 0; s <= t; ++s) {
          const auto score = dot(placed(part(qkv[t], at, d), t), placed(part(qkv[s], D + at, d), s));
          weights.push_back(std::exp(score / std::sqrt(static_cast<double>(d))));
          total += weights.back();
        }
        for (std::int64_t s = 0; s <= t; ++s) map[s] += (n ? -lambda : 1) * weights[s] / total;
      }
      Vector sum(2 * d, 0);
      for (std::int64_t s = 0; s <= t; ++s)
        for (std::int64_t j = 0; j < 2 * d; ++j) sum[j] += map[s] * qkv[s][2 * D + head * 2 * d + j];
      const auto scale = (1 - lambda_init) / std::sqrt(dot(sum, sum) / static_cast<double>(2 * d) + 1e-5);
      for (std::int64_t j = 0; j < 2 * d; ++j) y.push_back(sum[j] * scale * pass["subln.weight"](j));
    }
    out.push_back(pass.linear("out_proj", y));
  }
  return out;
}

TEST(DifferentialAttention, SubtractsOneMapFromTheOther) {
  for (const std::int64_t heads : {1, 3})
    for (const bool rotary : {true, false})
      for (const auto& lambda : {KnobValue(4, 5), KnobValue(1, 5)})
        expect_agreement(passes("differential_attention",
                                {{"heads", heads},
                                 {"rotary", rotary ? "on" : "off"},
                                 {"lambda_init", lambda},
                                 {"conv", rotary ? KnobValue(3) : "none"}},
                                {12, 11}),
                         [&](const Pass& pass) { return attend(pass, heads, rotary, lambda.real()); });
}

}  // namespace
}  // namespace madsearch
