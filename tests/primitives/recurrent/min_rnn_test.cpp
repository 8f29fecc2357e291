#include <gtest/gtest.h>

#include <cmath>

#include "primitives/table.h"
#include "tests/primitives/plain.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

double g(double u) { return u >= 0 ? u + 0.5 : sigmoid(u); }
double log_g(double u) { return u >= 0 ? std::log(u + 0.5) : -std::log1p(std::exp(-u)); }
double softplus(double u) { return u > 0 ? u + std::log1p(std::exp(-u)) : std::log1p(std::exp(u)); }

/// Rows of the input's projection at every token, behind the convolution if there is one.
std::vector<Vector> projected(const Pass& pass, std::int64_t taps) {
  std::vector<Vector> out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    auto u = pass.token(t);
    for (std::int64_t j = 0; taps && j < pass.width; ++j) {
      u[j] += pass["conv1d.bias"](j);
      for (std::int64_t lag = 0; lag < taps && lag <= t; ++lag)
        u[j] += pass["conv1d.weight"](j, taps - 1 - lag) * pass.x(t - lag, j);
    }
    out.push_back(pass.linear("in_proj", u));
  }
  return out;
}

/// Feng et al. 2024, equations of section 3: one token after another.
std::vector<Vector> recurrence(const Pass& pass, std::int64_t rows, bool positive, bool normalise, std::int64_t taps) {
  const auto all = projected(pass, taps);
  const auto I = static_cast<std::int64_t>(all[0].size()) / rows;
  Vector h(static_cast<std::size_t>(I), 0);
  std::vector<Vector> out;
  for (const auto& row : all) {
    for (std::int64_t c = 0; c < I; ++c) {
      double keep = 1 - sigmoid(row[c]);
      double take = sigmoid(row[c]);
      if (rows == 3) {
        keep = sigmoid(row[c]);
        take = sigmoid(row[I + c]);
        const double sum = keep + take;
        if (normalise) {
          keep /= sum;
          take /= sum;
        }
      }
      const double candidate = row[(rows - 1) * I + c];
      h[c] = keep * h[c] + take * (positive ? g(candidate) : candidate);
    }
    out.push_back(pass.linear("out_proj", h));
  }
  return out;
}

/// Appendix B.2: h_t = exp(A_t + log Σ_{s≤t} exp(log v_s - A_s)), A the cumulative sum of log decays; what the authors'
/// code computes.
std::vector<Vector> in_logarithms(const Pass& pass, std::int64_t rows) {
  const auto all = projected(pass, 0);
  const auto I = static_cast<std::int64_t>(all[0].size()) / rows;
  std::vector<Vector> h(all.size(), Vector(static_cast<std::size_t>(I))), out;
  for (std::int64_t c = 0; c < I; ++c) {
    double decays = 0;
    double sum = 0;
    for (std::size_t t = 0; t < all.size(); ++t) {
      double log_keep = -softplus(all[t][c]);
      double log_take = -softplus(-all[t][c]);
      if (rows == 3) {
        const double difference = softplus(-all[t][c]) - softplus(-all[t][I + c]);
        log_keep = -softplus(difference);
        log_take = -softplus(-difference);
      }
      decays += log_keep;
      sum += std::exp(log_take + log_g(all[t][(rows - 1) * I + c]) - decays);
      h[t][static_cast<std::size_t>(c)] = std::exp(decays + std::log(sum));
    }
  }
  for (const auto& state : h) out.push_back(pass.linear("out_proj", state));
  return out;
}

const Shape kShape{12, 10};

TEST(MinGRU, AgreesWithTheEquationsOfThePaper) {
  for (const auto& expand : {KnobValue(1), KnobValue(3, 2)})
    for (const bool positive : {true, false})
      for (const std::int64_t taps : {0, 3})
        expect_agreement(passes("mingru",
                                {{"expand", expand},
                                 {"candidate", positive ? "positive" : "linear"},
                                 {"conv", taps ? KnobValue(taps) : "none"}},
                                kShape),
                         [&](const Pass& pass) { return recurrence(pass, 2, positive, false, taps); });
}

TEST(MinLSTM, AgreesWithTheEquationsOfThePaper) {
  for (const bool normalise : {true, false})
    for (const bool positive : {true, false})
      for (const std::int64_t taps : {0, 4})
        expect_agreement(passes("minlstm",
                                {{"expand", KnobValue(3, 2)},
                                 {"candidate", positive ? "positive" : "linear"},
                                 {"conv", taps ? KnobValue(taps) : "none"},
                                 {"normalise", normalise ? "on" : "off"},
                                 {"forget_bias", 1}},
                                kShape),
                         [&](const Pass& pass) { return recurrence(pass, 3, positive, normalise, taps); });
}

TEST(MinRNN, GivesTheNumbersOfTheScanInLogarithms) {
  const auto defaults = [](const std::string& name) { return passes(name, find_primitive(name)->defaults(), kShape); };
  expect_agreement(defaults("mingru"), [](const Pass& pass) { return in_logarithms(pass, 2); });
  expect_agreement(defaults("minlstm"), [](const Pass& pass) { return in_logarithms(pass, 3); });
}

}  // namespace
}  // namespace madsearch
