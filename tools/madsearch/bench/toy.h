#pragma once
#include <string>

#include "search/toy/toy.h"

namespace CLI {
class App;
}

namespace madsearch {

/// --problem, --front: a problem whose front is known.
struct ToyFlags {
  std::string problem, front;
  Toy read() const { return Toy::read(problem, front); }
};
void add_toy(CLI::App& command, ToyFlags& flags);

}  // namespace madsearch
