#pragma once

#include "engine/api/types.h"
#include "engine/apiserver/api_server.h"
#include "engine/base/simulation.h"
#include "engine/store/backend.h"
#include "fake_streams.h"
#include "remote_bench.h"

namespace wheelhouse::testing {

namespace core = wheelhouse::api::core;
using apiserver::test::FakeStreams;
using apiserver::test::FarEnd;
using client::Body;
using client::Cluster;
using client::DeleteOptions;
using client::ListOptions;
using client::ObjectList;
using client::ResourceName;
using client::WriteOptions;
using client::Written;

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
