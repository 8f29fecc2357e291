#include "tests/fuzz/replay.h"
#include "tests/fuzz/targets.h"

namespace madsearch {
namespace {

TEST(Replay, Checkpoints) { replay("checkpoint", fuzz_checkpoint); }

}  // namespace
}  // namespace madsearch
