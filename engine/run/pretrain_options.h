#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "configs/reader.h"
#include "engine/dispatch/messages.h"
#include "engine/training/pretrain_setup.h"
#include "search/architecture/designs.h"

namespace madsearch {

/// Which designs are trained on real text after the search, and how.
struct PretrainOptions {
  std::string place;         // "FILE:LINE" of `pretrain:`
  std::int64_t members = 0;  // of the front; 0: none at all
  std::vector<Design> controls;
  std::int64_t pairs = 0;  // partners: a clearly worse design within 10 % of a member's state
  std::string data;        // folder of texts or of token shards, absolute; "" without members
  std::string files;       // data_content (data_content.h) of it as it was when the run was begun; "" if not known
  std::string content;     // hash of that
  // of token shards
  std::int64_t vocabulary = 0;  // 0: the format's own
  std::string separator;        // as engine/text/separator.h reads it
  double bytes_per_token = 0;
  double flops = 0;             // training FLOPs of one design's final run
  std::int64_t parameters = 0;  // without embeddings; the width follows
  std::int64_t repeat = 1;
  std::int64_t length = 256;
  std::int64_t batch = 8;
  std::vector<double> learning_rates;
  double max_epochs = 4;
  PretrainSetup setup;
  bool keep_weights = false;  // in the run's folder
};

/// A request without id and design. `base_width`: where the heads of designs were chosen; 0: they stay as written.
PretrainRequest pretrain_request(const PretrainOptions& pretrain, std::int64_t base_width, std::uint64_t seed);

/// Checks what `pretrain:` says, which `in` has read, as far as no single key can tell. Throws ConfigError.
void check_pretraining(Reader& in, PretrainOptions& pretrain);

}  // namespace madsearch
