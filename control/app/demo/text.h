// configs/demo.yaml, built in.
#pragma once

namespace sealane::app {

extern const char* const kDemoText;

}  // namespace sealane::app
