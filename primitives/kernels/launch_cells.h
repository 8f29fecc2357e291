#pragma once
#include <cstdint>

namespace madsearch::kernels {

/// M sequences through a cell of cells.h; M / R sequences in a row share weights. H blocks on the diagonal of each of
/// the cell's G matrices, of d = D / H channels. Pointers are on the CPU, or all on one CUDA device.
template <class S>
struct CellSequences {
  const S *x, *weight, *bias, *h;  // [M, T, G, D], [R, H, G, d, d], [R, G, D], [M, D] before the first token
  std::int64_t R, M, T, D, H;
};

/// `weight` is transposed, [k, j]. y [M, T, D], kept [M, T, kKept, D]; cells [M, T + 1, kCells, D] begin with those
/// before the first token.
template <class Cell, class S>
void cell_cpu(const CellSequences<S>& in, S* y, S* kept, S* cells);

/// `weight` is as it is, [j, k]; x and bias are not read. dh [M, D] is zeros, dcells [M, kCells, D] the gradient by the
/// last cells; they become the gradients by h and the cells before the first token. d_rec [M, T, G, D] is written, and
/// dx of a cell that splits.
template <class Cell, class S>
void cell_backward_cpu(const CellSequences<S>& in, const S* y, const S* kept, const S* cells, const S* dy, S* dh,
                       S* dcells, S* dx, S* d_rec);

template <class Cell, class S>
void cell_cuda(const CellSequences<S>& in, S* y, S* kept, S* cells, void* stream);
template <class Cell, class S>
void cell_backward_cuda(const CellSequences<S>& in, const S* y, const S* kept, const S* cells, const S* dy, S* dh,
                        S* dcells, S* dx, S* d_rec, void* stream);

}  // namespace madsearch::kernels
