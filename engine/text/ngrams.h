#pragma once
#include <cstdint>
#include <vector>

#include "configs/seed.h"

namespace madsearch {

/// Calls visit(last, hash) for the n tokens that end at each place `last` of x[0 .. size - 1], n - 1 first.
template <class Visit>
void each_ngram(const std::int32_t* x, std::int64_t size, int n, Visit&& visit) {
  constexpr std::uint64_t kBase = 0xd1342543de82ef95ull;
  std::uint64_t leaving = 1;
  for (int i = 0; i < n; ++i) leaving *= kBase;
  std::uint64_t sum = 0;
  for (std::int64_t i = 0; i < size; ++i) {
    sum = sum * kBase + static_cast<std::uint64_t>(x[i]) + 1;
    if (i >= n) sum -= leaving * (static_cast<std::uint64_t>(x[i - n]) + 1);
    if (i >= n - 1) visit(i, Seed::mix(sum));
  }
}

/// How often some n-grams stand in a text. Only those that are asked for are counted, so the memory is some 30 bytes
/// for each of them, however long the text is.
class NgramCounts {
 public:
  explicit NgramCounts(int n) : n_(n) {}
  int n() const { return n_; }
  void ask(const std::vector<std::int32_t>& tokens);    // for all n-grams of these
  void count(const std::vector<std::int32_t>& tokens);  // adds those of a text, once all are asked for
  std::int64_t of(std::uint64_t hash) const;            // 0 of what was not asked for

 private:
  std::size_t place(std::uint64_t hash) const;  // of the hash, or the free one where it would stand
  void spread();

  int n_;
  std::vector<std::uint64_t> asked_;   // sorted out by spread
  std::vector<std::uint64_t> hashes_;  // 0: free; twice as many places as n-grams
  std::vector<std::uint32_t> counts_;  // at the same places
};

/// For each target of a window x_0 .. x_length (the targets are x_1, x_2, ...): true if the n tokens that end with it
/// occurred before in the window, and `counts` has them `most` times at most.
std::vector<bool> rare_repeats(const std::int32_t* x, std::int64_t length, const NgramCounts& counts,
                               std::int64_t most);

}  // namespace madsearch
