#include "engine/dispatch/pretraining_design.h"

#include <sstream>
#include <stdexcept>

#include "search/architecture/alike.h"
#include "search/architecture/parser.h"
#include "search/architecture/without_convolution.h"

namespace madsearch {

Scaled pretraining_design(const PretrainRequest& request) {
  if (const auto trouble = trouble_with(request.setup); !trouble.empty()) throw std::invalid_argument(trouble);
  auto genome = parse_expanded(request.design);
  if (request.setup.conv == "all") genome = with_convolutions(std::move(genome));
  if (request.setup.conv == "none") genome = without_convolution(genome).value_or(genome);
  if (request.setup.qk_norm == "all") genome = with_qk_norm(std::move(genome));
  return scale_up(genome, request.repeat, request.base_width, request.parameters, request.length);
}

std::string setup_text(const PretrainRequest& request) {
  std::ostringstream out;
  out.precision(12);
  out << "flops " << request.flops << "; parameters " << request.parameters << "; base width " << request.base_width
      << "; repeat " << request.repeat << "; length " << request.length << "; batch " << request.batch << "; rates";
  for (const double rate : request.learning_rates) out << " " << rate;
  out << "; seed " << request.seed;
  if (const auto rest = to_text(request.setup); !rest.empty()) out << "; " << rest;
  return out.str();
}

}  // namespace madsearch
