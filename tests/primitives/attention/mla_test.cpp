#include <gtest/gtest.h>

#include <cmath>

#include "primitives/table.h"
#include "tests/primitives/plain.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

/// DeepSeek-AI 2024, equations 9 to 11 and 14 to 19: all keys and values made from the latents.
std::vector<Vector> attend(const Pass& pass, std::int64_t heads, std::int64_t rope) {
  const auto D = pass.width, n = D / heads;
  std::vector<Vector> k_rope, made, out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    const auto x = pass.token(t);
    const auto q = pass.linear("q_proj", x);
    auto c = pass.linear("kv_down", x);
    const auto scale = 1 / std::sqrt(dot(c, c) / static_cast<double>(c.size()) + 1e-6);
    for (std::size_t i = 0; i < c.size(); ++i) c[i] *= scale * pass["kv_norm.weight"](static_cast<std::int64_t>(i));
    made.push_back(pass.linear("kv_up", c));  // keys, then values
    k_rope.push_back(turned(pass.linear("k_rope", x), t));
    Vector y;
    for (std::int64_t head = 0; head < heads; ++head) {
      const auto query = part(q, head * (rope + n), rope + n);
      const auto q_rope = turned(part(query, 0, rope), t);
      const auto q_content = part(query, rope, n);
      Vector sum(n, 0);
      double total = 0;
      for (std::int64_t s = 0; s <= t; ++s) {
        const auto score = dot(q_content, part(made[s], head * n, n)) + dot(q_rope, k_rope[s]);
        const auto weight = std::exp(score / std::sqrt(static_cast<double>(n + rope)));
        total += weight;
        for (std::int64_t j = 0; j < n; ++j) sum[j] += weight * made[s][D + head * n + j];
      }
      for (const auto value : sum) y.push_back(value / total);
    }
    out.push_back(pass.linear("o_proj", y));
  }
  return out;
}

TEST(MLA, AttendsToKeysAndValuesMadeFromLatents) {
  const auto check = [](std::int64_t heads, const KnobValue& rank, std::int64_t rope) {
    expect_agreement(passes("mla", {{"heads", heads}, {"kv_rank", rank}, {"rope", KnobValue(rope, 24)}}, {24, 11}),
                     [&](const Pass& pass) { return attend(pass, heads, rope); });
  };
  check(1, KnobValue(1, 4), 2);
  check(3, KnobValue(1, 2), 4);
  check(4, KnobValue(1, 8), 8);
}

TEST(MLA, CarriesTheLatentAndOneSmallKey) {
  const Settings set = {{"heads", 4}, {"kv_rank", KnobValue(1, 4)}, {"rope", KnobValue(1, 8)}};
  EXPECT_EQ(find_primitive("mla")->cost(set, {64, 10}).state, (16 + 8) * 10);
}

}  // namespace
}  // namespace madsearch
