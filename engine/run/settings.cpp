#include "engine/run/settings.h"

#include <sstream>

#include "configs/text.h"
#include "engine/dispatch/pool.h"
#include "search/architecture/crossovers/crossover.h"
#include "search/architecture/mutations/mutation.h"

namespace madsearch {
namespace {

template <class T>
std::string numbers(const std::vector<T>& items) {
  std::ostringstream out;
  out.precision(17);
  for (std::size_t i = 0; i < items.size(); ++i) out << (i ? " " : "") << items[i];
  return out.str();
}

std::string share(const Mutation& mutation) { return mutation.name + " " + numbers(std::vector{mutation.weight}); }
std::string share(const Crossover& crossover) { return crossover.name; }

/// The rows of a table of operators, in order: another table draws other candidates.
template <class Operator>
std::string weighted(const std::vector<Operator>& table) {
  std::vector<std::string> out;
  for (const auto& row : table) out.push_back(share(row));
  return joined(out);
}

std::string seconds(double value) { return value == kNever ? "never" : shown("%.17g", value); }

std::string line_of(const Pool& pool) {
  const auto where = pool.elsewhere() ? "copies " + std::to_string(pool.copies)
                                      : joined(pool.devices) + ", slots " + std::to_string(pool.slots);
  return pool.name + ", " + where + ", start_seconds " + seconds(pool.start_seconds) + ", silence_seconds " +
         seconds(pool.silence_seconds) + ", command " + pool.command;
}

/// Writes settings as lines "key: value"; of a list of designs or objectives a line each.
class Lines {
 public:
  explicit Lines(bool conduct) : conduct_(conduct) { out_.precision(17); }

  template <class T, class How>
  void operator()(const std::string& key, Decides decides, const T& value, const How&) {
    if (decides != Decides::kConduct || conduct_) add(key, value);
  }
  template <class T>
  void add(const std::string& key, const T& value) {
    out_ << key << ": " << value << "\n";
  }
  void add(const std::string& key, double value) {
    out_ << key << ": ";
    (value == kNever ? out_ << "never" : out_ << value) << "\n";
  }
  template <class T>
  void add(const std::string& key, const std::optional<T>& value) {
    add(key, value.value_or(T{}));
  }
  template <class T>
  void add(const std::string& key, const std::vector<T>& values) {
    add(key, numbers(values));
  }
  void add(const std::string& key, const std::vector<std::string>& words) { add(key, joined(words)); }
  void add(const std::string& key, const Battery& battery) { add(key, battery.name + " " + battery.hash()); }
  void add(const std::string& key, const std::optional<Battery>& battery) {
    battery ? add(key, *battery) : add(key, std::string("none"));
  }
  void add(const std::string& key, const std::vector<Design>& designs) {
    for (std::size_t i = 0; i < designs.size(); ++i)
      add(key + "." + std::to_string(i + 1), designs[i].name + " = " + expanded_text(designs[i].genome));
  }
  void add(const std::string& key, const std::vector<Pool>& pools) {
    for (std::size_t i = 0; i < pools.size(); ++i) add(key + "." + std::to_string(i + 1), line_of(pools[i]));
  }
  /// How it is read, and nothing of a search without one.
  void add(const std::string& key, const TextOptions& text) {
    if (!text.empty()) add(key, to_text(text));
  }
  /// A line for each part that there is: a search that is kept to nothing says nothing of it.
  void add(const std::string& key, const Steering& steering) {
    if (steering.vary_mixers) add(key + ".vary", std::string("mixers"));
    for (std::size_t i = 0; i < steering.templates.size() && !steering.vary_mixers; ++i)
      add(key + ".template." + std::to_string(i + 1), expanded_text(steering.templates[i]));
    for (const auto& [primitive, count] : steering.at_most) add(key + ".at_most." + primitive, count);
    for (const auto& [primitive, count] : steering.at_least) add(key + ".at_least." + primitive, count);
    if (!steering.never_first.empty()) add(key + ".never_first", steering.never_first);
    if (!steering.never_last.empty()) add(key + ".never_last", steering.never_last);
  }
  void add(const std::string& key, const std::vector<Objective>& objectives) {
    std::vector<std::string> names;
    for (const auto& objective : objectives) names.push_back(objective.name);
    add(key, names);
    for (const auto& objective : objectives) add(key + "." + objective.name, objective.worst);
  }
  std::string text() const { return out_.str(); }

 private:
  std::ostringstream out_;
  bool conduct_;
};

std::string lines_of(const RunConfig& config, bool conduct) {
  Lines out(conduct);
  settings(config, out);
  out.add("operators.mutations", weighted(mutations()));
  out.add("operators.crossovers", weighted(crossovers()));
  return out.text();
}

}  // namespace

Decides decides(const std::string& key) {
  auto out = Decides::kResults;
  settings(RunConfig{}, [&](const std::string& name, Decides decides, const auto&, const auto&) {
    if (key == name || key.starts_with(name + ".")) out = decides;
  });
  return out;
}

std::string RunConfig::identity() const { return lines_of(*this, false); }
std::string RunConfig::resolved() const { return lines_of(*this, true); }
std::string RunConfig::hash() const { return hexadecimal(Seed{}.derive(identity()).value); }

}  // namespace madsearch
