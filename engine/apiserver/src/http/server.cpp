#include "http/connection.h"

#include "engine/base/log.h"

#include <algorithm>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <fmt/format.h>
#include <mutex>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace wheelhouse::apiserver {

namespace http {

Connection::Connection(std::unique_ptr<Tls> stream, std::shared_ptr<Front> front, std::optional<User> user)
    : stream_(std::move(stream)), front_(std::move(front)), user_(std::move(user)),
      timer_(stream_->next_layer().get_executor()), shutdownTimer_(stream_->next_layer().get_executor()) {
    front_->connections.fetch_add(1);
    error_code unknown;
    if (const auto peer = stream_->next_layer().remote_endpoint(unknown); !unknown)
        address_ = peer.address().to_string();
    // Fine enough that no limit is overshot by much, coarse enough to cost nothing.
    const auto& l = front_->limits;
    tick_ = std::clamp(std::min({l.slowReader, l.headerRead, l.bodyRead, l.answer, l.idle}) / 8,
                       std::chrono::milliseconds(10), std::chrono::milliseconds(1000));
}

Connection::~Connection() {
    front_->connections.fetch_sub(1);
}

void Connection::startTicking() {
    tickLater();
}

void Connection::tickLater() {
    timer_.expires_after(tick_);
    timer_.async_wait([weak = weak_from_this()](error_code error) {
        auto self = weak.lock();
        if (error || !self || self->closed_) return;
        self->onTick(self->now());
        if (!self->closed_) self->tickLater();
    });
}

void Connection::stop() {
    asio::post(stream_->next_layer().get_executor(), [self = shared_from_this()] {
        if (self->closed_ || std::exchange(self->stopping_, true)) return;
        self->onStop();
    });
}

void Connection::closeNow() {
    asio::post(stream_->next_layer().get_executor(), [self = shared_from_this()] { self->close(); });
}

void Connection::outputReady(std::shared_ptr<HttpExchange> exchange) {
    asio::post(stream_->next_layer().get_executor(),
               [self = shared_from_this(), exchange = std::move(exchange)] {
                   if (!self->closed_) self->onOutput(exchange);
               });
}

void Connection::offload(std::function<void()> work) {
    asio::post(stream_->next_layer().get_executor().get_inner_executor(), std::move(work));
}

void Connection::close() {
    if (std::exchange(closed_, true)) return;
    timer_.cancel();
    shutdownTimer_.cancel();
    onClose();
    error_code ignored;
    stream_->next_layer().close(ignored);
}

void Connection::shutdownAndClose() {
    if (closed_ || std::exchange(shuttingDown_, true)) return;
    shutdownTimer_.expires_after(std::chrono::milliseconds(500));
    shutdownTimer_.async_wait([weak = weak_from_this()](error_code error) {
        if (auto self = weak.lock(); self && !error) self->close();
    });
    stream_->async_shutdown([self = shared_from_this()](error_code) { self->close(); });
}

std::shared_ptr<HttpExchange> Connection::newExchange(const Request& request, std::int32_t stream) {
    HttpExchange::Facts facts;
    facts.head = request.method == "HEAD";
    facts.gzip = acceptsGzip(request.header("accept-encoding"));
    facts.longRunning = isLongRunning(request);
    facts.upgradable = stream == 0;
    facts.auditId = front_->auditId(request.header("audit-id"));
    facts.stream = stream;
    return std::make_shared<HttpExchange>(front_, weak_from_this(), std::move(facts));
}

namespace {

std::vector<std::string> nameParts(X509_NAME* name, int nid) {
    std::vector<std::string> parts;
    for (int at = -1; (at = X509_NAME_get_index_by_NID(name, nid, at)) >= 0;) {
        unsigned char* text = nullptr;
        const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
        if (size < 0) continue;
        parts.emplace_back(reinterpret_cast<char*>(text), static_cast<std::size_t>(size));
        OPENSSL_free(text);
    }
    return parts;
}

/// CN = user, O = groups (Kubernetes' x509 authenticator). Nobody without a common name.
std::optional<User> userOf(SSL* ssl) {
    X509* certificate = SSL_get1_peer_certificate(ssl);
    if (!certificate) return std::nullopt;
    const auto names = nameParts(X509_get_subject_name(certificate), NID_commonName);
    auto groups = nameParts(X509_get_subject_name(certificate), NID_organizationName);
    X509_free(certificate);
    if (names.empty() || names.back().empty()) return std::nullopt;
    return User{names.back(), std::move(groups)};
}

/// A connection until TLS is agreed on.
class Handshake final : public std::enable_shared_from_this<Handshake> {
  public:
    using Done = std::function<void(std::shared_ptr<Connection>)>;

