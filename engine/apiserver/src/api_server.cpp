#include "engine/apiserver/api_server.h"

#include "call.h"
#include "core.h"
#include "verbs.h"

namespace wheelhouse::apiserver {

ApiServer::ApiServer(store::Store& store, Executor& control, Random& random, nodelink::PodStreams* streams,
                     Options options)
    : core_(std::make_shared<Core>(store, control, random, streams, std::move(options))) {}

ApiServer::~ApiServer() = default;

void ApiServer::start(std::function<void(Result<void>)> done) {
    bootstrap(core_, std::move(done));
}

bool ApiServer::ready() const {
    return core_->ready;
}

std::shared_ptr<Running> ApiServer::handle(Request request, std::shared_ptr<Exchange> exchange) {
    return startCall(core_, std::move(request), std::move(exchange));
}

} // namespace wheelhouse::apiserver
