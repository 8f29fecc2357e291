#include <gtest/gtest.h>

#include <cmath>

#include "primitives/table.h"
#include "tests/primitives/linear_attention/plain_convolution.h"
#include "tests/primitives/plain.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

/// Qin et al. 2024, section 3, with the decays multiplied out: S_t = Σ_{s≤t} (Π_{s<r≤t} f_r) (1 - f_s)ᵀ i_s.
std::vector<Vector> recurrence(const Pass& pass, std::int64_t N, double least) {
  const auto D = pass.width;
  std::vector<Vector> q, f, i, forget, in, out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    const auto x = pass.token(t);
    q.push_back(pass.linear("q_proj", x));
    f.push_back(pass.linear("f_proj", x));
    i.push_back(pass.linear("i_proj", x));
    const auto query = convolved(pass, "q_conv1d", q);
    forget.push_back(convolved(pass, "f_conv1d", f));
    in.push_back(convolved(pass, "i_conv1d", i));
    for (auto& u : forget.back()) u = least + (1 - least) * sigmoid(u);
    Vector o(static_cast<std::size_t>(D), 0);
    for (std::int64_t first = 0; first < D; first += N)  // a head
      for (std::int64_t s = 0; s <= t; ++s)
        for (std::int64_t a = first; a < first + N; ++a) {
          double kept = 1 - forget[s][a];
          for (std::int64_t r = s + 1; r <= t; ++r) kept *= forget[r][a];
          for (std::int64_t b = first; b < first + N; ++b) o[b] += silu(query[a]) * kept * in[s][b];
        }
    const auto scale = 1 / std::sqrt(dot(o, o) / static_cast<double>(D) + 1e-5);
    for (std::int64_t c = 0; c < D; ++c) o[c] *= scale * pass["g_norm.weight"](c);
    out.push_back(pass.linear("o_proj", o));
  }
  return out;
}

TEST(HGRN2, WritesWhatItForgets) {
  for (const std::int64_t state : {12, 4})
    for (const auto& least : {KnobValue(0), KnobValue(1, 2)})
      for (const auto& conv : {KnobValue("none"), KnobValue(3)}) {
        SCOPED_TRACE(least.text() + " " + conv.text());
        expect_agreement(passes("hgrn2", {{"state", state}, {"lower_bound", least}, {"conv", conv}}, {12, 9}),
                         [&](const Pass& pass) { return recurrence(pass, state, least.real()); });
      }
}

}  // namespace
}  // namespace madsearch
