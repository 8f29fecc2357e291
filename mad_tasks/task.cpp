#include "mad_tasks/task.h"

#include <cmath>
#include <sstream>
#include <stdexcept>

namespace madsearch {

double TaskValues::real(const std::string& name) const {
  const auto at = values_.find(name);
  if (at == values_.end()) throw std::invalid_argument("a task's values have no setting \"" + name + "\": " + text());
  return at->second;
}

std::int64_t TaskValues::count(const std::string& name) const {
  const double value = real(name);
  if (value != std::floor(value) || std::abs(value) > 0x1p53)
    throw std::invalid_argument("setting \"" + name + "\" must be an integer: " + text());
  return static_cast<std::int64_t>(value);
}

std::string TaskValues::text() const {
  std::ostringstream out;
  out.precision(15);
  for (const auto& [name, value] : values_) {
    if (out.tellp() > 0) out << ' ';
    out << name << '=';
    if (value == std::floor(value) && std::abs(value) < 0x1p53)
      out << static_cast<std::int64_t>(value);
    else
      out << value;
  }
  return out.str();
}

std::vector<std::string> Task::settings() const {
  std::vector<std::string> out;
  for (const auto* some : {&baseline, &added})
    for (const auto& [name, value] : *some) out.push_back(name);
  return out;
}

double Task::value(const TaskValues& values, const std::string& name) const {
  return values.has(name) || !added.has(name) ? values.real(name) : added.real(name);
}

void Task::set(TaskValues& values, const std::string& name, double value) const {
  if (added.has(name) && added.real(name) == value)
    values.erase(name);
  else
    values.set(name, value);
}

}  // namespace madsearch
