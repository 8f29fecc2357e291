#include "training_view.h"

namespace madsearch {

std::string outcome_and_edge(const Record& training) {
  return training.at("outcome").text() + (training.at("edge").truth() ? " (edge)" : "");
}

}  // namespace madsearch
