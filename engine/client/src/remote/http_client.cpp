#include "remote/http_client.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <deque>
#include <fmt/format.h>
#include <optional>

namespace wheelhouse::client::remote {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using boost::system::error_code;

namespace {

using Strand = asio::strand<asio::io_context::executor_type>;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Strand>;
using Tls = asio::ssl::stream<Socket>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Strand>;

constexpr std::chrono::seconds connectTime{10};
/// Connections for calls that are no streams; more calls wait for one of these.
constexpr std::size_t poolSize = 16;
constexpr std::size_t readSize = 32 * 1024;
constexpr std::size_t largestAnswer = 1024ull * 1024 * 1024;

struct Url {
    std::string host;
    std::string port;
    std::string prefix; ///< path before /api, without a slash at its end
};

std::optional<Url> parseUrl(const std::string& text) {
    static constexpr std::string_view scheme = "https://";
    if (!text.starts_with(scheme)) return std::nullopt;
    std::string rest = text.substr(scheme.size());
    Url url;
    const auto slash = std::min(rest.find('/'), rest.size());
    url.prefix = rest.substr(slash);
    while (url.prefix.ends_with('/'))
        url.prefix.pop_back();
    rest.resize(slash);
    const auto bracket = rest.find(']');
    const auto colon = rest.find(':', bracket == std::string::npos ? 0 : bracket);
    url.port = colon == std::string::npos ? "443" : rest.substr(colon + 1);
    url.host = rest.substr(0, colon);
    if (url.host.size() > 2 && url.host.front() == '[') url.host = url.host.substr(1, url.host.size() - 2);
    if (url.host.empty() || url.port.empty() || url.host.find('@') != std::string::npos) return std::nullopt;
    return url;
}

struct Link {
    Link(const Strand& strand, asio::ssl::context& context) : tls(strand, context) {}
    Tls tls;
    beast::flat_buffer buffer;
    bool used = false; ///< has carried a request before
    bool counted = false;

    /// A kept connection that has anything to read has been closed, or is out of step.
    bool stillGood() {
        char byte = 0;
        return ::recv(tls.next_layer().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
               errno == EAGAIN;
    }
    void close() {
        error_code ignored;
        tls.next_layer().close(ignored);
    }
};

} // namespace

std::string_view HttpHead::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (key == name) return value;
    return {};
}

std::string encodeComponent(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' || c == '~')
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
    return out;
}

namespace {
class Exchange;
}

/// Everything but the constructor runs on the strand.
struct HttpClient::Impl : std::enable_shared_from_this<HttpClient::Impl> {
    Impl(Endpoint given, asio::io_context& io)
        : endpoint(std::move(given)), strand(asio::make_strand(io)), resolver(strand),
          context(asio::ssl::context::tls_client), url(parseUrl(endpoint.url)) {
        setUp();
    }
    void setUp();
    std::shared_ptr<Link> takeKept();
    void release(const std::shared_ptr<Link>& link, bool keep);
    void startNext();

    const Endpoint endpoint;
    Strand strand;
    asio::ip::basic_resolver<asio::ip::tcp, Strand> resolver;
    asio::ssl::context context;
    std::optional<Url> url;
    std::string broken; ///< why nothing can be sent at all

    std::vector<std::shared_ptr<Link>> kept;
    std::size_t inUse = 0; ///< connections of calls that are no streams
    std::deque<std::shared_ptr<Exchange>> waiting;
    bool closed = false;
};

namespace {

/// One request from its place in the queue to the end of its answer.
class Exchange final : public HttpCall, public std::enable_shared_from_this<Exchange> {
  public:
    Exchange(std::shared_ptr<HttpClient::Impl> client, HttpRequest request, HttpEvents events)
        : client_(std::move(client)), request_(std::move(request)), events_(std::move(events)),
          timer_(client_->strand) {}

    void cancel() override {
        asio::post(client_->strand, [self = shared_from_this()] { self->finish(std::nullopt); });
    }
    void resume() override {
        asio::post(client_->strand, [self = shared_from_this()] {
            if (std::exchange(self->paused_, false) && !self->done_) self->proceed();
        });
    }
    void write(std::string bytes) override {
        unsent_ += bytes.size();
        asio::post(client_->strand, [self = shared_from_this(), bytes = std::move(bytes)]() mutable {
            self->toSend_ += bytes;
            self->sendRaw();
        });
    }
    std::size_t unsent() const override { return unsent_; }
    bool done() const { return done_; }
    bool stream() const { return request_.stream; }
    void fail(const std::string& why) {
        finish(wheelhouse::fail(Reason::ServiceUnavailable,
                                fmt::format("{} cannot be reached: {}", client_->endpoint.url, why)));
    }
    void begin();

