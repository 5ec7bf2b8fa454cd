#include "engine/nodelink/agent_channel.h"

#include "engine/base/log.h"
#include "link.grpc.pb.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <grpcpp/grpcpp.h>
#include <mutex>
#include <utility>

namespace wheelhouse::nodelink {

namespace {

constexpr std::size_t maxQueuedBytes = 16 * 1024 * 1024;

class GrpcChannel;

/// Where a stream's tasks find their channel; null once the channel is gone or has moved on to another
/// stream.
struct Owner {
    GrpcChannel* channel = nullptr; ///< touched on the agent's executor only
};

/// One stream. Made by the channel, deletes itself when gRPC is done with it.
class Stream final : public grpc::ClientBidiReactor<FromAgent, ToAgent> {
  public:
    /// The part of a stream that outlives it: what the channel holds.
    class Handle {
      public:
        bool send(FromAgent message);
        void cancel();
        void readNext();
        /// Blocks until gRPC is done with the stream and it is deleted; a matter of microseconds once it was
        /// cancelled.
        void awaitGone() {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return gone_; });
        }

      private:
        friend class Stream;
        void writeNext() {
            writing_ = true;
            stream_->StartWrite(&queue_.front());
        }
        std::mutex mutex_;
        std::condition_variable wake_;
        bool gone_ = false;
        Stream* stream_ = nullptr;
        std::deque<FromAgent> queue_;
        std::size_t queuedBytes_ = 0;
        bool writing_ = false;
        bool ending_ = false;
    };

    static std::shared_ptr<Handle> open(NodeLink::Stub& stub, Executor& executor,
                                        std::shared_ptr<Owner> owner) {
        auto* stream = new Stream(executor, std::move(owner));
        std::shared_ptr<Handle> handle = stream->handle_;
        stub.async()->Connect(&stream->context_, stream);
        stream->AddHold(); // for sends from outside a reaction; given back when the stream ends
        stream->StartRead(&stream->incoming_);
        stream->StartCall();
        return handle;
    }

    void OnReadInitialMetadataDone(bool ok) override;
    void OnReadDone(bool ok) override;
    void OnWriteDone(bool ok) override;
    void OnDone(const grpc::Status& status) override;

  private:
    Stream(Executor& executor, std::shared_ptr<Owner> owner)
        : executor_(executor), owner_(std::move(owner)), handle_(std::make_shared<Handle>()) {
        handle_->stream_ = this;
    }
    void endLocked() {
        if (handle_->ending_) return;
        handle_->ending_ = true;
        context_.TryCancel();
        RemoveHold();
    }

    Executor& executor_;
    std::shared_ptr<Owner> owner_;
    std::shared_ptr<Handle> handle_;
    grpc::ClientContext context_;
    ToAgent incoming_;
};

