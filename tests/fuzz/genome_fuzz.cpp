// The text of an architecture, or of a template. Refused by ConfigError; what is read means the same when it is written
// and read again.
#include "configs/errors.h"
#include "search/architecture/cost.h"
#include "search/architecture/genome.h"
#include "search/architecture/parser.h"
#include "search/architecture/templates/template.h"
#include "search/architecture/validity.h"
#include "tests/fuzz/support.h"
#include "tests/fuzz/targets.h"

namespace madsearch {
namespace {

void read_genome(const std::string& input) {
  const auto genome = canonical(parse(input));
  const auto written = text(genome);
  hold(canonical(parse(written)) == genome, "the canonical text is the same architecture: " + written);
  hold(text(canonical(parse(written))) == written, "a canonical text stays as it is: " + written);
  hold(hash(canonical(parse(expanded_text(genome)))) == hash(genome),
       "the expanded text has the same hash: " + written);
  const Shape shape{.width = 64, .length = 128};
  if (!invalid(genome, shape).empty()) return;
  const auto price = cost(genome, shape, 64);
  hold(price.parameters >= 0 && price.flops >= 0 && price.state >= 0, "no cost is negative: " + written);
}

void read_template(const std::string& input) {
  const auto written = expanded_text(parse_template(input));
  const auto again = expanded_text(parse_template(written, "template", Unwritten::kBefore));
  hold(again == written, "an expanded template stays as it is: " + written);
}

}  // namespace

int fuzz_genome(const std::uint8_t* data, std::size_t size) {
  for (const auto read : {read_genome, read_template}) {
    try {
      read(text_of(data, size));
    } catch (const ConfigError&) {
    }
  }
  return 0;
}

}  // namespace madsearch
