#pragma once
#include <cstdint>
#include <vector>

namespace madsearch {

/// One look of a replica at validation-A.
struct Look {
  std::int64_t step = 0;
  double accuracy = 0, loss = 0;
};

/// Why a replica need not train on.
enum class Verdict { kGoOn, kPlateau, kBehind };

/// Judges a replica by its looks so far (oldest first, not empty) and the best accuracy of its siblings. Only past 60 % of `steps`, or
/// once it was more than 0.1 above chance, since recall sits at chance and then jumps. kPlateau: in the last quarter of `steps`, and three
/// looks at least, neither accuracy rose by 0.002 nor loss fell by 0.5 %, and the rate's decay over the last 20 % has not begun (it always
/// helps). kBehind: its best is more than 0.1 below the siblings' and it has closed none of that gap since the look before.
Verdict judge(const std::vector<Look>& looks, double siblings_best, std::int64_t steps, double chance);

}  // namespace madsearch
