#include <gtest/gtest.h>

#include <cmath>

#include "primitives/table.h"
#include "tests/primitives/linear_attention/plain_convolution.h"
#include "tests/primitives/plain.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;
using Names = std::vector<std::string>;

Vector normed(Vector c, const Plain& weight) {
  const auto scale = 1 / std::sqrt(dot(c, c) / static_cast<double>(c.size()) + 1e-6);
  for (std::size_t i = 0; i < c.size(); ++i) c[i] *= scale * weight(static_cast<std::int64_t>(i));
  return c;
}

/// DeepSeek-AI 2024, equations 9 to 19: all keys and values made from the latents.
std::vector<Vector> attend(const Pass& pass, std::int64_t heads, std::int64_t rope) {
  const auto D = pass.width, n = D / heads;
  const auto rank = pass["kv_norm.weight"].sizes[0], queries = D + heads * rope;
  std::vector<Vector> rows, k_rope, made, out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    const auto x = pass.token(t);
    const bool latent = pass.parameters.contains("q_down.weight");
    auto row = pass.linear("q_proj", latent ? normed(pass.linear("q_down", x), pass["q_norm.weight"]) : x);
    const auto others = projected(pass, rope ? Names{"kv_down", "k_rope"} : Names{"kv_down"}, x);
    row.insert(row.end(), others.begin(), others.end());
    rows.push_back(row);
    const auto q = residual_convolved(pass, rows);  // the queries, the latent and the shared key
    made.push_back(pass.linear("kv_up", normed(part(q, queries, rank), pass["kv_norm.weight"])));  // keys, then values
    k_rope.push_back(turned(part(q, queries + rank, rope), t));
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

Settings settings(std::int64_t heads, const KnobValue& rank, std::int64_t rope, const KnobValue& query_rank,
                  const KnobValue& conv) {
  return {{"heads", heads},
          {"kv_rank", rank},
          {"rope", rope ? KnobValue(rope, 24) : "none"},
          {"q_rank", query_rank},
          {"conv", conv}};
}

TEST(MLA, AttendsToKeysAndValuesMadeFromLatents) {
  const auto check = [](std::int64_t heads, const KnobValue& rank, std::int64_t rope) {
    for (const auto& query_rank : {KnobValue("none"), KnobValue(1, 3)})
      for (const auto& conv : {KnobValue("none"), KnobValue(3)})
        expect_agreement(passes("mla", settings(heads, rank, rope, query_rank, conv), {24, 11}),
                         [&](const Pass& pass) { return attend(pass, heads, rope); });
  };
  check(1, KnobValue(1, 4), 2);
  check(3, KnobValue(1, 2), 4);
  check(4, KnobValue(1, 8), 8);
  check(3, KnobValue(1, 4), 0);
}

TEST(MLA, CarriesTheLatentAndOneSmallKey) {
  const auto state = [](std::int64_t rope, const KnobValue& conv) {
    return find_primitive("mla")->cost(settings(4, KnobValue(1, 4), rope, "none", conv), {24, 10}).state;
  };
  EXPECT_EQ(state(2, "none"), (6 + 2) * 10);
  EXPECT_EQ(state(0, "none"), 6 * 10);
  EXPECT_EQ(state(2, 4), (6 + 2) * 10 + 3 * (24 + 4 * 2 + 6 + 2));
}

}  // namespace
}  // namespace madsearch
