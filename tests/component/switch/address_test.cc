// Who gets a unicast frame: the address table as clients see it, F01 to F25 of the cases.
#include <set>

#include "hvswitch/pollers.h"
#include "tests/component/switch/t_sw.h"

namespace sealane::test {
namespace {

using hvswitch::AddressKind;

constexpr AdapterId kA{0}, kB{1}, kC{2}, kD{3};

/// Four access adapters in VLAN 10, nothing else.
RigSpec four(std::size_t capacity = 4096) {
    RigSpec spec;
    for (const char* name : {"a", "b", "c", "d"}) {
        spec.adapters.push_back({.name = name, .rules = member_of(10)});
    }
    spec.tables = {{.capacity = capacity}};
    return spec;
}

class Addresses : public RigTest {
  protected:
    /// `who` shows itself behind `at`, which all others of VLAN 10 see.
    void show(AdapterId at, MacAddress who) {
        const FrameSpec hello = frame(kBroadcast, who);
        Outcome outcome;
        for (std::uint16_t i = 0; i < rig().adapters(); ++i) {
            if (AdapterId{i} != at) outcome.out.emplace_back(AdapterId{i}, hello);
        }
        expect_it(at, hello, outcome);
    }
    void expect_only(AdapterId from, AdapterId to, MacAddress dst) {
        const FrameSpec sent = frame(dst, host(0xffff));
        expect_it(from, sent, {.out = {{to, sent}}});
        forget(host(0xffff));
    }
    void expect_nobody(AdapterId from, MacAddress dst, Drop why = Drop::NoDestination) {
        expect_it(from,
                  frame(dst, host(0xffff)),
                  {.drops = {{.at = from, .direction = Direction::Between, .why = why}}});
        forget(host(0xffff));
    }
    void forget(MacAddress who) { rig().shared().table({}).forget({{}, {10}, who}); }
    hvswitch::AddressTable& table() { return rig().shared().table({}); }

    bool one_by_one_ = false;  ///< Or each frame in all counts, as usual.

