#pragma once
#include <cstddef>
#include <cstdint>

namespace madsearch {

// What strangers hand in, as bytes. Each target reads `data` as one kind of it and returns 0. A refusal in the type
// that its file names is an answer; anything else that it throws, crashes at, or takes longer than a second for is a
// finding. `tools/fuzz` looks for them with libFuzzer; replay_test.cpp goes through tests/fuzz/corpus, where a case
// that was found is named by what was wrong, and the others by what they are.
int fuzz_battery(const std::uint8_t* data, std::size_t size);
int fuzz_checkpoint(const std::uint8_t* data, std::size_t size);  // where LibTorch is
int fuzz_config(const std::uint8_t* data, std::size_t size);
int fuzz_design(const std::uint8_t* data, std::size_t size);
int fuzz_genome(const std::uint8_t* data, std::size_t size);
int fuzz_messages(const std::uint8_t* data, std::size_t size);
int fuzz_model_config(const std::uint8_t* data, std::size_t size);
int fuzz_shards(const std::uint8_t* data, std::size_t size);
int fuzz_store(const std::uint8_t* data, std::size_t size);
int fuzz_weights(const std::uint8_t* data, std::size_t size);

}  // namespace madsearch