class GrpcChannel final : public AgentChannel {
  public:
    GrpcChannel(LinkTarget target, Executor& executor, Random& random)
        : target_(std::move(target)), executor_(executor), random_(random), backOff_(target_.firstBackOff) {
        grpc::SslCredentialsOptions tls;
        tls.pem_root_certs = target_.caPem;
        tls.pem_cert_chain = target_.certificatePem;
        tls.pem_private_key = target_.keyPem;
        grpc::ChannelArguments arguments;
        if (!target_.serverName.empty()) arguments.SetSslTargetNameOverride(target_.serverName);
        arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 10'000);
        arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
        arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
        arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
        arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
        arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 2'000);
        arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 500);
        arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
        arguments.SetMaxReceiveMessageSize(8 * 1024 * 1024);
        channel_ = grpc::CreateCustomChannel(fmt::format("ipv4:{}:{}", target_.host, target_.port),
                                             grpc::SslCredentials(tls), arguments);
        stub_ = NodeLink::NewStub(channel_);
    }
    ~GrpcChannel() override {
        if (owner_) owner_->channel = nullptr;
        if (!stream_) return;
        // gRPC's own threads must not be the ones that drop the last reference to the connection: it would
        // wait for itself.
        stream_->cancel();
        stream_->awaitGone();
    }

    void start(Handlers handlers) override {
        handlers_ = std::move(handlers);
        connect();
    }
    bool send(FromAgent message) override { return up_ && stream_->send(std::move(message)); }

    void opened() {
        up_ = true;
        openedAt_ = executor_.clock().now();
        handlers_.onUp();
    }
    void received(const ToAgent& message) { handlers_.onMessage(message); }
    void ended(const grpc::Status& status) {
        owner_->channel = nullptr;
        owner_.reset();
        stream_->awaitGone();
        stream_.reset();
        const bool wasUp = std::exchange(up_, false);
        // Only a link that lasted proves that all is well again; one that is refused at once must not be
        // retried hot.
        if (wasUp && executor_.clock().now() - openedAt_ > std::chrono::seconds(10))
            backOff_ = target_.firstBackOff;
        const auto delay = Duration(
            static_cast<Duration::rep>(static_cast<double>(backOff_.count()) * (0.5 + random_.fraction())));
        backOff_ = std::min(backOff_ * 2, target_.maxBackOff);
        log::info("nodelink", "the link to {}:{} is down ({}); next try in {} ms", target_.host, target_.port,
                  status.error_message().empty() ? "closed" : status.error_message(),
                  std::chrono::duration_cast<std::chrono::milliseconds>(delay).count());
        retry_.start(executor_, delay, [this] { connect(); });
        if (wasUp) handlers_.onDown();
    }

  private:
    void connect() {
        owner_ = std::make_shared<Owner>(Owner{this});
        stream_ = Stream::open(*stub_, executor_, owner_);
    }

    LinkTarget target_;
    Executor& executor_;
    Random& random_;
    Handlers handlers_;
    std::shared_ptr<grpc::Channel> channel_;
    std::unique_ptr<NodeLink::Stub> stub_;
    std::shared_ptr<Owner> owner_;
    std::shared_ptr<Stream::Handle> stream_;
    bool up_ = false;
    Instant openedAt_{};
    Duration backOff_;
    ScopedTimer retry_;
};

bool Stream::Handle::send(FromAgent message) {
    const std::lock_guard lock(mutex_);
    if (stream_ == nullptr || ending_) return false;
    queuedBytes_ += message.ByteSizeLong();
    queue_.push_back(std::move(message));
    if (queuedBytes_ > maxQueuedBytes) {
        stream_->endLocked();
        return false;
    }
    if (!writing_) writeNext();
    return true;
}

void Stream::Handle::cancel() {
    const std::lock_guard lock(mutex_);
    if (stream_ != nullptr) stream_->endLocked();
}

void Stream::Handle::readNext() {
    const std::lock_guard lock(mutex_);
    if (stream_ == nullptr || ending_) return;
    stream_->incoming_.Clear();
    stream_->StartRead(&stream_->incoming_);
}

void Stream::OnReadInitialMetadataDone(bool ok) {
    if (!ok) return;
    executor_.post([owner = owner_] {
        if (owner->channel != nullptr) owner->channel->opened();
    });
}

void Stream::OnReadDone(bool ok) {
    if (!ok) {
        const std::lock_guard lock(handle_->mutex_);
        return endLocked();
    }
    executor_.post(
        [owner = owner_, handle = handle_, message = std::make_shared<const ToAgent>(std::move(incoming_))] {
            if (owner->channel != nullptr) owner->channel->received(*message);
            handle->readNext();
        });
}

void Stream::OnWriteDone(bool ok) {
    const std::lock_guard lock(handle_->mutex_);
    handle_->writing_ = false;
    handle_->queuedBytes_ -= std::min(handle_->queuedBytes_, handle_->queue_.front().ByteSizeLong());
    handle_->queue_.pop_front();
    if (!ok) return endLocked();
    if (!handle_->ending_ && !handle_->queue_.empty()) handle_->writeNext();
}

void Stream::OnDone(const grpc::Status& status) {
    {
        const std::lock_guard lock(handle_->mutex_);
        handle_->stream_ = nullptr;
    }
    executor_.post([owner = owner_, status] {
        if (owner->channel != nullptr) owner->channel->ended(status);
    });
    const std::shared_ptr<Handle> handle = handle_;
    delete this;
    const std::lock_guard lock(handle->mutex_);
    handle->gone_ = true;
    handle->wake_.notify_all();
}

} // namespace

std::unique_ptr<AgentChannel> connectGrpc(LinkTarget target, Executor& executor, Random& random) {
    return std::make_unique<GrpcChannel>(std::move(target), executor, random);
}

} // namespace wheelhouse::nodelink
