#include "control/failover/words.h"

#include <set>

#include <gtest/gtest.h>

namespace sealane::failover {
namespace {

ha::Statement said(ha::Kind kind) {
    return {.kind = kind,
            .node = {5},
            .role = ha::Role::BackupSh,
            .priority = 3,
            .mode = ha::Mode::Sharing,
            .uplink = true,
            .vlan_digest = 77,
            .trunks = kind == ha::Kind::ShareRequest || kind == ha::Kind::ShareGrant
                          ? ha::TrunkSet{0b110}
                          : ha::TrunkSet{},
            .refusal = kind == ha::Kind::ShareRefusal ? ha::Refusal::OneTrunk : ha::Refusal::None};
}

TEST(Words, EveryStatementComesBackFromItsMessage) {
    for (int kind = 0; kind <= static_cast<int>(ha::Kind::Goodbye); ++kind) {
        const ha::Statement one = said(static_cast<ha::Kind>(kind));
        for (const bool knows : {false, true}) {
            const ha::Message message =
                message_of(one, {.bridged = {0b1}, .transaction = 4, .knows_partner = knows});
            EXPECT_EQ(statement_of(message), one) << kind;
        }
    }
}

TEST(Words, WhoKnowsNobodySaysHello) {
    const ha::Statement keep_alive = said(ha::Kind::KeepAlive);
    EXPECT_EQ(message_of(keep_alive, {.knows_partner = false}).type, ha::MessageType::Hello);
    EXPECT_EQ(message_of(keep_alive, {}).type, ha::MessageType::KeepAlive);
}

TEST(Words, OnlySharingNamesATransaction) {
    EXPECT_EQ(message_of(said(ha::Kind::KeepAlive), {.transaction = 4}).transaction, 0U);
    EXPECT_EQ(message_of(said(ha::Kind::ShareRefusal), {.transaction = 4}).transaction, 4U);
}

TEST(Words, AKeepAliveNamesTheTrunksThatAreBridged) {
    EXPECT_EQ(message_of(said(ha::Kind::KeepAlive), {.bridged = {0b1}}).trunks, ha::TrunkSet{0b1});
}

TEST(Words, NoTwoRolesReasonsOrAlarmsReadTheSame) {
    std::set<std::string_view> words;
    for (std::size_t i = 0; i < ha::kRoleCount; ++i) {
        EXPECT_TRUE(words.insert(name_of(static_cast<ha::Role>(i))).second);
    }
    for (std::size_t i = 0; i <= static_cast<std::size_t>(ha::Reason::Stopped); ++i) {
        EXPECT_TRUE(words.insert(text_of(static_cast<ha::Reason>(i))).second);
    }
    for (std::size_t i = 0; i < ha::kAlarmCount; ++i) {
        EXPECT_TRUE(words.insert(name_of(static_cast<ha::AlarmCause>(i))).second);
        EXPECT_TRUE(words.insert(text_of(static_cast<ha::AlarmCause>(i))).second);
        EXPECT_TRUE(words.insert(text_when_over(static_cast<ha::AlarmCause>(i))).second);
    }
}

}  // namespace
}  // namespace sealane::failover
