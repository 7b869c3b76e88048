// configs/demo.yaml, built in.
#pragma once

namespace sealane::app {

[[nodiscard]] const char* demo_text();

}  // namespace sealane::app
