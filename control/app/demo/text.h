// The demo's configurations, built in.
#pragma once

namespace sealane::app {

/// configs/demo.yaml.
[[nodiscard]] const char* demo_text();
/// configs/demo-pair.yaml.
[[nodiscard]] const char* demo_pair_text();

}  // namespace sealane::app
