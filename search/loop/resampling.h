#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>

namespace madsearch {

/// Which members of the archive get one more seed: one after each `after` children, so that a member that owes its
/// place to luck does not go on breeding.
class Resampling {
 public:
  struct Request {
    std::size_t member = 0;     // index of the archive
    std::int64_t seed_set = 0;  // 1, 2, ...: the search measured it on seed set 0
  };

  /// `after` 0: nobody is measured again.
  explicit Resampling(std::int64_t after) : after_(after) {}
  /// `member` has `children` children now.
  void bred(std::size_t member, std::int64_t children);
  /// The next request, in the order in which they arose; nothing if there is none.
  std::optional<Request> take();

 private:
  std::int64_t after_;
  std::map<std::size_t, std::int64_t> asked_;  // seed sets beyond the first, of each member
  std::deque<Request> requests_;
};

}  // namespace madsearch
