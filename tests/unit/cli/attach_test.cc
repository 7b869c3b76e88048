// Each kind of port for each who may attach.
#include "control/cli/attach.h"

#include <map>
#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include "control/cli/render.h"

namespace sealane::cli {
namespace {

using Reply = nlohmann::json;
using Target = AttachTarget;

const config::QemuStreamPort kListens{.path = "run/1.sock"};
const config::QemuStreamPort kConnects{.path = "/s/1.sock", .listen = false};
const config::QemuDgramPort kDgram{.local = "/s/sw.sock", .remote = "/s/peer.sock"};
const config::ShmPort kShm{.path = "run/1.sock"};
const config::VhostUserPort kVhost{.path = "/s/g.sock"};
const config::VhostUserPort kVhostTwo{.path = "/s/g.sock", .server = true, .queues = 2};

config::System system_with(const config::PortSpec& port,
                           config::AdapterKind kind = config::AdapterKind::Virtual) {
    config::Adapter adapter{.name = "ent0", .kind = kind, .port = port};
    if (kind == config::AdapterKind::Virtual) adapter.mac = MacAddress{0x0200'0000'0001};
    return {.name = "frame1", .partitions = {{.name = "lpar1", .adapters = {adapter}}}};
}

Result<Reply> ask(const config::PortSpec& port,
                  std::optional<Target> target,
                  QemuVersion qemu = {}) {
    return attach_reply(
        system_with(port),
        {.adapter = "lpar1/ent0", .directory = "/home/me", .target = target, .qemu = qemu});
}

/// The lines, in order.
std::vector<std::string> texts(const config::PortSpec& port, Target target, QemuVersion qemu = {}) {
    std::vector<std::string> all;
    const Result<Reply> reply = ask(port, target, qemu);
    if (!reply) return {reply.error().text};
    for (const Reply& line : (*reply)["lines"]) {
        EXPECT_EQ(line["for"], name_of(target));
        all.push_back(line["text"]);
    }
    return all;
}

using Lines = std::vector<std::string>;

TEST(Attach, QemuConnectsToAStreamPortThatListens) {
    const std::string netdev =
        "-netdev "
        "stream,id=lpar1-ent0,server=off,addr.type=unix,addr.path=/home/me/run/1.sock";
    const std::string x86 = " -device virtio-net-pci,netdev=lpar1-ent0,mac=02:00:00:00:00:01";
    const std::string pseries = " -device spapr-vlan,netdev=lpar1-ent0,mac=02:00:00:00:00:01";
    EXPECT_EQ(texts(kListens, Target::Qemu, {7, 2}), (Lines{netdev + x86, netdev + pseries}));
    for (const auto& [version, option] : {std::pair(QemuVersion{8, 0}, ",reconnect=1"),
                                          std::pair(QemuVersion{9, 1}, ",reconnect=1"),
                                          std::pair(QemuVersion{9, 2}, ",reconnect-ms=100")}) {
        EXPECT_EQ(texts(kListens, Target::Qemu, version),
                  (Lines{netdev + option + x86, netdev + option + pseries}));
    }
}

TEST(Attach, QemuListensForAStreamPortThatConnects) {
    EXPECT_EQ(texts(kConnects, Target::Qemu, {9, 2}).front(),
              "-netdev stream,id=lpar1-ent0,server=on,addr.type=unix,addr.path=/s/1.sock "
              "-device virtio-net-pci,netdev=lpar1-ent0,mac=02:00:00:00:00:01");
}

TEST(Attach, QemusLocalSocketIsTheDgramPortsRemoteOne) {
    EXPECT_EQ(texts(kDgram, Target::Qemu).back(),
              "-netdev dgram,id=lpar1-ent0,local.type=unix,local.path=/s/peer.sock,"
              "remote.type=unix,remote.path=/s/sw.sock "
              "-device spapr-vlan,netdev=lpar1-ent0,mac=02:00:00:00:00:01");
}

TEST(Attach, QemuSharesItsMemoryWithAVhostUserPort) {
    EXPECT_EQ(texts(kVhost, Target::Qemu),
              Lines{"-m 512M -object memory-backend-memfd,id=mem0,size=512M,share=on "
                    "-machine memory-backend=mem0 "
                    "-chardev socket,id=lpar1-ent0-socket,path=/s/g.sock,server=on,wait=off "
                    "-netdev vhost-user,id=lpar1-ent0,chardev=lpar1-ent0-socket "
                    "-device virtio-net-pci,netdev=lpar1-ent0,mac=02:00:00:00:00:01"});
    const std::string two = texts(kVhostTwo, Target::Qemu).front();
    EXPECT_NE(two.find("path=/s/g.sock,reconnect=1 -netdev"), std::string::npos) << two;
    EXPECT_NE(two.find(",queues=2 -device"), std::string::npos) << two;
    EXPECT_TRUE(two.ends_with(",mq=on,vectors=6")) << two;
    EXPECT_NE(texts(kVhostTwo, Target::Qemu, {9, 2}).front().find(",reconnect-ms=100 "),
              std::string::npos);
    EXPECT_EQ(texts(kVhost, Target::Qemu, {6, 0}).size(), 1U) << "it is older than -netdev stream";
}

TEST(Attach, QemuBeforeItsStreamsIsToldSo) {
    EXPECT_EQ(texts(kListens, Target::Qemu, {7, 1}),
              Lines{"QEMU 7.1 has no -netdev stream; 7.2 is the first that has"});
    EXPECT_EQ(texts(kDgram, Target::Libvirt, {5, 2}),
              Lines{"QEMU 5.2 has no -netdev dgram; 7.2 is the first that has"});
    const Result<Reply> all = ask(kListens, std::nullopt, {7, 1});
    ASSERT_TRUE(all.ok());
    EXPECT_EQ((*all)["lines"][0]["for"], "vde");
    EXPECT_EQ((*all)["notes"][0], "QEMU 7.1 has no -netdev stream; 7.2 is the first that has");
}

TEST(Attach, LibvirtHasAnInterfaceForVhostUser) {
    EXPECT_EQ(texts(kVhostTwo, Target::Libvirt).back(),
              "<interface type='vhostuser'>\n"
              "  <mac address='02:00:00:00:00:01'/>\n"
              "  <source type='unix' path='/s/g.sock' mode='client'>\n"
              "    <reconnect enabled='yes' timeout='1'/>\n"
              "  </source>\n"
              "  <model type='virtio'/>\n"
              "  <driver queues='2'/>\n"
              "</interface>");
    const Lines one = texts(kVhost, Target::Libvirt);
    EXPECT_NE(one.front().find("<access mode='shared'/>"), std::string::npos);
    EXPECT_NE(one.back().find("path='/s/g.sock' mode='server'/>"), std::string::npos);
    EXPECT_EQ(one.back().find("queues"), std::string::npos);
}

TEST(Attach, LibvirtPassesTheOthersToQemu) {
    EXPECT_EQ(texts(kConnects, Target::Libvirt).front(),
              "<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>\n"
              "  <qemu:arg value='-netdev'/>\n"
              "  <qemu:arg value='stream,id=lpar1-ent0,server=on,addr.type=unix,"
              "addr.path=/s/1.sock'/>\n"
              "  <qemu:arg value='-device'/>\n"
              "  <qemu:arg value='virtio-net-pci,netdev=lpar1-ent0,mac=02:00:00:00:00:01'/>\n"
              "</qemu:commandline>");
}

TEST(Attach, VdeHasAUrlAndQemuTakesIt) {
    EXPECT_EQ(texts(kListens, Target::Vde),
              (Lines{"vde_open(\"sealane:///home/me/run/1.sock\", \"\", NULL)",
                     "-netdev vde,id=lpar1-ent0,sock=sealane:///home/me/run/1.sock"}));
}

TEST(Attach, TestpmdListensUnlessThePortDoes) {
    EXPECT_EQ(texts(kVhost, Target::Testpmd),
              Lines{"dpdk-testpmd --no-huge --no-shconf --no-pci -m 256 "
                    "--vdev=net_virtio_user0,path=/s/g.sock,queue_size=256,server=1,"
                    "mac=02:00:00:00:00:01 -- -i --total-num-mbufs=8192"});
    EXPECT_EQ(texts(kVhostTwo, Target::Testpmd),
              Lines{"dpdk-testpmd --no-huge --no-shconf --no-pci -m 256 "
                    "--vdev=net_virtio_user0,path=/s/g.sock,queue_size=256,queues=2,"
                    "mac=02:00:00:00:00:01 -- -i --total-num-mbufs=8192 --rxq=2 --txq=2"});
}

TEST(Attach, TheLibraryHasAUrl) {
    EXPECT_EQ(texts(kListens, Target::Library),
              Lines{"sealane_port_open(\"unix:/home/me/run/1.sock\", NULL, error, sizeof error)"});
    EXPECT_EQ(
        texts(kDgram, Target::Library),
        Lines{"sealane_port_open(\"dgram:/s/peer.sock,/s/sw.sock\", NULL, error, sizeof error)"});
}

TEST(Attach, TheLibraryAloneAttachesBySharedMemory) {
    const std::string url =
        "sealane_port_open(\"shm:/home/me/run/1.sock\", NULL, error, sizeof error)";
    EXPECT_EQ(texts(kShm, Target::Library), Lines{url});
    const Result<Reply> all = ask(kShm, std::nullopt, {7, 1});
    ASSERT_TRUE(all.ok());
    EXPECT_EQ((*all)["port"], "shm, listens at /home/me/run/1.sock");
    ASSERT_EQ((*all)["lines"].size(), 1U);
    EXPECT_EQ((*all)["lines"][0]["text"], url);
    EXPECT_TRUE((*all)["notes"].empty()) << "QEMU's age is nothing to it";
    for (const Target other : {Target::Qemu, Target::Libvirt, Target::Vde, Target::Testpmd}) {
        EXPECT_TRUE(texts(kShm, other).front().ends_with("can't attach to it; use library"));
    }
}

TEST(Attach, WhoCantAttachIsToldWhoCan) {
    EXPECT_EQ(texts(kVhost, Target::Vde),
              Lines{"lpar1/ent0 is vhost-user, connects to /s/g.sock, 1 queue pair: vde can't "
                    "attach to it; use qemu, libvirt, testpmd"});
    EXPECT_EQ(texts(kListens, Target::Testpmd),
              Lines{"lpar1/ent0 is qemu-stream, listens at /home/me/run/1.sock: testpmd can't "
                    "attach to it; use qemu, libvirt, vde, library"});
    EXPECT_NE(texts(kConnects, Target::Library).front().find("use qemu, libvirt"),
              std::string::npos);
}

TEST(Attach, APortThatNobodyCanAttachToIsSaidToBeWhatItIs) {
    const std::pair<config::PortSpec, const char*> cases[] = {
        {config::NoPort{}, "lpar1/ent0 has no port"},
        {config::RingPort{}, "lpar1/ent0 is a ring within the switch's process"},
        {config::EthdevPort{.devargs = "net_tap0,iface=t0"},
         "lpar1/ent0 is the DPDK device net_tap0,iface=t0"},
        {config::EthdevPort{.pci = "0000:01:00.0"}, "lpar1/ent0 is the DPDK device 0000:01:00.0"}};
    for (const auto& [port, begin] : cases) {
        for (const std::optional<Target> target :
             {std::optional<Target>(), std::optional(Target::Qemu)}) {
            const Result<Reply> reply = ask(port, target);
            ASSERT_FALSE(reply.ok()) << begin;
            EXPECT_TRUE(reply.error().text.starts_with(begin)) << reply.error().text;
        }
    }
}

TEST(Attach, ASeaAndWhoIsNotThereAreNamed) {
    config::System system = system_with(kListens);
    system.partitions[0].seas = {{.name = "ent6", .real_adapter = "ent0"}};
    EXPECT_EQ(attach_reply(system, {.adapter = "lpar1/ent6"}).error().text,
              "lpar1/ent6 is a SEA and has no port; its real adapter is lpar1/ent0");
    EXPECT_EQ(attach_reply(system, {.adapter = "lpar9/ent0"}).error().text,
              "no adapter is called 'lpar9/ent0'");
}

TEST(Attach, TheMacIsTheAdaptersOwnAlsoIfItIsAutoAndNoneBehindARealAdapter) {
    config::System system = system_with(kListens);
    config::Partition& lpar = system.partitions[0];
    lpar.adapters[0].mac.reset();
    const std::string expected = to_string(config::auto_mac(system, lpar, lpar.adapters[0]));
    const Result<Reply> automatic =
        attach_reply(system, {.adapter = "lpar1/ent0", .directory = "/", .target = Target::Qemu});
    EXPECT_EQ((*automatic)["mac"], expected);
    EXPECT_TRUE(
        (*automatic)["lines"][0]["args"][3].get<std::string>().ends_with(",mac=" + expected));
    EXPECT_EQ((*automatic)["port"], "qemu-stream, listens at /run/1.sock");

    const Result<Reply> real = attach_reply(system_with(kListens, config::AdapterKind::Physical),
                                            {.adapter = "lpar1/ent0", .directory = "/x"});
    EXPECT_TRUE((*real)["mac"].is_null());
    EXPECT_EQ(real->dump().find("mac="), std::string::npos);
}

TEST(Attach, OddPathsAreQuotedAsTheirReadersTakeThem) {
    const config::QemuStreamPort odd{.path = "/s/it's, \"a\" & <b>"};
    const Result<Reply> reply = ask(odd, std::nullopt);
    ASSERT_TRUE(reply.ok());
    std::map<std::string, Reply> first;
    for (const Reply& line : (*reply)["lines"]) {
        first.try_emplace(line["for"].get<std::string>(), line);
    }
    EXPECT_EQ(first["qemu"]["args"][1],
              "stream,id=lpar1-ent0,server=off,addr.type=unix,addr.path=/s/it's,, \"a\" & <b>");
    EXPECT_NE(first["qemu"]["text"].get<std::string>().find(
                  "'stream,id=lpar1-ent0,server=off,addr.type=unix,addr.path="
                  "/s/it'\\''s,, \"a\" & <b>' -device"),
              std::string::npos);
    EXPECT_NE(
        first["libvirt"]["text"].get<std::string>().find("/s/it&apos;s,, \"a\" &amp; &lt;b>'"),
        std::string::npos);
    EXPECT_NE(
        first["library"]["text"].get<std::string>().find("(\"unix:/s/it's, \\\"a\\\" & <b>\","),
        std::string::npos);

    config::VhostUserPort comma = kVhost;
    comma.path = "/s/a,b";
    EXPECT_EQ(texts(comma, Target::Testpmd),
              Lines{"DPDK's --vdev can't name /s/a,b, for its commas and brackets"});
    config::QemuDgramPort mine = kDgram;
    mine.remote = "/s/a,b";
    EXPECT_EQ(texts(mine, Target::Library),
              Lines{"dgram:MINE,THEIRS can't name /s/a,b, for its comma"});
}

TEST(Attach, APathThatIsTooLongOnceItIsAbsoluteIsNoted) {
    const config::QemuStreamPort port{.path = std::string(99, 'x')};
    const auto notes = [&](const std::string& directory) {
        return (*attach_reply(
            system_with(port),
            {.adapter = "lpar1/ent0", .directory = directory, .target = Target::Library}))["notes"];
    };
    EXPECT_TRUE(notes("/abcdef").empty()) << "107 bytes";
    EXPECT_NE(notes("/abcdefg").at(0).get<std::string>().find("108 bytes"), std::string::npos);
}

TEST(Attach, ARelativePathInADirectoryThatHasGoneIsNotGuessed) {
    const auto nowhere = [](const config::PortSpec& port) {
        return attach_reply(system_with(port), {.adapter = "lpar1/ent0"});
    };
    EXPECT_EQ(nowhere(kListens).error().text,
              "lpar1/ent0's sockets are in a working directory that has been removed");
    EXPECT_TRUE(nowhere(kConnects).ok()) << "its path is absolute";
    config::QemuDgramPort half = kDgram;
    half.remote = "peer.sock";
    EXPECT_FALSE(nowhere(half).ok());
}

TEST(Attach, TheTextHasAHeadingForEachAndItsNotes) {
    EXPECT_EQ(render_attach(*ask(kListens, Target::Qemu, {7, 2})),
              "lpar1/ent0: qemu-stream, listens at /home/me/run/1.sock\n\n"
              "QEMU 7.2, x86:\n"
              "  -netdev stream,id=lpar1-ent0,server=off,addr.type=unix,"
              "addr.path=/home/me/run/1.sock "
              "-device virtio-net-pci,netdev=lpar1-ent0,mac=02:00:00:00:00:01\n\n"
              "QEMU 7.2, pseries:\n"
              "  -netdev stream,id=lpar1-ent0,server=off,addr.type=unix,"
              "addr.path=/home/me/run/1.sock "
              "-device spapr-vlan,netdev=lpar1-ent0,mac=02:00:00:00:00:01\n\n"
              "note: QEMU 7.2 does not connect again when the switch has restarted; with `connect` "
              "in the port's place of `listen` the switch does\n");
}

}  // namespace
}  // namespace sealane::cli
