#include "cri_client.h"

namespace wheelhouse::agent {

CriClient::CriClient(const std::string& socketPath, Executor& executor) : executor_(executor) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(16 * 1024 * 1024);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1'000);
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
    const auto channel =
        grpc::CreateCustomChannel("unix://" + socketPath, grpc::InsecureChannelCredentials(), arguments);
    runtime_ = ::runtime::v1::RuntimeService::NewStub(channel);
    images_ = ::runtime::v1::ImageService::NewStub(channel);
}

Reason CriClient::reasonOf(const grpc::Status& status) {
    switch (status.error_code()) {
    case grpc::StatusCode::NOT_FOUND:
        return Reason::NotFound;
    case grpc::StatusCode::ALREADY_EXISTS:
        return Reason::AlreadyExists;
    case grpc::StatusCode::DEADLINE_EXCEEDED:
        return Reason::Timeout;
    case grpc::StatusCode::UNAVAILABLE:
        return Reason::ServiceUnavailable;
    default:
        return Reason::InternalError;
    }
}

} // namespace wheelhouse::agent