  private:
    using Parser = bhttp::response_parser<bhttp::string_body>;

    void connect();
    void connectTo(const asio::ip::tcp::resolver::results_type& addresses);
    void handshake();
    void sendRequest();
    void read();
    void onRead(error_code error, std::size_t bytes);
    void proceed();
    void giveHead();
    void switchToRaw();
    void takeRaw();
    void sendRaw();
    void watchClock(std::chrono::milliseconds limit, const char* what);
    void lost(const error_code& error);
    /// The end of it: with a result for onEnd, or silently after cancel.
    void finish(std::optional<Result<void>> result);

    std::shared_ptr<HttpClient::Impl> client_;
    HttpRequest request_;
    HttpEvents events_;
    Timer timer_;
    std::shared_ptr<Link> link_;
    std::optional<Parser> parser_;
    std::string out_;
    bool headGiven_ = false;
    bool paused_ = false;
    bool writing_ = false;
    bool eof_ = false;
    bool done_ = false;
    bool retried_ = false;
    bool raw_ = false; ///< the protocol has switched
    std::string toSend_;
    std::string sending_;
    std::atomic<std::size_t> unsent_{0};
};

void Exchange::watchClock(std::chrono::milliseconds limit, const char* what) {
    timer_.expires_after(limit);
    timer_.async_wait([self = shared_from_this(), what](error_code error) {
        if (!error && !self->done_) self->fail(what);
    });
}

void Exchange::begin() {
    if (done_) return;
    if (!client_->broken.empty()) return fail(client_->broken);
    link_ = client_->takeKept();
    if (!request_.stream) ++client_->inUse;
    if (link_) {
        link_->counted = !request_.stream;
        return sendRequest();
    }
    connect();
}

void Exchange::connect() {
    link_ = std::make_shared<Link>(client_->strand, client_->context);
    link_->counted = !request_.stream;
    watchClock(connectTime, "connecting took too long");
    const Url& url = *client_->url;
    error_code error;
    const auto address = asio::ip::make_address(url.host, error);
    if (!error) {
        const asio::ip::tcp::endpoint target(address,
                                             static_cast<std::uint16_t>(std::atoi(url.port.c_str())));
        return connectTo(asio::ip::tcp::resolver::results_type::create(target, url.host, url.port));
    }
    client_->resolver.async_resolve(url.host, url.port,
                                    [self = shared_from_this()](error_code failed, auto addresses) {
                                        if (self->done_) return;
                                        if (failed) return self->fail(failed.message());
                                        self->connectTo(addresses);
                                    });
}

void Exchange::connectTo(const asio::ip::tcp::resolver::results_type& addresses) {
    asio::async_connect(link_->tls.next_layer(), addresses,
                        [self = shared_from_this()](error_code error, const asio::ip::tcp::endpoint&) {
                            if (self->done_) return;
                            if (error) return self->fail(error.message());
                            self->handshake();
                        });
}

void Exchange::handshake() {
    error_code ignored;
    Socket& socket = link_->tls.next_layer();
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
    // Half a minute of silence, then a probe every ten seconds: a watch on a dead server ends within a
    // minute.
    using IdleTime = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPIDLE>;
    using Interval = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPINTVL>;
    using Probes = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPCNT>;
    socket.set_option(IdleTime(30), ignored);
    socket.set_option(Interval(10), ignored);
    socket.set_option(Probes(3), ignored);
    const std::string& name =
        client_->endpoint.tlsServerName.empty() ? client_->url->host : client_->endpoint.tlsServerName;
    error_code numeric;
    asio::ip::make_address(name, numeric);
    if (numeric) SSL_set_tlsext_host_name(link_->tls.native_handle(), name.c_str());
    link_->tls.set_verify_callback(asio::ssl::host_name_verification(name), ignored);
    link_->tls.async_handshake(Tls::client, [self = shared_from_this()](error_code error) {
        if (self->done_) return;
        if (error) {
            const long verified = SSL_get_verify_result(self->link_->tls.native_handle());
            return self->fail(verified != X509_V_OK ? fmt::format("its certificate is not trusted ({})",
                                                                  X509_verify_cert_error_string(verified))
                                                    : error.message());
        }
        self->sendRequest();
    });
}

void Exchange::sendRequest() {
    const Url& url = *client_->url;
    const bool v6 = url.host.find(':') != std::string::npos;
    out_ = fmt::format("{} {}{} HTTP/1.1\r\nHost: {}:{}\r\nUser-Agent: wheelhouse/{}\r\n", request_.method,
                       url.prefix, request_.target, v6 ? "[" + url.host + "]" : url.host, url.port,
                       WHEELHOUSE_VERSION);
    for (const auto& [name, value] : request_.headers)
        out_ += fmt::format("{}: {}\r\n", name, value);
    if (!client_->endpoint.bearerToken.empty())
        out_ += fmt::format("Authorization: Bearer {}\r\n", client_->endpoint.bearerToken);
    if (!request_.body.empty() || request_.method != "GET")
        out_ += fmt::format("Content-Length: {}\r\n", request_.body.size());
    out_ += "\r\n" + request_.body;
    parser_.emplace();
    parser_->eager(true);
    parser_->header_limit(1024 * 1024);
    parser_->body_limit(boost::none);
    watchClock(request_.silence, "it does not answer");
    writing_ = true;
    asio::async_write(link_->tls, asio::buffer(out_),
                      [self = shared_from_this(), link = link_](error_code, std::size_t) {
                          // What went wrong is found by the read, which may also find why: an early answer.
                          self->writing_ = false;
                          self->sendRaw();
                      });
    read();
}

void Exchange::read() {
    link_->tls.async_read_some(link_->buffer.prepare(readSize), [self = shared_from_this(), link = link_](
                                                                    error_code error, std::size_t bytes) {
        if (self->link_ == link) self->onRead(error, bytes);
    });
}

void Exchange::onRead(error_code error, std::size_t bytes) {
    if (done_) return;
    link_->buffer.commit(bytes);
    if (error) {
        eof_ = error == asio::error::eof || (raw_ && error == asio::ssl::error::stream_truncated);
        if (!eof_ || !parser_->got_some()) return lost(error);
    } else if (!raw_) {
        watchClock(request_.silence, "it fell silent");
    }
    proceed();
}

/// A kept connection may have been closed by the server while the request was on its way to it.
void Exchange::lost(const error_code& error) {
    if (link_->used && !headGiven_ && request_.method == "GET" && !std::exchange(retried_, true)) {
        link_->close();
        return connect();
    }
    if (headGiven_)
        return finish(wheelhouse::fail(Reason::ServiceUnavailable,
                                       fmt::format("the connection to {} was lost", client_->endpoint.url)));
    fail(error == asio::error::eof || error == asio::ssl::error::stream_truncated ? "it closed the connection"
                                                                                  : error.message());
}

/// Takes what has arrived as far as it goes: until more must come, or until the reader wants a pause.
void Exchange::proceed() {
    if (raw_) return takeRaw();
    while (!paused_ && !done_) {
        error_code error;
        if (!parser_->is_done() && link_->buffer.size() > 0) {
            link_->buffer.consume(parser_->put(link_->buffer.data(), error));
        } else if (!parser_->is_done() && eof_) {
            parser_->put_eof(error);
            if (error) return lost(asio::error::eof);
        }
        if (error && error != bhttp::error::need_more)
            return finish(wheelhouse::fail(
                Reason::ServiceUnavailable,
                fmt::format("{} gave a malformed answer: {}", client_->endpoint.url, error.message())));
        if (parser_->is_header_done() && !headGiven_) {
            // 100 Continue and its like precede the answer.
            if (request_.upgrade && parser_->get().result_int() == 101) return switchToRaw();
            if (parser_->get().result_int() / 100 == 1) {
                if (!parser_->is_done()) return read();
                parser_.emplace();
                parser_->eager(true);
                parser_->body_limit(boost::none);
                continue;
            }
            giveHead();
        }
        if (headGiven_ && !parser_->get().body().empty()) {
            paused_ = request_.stream;
            events_.onData(std::exchange(parser_->get().body(), {}));
            continue;
        }
        if (parser_->is_done()) return finish(Result<void>());
        if (error == bhttp::error::need_more || link_->buffer.size() == 0) return eof_ ? proceed() : read();
    }
}

void Exchange::giveHead() {
    headGiven_ = true;
    HttpHead head;
    const auto& message = parser_->get();
    head.code = static_cast<int>(message.result_int());
    for (const auto& field : message) {
        std::string name(field.name_string());
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return std::tolower(c); });
        head.headers.emplace_back(std::move(name), std::string(field.value()));
    }
    events_.onHead(head);
}

