#pragma once
#include <compare>
#include <concepts>
#include <cstdint>
#include <stdexcept>

namespace madsearch {

/// What no count may become: more than 2^63 - 1, as the FLOPs of a wide model on a long text would.
class TooLarge : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// A whole number whose sums and products are right or throw TooLarge. Mixes with integers, so that a formula reads as
/// in a paper: 4 * T * D * D.
class Count {
 public:
  constexpr Count() = default;
  constexpr Count(std::integral auto value) : value_(value) {}
  /// To std::int64_t and double only, so that `condition ? D : 0` is a Count.
  template <class T>
  requires std::same_as<T, std::int64_t> || std::same_as<T, double>
  constexpr operator T() const { return static_cast<T>(value_); }
  constexpr explicit operator bool() const { return value_ != 0; }

  constexpr Count& operator+=(Count other) { return keep(__builtin_add_overflow(value_, other.value_, &value_)); }
  constexpr Count& operator-=(Count other) { return keep(__builtin_sub_overflow(value_, other.value_, &value_)); }
  constexpr Count& operator*=(Count other) { return keep(__builtin_mul_overflow(value_, other.value_, &value_)); }
  constexpr Count& operator/=(Count other) {
    value_ /= other.value_;
    return *this;
  }

  friend constexpr Count operator+(Count a, Count b) { return a += b; }
  friend constexpr Count operator-(Count a, Count b) { return a -= b; }
  friend constexpr Count operator*(Count a, Count b) { return a *= b; }
  friend constexpr Count operator/(Count a, Count b) { return a /= b; }
  friend constexpr bool operator==(Count, Count) = default;
  friend constexpr auto operator<=>(Count, Count) = default;

  // With integers: exact matches, where a conversion of either side would be ambiguous.
  friend constexpr Count operator+(Count a, std::integral auto b) { return a + Count(b); }
  friend constexpr Count operator+(std::integral auto a, Count b) { return Count(a) + b; }
  friend constexpr Count operator-(Count a, std::integral auto b) { return a - Count(b); }
  friend constexpr Count operator-(std::integral auto a, Count b) { return Count(a) - b; }
  friend constexpr Count operator*(Count a, std::integral auto b) { return a * Count(b); }
  friend constexpr Count operator*(std::integral auto a, Count b) { return Count(a) * b; }
  friend constexpr Count operator/(Count a, std::integral auto b) { return a / Count(b); }
  friend constexpr Count operator/(std::integral auto a, Count b) { return Count(a) / b; }
  friend constexpr bool operator==(Count a, std::integral auto b) { return a == Count(b); }
  friend constexpr auto operator<=>(Count a, std::integral auto b) { return a <=> Count(b); }

 private:
  constexpr Count& keep(bool overflow) {
    if (overflow) throw TooLarge("a count is beyond 2^63 - 1");
    return *this;
  }
  std::int64_t value_ = 0;
};

}  // namespace madsearch
