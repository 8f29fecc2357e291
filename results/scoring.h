#pragma once

namespace madsearch {

/// The version of the scores. It is raised by every change after which an equal design may get another score: initial
/// values, kernels, the data of a task, the training itself, how sizes are solved. Stored scores carry it; runs that
/// are resumed, studies, workers and what is imported from a former run compare it, so that scores made in different
/// ways are never mixed. A commit that changes no score leaves it alone: runs go on and studies
/// are read again.
inline constexpr int kScoring = 3;

}  // namespace madsearch
