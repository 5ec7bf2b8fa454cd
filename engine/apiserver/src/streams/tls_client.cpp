#include "streams/tls_client.h"

#include <algorithm>
#include <array>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace wheelhouse::apiserver {

namespace {

/// Made once, never changed, shared by all connections.
SSL_CTX* sharedContext() {
    static SSL_CTX* const context = [] {
        SSL_CTX* made = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_min_proto_version(made, TLS1_2_VERSION);
        SSL_CTX_set_verify(made, SSL_VERIFY_NONE, nullptr);
        SSL_CTX_set_mode(made, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        return made;
    }();
    return context;
}

tl::unexpected<Status> broken() {
    std::array<char, 256> text{};
    ERR_error_string_n(ERR_get_error(), text.data(), text.size());
    ERR_clear_error();
    return fail(Reason::ServiceUnavailable, std::string("tls: ") + text.data());
}

} // namespace

struct TlsClient::Impl {
    SSL* ssl = nullptr;
    BIO* in = nullptr;  ///< owned by ssl
    BIO* out = nullptr; ///< owned by ssl
    std::string waiting;

    void drain(std::string& wire) const {
        std::array<char, 16 * 1024> buffer;
        for (int n = 0; (n = BIO_read(out, buffer.data(), buffer.size())) > 0;)
            wire.append(buffer.data(), static_cast<std::size_t>(n));
    }
    /// Goes on with the handshake and with what waits for it.
    Result<void> proceed(std::string& wire) {
        if (!SSL_is_init_finished(ssl)) {
            const int done = SSL_do_handshake(ssl);
            drain(wire);
            if (done != 1) return SSL_get_error(ssl, done) == SSL_ERROR_WANT_READ ? Result<void>() : broken();
        }
        while (!waiting.empty()) {
            const int n = SSL_write(ssl, waiting.data(),
                                    static_cast<int>(std::min<std::size_t>(waiting.size(), 16 * 1024)));
            if (n <= 0) return broken();
            waiting.erase(0, static_cast<std::size_t>(n));
            drain(wire);
        }
        return {};
    }
};

TlsClient::TlsClient() : impl_(std::make_unique<Impl>()) {
    impl_->ssl = SSL_new(sharedContext());
    impl_->in = BIO_new(BIO_s_mem());
    impl_->out = BIO_new(BIO_s_mem());
    SSL_set_bio(impl_->ssl, impl_->in, impl_->out);
    SSL_set_connect_state(impl_->ssl);
}

TlsClient::~TlsClient() {
    SSL_free(impl_->ssl);
}

Result<void> TlsClient::feed(std::string_view bytes, std::string& plain, std::string& wire) {
    BIO_write(impl_->in, bytes.data(), static_cast<int>(bytes.size()));
    if (auto done = impl_->proceed(wire); !done) return done;
    if (!SSL_is_init_finished(impl_->ssl)) return {};
    std::array<char, 16 * 1024> buffer;
    for (;;) {
        const int n = SSL_read(impl_->ssl, buffer.data(), buffer.size());
        if (n > 0) {
            plain.append(buffer.data(), static_cast<std::size_t>(n));
            continue;
        }
        impl_->drain(wire);
        const int why = SSL_get_error(impl_->ssl, n);
        if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_ZERO_RETURN) return {};
        return broken();
    }
}

Result<void> TlsClient::write(std::string_view plain, std::string& wire) {
    impl_->waiting += plain;
    return impl_->proceed(wire);
}

} // namespace wheelhouse::apiserver