    Handshake(std::unique_ptr<Tls> stream, std::shared_ptr<Front> front, Done done)
        : stream_(std::move(stream)), front_(std::move(front)), done_(std::move(done)),
          executor_(stream_->next_layer().get_executor()), timer_(executor_) {
        front_->connections.fetch_add(1);
    }
    ~Handshake() {
        if (counted_) front_->connections.fetch_sub(1);
    }

    void start() {
        timer_.expires_after(front_->limits.handshake);
        timer_.async_wait([weak = weak_from_this()](error_code error) {
            if (auto self = weak.lock(); self && !error) self->close();
        });
        // A certificate of somebody else's CA makes an anonymous client, not a failed handshake: the answer
        // is then a 401 that says so.
        error_code ignored;
        stream_->set_verify_callback(
            [this](bool good, asio::ssl::verify_context&) {
                if (!good) badCertificate_ = true;
                return true;
            },
            ignored);
        stream_->async_handshake(Tls::server, [self = shared_from_this()](error_code error) {
            self->timer_.cancel();
            if (error || !self->stream_) return self->close();
            self->finish();
        });
    }

    const Strand& executor() const { return executor_; }
    void closeNow() {
        asio::post(executor_, [self = shared_from_this()] { self->close(); });
    }

  private:
    void finish() {
        SSL* ssl = stream_->native_handle();
        std::optional<User> user;
        if (!badCertificate_ && SSL_get_verify_result(ssl) == X509_V_OK) user = userOf(ssl);
        // The callback points to this object, which ends here.
        SSL_set_verify(ssl, SSL_VERIFY_NONE, nullptr);
        const unsigned char* name = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(ssl, &name, &size);
        const bool http2 = std::string_view(reinterpret_cast<const char*>(name), size) == "h2";
        // From here on the connection counts itself.
        if (std::exchange(counted_, false)) front_->connections.fetch_sub(1);
        auto connection = (http2 ? makeHttp2 : makeHttp1)(std::move(stream_), front_, std::move(user));
        done_(connection);
        connection->start();
    }
    void close() {
        timer_.cancel();
        error_code ignored;
        if (stream_) stream_->next_layer().close(ignored);
    }

    std::unique_ptr<Tls> stream_;
    std::shared_ptr<Front> front_;
    Done done_;
    Strand executor_;
    Timer timer_;
    bool badCertificate_ = false;
    bool counted_ = true;
};

int chooseProtocol(SSL*, const unsigned char** out, unsigned char* outSize, const unsigned char* in,
                   unsigned inSize, void* http2) {
    static constexpr unsigned char both[] = "\x02h2\x08http/1.1\x08http/1.0";
    const unsigned char* offers = http2 ? both : both + 3;
    const unsigned size = http2 ? sizeof both - 1 : sizeof both - 4;
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, outSize, offers, size, in, inSize) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

Result<std::shared_ptr<asio::ssl::context>> makeContext(const HttpOptions& options) {
    static char http2Wanted = 0;
    auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20");
    // Without resumption the certificate is looked at in every handshake, by the callback above.
    SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(native, 0);
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_alpn_select_cb(native, chooseProtocol, options.http2 ? &http2Wanted : nullptr);
    error_code error;
    context->use_certificate_chain(asio::buffer(options.certificatePem), error);
    if (error) return fail(Reason::Invalid, "the server certificate is unusable: " + error.message());
    context->use_private_key(asio::buffer(options.keyPem), asio::ssl::context::pem, error);
    if (error) return fail(Reason::Invalid, "the server's private key is unusable: " + error.message());
    if (SSL_CTX_check_private_key(native) != 1)
        return fail(Reason::Invalid, "the server's certificate and private key do not belong together");
    if (options.clientCaPem.empty()) return context;
    context->set_verify_mode(asio::ssl::verify_peer, error);
    if (!error) context->add_certificate_authority(asio::buffer(options.clientCaPem), error);
    if (error) return fail(Reason::Invalid, "the client CA is unusable: " + error.message());
    // The names of our CAs tell clients which of their certificates to send.
    STACK_OF(X509_OBJECT)* objects = X509_STORE_get0_objects(SSL_CTX_get_cert_store(native));
    for (int i = 0; i < sk_X509_OBJECT_num(objects); ++i)
        if (X509* ca = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i)))
            SSL_CTX_add_client_CA(native, ca);
    return context;
}

