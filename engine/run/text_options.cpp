#include "engine/run/text_options.h"

#include <sstream>

#include "engine/dispatch/pretraining_design.h"

namespace madsearch {

double text_flops(const TextOptions& text) { return text.file.options.flops * text.times; }

std::string to_text(const TextOptions& text) {
  const auto& options = text.file.options;
  PretrainRequest request;
  request.flops = text_flops(text);
  request.parameters = options.parameters;
  request.base_width = text.file.base_width;
  request.length = options.length;
  request.batch = options.batch;
  request.learning_rates = options.learning_rates;
  request.setup = options.setup;
  std::ostringstream out;
  out.precision(12);
  out << setup_text(request) << "; blocks " << text.file.blocks << "; vocabulary " << options.vocabulary
      << "; separator " << options.separator << "; bytes a token " << options.bytes_per_token << "; epochs at most "
      << options.max_epochs << "; content " << options.content;
  return out.str();
}

}  // namespace madsearch
