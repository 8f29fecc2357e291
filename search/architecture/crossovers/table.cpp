#include "search/architecture/crossovers/crossover.h"

namespace madsearch {

const std::vector<Crossover>& crossovers() {
  static const std::vector<Crossover> table = {one_point(), two_point()};
  return table;
}

}  // namespace madsearch
