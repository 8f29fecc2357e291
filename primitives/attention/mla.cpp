#include "primitives/attention/mla.h"

#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

/// Channels of a latent or of the shared key; 0 for none.
std::int64_t channels(const Settings& set, const std::string& knob, std::int64_t width) {
  return set.at(knob).is_word() ? 0 : set.at(knob).of(width);
}

}  // namespace

Primitive mla() {
  return {.name = "mla",
          .family = "attention",
          .kind = Kind::kSequence,
          .equation = "y_t = Σ_s softmax_s(q_t · [k(c_s), k_s^R]) v(c_s),  c_s = RMSNorm(x_s Wc)",
          .source = "arXiv:2405.04434, section 2.1",
          .knobs = {heads_knob(),
                    {.name = "kv_rank",
                     .values = {KnobValue(1, 4), KnobValue(1, 2), KnobValue(1, 8)},
                     .meaning = "size of the latent that keys and values are made from, as a ratio to the width",
                     .least = 1.0 / 64,
                     .most = 2,
                     .ratio = true},
                    {.name = "rope",
                     .values = {KnobValue(1, 8), KnobValue(1, 4), KnobValue(1, 16), "none"},
                     .meaning = "channels of the shared key that holds the position, as a ratio to the width, or none",
                     .least = 1.0 / 64,
                     .most = 1,
                     .ratio = true},
                    {.name = "q_rank",
                     .values = {"none", KnobValue(1, 2), KnobValue(1, 4)},
                     .meaning = "size of the latent that queries are made from, as a ratio to the width, or none",
                     .least = 1.0 / 64,
                     .most = 2,
                     .ratio = true,
                     .before = "none"},
                    added_conv_knob("q, the latent and the shared key")},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width;
            const Count T = s.length;
            const Count H = set.count("heads");
            const Count r = set.at("kv_rank").of(D);
            const Count p = channels(set, "rope", D);
            const Count m = channels(set, "q_rank", D);
            const Count queries = D + H * p;
            const Count c = taps(set);
            const auto from = m ? m : D;  // what the queries are made from
            const auto weights = D * m + from * queries + D * (r + p) + 2 * r * D + D * D;
            const auto convolved = queries + r + p;
            return {.parameters = weights + r + m + c * convolved,
                    .flops = 2 * T * (weights + c * convolved) + T * (T + 1) * (2 * D + H * p),
                    .state = (r + p) * T + (c ? (c - 1) * convolved : 0),
                    .state_mad = (r + p) * T};
          },
          .valid = [](const Settings& set, Shape s) -> std::string {
            const auto width = std::to_string(s.width);
            for (const std::string rank : {"kv_rank", "q_rank"})
              if (!set.at(rank).is_word() && set.at(rank).of(s.width) < 1)
                return rank + "=" + set.at(rank).text() + " leaves no channel at width " + width;
            if (const auto p = channels(set, "rope", s.width); !set.at("rope").is_word() && (p < 2 || p % 2 != 0))
              return "rope=" + set.at("rope").text() + " of width " + width +
                     " must be an even number of channels, not " + std::to_string(p);
            return divides("heads", set.count("heads"), "width", s.width);
          }};
}

}  // namespace madsearch
