#include "tests/fuzz/replay.h"

#include "tests/fuzz/targets.h"

namespace madsearch {
namespace {

TEST(Replay, Batteries) { replay("battery", fuzz_battery); }

TEST(Replay, Configs) { replay("config", fuzz_config); }

TEST(Replay, Designs) { replay("design", fuzz_design); }

TEST(Replay, Genomes) { replay("genome", fuzz_genome); }

TEST(Replay, Messages) { replay("messages", fuzz_messages); }

TEST(Replay, ModelConfigs) { replay("model_config", fuzz_model_config); }

TEST(Replay, Shards) { replay("shards", fuzz_shards); }

TEST(Replay, Stores) { replay("store", fuzz_store); }

TEST(Replay, Weights) { replay("weights", fuzz_weights); }

}  // namespace
}  // namespace madsearch
