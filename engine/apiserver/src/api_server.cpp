#include "engine/apiserver/api_server.h"

#include "call.h"
#include "core.h"
#include "event_lifetime.h"
#include "verbs.h"

namespace wheelhouse::apiserver {

ApiServer::ApiServer(store::Store& store, Executor& control, Random& random, nodelink::PodStreams* streams,
                     Options options, const Clock* dates)
    : core_(std::make_shared<Core>(store, control, random, streams, std::move(options),
                                   dates ? *dates : control.clock())) {}

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
    endOldEvents(core_);
    bootstrap(core_, std::move(done));
}

bool ApiServer::ready() const {
    return core_->ready;
}

void ApiServer::addMetrics(std::weak_ptr<prometheus::Collectable> source) {
    core_->metricSources.push_back(std::move(source));
}

std::unique_ptr<Serving> ApiServer::serve(const api::Kind& kind, ObjectSource& source) {
    return core_->computed.serve(kind, source);
}

std::shared_ptr<void> ApiServer::serveGroup(const std::string& group, std::vector<std::string> versions,
                                            GroupSource& source) {
    core_->sourced.add(group, std::move(versions), source);
    return {nullptr, [weak = std::weak_ptr(core_), group](std::nullptr_t) {
                if (const auto core = weak.lock()) core->sourced.remove(group);
            }};
}

std::shared_ptr<void> ApiServer::answer(const api::Kind& kind, Answerer answerer) {
    core_->answerers.add(kind, std::move(answerer));
    return {nullptr, [weak = std::weak_ptr(core_), &kind](std::nullptr_t) {
                if (const auto core = weak.lock()) core->answerers.remove(kind);
            }};
}

std::shared_ptr<Running> ApiServer::handle(Request request, std::shared_ptr<Exchange> exchange) {
    return startCall(core_, std::move(request), std::move(exchange));
}

} // namespace wheelhouse::apiserver
