#include "search/architecture/neighbours.h"

#include <set>
#include <utility>

#include "search/architecture/mutations/every_choice.h"
#include "search/architecture/mutations/mutation.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

/// Goes from design to design and keeps those that are new and that the space doesn't refuse.
class Walk {
 public:
  Walk(const Architectures& space, NewBlocks new_blocks, std::size_t most, Neighbours& out)
      : space_(space), new_blocks_(new_blocks), most_(most), out_(out) {}

  void know(const std::string& text) { known_.insert(text); }

  void from(const Neighbour& parent) {
    const auto genome = parse_expanded(parent.text);
    for (const auto& mutation : mutations()) {
      EveryChoice draws(new_blocks_);
      do keep(mutation.each(genome, space_.alphabet(), draws), parent, mutation.name);
      while (!out_.more && draws.next());
    }
  }

 private:
  void keep(const Genome& child, const Neighbour& parent, const std::string& mutation) {
    auto text = expanded_text(child);
    if (!known_.insert(text).second || !space_.refusal(child).empty()) return;
    out_.more = out_.all.size() == most_;
    if (out_.more) return;
    auto operators = parent.operators;
    operators.push_back(mutation);
    out_.all.push_back({std::move(text), std::move(operators)});
  }

  const Architectures& space_;
  NewBlocks new_blocks_;
  std::size_t most_;
  Neighbours& out_;
  std::set<std::string> known_;
};

}  // namespace

Neighbours neighbours(const Architectures& space, const Genome& design, int edits, NewBlocks new_blocks,
                      std::size_t most) {
  Neighbours out;
  Walk walk(space, new_blocks, most, out);
  const Neighbour itself{expanded_text(design), {}};
  walk.know(itself.text);
  walk.from(itself);
  auto begin = std::size_t{0};
  for (int edit = 1; edit < edits; ++edit) {
    const auto end = out.all.size();
    for (; begin < end && !out.more; ++begin) walk.from(Neighbour(out.all[begin]));
  }
  return out;
}

}  // namespace madsearch
