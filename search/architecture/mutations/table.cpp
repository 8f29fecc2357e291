#include "search/architecture/mutations/mutation.h"

namespace madsearch {

const std::vector<Mutation>& mutations() {
  static const std::vector<Mutation> table = {
      change_knob(),       replace_block(), insert_and_delete(), swap_blocks(), move_block(),
      duplicate_segment(), branch(),        unbranch(),          share(),       unshare(),
  };
  return table;
}

}  // namespace madsearch
