#include "tests/primitives/plain.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "primitives/mixer.h"
#include "tests/primitives/blocks.h"

namespace madsearch {
namespace {

Plain plain(const at::Tensor& tensor) {
  const auto whole = tensor.detach().to(at::kDouble).contiguous();
  const auto* data = whole.data_ptr<double>();
  return {{data, data + whole.numel()}, whole.sizes().vec()};
}

}  // namespace

const Plain& Pass::operator[](const std::string& parameter) const {
  const auto found = parameters.find(parameter);
  if (found == parameters.end()) throw std::invalid_argument("no parameter " + parameter);
  return found->second;
}

std::vector<double> Pass::linear(const std::string& name, const std::vector<double>& input) const {
  const auto& weight = (*this)[name + ".weight"];
  std::vector<double> out;
  for (std::int64_t o = 0; o < weight.sizes[0]; ++o) {
    double sum = parameters.contains(name + ".bias") ? (*this)[name + ".bias"](o) : 0;
    for (std::int64_t i = 0; i < weight.sizes[1]; ++i) sum += weight(o, i) * input.at(static_cast<std::size_t>(i));
    out.push_back(sum);
  }
  return out;
}

std::vector<double> Pass::token(std::int64_t t) const {
  std::vector<double> out;
  for (std::int64_t d = 0; d < width; ++d) out.push_back(x(t, d));
  return out;
}

std::vector<Pass> passes(const std::string& primitive, const Settings& settings, Shape shape, std::int64_t replicas,
                         std::int64_t sequences) {
  const auto mixer = build_mixer(primitive, with_defaults(primitive, settings), build_for(shape, replicas));
  move_parameters(*mixer);
  const auto x = random_input(replicas, sequences, shape);
  const auto y = mixer->forward(x);
  const auto loss = mixer->auxiliary_loss();
  std::vector<Pass> out;
  for (std::int64_t r = 0; r < replicas; ++r)
    for (std::int64_t b = 0; b < sequences; ++b) {
      auto& pass = out.emplace_back();
      pass.width = shape.width;
      pass.length = shape.length;
      for (const auto& [name, value] : mixer->parameters()) pass.parameters[name] = plain(value[r]);
      pass.x = plain(x[r][b]);
      pass.y = plain(y[r][b]);
      if (loss.defined()) pass.auxiliary_loss = loss[r].item<double>();
    }
  return out;
}

void expect_agreement(const std::vector<Pass>& all,
                      const std::function<std::vector<std::vector<double>>(const Pass&)>& recurrence,
                      double tolerance) {
  for (std::size_t n = 0; n < all.size(); ++n) {
    const auto want = recurrence(all[n]);
    double largest = 0;
    double off = 0;
    ASSERT_EQ(static_cast<std::int64_t>(want.size()), all[n].length);
    for (std::int64_t t = 0; t < all[n].length; ++t)
      for (std::int64_t d = 0; d < all[n].width; ++d) {
        const auto value = want[static_cast<std::size_t>(t)].at(static_cast<std::size_t>(d));
        largest = std::max(largest, std::abs(value));
        const auto difference = std::abs(value - all[n].y(t, d));
        off = difference <= off ? off : difference;  // NaN stays
      }
    EXPECT_GT(largest, 1e-3);  // an output of zeros would agree with anything small
    EXPECT_LE(off / largest, tolerance) << "pass " << n;
  }
}

std::vector<double> moved(const Pass& pass, std::int64_t t, const std::string& mu) {
  std::vector<double> out;
  for (std::int64_t d = 0; d < pass.width; ++d) {
    const double share = pass[mu](d);
    const double before = t > 0 ? pass.x(t - 1, d) : 0;
    out.push_back((1 - share) * pass.x(t, d) + share * before);
  }
  return out;
}

std::vector<double> part(const std::vector<double>& all, std::int64_t begin, std::int64_t count) {
  return {all.begin() + begin, all.begin() + begin + count};
}

std::vector<double> turned(const std::vector<double>& u, std::int64_t t) {
  const auto half = u.size() / 2;
  std::vector<double> out(u.size());
  for (std::size_t j = 0; j < half; ++j) {
    const double angle =
        static_cast<double>(t) * std::pow(10000, -2.0 * static_cast<double>(j) / static_cast<double>(u.size()));
    out[j] = u[j] * std::cos(angle) - u[j + half] * std::sin(angle);
    out[j + half] = u[j] * std::sin(angle) + u[j + half] * std::cos(angle);
  }
  return out;
}

double sigmoid(double u) { return 1 / (1 + std::exp(-u)); }
double silu(double u) { return u * sigmoid(u); }
double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b.at(i);
  return sum;
}

}  // namespace madsearch
