#pragma once
#include <optional>

#include "primitives/mixer.h"

namespace madsearch {

// Initial values, one draw a replica from (seed, prefix + name).
at::Tensor uniform_init(const Build& build, const std::string& name, at::IntArrayRef shape,
                        double bound);  // U(-bound, bound)
at::Tensor normal_init(const Build& build, const std::string& name, at::IntArrayRef shape, double deviation);
at::Tensor constant_init(const Build& build, const at::Tensor& value);  // [...] -> [R, ...]

/// y = W x + b for every replica. weight [R, out, in], bias [R, out]. W ~ U(+-1/sqrt(in)), b = 0.
class Linear : public Module {
 public:
  struct Options {
    bool bias = false;
    std::optional<double> bound;
  };  // bound of the uniform initialisation
  Linear(const Build& build, std::int64_t in, std::int64_t out, Options options);
  Linear(const Build& build, std::int64_t in, std::int64_t out);
  at::Tensor operator()(const at::Tensor& x) const;  // [R, ..., in] -> [R, ..., out]
  at::Tensor weight, bias;                           // bias undefined without one
};

/// y = x / sqrt(mean(x^2) + eps) * w over the last axis. weight [R, width].
class RMSNorm : public Module {
 public:
  RMSNorm(const Build& build, std::int64_t width, double eps = 1e-5);
  at::Tensor operator()(const at::Tensor& x) const;  // [R, ..., width]
  at::Tensor weight;
  double eps;
};

/// y = (x - mean) / sqrt(variance + eps) * w + b over the last axis.
class LayerNorm : public Module {
 public:
  LayerNorm(const Build& build, std::int64_t width, double eps = 1e-5);
  at::Tensor operator()(const at::Tensor& x) const;
  at::Tensor weight, bias;
  double eps;
};

/// LayerNorm over each of `groups` equal parts of the last axis, with a weight and a bias for every channel: PyTorch's
/// GroupNorm of a token.
class GroupNorm : public Module {
 public:
  GroupNorm(const Build& build, std::int64_t groups, std::int64_t width, double eps = 1e-5, bool with_bias = true);
  at::Tensor operator()(const at::Tensor& x) const;  // [R, ..., width]
  at::Tensor weight, bias;                           // [R, width], bias undefined without one
  std::int64_t groups;
  double eps;
};

/// x / sqrt(sum x^2 + eps) over the last axis.
at::Tensor l2_normalised(const at::Tensor& x, double eps = 1e-6);

/// x [R, B, T, C] a token later: zeros, x_0, x_1, ...
at::Tensor a_token_later(const at::Tensor& x);

/// Depthwise causal convolution over time with `taps` weights a channel. weight [R, channels, taps] (the last tap is
/// the current token), bias [R, channels]; both U(+-1/sqrt(taps)).
class ShortConv : public Module {
 public:
  ShortConv(const Build& build, std::int64_t channels, std::int64_t taps, bool with_bias = true);
  at::Tensor operator()(const at::Tensor& x) const;  // [R, B, T, C] -> the same
  /// One token x [R, B, C]; `cache` [R, B, taps-1, C] holds the inputs before it (undefined at the start) and is
  /// advanced.
  at::Tensor step(const at::Tensor& x, at::Tensor& cache) const;
  at::Tensor weight, bias;
};

/// Rotates the pairs (x_j, x_{j+n/2}) of the last axis (n channels) by t * 10000^(-2j/n). x [R, B, H, T, n], first
/// token at `offset`.
at::Tensor rotary(const at::Tensor& x, std::int64_t offset = 0);
/// The cosines and sines of those angles for the first T tokens and n channels, [T, 2, n/2], and the rotation by them.
at::Tensor rotary_turns(std::int64_t T, std::int64_t n, const at::TensorOptions& options, std::int64_t offset = 0);
at::Tensor turned_pairs(const at::Tensor& x, const at::Tensor& turns);

/// y_t = sum_{s<=t} h_{t-s} u_s a channel, by a Toeplitz product for short sequences, else by FFT. u [R, B, C, T], h
/// [R, C, T] -> [R, B, C, T].
at::Tensor causal_convolution(const at::Tensor& u, const at::Tensor& h);
/// Its next token: u [R, B, C], h [R, C, t + 1] -> [R, B, C]; `past` [R, B, t, C] holds the inputs before it (undefined
/// at the start) and takes this one.
at::Tensor causal_convolution_step(const at::Tensor& u, const at::Tensor& h, at::Tensor& past);

}  // namespace madsearch
