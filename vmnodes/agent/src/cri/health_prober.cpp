#include "health_prober.h"

#include "health.grpc.pb.h"

#include <chrono>
#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <memory>
#include <utility>

namespace wheelhouse::agent {

namespace health = grpc::health::v1;

namespace {

struct Call {
    std::shared_ptr<grpc::Channel> channel;
    std::unique_ptr<health::Health::Stub> stub;
    grpc::ClientContext context;
    health::HealthCheckRequest request;
    health::HealthCheckResponse response;
};

std::shared_ptr<grpc::Channel> channelTo(const std::string& address) {
    grpc::ChannelArguments arguments;
    arguments.SetUserAgentPrefix("kube-probe/1.35");
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    // Each question finds out anew: pauses after failures, shared between channels, would answer for it.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

ProbeAnswer answerOf(const grpc::Status& status, const health::HealthCheckResponse& response,
                     const std::string& address) {
    switch (status.error_code()) {
    case grpc::StatusCode::OK:
        break;
    case grpc::StatusCode::UNIMPLEMENTED:
        return {false, "error: this server does not implement the grpc health protocol "
                       "(grpc.health.v1.Health): " +
                           status.error_message()};
    case grpc::StatusCode::DEADLINE_EXCEEDED:
        return {false, fmt::format("timeout: health rpc to \"{}\" did not complete in time", address)};
    case grpc::StatusCode::UNAVAILABLE:
        return {false, fmt::format("error: failed to connect service at \"{}\": {}", address,
                                   status.error_message())};
    default:
        return {false, "error: health rpc probe failed: " + status.error_message()};
    }
    if (response.status() == health::HealthCheckResponse::SERVING) return {true, "service healthy"};
    return {false, fmt::format("service unhealthy (responded with \"{}\")",
                               health::HealthCheckResponse::ServingStatus_Name(response.status()))};
}

} // namespace

void askHealth(const ProbeTarget& target, Duration timeout, std::function<void(ProbeAnswer)> done) {
    const std::string address = fmt::format("{}:{}", target.host, target.port);
    auto call = std::make_shared<Call>();
    call->channel = channelTo(address);
    call->stub = health::Health::NewStub(call->channel);
    call->request.set_service(target.service);
    call->context.set_deadline(std::chrono::system_clock::now() +
                               std::chrono::duration_cast<std::chrono::system_clock::duration>(timeout));
    call->stub->async()->Check(&call->context, &call->request, &call->response,
                               [call, address, done = std::move(done)](const grpc::Status& status) {
                                   done(answerOf(status, call->response, address));
                               });
}

} // namespace wheelhouse::agent
