#include "published_view.h"

#include "configs/text.h"

namespace madsearch {
namespace {

const char* name_of(PublishedGroup::Unit unit) {
  switch (unit) {
    case PublishedGroup::Unit::kPerplexity:
      return "perplexity";
    case PublishedGroup::Unit::kLoss:
      return "loss";
    case PublishedGroup::Unit::kError:
      return "error";
  }
  return "";
}

Value facts(const PublishedResult& result) {
  const auto& group = *result.group;
  return Record{{"name", result.design->name},   {"paper", group.paper},         {"group", group.name},
                {"scale", group.scale},          {"size", size_of(group.scale)}, {"unit", name_of(group.unit)},
                {"value", result.design->value}, {"rank", result.rank},          {"of", result.of}};
}

/// "2nd"
std::string ordinal(std::int64_t number) {
  const auto teens = number % 100 / 10 == 1;
  const auto last = teens ? 0 : number % 10;
  return std::to_string(number) + (last == 1 ? "st" : last == 2 ? "nd" : last == 3 ? "rd" : "th");
}

/// "Llama, arXiv:2405.04517, 1.3B: perplexity 15.2, 3rd of 5"
std::string line(const Record& result) {
  const auto& size = result.at("size").text();
  return "  " + result.at("name").text() + ", " + result.at("paper").text() + (size.empty() ? "" : ", " + size) + ": " +
         result.at("unit").text() + " " + shown("%g", result.at("value").number()) + ", " +
         ordinal(result.at("rank").count()) + " of " + result.at("of").plain() + "\n";
}

std::string how_near(const Record& nearest) {
  if (nearest.at("same").truth()) return "the same design";
  if (const auto distance = nearest.at("distance").number(); distance > 0) return shown("distance %.2f", distance);
  return nearest.at("distance_by_knobs").number() > 0 ? "but for knobs" : "but for the order of blocks";
}

}  // namespace

Value facts(const std::optional<NearestPublished>& nearest) {
  if (!nearest) return {};
  Value::List results;
  for (const auto& result : nearest->results) results.push_back(facts(result));
  return Record{{"text", text(nearest->genome)},
                {"same", nearest->same},
                {"distance", nearest->distance.distance},
                {"distance_by_knobs", nearest->distance.by_knobs},
                {"results", results}};
}

std::string nearest_text(const Value& nearest, const std::string& of) {
  if (nearest.unknown()) return "";
  const auto& found = nearest.record();
  auto out = of + "nearest published, " + how_near(found) +
             (found.at("same").truth() ? "" : ": " + found.at("text").text()) + "\n";
  for (const auto& result : found.at("results").list()) out += line(result.record());
  return out;
}

}  // namespace madsearch
