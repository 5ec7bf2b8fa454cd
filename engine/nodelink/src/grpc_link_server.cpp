#include "engine/nodelink/link_server.h"

#include "engine/base/log.h"
#include "link.grpc.pb.h"

#include <deque>
#include <grpcpp/grpcpp.h>
#include <mutex>
#include <set>
#include <utility>

namespace wheelhouse::nodelink {

namespace {

/// What may wait for a node that does not read. More means that the node is as good as gone.
constexpr std::size_t maxQueuedBytes = 32 * 1024 * 1024;

grpc::StatusCode codeOf(Reason reason) {
    switch (reason) {
    case Reason::Forbidden:
    case Reason::Unauthorized:
        return grpc::StatusCode::PERMISSION_DENIED;
    case Reason::BadRequest:
    case Reason::Invalid:
        return grpc::StatusCode::INVALID_ARGUMENT;
    case Reason::Conflict:
        return grpc::StatusCode::ABORTED;
    case Reason::TooManyRequests:
        return grpc::StatusCode::RESOURCE_EXHAUSTED;
    default:
        return grpc::StatusCode::UNAVAILABLE;
    }
}

class Reactor;

/// The part of a stream that both the hub and gRPC's threads touch. `reactor` is null once gRPC is done with
/// it.
class GrpcTransport final : public LinkTransport {
  public:
    explicit GrpcTransport(Reactor* reactor) : reactor_(reactor) {}
    void send(ToAgent message) override;
    void close(const Status& why) override;

    void writeDone(bool ok);
    void endOfStream();
    void refuse(grpc::Status status);
    void readNext();
    void forget();

  private:
    void writeNext();
    void finishIfIdle();

    std::mutex mutex_;
    Reactor* reactor_;
    std::deque<ToAgent> queue_;
    std::size_t queuedBytes_ = 0;
    bool writing_ = false;
    bool closing_ = false;
    bool finished_ = false;
    grpc::Status status_;
};

class Reactor final : public grpc::ServerBidiReactor<FromAgent, ToAgent> {
  public:
    Reactor(grpc::CallbackServerContext* context, HubPort hub)
        : context_(context), hub_(std::move(hub)), transport_(std::make_shared<GrpcTransport>(this)),
          session_(std::make_shared<NodeHub::SessionId>(0)) {}

    void begin() {
        const std::string node = certifiedNode();
        if (node.empty()) {
            transport_->refuse({grpc::StatusCode::PERMISSION_DENIED, "the certificate is not a node's"});
            return;
        }
        hub_.post([transport = transport_, session = session_, node](NodeHub& hub) {
            *session = hub.attach(NodeName(node), transport);
        });
        StartSendInitialMetadata(); // the agent's sign that it was let in
        StartRead(&incoming_);
    }
    void OnReadDone(bool ok) override {
        if (!ok) return transport_->endOfStream();
        // The next message is read when this one has been dealt with: a node can never flood the control
        // thread.
        hub_.post([transport = transport_, session = session_,
                   message = std::make_shared<const FromAgent>(std::move(incoming_))](NodeHub& hub) {
            hub.received(*session, *message);
            transport->readNext();
        });
    }
    void OnWriteDone(bool ok) override { transport_->writeDone(ok); }
    void OnCancel() override { transport_->endOfStream(); }
    void OnDone() override {
        transport_->forget();
        hub_.post([session = session_](NodeHub& hub) { hub.detached(*session); });
        delete this;
    }
    void read() {
        incoming_.Clear();
        StartRead(&incoming_);
    }
    void tryCancel() { context_->TryCancel(); }

  private:
    std::string certifiedNode() const {
        const auto auth = context_->auth_context();
        if (!auth || !auth->IsPeerAuthenticated()) return {};
        for (const grpc::string_ref& cn : auth->FindPropertyValues(GRPC_X509_CN_PROPERTY_NAME)) {
            const std::string_view name(cn.data(), cn.size());
            if (name.starts_with(nodeUserPrefix)) return std::string(name.substr(nodeUserPrefix.size()));
        }
        return {};
    }

