#include <gtest/gtest.h>

#include "primitives/table.h"
#include "tests/primitives/delta_rule/delta_plain.h"

namespace madsearch {
namespace {

TEST(Comba, CorrectsItsStateByWhatHasNotDecayedAndItsQueryByTheKey) {
  for (const std::int64_t heads : {1, 3})
    for (const auto& correction : {KnobValue(1, 50), KnobValue(1), KnobValue("none")})
      for (const std::string gate : {"off", "on"}) {
        const Settings set = {
            {"heads", heads}, {"expand_k", KnobValue(3, 4)}, {"expand_v", KnobValue(3, 2)}, {"conv", 2},
            {"gate", gate},   {"correction", correction}};
        expect_agreement(passes("comba", set, {12, 10}), [&](const Pass& pass) {
          DeltaPlain plain{.heads = heads, .key = 9 / heads, .value = 18 / heads, .taps = 2};
          plain.rule = [&](const Vector& x, std::int64_t head, const Vector& q, const Vector& k, const Vector& v,
                           Matrix& S) {
            const auto key = unit(k, 1e-6);
            const auto alpha = decay(pass, pass.linear("a_proj", x))[head];
            const auto beta = sigmoid(pass.linear("b_proj", x)[head]);
            const auto erased = sigmoid(pass["inner_decay"](head)) * beta;
            S = product(transition(Vector(key.size(), alpha), -erased, key, key), S);
            add_outer(S, beta, key, v);
            auto query = q;
            for (std::size_t i = 0; !correction.is_word() && i < k.size(); ++i) query[i] -= pass["D"](head) * k[i];
            return query;
          };
          if (gate == "on")
            plain.gate = [&](const Vector& x) {
              auto out = pass.linear("g_proj", x);
              for (auto& number : out) number = sigmoid(number);
              return out;
            };
          return delta_layer(pass, plain);
        });
      }
}

TEST(Comba, HasSixSquaresOfTheWidthInItsProjections) {
  const auto cost = find_primitive("comba")->cost(find_primitive("comba")->defaults(), {1024, 1});
  EXPECT_NEAR(static_cast<double>(cost.parameters), 6.0 * 1024 * 1024, 0.01 * 6 * 1024 * 1024);
}

TEST(Comba, NeedsHeadsThatDivideKeysAndValues) {
  auto set = find_primitive("comba")->defaults();
  set.set("heads", 16);
  EXPECT_EQ(find_primitive("comba")->valid(set, {32, 8}), "heads=16 does not divide channels of keys 24");
}

}  // namespace
}  // namespace madsearch
