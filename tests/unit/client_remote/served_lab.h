#pragma once

#include "engine/api/types.h"
#include "engine/apiserver/api_server.h"
#include "engine/base/simulation.h"
#include "engine/store/backend.h"
#include "remote_bench.h"

namespace wheelhouse::testing {

namespace core = wheelhouse::api::core;
using client::Body;
using client::Cluster;
using client::DeleteOptions;
using client::ListOptions;
using client::ObjectList;
using client::ResourceName;
using client::WriteOptions;
using client::Written;

/// The pod's end of one two-way stream. On the control executor.
struct FarEnd {
    NodeName node;
    nodelink::ExecRequest exec;
    nodelink::PortRequest port;
    nodelink::DuplexEvents events;
    std::string input;
    std::string sizes; ///< each as "80x24 "
    std::size_t taken = 0;
    std::size_t room = 64 * 1024;
    bool inputClosed = false;
    bool open = true;
};

/// Logs and two-way streams made by the test. On the control executor.
struct FakeStreams final : nodelink::PodStreams {
    struct Stream final : nodelink::PodStream {};
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
    std::function<void(std::string_view)> onData;
    std::function<void(Result<void>)> onEnd;
    nodelink::LogRequest request;
    std::vector<std::shared_ptr<FarEnd>> ends; ///< every command and port opened so far
    std::unique_ptr<nodelink::PodStream> openLog(const NodeName&, const nodelink::LogRequest& wanted,
                                                 std::function<void(std::string_view)> data,
                                                 std::function<void(Result<void>)> end) override {
        request = wanted;
        onData = std::move(data);
        onEnd = std::move(end);
        return std::make_unique<Stream>();
    }
    std::unique_ptr<nodelink::PodDuplex> openEnd(FarEnd end) {
        ends.push_back(std::make_shared<FarEnd>(std::move(end)));
        return std::make_unique<Duplex>(ends.back());
    }
    std::unique_ptr<nodelink::PodDuplex> openExec(const NodeName& node, const nodelink::ExecRequest& wanted,
                                                  nodelink::DuplexEvents events) override {
        FarEnd end;
        end.node = node;
        end.exec = wanted;
        end.events = std::move(events);
        return openEnd(std::move(end));
    }
    std::unique_ptr<nodelink::PodDuplex> openPort(const NodeName& node, const nodelink::PortRequest& wanted,
                                                  nodelink::DuplexEvents events) override {
        FarEnd end;
        end.node = node;
        end.port = wanted;
        end.events = std::move(events);
        return openEnd(std::move(end));
    }
};

inline core::Pod pod(const std::string& name) {
    core::Pod made;
    made.mutable_metadata()->set_name(name);
    auto* container = made.mutable_spec()->add_containers();
    container->set_name("c");
    container->set_image("nginx:1.14.2");
    return made;
}

/// The real API server over a store in memory, behind the real front.
struct Lab {
    Lab() {
        control.run([this] {
            store = std::move(*store::Store::open(store::makeMemoryBackend(), control));
            api = std::make_unique<apiserver::ApiServer>(*store, control, random, &streams);
        });
        std::promise<void> ready;
        control.post([&] { api->start([&](Result<void>) { ready.set_value(); }); });
        ready.get_future().wait();
        front = std::make_unique<ServerFixture>(std::function<void(apiserver::HttpOptions&)>(), api.get());
        remote = std::make_unique<RemoteBench>(RemoteBench::endpoint(*front, front->port()), front->io);
    }
    ~Lab() {
        remote.reset();
        front.reset();
        control.run([this] {
            api.reset();
            store.reset();
        });
    }
    Result<Written> create(const ResourceName& resource, Body body, WriteOptions options = {}) {
        return remote->await<Written>(
            [=](Cluster& c, auto done) { c.create(resource, "default", body, options, done); });
    }
    Result<Written> update(const ResourceName& resource, const std::string& name, Body body,
                           WriteOptions options = {}) {
        return remote->await<Written>(
            [=](Cluster& c, auto done) { c.update(resource, "default", name, body, options, done); });
    }
    Result<Written> remove(const ResourceName& resource, const std::string& name,
                           DeleteOptions options = {}) {
        return remote->await<Written>(
            [=](Cluster& c, auto done) { c.remove(resource, "default", name, options, done); });
    }
    Result<ObjectList> list(const ResourceName& resource, ListOptions options) {
        return remote->await<ObjectList>([=](Cluster& c, auto done) { c.list(resource, options, done); });
    }

    ThreadExecutor control{"control"};
    SeededRandom random{1};
    FakeStreams streams;
    std::unique_ptr<store::Store> store;
    std::unique_ptr<apiserver::ApiServer> api;
    std::unique_ptr<ServerFixture> front;
    std::unique_ptr<RemoteBench> remote;
};

} // namespace wheelhouse::testing
