#include "engine/api/codec.h"
#include "engine/framing/base64.h"
#include "streams/exec_dialect.h"
#include "streams/message_wire.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

namespace wheelhouse::apiserver {

namespace {

constexpr char stdInChannel = 0;
constexpr char errorChannel = 3;
constexpr char resizeChannel = 4;
constexpr char closeSignal = static_cast<char>(255);
constexpr std::size_t largestMessage = 32 * 1024;
constexpr std::size_t mostSizeText = 1024;

/// What the versions of the protocol differ in.
struct Version {
    std::string_view name;
    bool base64 = false;
    bool statusAtEnd = false; ///< the error channel carries a Status; before, only the text of a failure
    bool closes = false;      ///< the client can say that there is no more input
};

constexpr std::array<Version, 8> versions{{{"v5.channel.k8s.io", false, true, true},
                                           {"v4.channel.k8s.io", false, true},
                                           {"v3.channel.k8s.io"},
                                           {"v2.channel.k8s.io"},
                                           {"channel.k8s.io"},
                                           {"v4.base64.channel.k8s.io", true, true},
                                           {"base64.channel.k8s.io", true},
                                           {""}}};

class ChannelDialect final : public ExecDialect {
  public:
    ChannelDialect(Executor& control, const Version& version, const ExecStreams& streams)
        : version_(version), streams_(streams), wire_(control) {}

    bool open(std::shared_ptr<Exchange> exchange, const UpgradeRequest& request, Headers more,
              Events events) override {
        events_ = std::move(events);
        const bool switched =
            wire_.open(std::move(exchange), request, std::string(version_.name), std::move(more),
                       {.onMessage = [this](const std::string& data) { message(data); },
                        .onWritable = events_.onWritable,
                        .onClosed = events_.onGone});
        if (!switched) return false;
        // Nothing, on the first channel there is: some clients wait for a first message.
        send(streams_.stdOut ? char{1} : streams_.stdErr ? char{2} : errorChannel, {});
        events_.onReady();
        return true;
    }
    void output(int channel, std::string_view bytes) override {
        for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), largestMessage)))
            send(static_cast<char>(channel), bytes.substr(0, largestMessage));
    }
    void finish(const api::meta::Status& status) override {
        if (version_.statusAtEnd)
            send(errorChannel, api::encodeJson(status, "", ""));
        else if (status.status() != "Success")
            send(errorChannel, status.message());
        wire_.close(framing::WebSocketClose::Normal);
    }
    bool congested() const override { return wire_.congested(); }
    void hold(bool held) override { wire_.hold(held); }

  private:
    void send(char channel, std::string_view bytes) {
        if (version_.base64)
            return wire_.send(framing::WebSocketOpcode::Text,
                              std::string(1, static_cast<char>('0' + channel)) +
                                  framing::base64Encode(bytes));
        std::string message(1, channel);
        message += bytes;
        wire_.send(framing::WebSocketOpcode::Binary, message);
    }
    void message(const std::string& data) {
        if (data.empty()) return;
        if (!version_.base64) return take(data[0], std::string_view(data).substr(1));
        const auto bytes = framing::base64Decode(std::string_view(data).substr(1));
        if (!bytes) return wire_.close(framing::WebSocketClose::BadText, "not base64");
        take(static_cast<char>(data[0] - '0'), *bytes);
    }
    void take(char channel, std::string_view bytes) {
        if (channel == stdInChannel && streams_.stdIn && !bytes.empty()) events_.onInput(bytes);
        if (channel == resizeChannel && streams_.tty) sizes_.feed(bytes, events_.onResize);
        if (channel == closeSignal && version_.closes && bytes == std::string_view(&stdInChannel, 1))
            events_.onInputEnd();
    }

    const Version& version_;
    const ExecStreams streams_;
    MessageWire wire_;
    SizeReader sizes_;
    Events events_;
};

} // namespace

void SizeReader::feed(std::string_view bytes,
                      const std::function<void(std::uint16_t, std::uint16_t)>& onSize) {
    text_ += bytes;
    for (std::size_t end = text_.find('}'); end != std::string::npos; end = text_.find('}')) {
        boost::system::error_code error;
        const auto value = boost::json::parse(std::string_view(text_).substr(0, end + 1), error);
        text_.erase(0, end + 1);
        if (error || !value.is_object()) continue;
        const auto number = [&](const char* name) {
            const auto* found = value.as_object().if_contains(name);
            const auto n = found && found->is_int64() ? found->as_int64() : 0;
            return static_cast<std::uint16_t>(std::clamp<std::int64_t>(n, 0, 65535));
        };
        onSize(number("Width"), number("Height"));
    }
    if (text_.size() > mostSizeText) text_.clear();
}

const std::vector<std::string_view>& channelProtocols() {
    static const std::vector<std::string_view> names = [] {
        std::vector<std::string_view> out;
        for (const Version& version : versions)
            if (!version.name.empty()) out.push_back(version.name);
        return out;
    }();
    return names;
}

std::unique_ptr<ExecDialect> makeChannelDialect(Executor& control, const std::string& protocol,
                                                const ExecStreams& streams) {
    const auto version = std::find_if(versions.begin(), versions.end(),
                                      [&](const Version& each) { return each.name == protocol; });
    return std::make_unique<ChannelDialect>(control, version == versions.end() ? versions.back() : *version,
                                            streams);
}

} // namespace wheelhouse::apiserver