  private:
    void expect_it(AdapterId from, const FrameSpec& in, const Outcome& outcome) {
        one_by_one_ ? expect_once(from, in, outcome) : expect_now(from, in, outcome);
    }
};

TEST_F(Addresses, F01UnknownReachesNobodyAndOnceSeenItsAdapterOnly) {
    make(four());
    expect_nobody(kA, host(1));
    show(kB, host(1));
    expect_only(kA, kB, host(1));
    expect_only(kC, kB, host(1));
}

TEST_F(Addresses, F01KnownUnicastInBurstsReachesItsAdapterOnly) {
    RigSpec spec = four();
    spec.adapters[1].rules.mac = mac_of(kB);
    make(spec);
    const FrameSpec to_b = frame(mac_of(kB), host(1));
    expect(kA, to_b, {.out = {{kB, to_b}}});
}

TEST_F(Addresses, F02UnusedAddressGoesAfterItsAgeAndAUsedOneStays) {
    make(four());
    hvswitch::AddressSweep sweep(rig().shared());
    const Instant start{std::chrono::hours{2}};
    const auto at = [&](std::chrono::seconds passed) {
        rig().set_time(start + passed);
        // As the worker calls it: often enough for the whole table in kSweep.
        for (int i = 0; i < 4; ++i) {
            sweep.service(start + passed + i * hvswitch::AddressSweep::kSweep);
        }
    };
    rig().set_time(start);
    show(kB, host(1));
    show(kB, host(2));
    rig().set_time(start + std::chrono::seconds{200});
    show(kB, host(2));

    at(std::chrono::seconds{230});
    expect_only(kA, kB, host(1));
    at(std::chrono::seconds{310});
    expect_nobody(kA, host(1));
    expect_only(kA, kB, host(2));
}

TEST_F(Addresses, F03NothingIsLearnedWhereNothingMayBeAndFramesStillFlow) {
    RigSpec spec = four();
    spec.adapters[kB.index].rules.max_macs = 0;
    make(spec);
    show(kB, host(1));
    expect_nobody(kA, host(1));
    EXPECT_EQ(table().size(), 0U);
}

TEST_F(Addresses, F04AddressThatMovedIsReachedAtItsNewAdapterOnly) {
    make(four());
    show(kA, host(1));
    show(kC, host(1));
    expect_only(kB, kC, host(1));
    expect_only(kA, kC, host(1));
    EXPECT_EQ(table().counts().moved, 1U);
}

TEST_F(Addresses, F05OneAddressInTwoVlansIsTwoAddresses) {
    RigSpec spec;
    spec.adapters = {{.name = "both", .rules = member_of(10, {20})},
                     {.name = "in10", .rules = member_of(10)},
                     {.name = "in20", .rules = member_of(20)}};
    make(spec);
    const FrameSpec hello = frame(kBroadcast, host(1));
    expect_now({1}, hello, {.out = {{{0}, hello}}});
    expect_now({2}, hello, {.out = {{{0}, hello.tag({.vid = 20})}}});
    const FrameSpec to_it = frame(host(1), host(2));
    expect_now({0}, to_it, {.out = {{{1}, to_it}}});
    expect_now({0}, to_it.tag({.vid = 20}), {.out = {{{2}, to_it}}});
}

TEST_F(Addresses, F08SourceFixedElsewhereIsDroppedAndTheEntryStays) {
    make(four());
    ASSERT_TRUE(table().fix({{}, {10}, host(1)}, kB, AddressKind::Static).ok());
    expect(kA, frame(kBroadcast, host(1)), {.drops = {{.at = kA, .why = Drop::StaticViolation}}});
    expect_only(kC, kB, host(1));
    show(kB, host(1));
}

TEST_F(Addresses, F23OwnAddressOfAnotherAdapterIsNoSource) {
    RigSpec spec = four();
    spec.adapters[1].rules.mac = mac_of(kB);
    make(spec);
    expect(
        kA, frame(kBroadcast, mac_of(kB)), {.drops = {{.at = kA, .why = Drop::StaticViolation}}});
    expect_only(kC, kB, mac_of(kB));
}

TEST_F(Addresses, F09CommandMovesAFixedAddressAndAFlushLeavesIt) {
    make(four());
    show(kA, host(1));
    ASSERT_TRUE(table().fix({{}, {10}, host(1)}, kB, AddressKind::Static).ok());
    rig().forget_learned();
    expect_only(kC, kB, host(1));
    EXPECT_FALSE(table().fix({{}, {10}, host(1)}, kD, AddressKind::Static).ok());
    ASSERT_TRUE(table().forget({{}, {10}, host(1)}));
    ASSERT_TRUE(table().fix({{}, {10}, host(1)}, kD, AddressKind::Static).ok());
    expect_only(kC, kD, host(1));
}

TEST_F(Addresses, F10AdapterLearnsItsCapAndOneMoreIsForwardedAndNotLearned) {
    make(four());
    for (std::uint64_t i = 1; i <= 64; ++i) {
        show(kA, host(i));
    }
    EXPECT_EQ(table().learned_at(kA), 64U);
    show(kA, host(65));
    EXPECT_EQ(table().learned_at(kA), 64U);
    expect_only(kB, kA, host(1));
    expect_only(kB, kA, host(64));
    expect_nobody(kB, host(65));
    show(kC, host(65));  // another adapter has room
    expect_only(kB, kC, host(65));
    ASSERT_TRUE(table().fix({{}, {10}, host(66)}, kA, AddressKind::Static).ok());
    expect_only(kB, kA, host(66));
}

TEST_F(Addresses, F11FullTableTakesFromTheAdapterWithMost) {
    make(four(17));
    show(kD, host(99));
    show(kB, host(100));
    for (std::uint64_t i = 1; i <= 15; ++i) {
        show(kA, host(i));
    }
    EXPECT_EQ(table().size(), 17U);
    show(kC, host(200));
    const auto reach = [&](MacAddress dst, const Outcome& outcome) {
        expect_now(kD, frame(dst, host(99)), outcome);
    };
    reach(host(200), {.out = {{kC, frame(host(200), host(99))}}});
    reach(host(100), {.out = {{kB, frame(host(100), host(99))}}});
    reach(host(2), {.out = {{kA, frame(host(2), host(99))}}});
    // A's least recently used made room.
    reach(host(1),
          {.drops = {{.at = kD, .direction = Direction::Between, .why = Drop::NoDestination}}});
}

TEST_F(Addresses, F12OneVlanThatFillsTheTableDoesNotStarveAnother) {
    RigSpec spec = four(16);
    spec.adapters[kC.index].rules = member_of(20);
    spec.adapters[kD.index].rules = member_of(20);
    make(spec);
    for (std::uint64_t i = 1; i <= 20; ++i) {
        expect_now(kA, frame(kBroadcast, host(i)), {.out = {{kB, frame(kBroadcast, host(i))}}});
    }
    expect_now(kC, frame(kBroadcast, host(50)), {.out = {{kD, frame(kBroadcast, host(50))}}});
    const FrameSpec to_it = frame(host(50), host(51));
    expect_now(kD, to_it, {.out = {{kC, to_it}}});
}

TEST_F(Addresses, F13MeshOf100AddressesIsExactAfterEachChange) {
    make(four());
    one_by_one_ = true;  // there are hundreds
    std::set<std::uint64_t> known;
    const auto home = [](std::uint64_t i) { return AdapterId{static_cast<std::uint16_t>(i % 4)}; };
    const auto check = [&](std::uint64_t last) {
        for (std::uint64_t i = 1; i <= last; ++i) {
            const AdapterId from = home(i + 1);
            if (known.contains(i)) {
                expect_only(from, home(i), host(i));
            } else {
                expect_nobody(from, host(i));
            }
        }
    };
    const auto add = [&](std::uint64_t first, std::uint64_t last) {
        for (std::uint64_t i = first; i <= last; ++i) {
            show(home(i), host(i));
            known.insert(i);
        }
    };
    const auto remove = [&](std::uint64_t first, std::uint64_t last) {
        for (std::uint64_t i = first; i <= last; ++i) {
            forget(host(i));
            known.erase(i);
        }
    };
    add(1, 100);
    check(100);
    remove(5, 16);
    check(100);
    add(101, 200);
    check(200);
    remove(20, 179);
    check(200);
}

TEST_F(Addresses, F14FlushTakesWhatItNamesAndNothingElse) {
    make(four());
    show(kA, host(1));
    show(kB, host(2));
    table().flush([](auto, const auto& entry) { return entry.adapter == kA; });
    expect_nobody(kC, host(1));
    expect_only(kC, kB, host(2));
    table().flush([](auto key, const auto&) { return key.vlan() == VlanId{20}; });
    expect_only(kC, kB, host(2));
    table().flush([](auto key, const auto&) { return key.vlan() == VlanId{10}; });
    expect_nobody(kC, host(2));
}

TEST_F(Addresses, SamePortIsNeverSentBack) {
    make(four());
    show(kA, host(1));
    expect_nobody(kA, host(1), Drop::SamePort);
}

TEST_F(Addresses, F25EachOf4094VlansHasItsOwnAddress) {
    RigSpec spec;
    spec.adapters = {{.name = "a", .rules = member_of(0), .ring = 8192},
                     {.name = "b", .rules = member_of(0), .ring = 8192}};
    for (AdapterSpec& adapter : spec.adapters) {
        adapter.rules.vids.set().reset(0).reset(4095);
        adapter.rules.max_macs = 8192;
    }
    spec.tables = {{.capacity = 8192}};
    spec.frames = 8192;
    make(spec);
    const auto in_each = [](const FrameSpec& sent) {
        std::vector<Bytes> frames;
        for (std::uint16_t vid = 1; vid <= 4094; ++vid) {
            frames.push_back(sent.tag({.vid = vid}).bytes());
        }
        return frames;
    };
    const auto send = [&](AdapterId from, const std::vector<Bytes>& frames) {
        for (const Bytes& sent : frames) {
            rig().inject(from, sent);
        }
        rig().run();
    };
    const std::vector<Bytes> hello = in_each(frame(kBroadcast, host(1)));
    send(kB, hello);
    expect_exactly({.out = {{kA, hello}}});
    EXPECT_EQ(table().size(), 4094U);
    const std::vector<Bytes> answer = in_each(frame(host(1), host(2)));
    send(kA, answer);
    expect_exactly({.out = {{kB, answer}}});
}

}  // namespace
}  // namespace sealane::test
