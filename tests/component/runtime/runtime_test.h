// Whole systems on ring ports, with their workers running: what an embedder of the product has.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "control/config/model.h"
#include "control/runtime/system.h"
#include "dataplane/base/counters.h"
#include "tests/support/frame_bytes.h"

namespace sealane::runtime {

/// What a good file means.
[[nodiscard]] config::System model_of(const std::string& text);

/// A system of the file, on the environment that all tests share.
[[nodiscard]] Result<std::unique_ptr<System>> start_system(const config::System& model, Start how);

/// The client of `adapter`, a ring, sends frames, which are seen at one moment; false: not all
/// went.
bool send_at(System& system, const std::string& adapter, const std::vector<test::Bytes>& frames);
/// What has come out at `adapter`, a ring, so far.
std::vector<test::Bytes> take_at(System& system, const std::string& adapter);

class RuntimeTest : public testing::Test {
  protected:
    void start(const std::string& text);
    [[nodiscard]] System& system() const { return *system_; }

    /// The client of `adapter` sends a frame; false: its ring was full.
    bool send(const std::string& adapter, const test::Bytes& frame);
    /// Several, which the switch sees at one moment; false: not all went.
    bool send_together(const std::string& adapter, const std::vector<test::Bytes>& frames);
    /// What has come out at `adapter` when nothing moves any more.
    std::vector<test::Bytes> take(const std::string& adapter);
    void settle() { ASSERT_TRUE(system_->settle(10)) << "frames go round for ever"; }
    [[nodiscard]] AdapterTotals totals(const std::string& adapter) const;

    /// Once all clients have taken what there was: the laws hold, and all buffers are back.
    void TearDown() override;

  private:
    std::unique_ptr<System> system_;
};

}  // namespace sealane::runtime
