// Root may do everything; while one of these lives, it may not.
#pragma once

#include <unistd.h>

#include <gtest/gtest.h>

namespace sealane {

/// Somebody else than root, if we are root.
class Unprivileged {
  public:
    Unprivileged() { become(kNobody); }
    ~Unprivileged() { become(0); }
    Unprivileged(const Unprivileged&) = delete;
    Unprivileged& operator=(const Unprivileged&) = delete;

  private:
    static constexpr uid_t kNobody = 65'534;

    void become(uid_t user) const {
        if (!was_root_) return;
        EXPECT_EQ(::seteuid(user), 0);
    }

    bool was_root_ = ::getuid() == 0;
};

}  // namespace sealane
