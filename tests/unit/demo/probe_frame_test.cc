#include "control/app/demo/pair/probe_frame.h"

#include <gtest/gtest.h>

#include "dataplane/wire/bytes.h"
#include "dataplane/wire/head.h"

namespace sealane::app {
namespace {

constexpr MacAddress kDst{0x0200'0000'0099}, kSrc{0x0200'0000'0001};
constexpr Mark kMark{.stream = 7, .number = 0x1'0000'0002};

TEST(ProbeFrame, ItsMarkIsReadBackWithAndWithoutATag) {
    const ProbeFrame untagged = write_probe(kDst, kSrc, {}, kMark);
    const ProbeFrame tagged = write_probe(kDst, kSrc, VlanId{3}, kMark);
    EXPECT_EQ(untagged.size, 60U);
    EXPECT_EQ(tagged.size, 64U);
    EXPECT_EQ(read_probe(untagged.view()), kMark);
    EXPECT_EQ(read_probe(tagged.view()), kMark);
}

TEST(ProbeFrame, AddressesAndTagStandWhereAnyoneReadsThem) {
    const ProbeFrame frame = write_probe(kDst, kSrc, VlanId{3}, kMark);
    const wire::FrameHead head = wire::parse(frame.bytes.data(), frame.size);
    EXPECT_EQ(head.dst, kDst);
    EXPECT_EQ(head.src, kSrc);
    EXPECT_EQ(head.tpid, wire::kTpidCustomer);
    EXPECT_EQ(head.tci.vid(), VlanId{3});
}

TEST(ProbeFrame, OtherFramesHaveNoMark) {
    ProbeFrame frame = write_probe(kDst, kSrc, {}, kMark);
    EXPECT_FALSE(read_probe(frame.view().first(29)));  // one byte short of the mark
    EXPECT_TRUE(read_probe(frame.view().first(30)));
    wire::store_be16(frame.bytes.data() + 12, 0x8035);  // RARP
    EXPECT_FALSE(read_probe(frame.view()));
    EXPECT_FALSE(read_probe({}));
}

}  // namespace
}  // namespace sealane::app
