#include "engine/dispatch/health.h"

#include <algorithm>

namespace madsearch {
namespace {

constexpr int kEnoughOfOne = 3;        // failures of one design
constexpr std::size_t kLeast = 8;      // failures in a row
constexpr std::size_t kEachSlot = 4;   // more for each slot
constexpr std::size_t kSentences = 3;  // as many are quoted

std::string failures(std::size_t count) { return std::to_string(count) + " attempts in a row have failed"; }

}  // namespace

void SlotHealth::failed(const std::string& subject) {
  subjects_.insert(subject);
  unexplained_.insert(subject);
  ++failures_;
}

void SlotHealth::failed_check() { ++checks_failed_; }

void SlotHealth::passed_check() {
  ++successes_;
  unexplained_.clear();
  failures_ = 0;
  checks_failed_ = 0;
}

void SlotHealth::succeeded() {
  passed_check();
  subjects_.clear();
}

bool SlotHealth::needs_check() const {
  return unexplained_.size() > 1 || failures_ >= kEnoughOfOne || checks_failed_ > 0;
}

int SlotHealth::setbacks() const {
  return std::max(0, static_cast<int>(std::min<std::size_t>(subjects_.size(), 1000)) - 1) + checks_failed_;
}

void Health::has(std::size_t slots) { limit_ = std::max(kLeast, kEachSlot * slots); }

void Health::failed(std::size_t slot, const std::string& sentence) {
  ++attempts_;
  words_[slot] = sentence;
}

void Health::gave_up(const std::string& subject) { subjects_.insert(subject); }

void Health::passed_check() { attempts_ = 0; }

void Health::succeeded() {
  attempts_ = 0;
  subjects_.clear();
  words_.clear();
}

std::string Health::verdict() const {
  std::string out;
  if (attempts_ >= limit_)
    out = failures(attempts_) + ", and so has the check of the workers";
  else if (subjects_.size() >= limit_)
    out = std::to_string(subjects_.size()) + " designs in a row have failed, though a check of the workers has not";
  else
    return "";
  out += ": it is the machinery that fails, not the designs";
  std::size_t quoted = 0;
  for (const auto& [slot, sentence] : words_)
    if (quoted++ < kSentences) out += "\n  " + sentence;
  return out;
}

}  // namespace madsearch
