#include "engine/dispatch/guard.h"

#include <cmath>
#include <string>

namespace madsearch {
namespace {

constexpr const char* kScript = R"(groups=
without() {
  rest=
  for each in $groups; do [ "$each" = "$1" ] || rest="$rest $each"; done
  groups=$rest
}
wait_for_them() {  # at most $1 tenths of a second
  left=$1
  while [ "$left" -gt 0 ]; do
    for group in $groups; do kill -s 0 -- "-$group" || without "$group"; done
    [ -n "$groups" ] || exit 0
    sleep 0.1
    left=$((left - 1))
  done
}
exec 2>/dev/null
while read -r what group; do
  case $what in
    watch) groups="$groups $group" ;;
    release) without "$group" ;;
  esac
done
wait_for_them "$MADSEARCH_TERMINATE"
for group in $groups; do kill -s TERM -- "-$group"; done
wait_for_them "$MADSEARCH_KILL"
for group in $groups; do kill -s KILL -- "-$group"; done
)";

std::string tenths(double seconds) { return std::to_string(std::lround(10 * seconds)); }

}  // namespace

Guard::Guard(Farewell farewell)
    : shell_(kScript,
             {{"MADSEARCH_TERMINATE", tenths(farewell.terminate)}, {"MADSEARCH_KILL", tenths(farewell.kill)}}) {}

void Guard::watch(pid_t group) { shell_.write_line("watch " + std::to_string(group)); }

void Guard::release(pid_t group) { shell_.write_line("release " + std::to_string(group)); }

}  // namespace madsearch
