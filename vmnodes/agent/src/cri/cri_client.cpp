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

CriClient::~CriClient() {
    underWay_->giveUpAndWait();
}

void CriClient::UnderWay::begin(grpc::ClientContext* call) {
    const std::lock_guard lock(mutex_);
    calls_.insert(call);
}

void CriClient::UnderWay::end(grpc::ClientContext* call) {
    const std::lock_guard lock(mutex_);
    calls_.erase(call);
    if (calls_.empty()) none_.notify_all();
}

void CriClient::UnderWay::giveUpAndWait() {
    std::unique_lock lock(mutex_);
    for (grpc::ClientContext* each : calls_)
        each->TryCancel();
    none_.wait(lock, [this] { return calls_.empty(); });
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
