#include "primitives/layers/embedding.h"

#include <ATen/Context.h>

#include "primitives/ops/function.h"

namespace madsearch {
namespace {

/// While it lives, LibTorch adds in a fixed order where it has the choice.
class FixedOrder {
 public:
  FixedOrder()
      : was_fixed_(context_.deterministicAlgorithms()),
        only_warned_(context_.deterministicAlgorithmsWarnOnly()),
        filled_(context_.deterministicFillUninitializedMemory()) {
    context_.setDeterministicAlgorithms(true, /*warn_only=*/false);
    context_.setDeterministicFillUninitializedMemory(false);
  }
  ~FixedOrder() {
    context_.setDeterministicAlgorithms(was_fixed_, only_warned_);
    context_.setDeterministicFillUninitializedMemory(filled_);
  }
  FixedOrder(const FixedOrder&) = delete;
  FixedOrder& operator=(const FixedOrder&) = delete;

 private:
  at::Context& context_ = at::globalContext();
  bool was_fixed_;
  bool only_warned_;
  bool filled_;
};

struct EmbeddingFunction : Function<EmbeddingFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& table, const at::Tensor& rows) {
    ctx->save_for_backward({rows});
    ctx->saved_data["table_rows"] = table.size(0);
    return at::embedding(table, rows);
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const FixedOrder fixed;
    const auto [rows] = saved_tensors<1>(ctx);
    return {at::embedding_dense_backward(gradients[0], rows, ctx->saved_data["table_rows"].toInt(),
                                         /*padding_idx=*/-1, /*scale_grad_by_freq=*/false),
            {}};
  }
};

}  // namespace

at::Tensor embedded(const at::Tensor& table, const at::Tensor& rows) { return EmbeddingFunction::apply(table, rows); }

}  // namespace madsearch