void Exchange::switchToRaw() {
    raw_ = true;
    timer_.cancel();
    giveHead();
    sendRaw();
    takeRaw();
}

void Exchange::takeRaw() {
    if (paused_ || done_) return;
    if (link_->buffer.size() > 0) {
        const auto bytes = link_->buffer.data();
        std::string piece(static_cast<const char*>(bytes.data()), bytes.size());
        link_->buffer.consume(piece.size());
        paused_ = true;
        return events_.onData(std::move(piece));
    }
    if (eof_) return finish(Result<void>());
    read();
}

void Exchange::sendRaw() {
    if (!raw_ || done_ || writing_ || !sending_.empty() || toSend_.empty()) return;
    sending_ = std::exchange(toSend_, {});
    asio::async_write(link_->tls, asio::buffer(sending_),
                      [self = shared_from_this(), link = link_](error_code error, std::size_t) {
                          const std::size_t sent = std::exchange(self->sending_, {}).size();
                          const std::size_t before = self->unsent_.fetch_sub(sent);
                          // What went wrong is found by the read.
                          if (error || self->done_) return;
                          if (before > enough / 2 && before - sent <= enough / 2 && self->events_.onWritable)
                              self->events_.onWritable();
                          self->sendRaw();
                      });
}

void Exchange::finish(std::optional<Result<void>> result) {
    if (std::exchange(done_, true)) return;
    timer_.cancel();
    const bool keep = result && *result && !writing_ && !eof_ && parser_ && parser_->keep_alive() &&
                      link_->buffer.size() == 0 && !request_.stream;
    if (link_) client_->release(std::exchange(link_, nullptr), keep);
    auto events = std::exchange(events_, {});
    if (result) events.onEnd(std::move(*result));
    client_->startNext();
}

} // namespace

