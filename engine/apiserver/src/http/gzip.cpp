#include "http/front.h"

#include <stdexcept>
#include <zlib.h>

namespace wheelhouse::apiserver::http {

namespace {

constexpr int level = 1;
/// 16 on top of the window bits asks zlib for the gzip envelope.
constexpr int gzipWindow = 15 + 16;

class GzipSource final : public BodySource {
  public:
    explicit GzipSource(std::shared_ptr<BodySource> inner) : inner_(std::move(inner)) {
        if (deflateInit2(&stream_, level, Z_DEFLATED, gzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::runtime_error("zlib cannot be used"); // tidy: caught where the answer is made
    }
    ~GzipSource() override { deflateEnd(&stream_); }
    GzipSource(const GzipSource&) = delete;
    GzipSource& operator=(const GzipSource&) = delete;

    bool next(std::string& out) override {
        const std::size_t before = out.size();
        bool more = true;
        // What one piece packs to may stay inside zlib.
        while (more && out.size() == before) {
            plain_.clear();
            more = inner_->next(plain_);
            pack(out, more ? Z_NO_FLUSH : Z_FINISH);
        }
        return more;
    }

  private:
    void pack(std::string& out, int flush) {
        stream_.next_in = reinterpret_cast<Bytef*>(plain_.data());
        stream_.avail_in = static_cast<uInt>(plain_.size());
        std::size_t room = 0;
        do {
            const std::size_t used = out.size();
            room = plain_.size() / 4 + 1024;
            out.resize(used + room);
            stream_.next_out = reinterpret_cast<Bytef*>(out.data() + used);
            stream_.avail_out = static_cast<uInt>(room);
            deflate(&stream_, flush);
            out.resize(used + room - stream_.avail_out);
        } while (stream_.avail_out == 0);
    }

    const std::shared_ptr<BodySource> inner_;
    z_stream stream_{};
    std::string plain_;
};

} // namespace

std::optional<std::string> gzip(const std::string& body) {
    z_stream stream{};
    if (deflateInit2(&stream, level, Z_DEFLATED, gzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return std::nullopt;
    std::string out(deflateBound(&stream, body.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    stream.avail_in = static_cast<uInt>(body.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int rc = body.size() > UINT32_MAX / 2 ? Z_BUF_ERROR : deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    if (rc != Z_STREAM_END) return std::nullopt;
    return out;
}

std::shared_ptr<BodySource> gzipped(std::shared_ptr<BodySource> source) {
    return std::make_shared<GzipSource>(std::move(source));
}

} // namespace wheelhouse::apiserver::http
