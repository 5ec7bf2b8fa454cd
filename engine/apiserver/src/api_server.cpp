#include "engine/apiserver/api_server.h"

#include "call.h"
#include "core.h"
#include "verbs.h"

namespace wheelhouse::apiserver {

ApiServer::ApiServer(store::Store& store, Executor& control, Random& random, nodelink::PodStreams* streams,
                     Options options)
    : core_(std::make_shared<Core>(store, control, random, streams, std::move(options))) {}

ApiServer::~ApiServer() = default;

Core::~Core() = default;

void Core::serve(std::shared_ptr<const api::Catalogue> next) {
    catalogue.store(next);
    const auto listeners = catalogueListeners; // one told may leave
    for (const auto& [key, listener] : listeners)
        if (catalogueListeners.count(key) > 0) listener(*next);
}

void ApiServer::start(std::function<void(Result<void>)> done) {
    if (auto started = core_->definitions->start(); !started) return done(fail(started.error()));
    bootstrap(core_, std::move(done));
}

bool ApiServer::ready() const {
    return core_->ready;
}

void ApiServer::addMetrics(std::weak_ptr<prometheus::Collectable> source) {
    core_->metricSources.push_back(std::move(source));
}

std::shared_ptr<Running> ApiServer::handle(Request request, std::shared_ptr<Exchange> exchange) {
    return startCall(core_, std::move(request), std::move(exchange));
}

} // namespace wheelhouse::apiserver