    grpc::CallbackServerContext* context_;
    HubPort hub_;
    std::shared_ptr<GrpcTransport> transport_;
    std::shared_ptr<NodeHub::SessionId> session_; ///< written and read on the control executor
    FromAgent incoming_;
};

void GrpcTransport::send(ToAgent message) {
    const std::lock_guard lock(mutex_);
    if (reactor_ == nullptr || closing_) return;
    queuedBytes_ += message.ByteSizeLong();
    queue_.push_back(std::move(message));
    if (queuedBytes_ > maxQueuedBytes) {
        closing_ = true;
        status_ = {grpc::StatusCode::RESOURCE_EXHAUSTED, "the node does not read what it is sent"};
        reactor_->tryCancel();
        return;
    }
    if (!writing_) writeNext();
}

void GrpcTransport::close(const Status& why) {
    const std::lock_guard lock(mutex_);
    if (closing_) return;
    closing_ = true;
    status_ = {codeOf(why.reason), why.message};
    finishIfIdle();
    if (!finished_ && reactor_ != nullptr) reactor_->tryCancel(); // a write may wait for a dead peer for long
}

void GrpcTransport::writeDone(bool ok) {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (!queue_.empty()) {
        queuedBytes_ -= std::min(queuedBytes_, queue_.front().ByteSizeLong());
        queue_.pop_front();
    }
    if (!ok) closing_ = true;
    if (closing_) return finishIfIdle();
    if (!queue_.empty()) writeNext();
}

void GrpcTransport::endOfStream() {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    finishIfIdle();
    if (!finished_ && reactor_ != nullptr) reactor_->tryCancel();
}

void GrpcTransport::refuse(grpc::Status status) {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    status_ = std::move(status);
    finishIfIdle();
}

void GrpcTransport::readNext() {
    const std::lock_guard lock(mutex_);
    if (reactor_ != nullptr && !closing_) reactor_->read();
}

void GrpcTransport::forget() {
    const std::lock_guard lock(mutex_);
    reactor_ = nullptr;
    queue_.clear();
}

void GrpcTransport::writeNext() {
    writing_ = true;
    reactor_->StartWrite(&queue_.front());
}

void GrpcTransport::finishIfIdle() {
    if (reactor_ == nullptr || writing_ || finished_) return;
    finished_ = true;
    reactor_->Finish(status_);
}

class Service final : public NodeLink::CallbackService {
  public:
    explicit Service(HubPort hub) : hub_(std::move(hub)) {}
    grpc::ServerBidiReactor<FromAgent, ToAgent>* Connect(grpc::CallbackServerContext* context) override {
        auto* reactor = new Reactor(context, hub_); // deletes itself in OnDone, as gRPC wants it
        reactor->begin();
        return reactor;
    }

  private:
    HubPort hub_;
};

} // namespace

struct GrpcLinkServer::Impl {
    explicit Impl(HubPort hub) : service(std::move(hub)) {}
    Service service;
    std::unique_ptr<grpc::Server> server;
    int port = 0;
};

GrpcLinkServer::GrpcLinkServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

GrpcLinkServer::~GrpcLinkServer() {
    // Past the deadline every stream is cancelled; then no reactor is left and no thread comes back. gRPC
    // adds a span of time to its own clock.
    impl_->server->Shutdown(gpr_time_from_millis(200, GPR_TIMESPAN));
    impl_->server->Wait();
}

std::uint16_t GrpcLinkServer::port() const {
    return static_cast<std::uint16_t>(impl_->port);
}

Result<std::unique_ptr<GrpcLinkServer>> GrpcLinkServer::listen(const LinkServerOptions& options,
                                                               HubPort hub) {
    if (options.caPem.empty() || options.certificatePem.empty() || options.keyPem.empty())
        return fail(Reason::Invalid, "the node link needs a CA, a certificate and a key");
    auto impl = std::make_unique<Impl>(std::move(hub));
    grpc::SslServerCredentialsOptions tls(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    tls.pem_root_certs = options.caPem;
    tls.pem_key_cert_pairs.push_back({options.keyPem, options.certificatePem});
    grpc::ServerBuilder builder;
    builder.AddListeningPort(fmt::format("{}:{}", options.host, options.port),
                             grpc::SslServerCredentials(tls), &impl->port);
    builder.RegisterService(&impl->service);
    builder.SetMaxReceiveMessageSize(8 * 1024 * 1024);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 10'000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5'000);
    impl->server = builder.BuildAndStart();
    if (!impl->server || impl->port == 0)
        return fail(Reason::ServiceUnavailable,
                    fmt::format("cannot listen on {}:{} for nodes: is the port taken by another program?",
                                options.host, options.port));
    log::debug("nodelink", "nodes are awaited on {}:{}", options.host, impl->port);
    return std::unique_ptr<GrpcLinkServer>(new GrpcLinkServer(std::move(impl)));
}

} // namespace wheelhouse::nodelink
