// `sealane demo`: the product in a few seconds, without root, hugepages or a configuration.
#pragma once

namespace sealane::app {

/// Runs configs/demo.yaml in this process, plays its clients and the outside host, shows each
/// frame's way (as text or JSON), and checks it.  Returns the exit code: 0 if every frame went
/// where it should and all are accounted for.
int run_demo(bool json);

}  // namespace sealane::app
