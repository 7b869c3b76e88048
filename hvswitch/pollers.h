// How a worker polls the switch: each adapter, and the sweep of the address tables.
#pragma once

#include <algorithm>

#include "dataplane/worker/poller.h"
#include "hvswitch/forwarder.h"

namespace sealane::hvswitch {

/// One virtual adapter.
class AdapterPoller final : public worker::Poller {
  public:
    AdapterPoller(Forwarder& forwarder, AdapterId id) : forwarder_(forwarder), id_(id) {}

    unsigned poll(Instant now) override {
        return forwarder_.takes_turn(id_) ? forwarder_.forward(id_, now) : kPassedOver;
    }
    void service(Instant now) override { forwarder_.service(id_, now); }
    [[nodiscard]] int wake_descriptor() const override {
        return forwarder_.port(id_).wake_descriptor();
    }
    bool prepare_to_sleep() override { return forwarder_.port(id_).prepare_to_sleep(); }
    void awake() override { forwarder_.port(id_).awake(); }

  private:
    Forwarder& forwarder_;
    AdapterId id_;
};

/// Removes addresses that are too old, a few buckets at a time: once through each table in kSweep.
class AddressSweep final : public worker::Poller {
  public:
    static constexpr Duration kSweep = std::chrono::seconds{16};

    explicit AddressSweep(Switch& shared) : shared_(shared) {}

    unsigned poll(Instant /*now*/) override { return 0; }
    [[nodiscard]] bool needs_polling() const override { return false; }

    void service(Instant now) override {
        const Duration passed = std::min(now - last_, kSweep);
        last_ = now;
        for (std::uint8_t index = 0; index < shared_.vswitches(); ++index) {
            AddressTable& table = shared_.table({index});
            const double share =
                static_cast<double>(passed.count()) / static_cast<double>(kSweep.count());
            const auto buckets =
                static_cast<std::size_t>(static_cast<double>(table.buckets()) * share) + 1;
            shared_.write_tables([&] { table.age(now, buckets); });
        }
    }

  private:
    Switch& shared_;
    Instant last_{};
};

}  // namespace sealane::hvswitch
