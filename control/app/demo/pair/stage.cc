#include "control/app/demo/pair/stage.h"

#include <fstream>

#include "control/app/demo/pair/frame_parts.h"
#include "control/app/demo/pair/traffic.h"
#include "control/app/demo/text.h"
#include "control/runtime/clock.h"

namespace sealane::app {
namespace {

constexpr Duration kPatienceOfAll = std::chrono::seconds{30};  // ending takes 9 s at worst
constexpr Duration kPatienceForFrames = std::chrono::seconds{3};
constexpr Duration kStageLook = std::chrono::milliseconds{20};
constexpr Duration kLead = std::chrono::milliseconds{400};
constexpr Duration kTail = std::chrono::milliseconds{700};
/// For copies that come late.
constexpr Duration kQuiet = std::chrono::milliseconds{50};

class Stage {
  public:
    Stage(const std::string& directory, const std::function<void(const TimelineEntry&)>& tell)
        : tell_(tell), started_(runtime::now()), parts_(directory) {}

    PairReport play(DemoTraffic& traffic) {
        const Status played = play_all(traffic);
        if (!played) {
            report_.fault =
                played.error().text + "; what the parts logged last:\n" + parts_.ends_of_logs();
        }
        parts_.stop_all();
        return std::move(report_);
    }

  private:
    Status play_all(DemoTraffic& traffic) {
        note("the hypervisor, vios1 and vios2 are started");
        if (Status begun = parts_.start_all(); !begun) return begun;
        const Act& first = demo_acts().front();
        if (Status shared = await_pair(first, traffic); !shared) return shared;
        if (Status all = await_all(traffic, traffic.mark()); !all) return all;
        for (const Act& act : demo_acts()) {
            if (Status played = play_act(act, traffic); !played) return played;
        }
        return done();
    }

    Status play_act(const Act& act, DemoTraffic& traffic) {
        const auto first = traffic.mark();
        idle(kLead);
        note(act.title);
        if (Status did = carry_out(act.deed); !did) return did;
        if (Status came = await_pair(act, traffic); !came) return came;
        idle(kTail);
        const auto end = traffic.mark();
        // Streams that are dead are the report's to tell.
        [[maybe_unused]] const bool all =
            await(kPatienceForFrames, [&] { return traffic.has_passed(end); });
        idle(kQuiet);
        report_.acts.push_back({act, traffic.outcomes(first, end), traffic.carriers()});
        note(render_carriers(report_.acts.back().carriers));
        return done();
    }

    Status carry_out(Deed deed) {
        switch (deed) {
            case Deed::Nothing:
                return done();
            case Deed::Kill:
                parts_.kill(FrameParts::Vios1);
                return done();
            case Deed::Start:
                return parts_.start(FrameParts::Vios1);
            case Deed::StandBy:
                return parts_.set_ha_mode(FrameParts::Vios1, "standby");
            case Deed::Share:
                return parts_.set_ha_mode(FrameParts::Vios1, "sharing");
        }
        return done();
    }

    Status await_pair(const Act& act, const DemoTraffic& traffic) {
        const auto came = [&] {
            return parts_.state_of(FrameParts::Vios1) == act.state1 &&
                   parts_.state_of(FrameParts::Vios2) == act.state2 &&
                   traffic.carriers() == act.carriers;
        };
        if (await(kPatienceOfAll, came)) return done();
        return gave_up("vios1 " + (act.state1.empty() ? "dead" : act.state1) + ", vios2 " +
                       act.state2 + " and " + render_carriers(act.carriers) + "; there is " +
                       render_carriers(traffic.carriers()));
    }

    Status await_all(const DemoTraffic& traffic, const std::vector<std::uint64_t>& marks) {
        if (await(kPatienceOfAll, [&] { return traffic.has_passed(marks); })) return done();
        return gave_up("frames of every stream");
    }

    Error gave_up(const std::string& wanted) {
        const std::string ended = parts_.ended_by_itself();
        if (!ended.empty()) return Error{ended + " has ended"};
        return Error{"waited in vain for " + wanted};
    }

    /// Until `has_come`, for so long at most, or until the demo has taken too long, or a part
    /// ended.
    template <typename Condition>
    bool await(Duration patience, const Condition& has_come) {
        const Instant end = std::min(runtime::now() + patience, started_ + kPatienceOfAll);
        for (;;) {
            tell_news();
            if (has_come()) return true;
            if (runtime::now() >= end || !parts_.ended_by_itself().empty()) return false;
            runtime::wait_for(kStageLook);
        }
    }

    void idle(Duration time) {
        for (const Instant end = runtime::now() + time; runtime::now() < end;) {
            tell_news();
            runtime::wait_for(std::min(kStageLook, time));
        }
    }

    void tell_news() {
        for (const TimelineEntry& entry : parts_.news(started_)) {
            add(entry);
        }
    }

    void note(const std::string& what) { add({runtime::now() - started_, "", what, ""}); }

    void add(const TimelineEntry& entry) {
        report_.timeline.push_back(entry);
        tell_(entry);
    }

    const std::function<void(const TimelineEntry&)>& tell_;
    Instant started_;
    FrameParts parts_;
    PairReport report_;
};

Status write_configuration(const std::string& path) {
    std::ofstream file(path);
    file << demo_pair_text();
    file.close();
    return file ? done() : Status(Error{"can't write " + path});
}

}  // namespace

PairReport play_pair(const Scratch& scratch,
                     const std::function<void(const TimelineEntry&)>& tell) {
    PairReport failed;
    if (Status wrote = write_configuration(scratch.path() + "/demo.yaml"); !wrote) {
        failed.fault = wrote.error().text;
        return failed;
    }
    Result<std::unique_ptr<DemoTraffic>> traffic = DemoTraffic::start(scratch.path());
    if (!traffic) {
        failed.fault = traffic.error().text;
        return failed;
    }
    return Stage(scratch.path(), tell).play(**traffic);
}

}  // namespace sealane::app
