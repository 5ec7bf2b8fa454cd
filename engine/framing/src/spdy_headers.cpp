#include "spdy_headers.h"

#include <algorithm>
#include <array>

namespace wheelhouse::framing {

namespace {

// SPDY/3 fixes the text both sides' compression starts from: these words, each after its length, then the
// tail.
constexpr std::array<std::string_view, 65> dictionaryWords{"options",
                                                           "head",
                                                           "post",
                                                           "put",
                                                           "delete",
                                                           "trace",
                                                           "accept",
                                                           "accept-charset",
                                                           "accept-encoding",
                                                           "accept-language",
                                                           "accept-ranges",
                                                           "age",
                                                           "allow",
                                                           "authorization",
                                                           "cache-control",
                                                           "connection",
                                                           "content-base",
                                                           "content-encoding",
                                                           "content-language",
                                                           "content-length",
                                                           "content-location",
                                                           "content-md5",
                                                           "content-range",
                                                           "content-type",
                                                           "date",
                                                           "etag",
                                                           "expect",
                                                           "expires",
                                                           "from",
                                                           "host",
                                                           "if-match",
                                                           "if-modified-since",
                                                           "if-none-match",
                                                           "if-range",
                                                           "if-unmodified-since",
                                                           "last-modified",
                                                           "location",
                                                           "max-forwards",
                                                           "pragma",
                                                           "proxy-authenticate",
                                                           "proxy-authorization",
                                                           "range",
                                                           "referer",
                                                           "retry-after",
                                                           "server",
                                                           "te",
                                                           "trailer",
                                                           "transfer-encoding",
                                                           "upgrade",
                                                           "user-agent",
                                                           "vary",
                                                           "via",
                                                           "warning",
                                                           "www-authenticate",
                                                           "method",
                                                           "get",
                                                           "status",
                                                           "200 OK",
                                                           "version",
                                                           "HTTP/1.1",
                                                           "url",
                                                           "public",
                                                           "set-cookie",
                                                           "keep-alive",
                                                           "origin"};
constexpr std::string_view dictionaryTail =
    "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505"
    "203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Una"
    "uthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service"
    " UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, "
    "Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,applicat"
    "ion/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf"
    "-8charset=iso-8859-1,utf-,*,enq=0.";

void appendNumber(std::string& out, std::size_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        out += static_cast<char>((value >> shift) & 0xff);
}

const std::string& dictionary() {
    static const std::string text = [] {
        std::string out;
        for (const std::string_view word : dictionaryWords) {
            appendNumber(out, word.size());
            out += word;
        }
        out += dictionaryTail;
        return out;
    }();
    return text;
}

Bytef* zlibBytes(const std::string_view text) {
    return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

tl::unexpected<Status> malformed(const char* why) {
    return fail(Reason::BadRequest, std::string("malformed SPDY headers: ") + why);
}

/// Takes lengths and texts off the front of an inflated block.
class BlockParser {
  public:
    explicit BlockParser(std::string_view block) : rest_(block) {}
    std::optional<std::size_t> number() {
        if (rest_.size() < 4) return std::nullopt;
        std::size_t value = 0;
        for (std::size_t i = 0; i < 4; ++i)
            value = (value << 8) | static_cast<unsigned char>(rest_[i]);
        rest_.remove_prefix(4);
        return value;
    }
    std::optional<std::string_view> text() {
        const auto size = number();
        if (!size || *size > rest_.size()) return std::nullopt;
        const auto out = rest_.substr(0, *size);
        rest_.remove_prefix(*size);
        return out;
    }
    bool done() const { return rest_.empty(); }

  private:
    std::string_view rest_;
};

} // namespace

SpdyInflater::SpdyInflater(const SpdyLimits& limits) : limits_(limits) {
    usable_ = inflateInit(&stream_) == Z_OK;
}

SpdyInflater::~SpdyInflater() {
    inflateEnd(&stream_);
}

Result<std::string> SpdyInflater::inflated(std::string_view block) {
    if (!usable_) return malformed("the compression is broken");
    usable_ = false; // until this block is understood
    std::string out;
    std::array<char, 4096> piece;
    stream_.next_in = zlibBytes(block);
    stream_.avail_in = static_cast<uInt>(block.size());
    for (;;) {
        stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream_.avail_out = piece.size();
        int code = inflate(&stream_, Z_SYNC_FLUSH);
        if (code == Z_NEED_DICT) {
            code = inflateSetDictionary(&stream_, zlibBytes(dictionary()),
                                        static_cast<uInt>(dictionary().size()));
            if (code != Z_OK) return malformed("another dictionary");
            continue;
        }
        if (code != Z_OK && code != Z_BUF_ERROR) return malformed("bad compression");
        out.append(piece.data(), piece.size() - stream_.avail_out);
        if (out.size() > limits_.headerBytes) return malformed("too large");
        if (stream_.avail_out > 0) break;
    }
    if (stream_.avail_in != 0) return malformed("bad compression");
    usable_ = true;
    return out;
}

Result<SpdyHeaders> SpdyInflater::read(std::string_view block) {
    auto text = inflated(block);
    if (!text) return fail(text.error());
    BlockParser parser(*text);
    const auto count = parser.number();
    if (!count || *count > limits_.headers) return malformed("too many");
    SpdyHeaders headers;
    for (std::size_t i = 0; i < *count; ++i) {
        const auto name = parser.text();
        const auto values = parser.text();
        if (!name || !values || name->empty()) return malformed("a length is wrong");
        if (std::any_of(name->begin(), name->end(), [](char c) { return c >= 'A' && c <= 'Z'; }))
            return malformed("a name in upper case");
        // Several values of one name are separated by null bytes.
        std::size_t begin = 0;
        while (begin <= values->size()) {
            const std::size_t end = std::min(values->find('\0', begin), values->size());
            if (headers.size() == limits_.headers) return malformed("too many");
            headers.emplace_back(*name, values->substr(begin, end - begin));
            begin = end + 1;
        }
    }
    if (!parser.done()) return malformed("bytes after the last");
    return headers;
}

SpdyDeflater::SpdyDeflater() {
    // The headers are a few words; a small window keeps ten thousand streams cheap.
    deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, 11, 1, Z_DEFAULT_STRATEGY);
    deflateSetDictionary(&stream_, zlibBytes(dictionary()), static_cast<uInt>(dictionary().size()));
}

SpdyDeflater::~SpdyDeflater() {
    deflateEnd(&stream_);
}

std::string SpdyDeflater::write(const SpdyHeaders& headers) {
    std::string plain;
    appendNumber(plain, headers.size());
    for (const auto& [name, value] : headers) {
        appendNumber(plain, name.size());
        plain += name;
        appendNumber(plain, value.size());
        plain += value;
    }
    std::string out;
    std::array<char, 1024> piece;
    stream_.next_in = zlibBytes(plain);
    stream_.avail_in = static_cast<uInt>(plain.size());
    do {
        stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream_.avail_out = piece.size();
        deflate(&stream_, Z_SYNC_FLUSH);
        out.append(piece.data(), piece.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
    return out;
}

} // namespace wheelhouse::framing
