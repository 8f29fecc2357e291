#include "engine/run/clock.h"

namespace madsearch {

RunClock::RunClock(double hours, const std::string& until, double spent)
    : started_(now()), spent_(spent), deadline_(hours, until, spent, started_) {}

double RunClock::elapsed() const { return std::chrono::duration<double>(now() - started_).count(); }

}  // namespace madsearch
