// A port that takes what it is told to take, keeps all it was sent, and gives nothing.
#pragma once

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "dataplane/port/batch.h"
#include "dataplane/port/offload.h"
#include "dataplane/port/port.h"
#include "tests/support/mbufs.h"

namespace sealane::test {

class TakingPort final : public port::Port {
  public:
    explicit TakingPort(port::Offloads offloads = {}, port::PortTraits traits = {})
        : offloads_(offloads), traits_(traits) {}

    std::uint16_t receive(rte_mbuf** /*frames*/,
                          std::uint16_t /*room*/,
                          port::Tally& /*tally*/) override {
        return 0;
    }
    void send(rte_mbuf** frames, std::uint16_t count, port::Tally& tally) override {
        EXPECT_GT(count, 0);
        EXPECT_LE(count, port::kBurst);
        ++sends;
        std::uint64_t length = 0;
        for (std::uint16_t i = 0; i < count; ++i) {
            length += port::length_of(frames[i]);
            taken.push_back(bytes_of(frames[i]));
            flags.push_back(frames[i]->ol_flags);
            pieces.push_back(frames[i]->tso_segsz);
            tags.push_back(port::has_tag_beside(frames[i]) ? frames[i]->vlan_tci : 0);
        }
        rte_pktmbuf_free_bulk(frames, count);
        tally.sent(count, length);
    }
    [[nodiscard]] port::PortTraits traits() const override { return traits_; }
    [[nodiscard]] port::Offloads offloads() const override {
        ++asked;
        return offloads_;
    }
    [[nodiscard]] bool is_up() const override { return up; }
    [[nodiscard]] port::PortState state() const override { return {}; }

    bool up = true;
    unsigned sends = 0;
    mutable unsigned asked = 0;
    std::vector<Bytes> taken;
    std::vector<std::uint64_t> flags;
    std::vector<std::uint64_t> pieces;
    std::vector<std::uint16_t> tags;

  private:
    port::Offloads offloads_;
    port::PortTraits traits_;
};

}  // namespace sealane::test