Result<asio::ip::tcp::endpoint> parseListen(const std::string& text) {
    const auto bad = [&](const char* why) {
        return fail(
            Reason::Invalid,
            fmt::format("cannot listen on {}: {}; write --listen ADDRESS:PORT, for example 127.0.0.1:6443",
                        text, why));
    };
    const auto colon = text.rfind(':');
    if (colon == std::string::npos) return bad("the port is missing");
    std::string host = text.substr(0, colon);
    const std::string port = text.substr(colon + 1);
    if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos ||
        std::stoi(port) > 65535)
        return bad("that is no port");
    if (host == "localhost") host = "127.0.0.1";
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    error_code error;
    const auto address = asio::ip::make_address(host, error);
    if (error) return bad("that is no address");
    return asio::ip::tcp::endpoint(address, static_cast<std::uint16_t>(std::stoi(port)));
}

std::string listenFailure(const std::string& listen, const error_code& error) {
    std::string why = error.message();
    std::transform(why.begin(), why.begin() + 1, why.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    return fmt::format("cannot listen on {}: {}; choose another with --listen", listen, why);
}

} // namespace
} // namespace http

using namespace http;

struct HttpServer::Impl : std::enable_shared_from_this<HttpServer::Impl> {
    Impl(asio::io_context& io, HttpOptions options, Handler& handler, Clock& clock, Random& random)
        : io(io), strand(asio::make_strand(io)), acceptor(strand), timer(strand), options(std::move(options)),
          front(std::make_shared<Front>(this->options.limits, handler, clock, random)) {}

    asio::io_context& io;
    Strand strand;
    asio::basic_socket_acceptor<asio::ip::tcp, Strand> acceptor;
    Timer timer;
    HttpOptions options;
    std::shared_ptr<Front> front;
    asio::ip::tcp::endpoint endpoint;

    std::mutex mutex; ///< guards what follows
    std::shared_ptr<asio::ssl::context> context;
    std::vector<std::weak_ptr<Handshake>> handshakes;
    std::vector<std::weak_ptr<Connection>> connections;

    // On the strand.
    std::atomic<bool> stopping = false;
    std::vector<std::function<void()>> stopped;

    Result<void> listen();
    void accept();
    void accepted(Socket socket);
    void eachConnection(const std::function<void(Connection&)>& visit);
    void stop(std::function<void()> done);
    void waitUntilGone(Instant until, bool forced);
    void closeEverything();
};

