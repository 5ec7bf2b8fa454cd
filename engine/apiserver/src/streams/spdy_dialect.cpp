#include "engine/api/codec.h"
#include "streams/exec_dialect.h"
#include "streams/spdy_link.h"

#include <map>
#include <string>

namespace wheelhouse::apiserver {

using framing::SpdyFrame;

namespace {

/// How long a client may take to open all its streams.
constexpr Duration streamsTime = std::chrono::seconds(30);

class SpdyDialect final : public ExecDialect {
  public:
    SpdyDialect(Executor& control, std::string protocol, const ExecStreams& streams)
        : control_(control), protocol_(std::move(protocol)), link_(control) {
        wanted_["error"] = 0;
        if (streams.stdIn) wanted_["stdin"] = 0;
        if (streams.stdOut) wanted_["stdout"] = 0;
        if (streams.stdErr && !streams.tty) wanted_["stderr"] = 0;
        const bool sizes = protocol_ != "channel.k8s.io" && protocol_ != "v2.channel.k8s.io";
        if (streams.tty && sizes) wanted_["resize"] = 0;
    }

    bool open(std::shared_ptr<Exchange> exchange, const UpgradeRequest& request, Headers more,
              Events events) override {
        events_ = std::move(events);
        timer_.start(control_, streamsTime, [this] { link_.wire().close(); });
        return link_.open(
            std::move(exchange), request, protocol_, std::move(more),
            {.onStream = [this](std::uint32_t id, const SpdyFrame& head) { return opened(id, head); },
             .onData = [this](std::uint32_t id, std::string_view bytes) { data(id, bytes); },
             .onFin = [this](std::uint32_t id) { inputOver(id); },
             .onReset = [this](std::uint32_t id) { inputOver(id); },
             .onClosed = [this] { events_.onGone(); }},
            [this] { events_.onWritable(); });
    }
    void output(int channel, std::string_view bytes) override {
        if (const std::uint32_t id = idOf(channel == 2 ? "stderr" : "stdout"); id != 0)
            link_.wire().data(id, bytes);
    }
    void finish(const api::meta::Status& status) override {
        for (const char* name : {"stdout", "stderr"})
            if (const std::uint32_t id = idOf(name); id != 0) link_.wire().fin(id);
        const bool statusAtEnd = protocol_ == "v4.channel.k8s.io" || protocol_ == "v5.channel.k8s.io";
        if (const std::uint32_t id = idOf("error"); id != 0) {
            if (statusAtEnd)
                link_.wire().data(id, api::encodeJson(status, "", ""));
            else if (status.status() != "Success")
                link_.wire().data(id, status.message());
            link_.wire().fin(id);
        }
        link_.wire().close();
    }
    bool congested() const override { return link_.congested(); }
    void hold(bool held) override { link_.hold(held); }

  private:
    std::uint32_t idOf(const std::string& name) const {
        const auto it = wanted_.find(name);
        return it == wanted_.end() ? 0 : it->second;
    }
    bool opened(std::uint32_t id, const SpdyFrame& head) {
        const auto it = wanted_.find(std::string(head.header("streamtype")));
        if (it == wanted_.end() || it->second != 0) return false;
        it->second = id;
        for (const auto& [name, stream] : wanted_)
            if (stream == 0) return true;
        timer_.stop();
        events_.onReady();
        return true;
    }
    void data(std::uint32_t id, std::string_view bytes) {
        if (id == idOf("stdin")) events_.onInput(bytes);
        if (id == idOf("resize")) sizes_.feed(bytes, events_.onResize);
    }
    void inputOver(std::uint32_t id) {
        if (id == idOf("stdin")) events_.onInputEnd();
    }

    Executor& control_;
    const std::string protocol_;
    SpdyLink link_;
    std::map<std::string, std::uint32_t> wanted_; ///< by type; 0 until the client opens it
    SizeReader sizes_;
    Events events_;
    ScopedTimer timer_;
};

} // namespace

const std::vector<std::string_view>& spdyExecProtocols() {
    static const std::vector<std::string_view> names{
        "v5.channel.k8s.io", "v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io", "channel.k8s.io"};
    return names;
}

std::unique_ptr<ExecDialect> makeSpdyDialect(Executor& control, const std::string& protocol,
                                             const ExecStreams& streams) {
    return std::make_unique<SpdyDialect>(control, protocol, streams);
}

} // namespace wheelhouse::apiserver