void HttpClient::Impl::setUp() {
    if (!url) {
        broken = "the address must be an https:// URL";
        return;
    }
    SSL_CTX* native = context.native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    static constexpr unsigned char protocols[] = "\x08http/1.1";
    SSL_CTX_set_alpn_protos(native, protocols, sizeof protocols - 1);
    error_code error;
    context.set_verify_mode(asio::ssl::verify_peer, error);
    if (endpoint.caPem.empty())
        context.set_default_verify_paths(error);
    else
        context.add_certificate_authority(asio::buffer(endpoint.caPem), error);
    if (error) broken = "the certificate authority of its kubeconfig is unusable";
    if (endpoint.clientCertificatePem.empty()) return;
    error_code unusable;
    context.use_certificate_chain(asio::buffer(endpoint.clientCertificatePem), unusable);
    if (!unusable)
        context.use_private_key(asio::buffer(endpoint.clientKeyPem), asio::ssl::context::pem, unusable);
    if (unusable) broken = "the client certificate or key of its kubeconfig is unusable";
}

std::shared_ptr<Link> HttpClient::Impl::takeKept() {
    while (!kept.empty()) {
        auto link = std::move(kept.back());
        kept.pop_back();
        if (link->stillGood()) return link;
        link->close();
    }
    return nullptr;
}

void HttpClient::Impl::release(const std::shared_ptr<Link>& link, bool keep) {
    if (link->counted) --inUse;
    link->used = true;
    if (keep && !closed && kept.size() < poolSize)
        kept.push_back(link);
    else
        link->close();
}

void HttpClient::Impl::startNext() {
    while (!waiting.empty() && inUse < poolSize) {
        auto next = std::move(waiting.front());
        waiting.pop_front();
        if (!next->done()) next->begin();
    }
}

HttpClient::HttpClient(Endpoint endpoint, asio::io_context& io)
    : impl_(std::make_shared<Impl>(std::move(endpoint), io)) {}

HttpClient::~HttpClient() {
    asio::post(impl_->strand, [impl = impl_] {
        impl->closed = true;
        for (auto& link : std::exchange(impl->kept, {}))
            link->close();
    });
}

std::shared_ptr<HttpCall> HttpClient::send(HttpRequest request, HttpEvents events) {
    auto exchange = std::make_shared<Exchange>(impl_, std::move(request), std::move(events));
    asio::post(impl_->strand, [impl = impl_, exchange] {
        if (exchange->stream()) return exchange->begin();
        impl->waiting.push_back(exchange);
        impl->startNext();
    });
    return exchange;
}

} // namespace wheelhouse::client::remote