Result<void> HttpServer::Impl::listen() {
    auto wanted = parseListen(options.listen);
    if (!wanted) return fail(wanted.error());
    error_code error;
    acceptor.open(wanted->protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor.bind(*wanted, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return fail(Reason::ServiceUnavailable, listenFailure(options.listen, error));
    endpoint = acceptor.local_endpoint(error);
    return {};
}

void HttpServer::Impl::accept() {
    acceptor.async_accept(asio::make_strand(io),
                          [self = shared_from_this()](error_code error, Socket socket) {
                              if (self->stopping || !self->acceptor.is_open()) return;
                              if (!error) {
                                  self->accepted(std::move(socket));
                                  return self->accept();
                              }
                              // Out of file descriptors, most likely: those in use will be given back.
                              log::warning("http", "cannot accept a connection: {}", error.message());
                              self->timer.expires_after(std::chrono::milliseconds(100));
                              self->timer.async_wait([self](error_code cancelled) {
                                  if (!cancelled && !self->stopping) self->accept();
                              });
                          });
}

void HttpServer::Impl::accepted(Socket socket) {
    if (front->connections.load() >= options.limits.connections) return;
    error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
    std::unique_lock lock(mutex);
    auto stream = std::make_unique<Tls>(std::move(socket), *context);
    auto handshake = std::make_shared<Handshake>(
        std::move(stream), front, [weak = weak_from_this()](std::shared_ptr<Connection> made) {
            auto self = weak.lock();
            if (!self || self->stopping) return made->closeNow();
            std::unique_lock inner(self->mutex);
            std::erase_if(self->connections, [](const auto& old) { return old.expired(); });
            self->connections.push_back(made);
        });
    std::erase_if(handshakes, [](const auto& old) { return old.expired(); });
    handshakes.push_back(handshake);
    lock.unlock();
    asio::post(handshake->executor(), [handshake] { handshake->start(); });
}

void HttpServer::Impl::eachConnection(const std::function<void(Connection&)>& visit) {
    std::unique_lock lock(mutex);
    const auto copy = connections;
    lock.unlock();
    for (const auto& weak : copy)
        if (auto connection = weak.lock()) visit(*connection);
}

void HttpServer::Impl::closeEverything() {
    eachConnection([](Connection& connection) { connection.closeNow(); });
    std::unique_lock lock(mutex);
    const auto copy = handshakes;
    lock.unlock();
    for (const auto& weak : copy)
        if (auto handshake = weak.lock()) handshake->closeNow();
}

void HttpServer::Impl::stop(std::function<void()> done) {
    stopped.push_back(std::move(done));
    if (stopping.exchange(true)) return;
    error_code ignored;
    acceptor.close(ignored);
    eachConnection([](Connection& connection) { connection.stop(); });
    waitUntilGone(front->clock.now() + options.limits.stopGrace, false);
}

void HttpServer::Impl::waitUntilGone(Instant until, bool forced) {
    const bool late = front->clock.now() >= until;
    if (front->connections.load() == 0 || (forced && late)) {
        front->close();
        for (auto& done : std::exchange(stopped, {}))
            if (done) done();
        return;
    }
    if (late) {
        closeEverything();
        return waitUntilGone(front->clock.now() + std::chrono::seconds(1), true);
    }
    timer.expires_after(std::chrono::milliseconds(5));
    timer.async_wait(
        [self = shared_from_this(), until, forced](error_code) { self->waitUntilGone(until, forced); });
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(asio::io_context& io, HttpOptions options,
                                                      Handler& handler, Clock& clock, Random& random) {
    auto impl = std::make_shared<Impl>(io, std::move(options), handler, clock, random);
    auto context = makeContext(impl->options);
    if (!context) return fail(context.error());
    impl->context = std::move(*context);
    if (auto listening = impl->listen(); !listening) return fail(listening.error());
    asio::post(impl->strand, [impl] { impl->accept(); });
    return std::unique_ptr<HttpServer>(new HttpServer(impl));
}

HttpServer::HttpServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() {
    impl_->front->close();
    asio::post(impl_->strand, [impl = impl_] {
        impl->stopping = true;
        error_code ignored;
        impl->acceptor.close(ignored);
        impl->timer.cancel();
        impl->closeEverything();
    });
}

std::uint16_t HttpServer::port() const {
    return impl_->endpoint.port();
}

std::string HttpServer::url() const {
    const auto address = impl_->endpoint.address();
    // What listens everywhere is reached on loopback.
    std::string host =
        address.is_unspecified() ? (address.is_v6() ? "::1" : "127.0.0.1") : address.to_string();
    if (host.find(':') != std::string::npos) host = "[" + host + "]";
    return fmt::format("https://{}:{}", host, port());
}

Result<void> HttpServer::setCertificate(const std::string& certificatePem, const std::string& keyPem) {
    HttpOptions changed = impl_->options;
    changed.certificatePem = certificatePem;
    changed.keyPem = keyPem;
    auto context = makeContext(changed);
    if (!context) return fail(context.error());
    std::unique_lock lock(impl_->mutex);
    impl_->context = std::move(*context);
    return {};
}

void HttpServer::stop(std::function<void()> done) {
    asio::post(impl_->strand,
               [impl = impl_, done = std::move(done)]() mutable { impl->stop(std::move(done)); });
}

HttpServer::Counters HttpServer::counters() const {
    const Front& front = *impl_->front;
    return {front.connections.load(), front.requests.load(), front.refused.load(),
            front.cutStreams.load(),  front.reads->load(),   front.writes->load()};
}

} // namespace wheelhouse::apiserver
