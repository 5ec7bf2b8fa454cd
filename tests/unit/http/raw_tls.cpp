#include "raw_tls.h"

#include <algorithm>
#include <arpa/inet.h>
#include <csignal>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wheelhouse::testing {

struct RawTls::Native {
    int fd = -1;
    SSL_CTX* context = nullptr;
    SSL* ssl = nullptr;
};

namespace {

template <class T, class Read>
T* fromPem(const std::string& pem, Read read) {
    BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    T* made = read(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    return made;
}

void useCertificate(SSL_CTX* context, const RawTls::Options& options) {
    if (!options.certificatePem.empty()) {
        X509* certificate = fromPem<X509>(options.certificatePem, PEM_read_bio_X509);
        EVP_PKEY* key = fromPem<EVP_PKEY>(options.keyPem, PEM_read_bio_PrivateKey);
        SSL_CTX_use_certificate(context, certificate);
        SSL_CTX_use_PrivateKey(context, key);
        X509_free(certificate);
        EVP_PKEY_free(key);
    }
    if (!options.caPem.empty()) {
        X509* ca = fromPem<X509>(options.caPem, PEM_read_bio_X509);
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca);
        X509_free(ca);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    }
}

} // namespace

RawTls::RawTls(std::uint16_t port, const Options& options) : native_(std::make_unique<Native>()) {
    // A server that closes is something to observe, not to die of.
    std::signal(SIGPIPE, SIG_IGN);
    native_->context = SSL_CTX_new(TLS_client_method());
    useCertificate(native_->context, options);
    if (options.maxVersion != 0) SSL_CTX_set_max_proto_version(native_->context, options.maxVersion);
    native_->ssl = SSL_new(native_->context);
    if (!options.alpn.empty()) {
        const std::string list = static_cast<char>(options.alpn.size()) + options.alpn;
        SSL_set_alpn_protos(native_->ssl, reinterpret_cast<const unsigned char*>(list.data()),
                            static_cast<unsigned>(list.size()));
    }
    native_->fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (options.receiveBuffer != 0)
        ::setsockopt(native_->fd, SOL_SOCKET, SO_RCVBUF, &options.receiveBuffer,
                     sizeof options.receiveBuffer);
    const timeval limit{10, 0};
    ::setsockopt(native_->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(native_->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(native_->fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return;
    if (options.silent) return;
    SSL_set_fd(native_->ssl, native_->fd);
    connected_ = SSL_connect(native_->ssl) == 1;
}

RawTls::~RawTls() {
    SSL_free(native_->ssl);
    SSL_CTX_free(native_->context);
    ::close(native_->fd);
}

std::string RawTls::alpn() const {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(native_->ssl, &name, &size);
    return {reinterpret_cast<const char*>(name), size};
}

bool RawTls::send(const std::string& bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const int n = SSL_write(native_->ssl, bytes.data() + sent, static_cast<int>(bytes.size() - sent));
        if (n <= 0) return false;
        sent += static_cast<std::size_t>(n);
    }
    return true;
}

std::string RawTls::readUntil(const std::string& marker, std::chrono::milliseconds deadline) {
    const auto until = std::chrono::steady_clock::now() + deadline;
    std::string got;
    char buffer[16384];
    while (marker.empty() || got.find(marker) == std::string::npos) {
        if (SSL_pending(native_->ssl) == 0) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                until - std::chrono::steady_clock::now());
            pollfd waiting{native_->fd, POLLIN, 0};
            if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) break;
        }
        const int n = SSL_read(native_->ssl, buffer, sizeof buffer);
        if (n <= 0) {
            peerClosed_ = true;
            break;
        }
        got.append(buffer, static_cast<std::size_t>(n));
    }
    return got;
}

std::string RawTls::readSome() {
    char buffer[16384];
    const int n = SSL_read(native_->ssl, buffer, sizeof buffer);
    if (n <= 0) peerClosed_ = SSL_get_error(native_->ssl, n) != SSL_ERROR_WANT_READ;
    return {buffer, static_cast<std::size_t>(std::max(n, 0))};
}

std::string be32(std::uint32_t v) {
    return {static_cast<char>(v >> 24), static_cast<char>(v >> 16), static_cast<char>(v >> 8),
            static_cast<char>(v)};
}

std::string frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, const std::string& payload) {
    std::string out = be32(static_cast<std::uint32_t>(payload.size())).substr(1);
    out += static_cast<char>(type);
    out += static_cast<char>(flags);
    return out + be32(stream) + payload;
}

std::vector<Frame> frames(const std::string& bytes) {
    const auto at = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[i]));
    };
    std::vector<Frame> found;
    for (std::size_t i = 0; i + 9 <= bytes.size();) {
        const std::size_t size = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
        if (i + 9 + size > bytes.size()) break;
        found.push_back({static_cast<std::uint8_t>(bytes[i + 3]), static_cast<std::uint8_t>(bytes[i + 4]),
                         at(i + 5) << 24 | at(i + 6) << 16 | at(i + 7) << 8 | at(i + 8),
                         bytes.substr(i + 9, size)});
        i += 9 + size;
    }
    return found;
}

std::string preface() {
    return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, {});
}

std::string headersFrame(std::uint32_t stream, const std::string& method, const std::string& path, bool end,
                         const std::vector<std::pair<std::string, std::string>>& more) {
    std::string block;
    // RFC 7541, 6.2.2: a literal that is not indexed, both strings with 7-bit prefixed lengths.
    const auto length = [&](std::size_t size) {
        if (size < 127) {
            block += static_cast<char>(size);
            return;
        }
        block += static_cast<char>(127);
        for (size -= 127; size >= 128; size /= 128)
            block += static_cast<char>(size % 128 | 128);
        block += static_cast<char>(size);
    };
    const auto add = [&](const std::string& name, const std::string& value) {
        block += '\0';
        length(name.size());
        block += name;
        length(value.size());
        block += value;
    };
    add(":method", method);
    add(":scheme", "https");
    add(":path", path);
    add(":authority", "localhost");
    for (const auto& [name, value] : more)
        add(name, value);
    return frame(1, static_cast<std::uint8_t>(4 | (end ? 1 : 0)), stream, block);
}

} // namespace wheelhouse::testing
