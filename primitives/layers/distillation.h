#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace madsearch {

/// C long filters of every replica, each computed by a linear recurrence:
///
///   y_t = c · s_t + d u_t    s_{t+1} = A s_t + b u_t     s [n]: n states, which may differ from filter to filter
///
/// A filter's recurrence has the same order n in every replica. Results have dtype and device of the filters.
class DistilledFilters {
 public:
  /// That of one filter, float64: A [R, n, n], b and c [R, n], d [R].
  struct Recurrence {
    at::Tensor A, b, c, d;
    std::int64_t order() const { return A.size(-1); }
  };
  /// `length`: the most tokens that responses() is asked for. dtype and device are those of `options`.
  DistilledFilters(const std::vector<Recurrence>& all, std::int64_t length, const at::TensorOptions& options);

  std::int64_t numbers() const { return slots_.size(0); }  // Σ n over the filters
  const std::vector<std::int64_t>& orders() const { return orders_; }
  /// The filters that the recurrences compute, cut at `length`, at most that of the constructor. [R, C, length]
  at::Tensor responses(std::int64_t length) const { return responses_.slice(-1, 0, length); }
  /// One token of K inputs for each filter: u [R, B, C, K] -> y, the same. `states` [R, B, numbers(), K], undefined at
  /// the start, is advanced.
  at::Tensor step(const at::Tensor& u, at::Tensor& states) const;

 private:
  std::vector<std::int64_t> orders_;
  at::Tensor A_, b_, c_, d_;  // padded to the largest order: [R, C, n, n] [R, C, n] [R, C, n] [R, C]
  at::Tensor responses_;      // [R, C, T]
  at::Tensor slots_;          // where the states that are not padding lie in C n
};

/// For each of `filters` [R, C, T] the recurrence of least order n ≤ T/2 found whose response differs nowhere by more
/// than `tolerance` of the filter's largest tap, in any replica. If no such n is found, the recurrence is a delay line
/// of the last T - 1 inputs.
///
/// An order is tried by balanced realisation (Ho and Kalman 1966; Kung 1978): the first n left singular vectors of the
/// Hankel matrix h_{1+i+j} give c and, shifted by a row, A; b fits all T taps by least squares. The response is then
/// simulated and compared. Orders that the singular values rule out for any recurrence are not tried. Throws
/// std::invalid_argument if a filter is not finite.
DistilledFilters distil(const at::Tensor& filters, double tolerance = 1e-3);

}  // namespace madsearch
