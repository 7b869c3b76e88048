// Pools of buffers that ThreadSanitizer can see into.
#pragma once

namespace sealane::test {

/// Call it when DPDK's environment is up and before the first pool.  ThreadSanitizer sees only what
/// was compiled with it; DPDK's pools pass free buffers from thread to thread inside its own
/// libraries, so every second use of a buffer would look like a race.  From now on pools keep them
/// in a ring that is compiled here.  Without ThreadSanitizer it does nothing.
void make_pools_visible();

}  // namespace sealane::test
