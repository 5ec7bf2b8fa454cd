#pragma once

#include "engine/nodelink/pod_streams.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace wheelhouse::apiserver::test {

/// The far end of a command or a port, in the hands of a test.
struct FarEnd {
    NodeName node;
    nodelink::ExecRequest exec;
    nodelink::PortRequest port;
    nodelink::DuplexEvents events;
    std::string input;
    std::string sizes; ///< "80x24 "
    bool inputClosed = false;
    bool open = true;
    std::size_t room = 256 * 1024;
    std::size_t taken = 0;
};

/// A stream of log text, commands and ports made by the test.
struct FakeStreams final : nodelink::PodStreams {
    struct Duplex final : nodelink::PodDuplex {
        explicit Duplex(std::shared_ptr<FarEnd> farEnd) : end(std::move(farEnd)) {}
        ~Duplex() override { end->open = false; }
        std::size_t room() const override { return end->room; }
        void write(std::string_view bytes) override {
            end->input += bytes;
            end->room -= bytes.size();
        }
        void closeInput() override { end->inputClosed = true; }
        void resize(std::uint16_t width, std::uint16_t height) override {
            end->sizes += std::to_string(width) + "x" + std::to_string(height) + " ";
        }
        void taken(std::size_t bytes) override { end->taken += bytes; }
        std::shared_ptr<FarEnd> end;
    };
    std::vector<std::shared_ptr<FarEnd>> ends; ///< every command and port opened so far

    std::unique_ptr<nodelink::PodDuplex> openEnd(FarEnd end) {
        ends.push_back(std::make_shared<FarEnd>(std::move(end)));
        return std::make_unique<Duplex>(ends.back());
    }
    std::unique_ptr<nodelink::PodDuplex> openExec(const NodeName& nodeName,
                                                  const nodelink::ExecRequest& wanted,
                                                  nodelink::DuplexEvents events) override {
        return openEnd({.node = nodeName, .exec = wanted, .events = std::move(events)});
    }
    std::unique_ptr<nodelink::PodDuplex> openPort(const NodeName& nodeName,
                                                  const nodelink::PortRequest& wanted,
                                                  nodelink::DuplexEvents events) override {
        return openEnd({.node = nodeName, .port = wanted, .events = std::move(events)});
    }

    struct Stream final : nodelink::PodStream {
        explicit Stream(FakeStreams& owner) : streams(owner) {}
        void taken(std::size_t bytes) override { streams.logTaken += bytes; }
        FakeStreams& streams;
    };
    std::size_t logTaken = 0;
    NodeName node;
    nodelink::LogRequest request;
    std::function<void(std::string_view)> onData;
    std::function<void(Result<void>)> onEnd;

    std::unique_ptr<nodelink::PodStream> openLog(const NodeName& nodeName, const nodelink::LogRequest& wanted,
                                                 std::function<void(std::string_view)> data,
                                                 std::function<void(Result<void>)> end) override {
        node = nodeName;
        request = wanted;
        onData = std::move(data);
        onEnd = std::move(end);
        return std::make_unique<Stream>(*this);
    }
};

} // namespace wheelhouse::apiserver::test
