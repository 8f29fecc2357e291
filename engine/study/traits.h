#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "primitives/primitive.h"
#include "search/architecture/genome.h"

namespace madsearch {

/// What can be said of a design without training it.
struct Traits {
  double state = 0;                      // exact, in numbers
  double parameters = 0;                 // of all blocks, without embeddings
  std::map<std::string, double> shares;  // of all blocks, by primitive
  std::set<std::string> mixers;          // primitives that mix tokens
  bool convolution = false;              // some block has a short convolution or a token shift
  bool window = false;                   // some block attends within a window
  bool pure() const { return mixers.size() == 1; }
};

/// What the genome alone says: without state and parameters, which are 0.
Traits makeup(const Genome& genome);

/// Of a design whose sizes are solved at `shape`; state is that after shape.length tokens. Throws ConfigError or
/// std::invalid_argument if it is not valid there.
Traits traits(const Genome& genome, Shape shape);

/// What a lookup table sees of a design: its share of each of `primitives`, then whether it has a window and whether a
/// convolution (1 or 0).
std::vector<double> table_row(const Traits& design, const std::set<std::string>& primitives);

/// Contrasts that a battery has to order for another reason than the null predictors' own.
struct Stratum {
  const char* name;
  bool (*holds)(const Traits& a, const Traits& b);
};
/// Alike in convolution; state within a factor of 2; pure against pure; a hybrid against a parent, which is a pure
/// design of one of its mixers.
const std::vector<Stratum>& strata();

}  // namespace madsearch
