#include "tests/unit/rpc/fake_system.h"

#include <utility>

namespace sealane::runtime {

namespace {

constexpr auto kIn = static_cast<std::size_t>(Direction::In);
constexpr auto kBetween = static_cast<std::size_t>(Direction::Between);
constexpr auto kOut = static_cast<std::size_t>(Direction::Out);

std::size_t at(Drop why) { return static_cast<std::size_t>(why); }

AdapterReport adapter(const char* name, AdapterRole role, PortReport port) {
    AdapterReport report;
    report.name = name;
    report.role = role;
    report.mtu = 1'500;
    report.port = std::move(port);
    return report;
}

AdapterReport client() {
    AdapterReport report =
        adapter("lpar1/ent0", AdapterRole::Client, {true, "qemu-stream", "run/lpar1.sock", 2});
    report.totals.rx_frames = 10;
    report.totals.rx_bytes = 640;
    report.totals.admitted = 7;
    report.totals.copies = 1;
    report.totals.offered = 5;
    report.totals.tx_frames = 2;
    report.totals.tx_bytes = 128;
    report.totals.drops[kIn][at(Drop::IngressVlan)] = 3;
    report.totals.drops[kBetween][at(Drop::NoDestination)] = 2;
    report.totals.drops[kOut][at(Drop::QueueFull)] = 1;
    report.vswitch = "ETHERNET0";
    report.pvid = {1};
    report.vids = {{10}, {20}};
    report.mac = MacAddress{0x02005e100001};
    report.addresses = 1;
    return report;
}

AdapterReport trunk() {
    AdapterReport report =
        adapter("vios1/ent3", AdapterRole::Trunk, {true, "none", "link to vios1/ent6", 0});
    report.totals.drops[kOut][at(Drop::QueueFull)] = 4;
    report.vswitch = "ETHERNET0";
    report.pvid = {99};
    report.tag_pvid = true;
    report.vids = {{1}};
    report.trunk_priority = 1;
    report.slot = SlotReport{0, true, "vios1/ent3", 1};
    return report;
}

SeaReport sea() {
    SeaReport report;
    report.name = "vios1/ent6";
    report.real_adapter = "vios1/ent0";
    report.trunks = {{"vios1/ent3", {99}, {{1}}, true, true}};
    report.ha_mode = "disabled";
    report.state = "PRIMARY";
    report.bridge_mode = "All";
    report.priority = 1;
    return report;
}

/// One of a pair that shares.
SeaReport paired_sea() {
    SeaReport report = sea();
    report.name = "vios2/ent6";
    report.real_adapter = "vios2/ent0";
    report.trunks[0].adapter = "vios2/ent3";
    report.ha_mode = "sharing";
    report.state = "BACKUP_SH";
    report.bridge_mode = "Partial";
    report.priority = 2;
    report.pair = PairReport{.since_s = 12.25,
                             .reason = "it owns a part of the trunk slots",
                             .times_primary = 1,
                             .times_backup = 2,
                             .flip_flop = 3,
                             .partner_known = true,
                             .partner_state = "PRIMARY_SH",
                             .partner_priority = 1,
                             .control_pvid = VlanId{100},
                             .announced = 6,
                             .received = {{"keep-alive", 40},
                                          {"recovery", 1},
                                          {"notify", 0},
                                          {"limbo", 0},
                                          {"hello", 2}},
                             .sent = {{"keep-alive", 41}},
                             .rejected = {{"replay", 5}, {"bad-seal", 0}},
                             .alarms = {"same_priority"}};
    return report;
}

config::Vswitch vswitch(const char* name) {
    config::Vswitch made;
    made.name = name;
    return made;
}

}  // namespace

std::unique_ptr<System::Parts> fake_parts() {
    auto parts = std::make_unique<System::Parts>();
    parts->model.name = "frame1";
    parts->model.vswitches = {vswitch("ETHERNET0")};
    parts->system = {"frame1", "", "frame.yaml", 61.5, false, 2, 4'096, 17};
    parts->adapters = {
        client(),
        trunk(),
        adapter("vios1/ent0", AdapterRole::Physical, {false, "ethdev", "link down", 0}),
        adapter("vios1/ent6", AdapterRole::Sea, {true, "sea", "virtual side of vios1/ent6", 0}),
    };
    parts->adapters[2].worker = 1;
    parts->seas = {sea(), paired_sea()};
    parts->events = {{1, 30.5, "vios2/ent6", "role", "INIT > BACKUP", "the partner bridges"},
                     {2, 12.25, "vios2/ent6", "alarm", "same_priority", "the partner has it"}};
    parts->tables = {{"ETHERNET0", 2, 65'536, 3, 0, 1, 0, 0}};
    parts->addresses = {
        {"ETHERNET0", {1}, {0x02005e100001}, "lpar1/ent0", "configured", 0},
        {"ETHERNET0", {10}, {0x02005e100002}, "lpar1/ent0", "learned", 12},
    };
    return parts;
}

System::System(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
System::~System() = default;

const config::System& System::model() const { return parts_->model; }
SystemReport System::system() const { return parts_->system; }
std::vector<AdapterReport> System::adapters() const { return parts_->adapters; }
std::vector<PartReport> System::elsewhere() const { return {}; }
std::vector<AdapterReport> System::tallies() const { return parts_->adapters; }
std::vector<SeaReport> System::seas() const { return parts_->seas; }
std::vector<AddressTableReport> System::address_tables() const { return parts_->tables; }

std::vector<AddressReport> System::addresses(const std::string&, std::size_t limit) const {
    auto addresses = parts_->addresses;
    if (addresses.size() > limit) addresses.resize(limit);
    return addresses;
}

Status System::add_addresses(const std::vector<AddressRequest>& requests) {
    for (std::size_t i = 0; i < requests.size(); ++i) {
        if (requests[i].adapter != "lpar1/ent0") {
            return Error{"entry " + std::to_string(i + 1) + ": no adapter is called '" +
                         requests[i].adapter + "'"};
        }
    }
    if (requests.size() > 1 && requests[0].mac == requests[1].mac) {
        return Error{"entry 2: not as in entry 1"};
    }
    parts_->added.insert(parts_->added.end(), requests.begin(), requests.end());
    return done();
}

Result<bool> System::remove_address(const std::string&, VlanId, MacAddress mac) {
    if (mac == MacAddress{0x02005e100001}) return Error{"it is lpar1/ent0's own address"};
    return mac == MacAddress{0x02005e100002};
}

Result<std::size_t> System::flush_addresses(const FlushRequest& request) {
    parts_->flushed.push_back(request);
    return std::size_t{5};
}

std::vector<EventReport> System::events(std::uint64_t after) const {
    std::vector<EventReport> found = parts_->events;
    std::erase_if(found, [&](const EventReport& event) { return event.number <= after; });
    return found;
}

Status System::set_ha_mode(const std::string& sea, const std::string& mode) {
    if (sea != "vios2/ent6") return Error{"no SEA is called '" + sea + "'"};
    parts_->ha_mode = mode;
    return done();
}

Status System::set_mtu(const std::string& adapter, std::uint32_t mtu) {
    if (adapter != "lpar1/ent0") return Error{"no adapter is called '" + adapter + "'"};
    parts_->mtu = mtu;
    return done();
}

Result<std::string> System::add_adapter(const std::string& partition, std::string_view text) {
    if (text.find("pvid") == std::string_view::npos)
        return Error{"1:1: " + partition + "/ent0: pvid is missing"};
    parts_->adapters.push_back(
        {.name = partition + "/ent0", .mac = MacAddress{0x02'00'00'00'00'09}});
    return parts_->adapters.back().name;
}
Status System::remove_adapter(const std::string& adapter) {
    const auto is_it = [&](const AdapterReport& one) { return one.name == adapter; };
    if (std::erase_if(parts_->adapters, is_it) == 1) return done();
    return Error{"no adapter is called '" + adapter + "'; see `sealane show`"};
}

Result<ImpairReport> System::impairments(const std::string& adapter) const {
    if (adapter != "lpar1/ent0") return Error{adapter + " can't be impaired"};
    return ImpairReport{.impairments = parts_->impairments,
                        .in = {{"lost", 3}, {"delayed", 0}},
                        .out = {{"lost", 0}, {"delayed", 0}}};
}
Status System::impair(const std::string&, const Impairments& impairments) {
    parts_->impairments = impairments;
    return done();
}

}  // namespace sealane::runtime
