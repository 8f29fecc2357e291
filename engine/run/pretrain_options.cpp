#include "engine/run/pretrain_options.h"

#include "configs/text.h"
#include "engine/text/separator.h"

namespace madsearch {

PretrainRequest pretrain_request(const PretrainOptions& pretrain, std::int64_t base_width, std::uint64_t seed) {
  PretrainRequest out;
  out.data = pretrain.data;
  out.vocabulary = pretrain.vocabulary;
  out.separator = pretrain.separator;
  out.bytes_per_token = pretrain.bytes_per_token;
  out.flops = pretrain.flops;
  out.parameters = pretrain.parameters;
  out.base_width = base_width;
  out.repeat = pretrain.repeat;
  out.length = pretrain.length;
  out.batch = pretrain.batch;
  out.learning_rates = pretrain.learning_rates;
  out.seed = seed;
  out.max_epochs = pretrain.max_epochs;
  out.setup = pretrain.setup;
  return out;
}

void check_pretraining(Reader& in, PretrainOptions& pretrain) {
  pretrain.place = in.place();
  if (pretrain.learning_rates.empty()) throw in.error("learning_rates", "pretraining needs a learning rate at least");
  if (!Separator::parse(pretrain.separator))
    throw in.error("separator", "separator must be the id of a token, from 0 to 2147483647, or none, not " +
                                    in_quotes(pretrain.separator));
  for (const auto& [key, value, words] : setup_words()) in.word(key, pretrain.setup.*value, words);
  if (pretrain.members == 0) return;
  if (pretrain.flops <= 0) throw in.error("members", "pretraining needs `flops`: the training FLOPs of one design");
  if (pretrain.parameters <= 0)
    throw in.error("members", "pretraining needs `parameters`: the size of each design without embeddings");
}

}  // namespace madsearch
