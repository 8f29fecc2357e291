#include "engine/run/progress.h"

#include <algorithm>
#include <limits>
#include <ostream>
#include <vector>

#include "configs/text.h"

namespace madsearch {
namespace {

/// What a line may tell, in the order it is read; the lowest rank is left out first.
struct Part {
  int rank;
  std::string text;
};

constexpr std::int64_t kBarLetters = 12;

/// "[#####.......]"
std::string bar(const Status& s) {
  const auto most = std::max<std::int64_t>(1, s.planned);
  const auto full = kBarLetters * std::clamp<std::int64_t>(s.evaluations, 0, most) / most;
  return "[" + std::string(static_cast<std::size_t>(full), '#') +
         std::string(static_cast<std::size_t>(kBarLetters - full), '.') + "]";
}

std::vector<Part> parts(const Status& s, bool with_bar) {
  std::vector<Part> out = {{10, s.phase + " " + std::to_string(s.evaluations) + "/" + std::to_string(s.planned)}};
  if (with_bar) out.push_back({5, bar(s)});
  if (s.probes > 0) out.push_back({1, "probe " + std::to_string(s.probes)});
  out.push_back({2, "battery " + std::to_string(s.batteries)});
  if (s.confirms > 0) out.push_back({3, "confirm " + std::to_string(s.confirms)});
  if (s.pretrainings > 0) out.push_back({4, "pretrained " + std::to_string(s.pretrainings)});
  if (s.failed > 0) out.push_back({8, "failed " + std::to_string(s.failed)});
  out.push_back({7, "front " + std::to_string(s.front)});
  out.push_back({6, "hypervolume " + shown("%.3f", s.hypervolume)});
  if (s.per_hour > 0) out.push_back({0, shown("%.0f/h", s.per_hour)});
  if (s.seconds_left > 0) out.push_back({9, duration(s.seconds_left) + " left"});
  return out;
}

std::string joined(const std::vector<Part>& parts) {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : "  ") + part.text;
  return out;
}

/// A terminal's last column is left free: in some of them a letter there begins the next line.
int width(const std::function<int()>& columns) { return columns ? columns() - 1 : std::numeric_limits<int>::max(); }

}  // namespace

std::string to_text(const Status& status, int columns, bool with_bar) {
  const auto most = static_cast<std::size_t>(std::max(1, columns));
  auto told = parts(status, with_bar);
  while (told.size() > 1 && joined(told).size() > most)
    told.erase(std::min_element(told.begin(), told.end(), [](auto& a, auto& b) { return a.rank < b.rank; }));
  return joined(told).substr(0, most);
}

ProgressLine::ProgressLine(std::ostream& out, std::function<int()> columns, double seconds)
    : out_(out), columns_(std::move(columns)), seconds_(columns_ ? 0.2 : seconds) {}

ProgressLine::~ProgressLine() {
  if (columns_ && !line_.empty()) out_ << "\n" << std::flush;
}

void ProgressLine::show(const Status& status, bool now) {
  const auto time = std::chrono::steady_clock::now();
  if (!now && std::chrono::duration<double>(time - last_).count() < seconds_) return;
  last_ = time;
  auto line = to_text(status, width(columns_), columns_ != nullptr);
  if (line == line_ && !now) return;
  line_ = std::move(line);
  if (columns_)
    out_ << "\r\x1b[K" << line_ << std::flush;
  else
    out_ << line_ << std::endl;
}

void ProgressLine::say(const std::string& sentence) {
  if (columns_) out_ << "\r\x1b[K";
  out_ << printable(sentence) << "\n";
  if (columns_) out_ << line_;
  out_ << std::flush;
}

bool ProgressLine::unread() const { return !out_; }

}  // namespace madsearch
