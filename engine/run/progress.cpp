#include "engine/run/progress.h"

#include <cstdio>
#include <ostream>

namespace madsearch {
namespace {

std::string left(double seconds) {
  char out[32];
  if (seconds < 90)
    std::snprintf(out, sizeof out, "%.0f s", seconds);
  else if (seconds < 5400)
    std::snprintf(out, sizeof out, "%.0f min", seconds / 60);
  else
    std::snprintf(out, sizeof out, "%.1f h", seconds / 3600);
  return out;
}

}  // namespace

std::string to_text(const Status& s) {
  char numbers[160];
  std::snprintf(numbers, sizeof numbers, "%lld/%lld", static_cast<long long>(s.evaluations),
                static_cast<long long>(s.planned));
  std::string out = s.phase + " " + numbers;
  if (s.probes > 0) out += "  probe " + std::to_string(s.probes);
  out += "  battery " + std::to_string(s.batteries);
  if (s.confirms > 0) out += "  confirm " + std::to_string(s.confirms);
  if (s.pretrainings > 0) out += "  pretrained " + std::to_string(s.pretrainings);
  if (s.failed > 0) out += "  failed " + std::to_string(s.failed);
  std::snprintf(numbers, sizeof numbers, "  front %lld  hypervolume %.3f", static_cast<long long>(s.front),
                s.hypervolume);
  out += numbers;
  if (s.per_hour > 0) {
    std::snprintf(numbers, sizeof numbers, "  %.0f/h", s.per_hour);
    out += numbers;
  }
  if (s.seconds_left > 0) out += "  " + left(s.seconds_left) + " left";
  return out;
}

ProgressLine::ProgressLine(std::ostream& out, bool terminal, double seconds)
    : out_(out), terminal_(terminal), seconds_(terminal ? 0.2 : seconds) {}

ProgressLine::~ProgressLine() {
  if (terminal_ && !line_.empty()) out_ << "\n" << std::flush;
}

void ProgressLine::show(const Status& status, bool now) {
  const auto time = std::chrono::steady_clock::now();
  if (!now && std::chrono::duration<double>(time - last_).count() < seconds_) return;
  last_ = time;
  auto line = to_text(status);
  if (line == line_ && !now) return;
  line_ = std::move(line);
  if (terminal_)
    out_ << "\r\x1b[K" << line_ << std::flush;
  else
    out_ << line_ << std::endl;
}

void ProgressLine::say(const std::string& sentence) {
  if (terminal_) out_ << "\r\x1b[K";
  out_ << sentence << "\n";
  if (terminal_) out_ << line_;
  out_ << std::flush;
}

}  // namespace madsearch
