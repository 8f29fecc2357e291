#include "engine/study/equal_size.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "configs/text.h"
#include "primitives/table.h"
#include "search/architecture/cost.h"
#include "search/architecture/validity.h"

namespace madsearch {
namespace {

bool mixes_tokens(const Genome& genome) {
  const auto all = blocks(genome);
  return std::any_of(all.begin(), all.end(),
                     [](const Block* block) { return find_primitive(block->primitive)->kind == Kind::kSequence; });
}

/// "it has 24 % fewer active parameters"
std::string off_text(double residual) {
  return "it has " + shown("%.0f %%", 100 * std::abs(residual)) + (residual < 0 ? " fewer" : " more") +
         " active parameters";
}

}  // namespace

EqualSize::EqualSize(const Genome& design, Shape shape, std::optional<std::int64_t> parameters)
    : shape_(shape), design_(solve_sizes(design, shape, parameters)) {
  by_rule_ = !design_.fixed && design_.active_alike();
  if (by_rule_)
    parameters_ = parameters.value_or(transformer_parameters(block_count(design), shape));
  else
    parameters_ = cost(design_.genome, shape).active();
}

std::pair<Genome, double> EqualSize::solved(const Genome& genome) const {
  if (by_rule_) {
    auto out = solve_sizes(genome, shape_, parameters_);
    return {std::move(out.genome), out.active_alike() ? 0 : out.ratio_off};
  }
  auto out = solve_sizes(fit_sizes(genome, shape_, parameters_), shape_, parameters_);
  return {std::move(out.genome), out.alike() ? 0 : out.residual};
}

EqualSize::Variant EqualSize::variant(const Genome& genome) const {
  if (genome.stages.empty()) return {genome, "nothing is left of it"};
  if (!mixes_tokens(genome)) return {genome, "it has no sequence mixer"};
  try {
    auto [sized, off] = solved(genome);
    auto refusal = invalid(sized, shape_);
    if (refusal.empty() && off != 0) refusal = off_text(off) + ", and no size is left that makes up for it";
    return {std::move(sized), std::move(refusal)};
  } catch (const TooLarge& error) {
    return {genome, error.what()};
  }
}

}  // namespace madsearch
