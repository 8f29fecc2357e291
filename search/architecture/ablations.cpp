#include "search/architecture/ablations.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "primitives/table.h"
#include "search/architecture/editing.h"

namespace madsearch {
namespace {

using Price = std::tuple<std::int64_t, std::int64_t, std::int64_t>;  // FLOPs, parameters, state

bool is_free(const Price& price) { return price == Price{}; }

/// The defaults; where a size is to be solved, that of the width.
Settings comparable(const Primitive& primitive) {
  auto out = primitive.defaults();
  for (const auto& [name, value] : primitive.defaults())
    if (value == KnobValue("auto")) out.set(name, 1);
  return out;
}

Price price(const Primitive& primitive, Shape shape) {
  const auto spent = primitive.cost(comparable(primitive), shape);
  return {spent.flops, spent.parameters, spent.state};
}

/// "2", or "3-5".
std::string place_of(std::int64_t first, std::int64_t count) {
  const auto begin = std::to_string(first);
  return count == 1 ? begin : begin + "-" + std::to_string(first + count - 1);
}

/// Collects results, each once.
class Ablations {
 public:
  Ablations(const Genome& design, Shape shape) : design_(design), shape_(shape), own_(expanded_text(design)) {
    visit(design_.stages, false);
  }
  std::vector<Ablation> take() { return std::move(out_); }

 private:
  void visit(const Stripe& stripe, bool is_branch) {
    const auto index = stripe_++;
    for (std::size_t i = 0; i < stripe.size(); ++i) {
      const auto& stage = stripe[i];
      if (!is_branch || stripe.size() > 1) remove(index, i, stage);
      if (stage.parallel())
        drop_branches(index, i, stage);
      else
        replace(stage.block);
      for (const auto& branch : stage.branches) visit(branch, true);
      if (!stage.parallel()) ++block_;
    }
  }

  void remove(std::size_t stripe, std::size_t at, const Stage& stage) {
    auto genome = design_;
    auto& changed = *stripes(genome)[stripe];
    changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(at));
    add(text(Genome{{stage}}), "removed", place_of(block_, block_count(stage)), std::move(genome));
  }

  void drop_branches(std::size_t stripe, std::size_t at, const Stage& stage) {
    auto first = block_;
    for (std::size_t b = 0; b < stage.branches.size(); ++b) {
      auto genome = design_;
      auto& branches = (*stripes(genome)[stripe])[at].branches;
      branches.erase(branches.begin() + static_cast<std::ptrdiff_t>(b));
      const auto count = block_count(stage.branches[b]);
      add(text(Genome{stage.branches[b]}), "branch dropped", place_of(first, count), std::move(genome));
      first += count;
    }
  }

  void replace(const Block& block) {
    const auto& primitive = *find_primitive(block.primitive);
    const auto& instead = cheapest(primitive.kind, shape_);
    if (instead.name == block.primitive || is_free(price(primitive, shape_))) return;
    auto genome = design_;
    *blocks(genome)[static_cast<std::size_t>(block_ - 1)] = Block{instead.name, instead.defaults(), "", false};
    add(text(Genome{{Stage{.block = block}}}), instead.name + " instead", place_of(block_, 1), std::move(genome));
  }

  void add(std::string part, std::string change, std::string place, Genome genome) {
    repair_branches(genome);
    repair_labels(genome);
    genome = canonical(std::move(genome));
    const auto made = genome.stages.empty() ? std::string() : expanded_text(genome);
    if (made == own_) return;
    const auto [known, is_new] = known_.emplace(made, out_.size());
    if (is_new)
      out_.push_back({std::move(part), std::move(change), {std::move(place)}, std::move(genome)});
    else if (auto& same = out_[known->second]; same.part == part && same.change == change)
      same.places.push_back(std::move(place));
  }

  const Genome& design_;
  Shape shape_;
  std::string own_;
  std::size_t stripe_ = 0;                    // the next, as stripes() counts them
  std::int64_t block_ = 1;                    // the next
  std::map<std::string, std::size_t> known_;  // place in out_ by text
  std::vector<Ablation> out_;
};

}  // namespace

const Primitive& cheapest(Kind kind, Shape shape) {
  const Primitive* out = nullptr;
  Price least;
  for (const auto& primitive : primitives()) {
    if (primitive.kind != kind || !primitive.valid(comparable(primitive), shape).empty()) continue;
    const auto here = price(primitive, shape);
    if (is_free(here) || (out && least <= here)) continue;
    out = &primitive;
    least = here;
  }
  return *out;
}

std::vector<Ablation> ablations(const Genome& design, Shape shape) {
  const auto whole = canonical(design);
  return Ablations(whole, shape).take();
}

}  // namespace madsearch
