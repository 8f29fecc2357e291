#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace madsearch {

/// How a slot fares: whether what fails there is to be blamed on the slot or on the design. A success is a training
/// that gave a result; a check (check_training.h) that passes says that the slot can work, not that it does.
class SlotHealth {
 public:
  /// An attempt failed at a request about `subject`, a design.
  void failed(const std::string& subject);
  void failed_check();
  void passed_check();
  void succeeded();

  std::int64_t successes() const { return successes_; }  // checks included
  /// Nothing has failed since the last success.
  bool clean() const { return subjects_.empty() && checks_failed_ == 0; }
  /// Before the next request a check has to tell whether the slot works: different designs have failed one after the
  /// other, one has failed three times, or the last check has failed.
  bool needs_check() const;
  /// 0, 1, 2, ...: what doubles the wait before the next worker starts. One design may fail as often as it likes.
  int setbacks() const;

 private:
  std::set<std::string> subjects_;     // that failed since the last success
  std::set<std::string> unexplained_;  // the same, since the last success or check
  int failures_ = 0;                   // the same, counted
  int checks_failed_ = 0;              // in a row
  std::int64_t successes_ = 0;
};

/// How all slots together fare: whether to go on at all.
class Health {
 public:
  explicit Health(std::size_t slots) { has(slots); }
  void has(std::size_t slots);  // so many are there

  void failed(std::size_t slot, const std::string& sentence);  // an attempt or a check
  void gave_up(const std::string& subject);                    // a request, after its attempts
  void passed_check();
  void succeeded();

  /// Why no more should be tried; "" as long as it should. A failing design fails on each slot three times before
  /// a check tells, so four times as many failures in a row as there are slots, and eight at least, are the
  /// machinery's; as many different designs that failed one after the other are too, whatever a check says.
  std::string verdict() const;

 private:
  std::size_t limit_ = 0;
  std::size_t attempts_ = 0;                  // that failed since the last success or check
  std::set<std::string> subjects_;            // given up since the last success
  std::map<std::size_t, std::string> words_;  // by slot: what happened there last, since the last success
};

}  // namespace madsearch
