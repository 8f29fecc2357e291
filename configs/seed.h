#pragma once
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace madsearch {

/// Names a random stream. Streams with different names are independent; the same name gives the same numbers on every
/// platform.
struct Seed {
  std::uint64_t value = 0;
  static constexpr std::uint64_t mix(std::uint64_t z) {  // the finaliser of splitmix64 (Steele et al. 2014)
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  constexpr Seed derive(std::uint64_t index) const {
    return {mix(mix(value + 0x9e3779b97f4a7c15ull) ^ (index * 0xd1342543de82ef95ull + 1))};
  }
  constexpr Seed derive(std::string_view name) const {  // FNV-1a of the name
    std::uint64_t h = 0xcbf29ce484222325ull;
    for (const char c : name) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
    return derive(h);
  }
  friend auto operator<=>(const Seed&, const Seed&) = default;
};

/// Counter-based generator: number n of a stream is a function of (seed, n) alone.
class Rng {
 public:
  explicit Rng(Seed seed) : key_(Seed::mix(seed.value + 0x9e3779b97f4a7c15ull)) {}
  std::uint64_t operator()() { return Seed::mix(key_ + 0x9e3779b97f4a7c15ull * ++counter_); }

 private:
  std::uint64_t key_;
  std::uint64_t counter_ = 0;
};

/// Uniform on 0..n-1, n > 0, without bias (Lemire 2019). std::uniform_int_distribution differs between standard
/// libraries.
inline std::uint64_t below(Rng& rng, std::uint64_t n) {
  auto product = static_cast<unsigned __int128>(rng()) * n;
  if (auto low = static_cast<std::uint64_t>(product); low < n) {
    const std::uint64_t threshold = -n % n;
    while (low < threshold) {
      product = static_cast<unsigned __int128>(rng()) * n;
      low = static_cast<std::uint64_t>(product);
    }
  }
  return static_cast<std::uint64_t>(product >> 64);
}

/// Uniform on [0, 1).
inline double uniform(Rng& rng) { return static_cast<double>(rng() >> 11) * 0x1p-53; }
inline bool chance(Rng& rng, double probability) { return uniform(rng) < probability; }

/// Standard normal (Box-Muller; one of the pair is dropped so that the stream has no hidden state).
inline double normal(Rng& rng) {
  const double u = 1.0 - uniform(rng);
  const double v = uniform(rng);
  return std::sqrt(-2.0 * std::log(u)) * std::cos(6.283185307179586 * v);
}

/// Poisson(mean) by multiplication of uniforms; for small means.
inline int poisson(Rng& rng, double mean) {
  const double limit = std::exp(-mean);
  int n = 0;
  for (double product = uniform(rng); product > limit; product *= uniform(rng)) ++n;
  return n;
}

template <class T>
const T& pick(Rng& rng, const std::vector<T>& from) {
  return from[below(rng, from.size())];
}

template <class T>
void shuffle(Rng& rng, std::vector<T>& items) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(rng, i)]);
}

}  // namespace madsearch
