// By libsealane, which this thread drives: no other process, no other thread.
#include <array>
#include <fstream>
#include <iterator>
#include <sealane/sealane.h>

#include "bench/ends/ends.h"

namespace sealane::ends {
namespace {

struct Destroy {
    void operator()(sealane_instance* of) const { sealane_destroy(of); }
};
using Instance = std::unique_ptr<sealane_instance, Destroy>;

class InProcess final : public Ends {
  public:
    InProcess(Instance of, sealane_client* from, sealane_client* to)
        : of_(std::move(of)), from_(from), to_(to) {}

    unsigned send(std::span<const std::uint8_t> frame, unsigned count) override {
        std::array<sealane_frame, kBurst> frames;
        frames.fill({frame.data(), frame.size()});
        const int taken = sealane_send(from_, frames.data(), count);
        move();
        return taken > 0 ? static_cast<unsigned>(taken) : 0;
    }
    unsigned receive(std::span<const std::uint8_t>& last) override {
        const int got = sealane_receive(to_, in_.data(), kBurst);
        if (got <= 0) return 0;
        const sealane_frame& frame = in_[static_cast<std::size_t>(got) - 1];
        last = {static_cast<const std::uint8_t*>(frame.bytes), frame.length};
        return static_cast<unsigned>(got);
    }
    bool serve(std::uint64_t now_ns) override {
        now_ns_ = now_ns;
        return true;
    }
    void wait() override { move(); }
    void announce(std::span<const std::uint8_t> frame) override {
        const sealane_frame one{frame.data(), frame.size()};
        sealane_send(to_, &one, 1);
        move();
    }

  private:
    void move() { sealane_poll(of_.get(), now_ns_, kBurst, nullptr); }

    Instance of_;
    sealane_client *from_, *to_;  // the instance's
    std::uint64_t now_ns_ = 0;
    std::array<sealane_frame, kBurst> in_;
};

}  // namespace

Result<std::unique_ptr<Ends>> open_in_process(const std::string& file) {
    std::ifstream stream(file);
    if (!stream) return Error{file + ": can't be read"};
    const std::string yaml(std::istreambuf_iterator<char>(stream), {});
    sealane_options options{};
    options.size = sizeof options;
    options.driven = 1;
    std::array<char, 4096> error{};
    Instance made(sealane_create(yaml.data(), yaml.size(), &options, error.data(), error.size()));
    if (!made) return Error{file + ": " + error.data()};
    sealane_client* const from = sealane_attach(made.get(), "lpar1/ent0");
    sealane_client* const to = sealane_attach(made.get(), "lpar2/ent0");
    if (from == nullptr || to == nullptr) return Error{file + ": " + sealane_error(made.get())};
    return std::unique_ptr<Ends>(std::make_unique<InProcess>(std::move(made), from, to));
}

}  // namespace sealane::ends
