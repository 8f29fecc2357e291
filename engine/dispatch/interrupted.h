#pragma once

namespace madsearch {

/// Thrown where work stops because the user asked for it (Ctrl-C or SIGTERM), or a run's time is over. No error: what
/// was finished before is kept.
struct Interrupted {};

}  // namespace madsearch
