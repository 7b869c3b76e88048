// `sealane demo`: the product in half a minute, without root, hugepages or a configuration.
#pragma once

namespace sealane::app {

/// First configs/demo.yaml in this process: plays its clients and the outside host, shows each
/// frame's way, and checks it.  Then configs/demo-pair.yaml as three processes: kills a VIOS,
/// brings it back and moves its VLANs on purpose under numbered frames, and tells what clients
/// noticed.  As text while it happens, or as JSON at the end.  Returns the exit code: 0 if every
/// frame went where it should, all are accounted for, traffic came back after each deed, and
/// planned ones lost none. Start no thread before it.
int run_demo(bool json);

}  // namespace sealane::app
