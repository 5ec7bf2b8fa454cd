#include "http/front.h"

#include <algorithm>
#include <limits>
#include <zlib.h>

namespace wheelhouse::apiserver::http {

namespace {

/// One gzip stream, at zlib's quickest level.
class Packer {
  public:
    Packer() {
        // 16 on top of the window bits asks zlib for the gzip envelope.
        if (deflateInit2(&stream_, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc(); // tidy: zlib's only reason; caught where the answer is made
    }
    ~Packer() { deflateEnd(&stream_); }
    Packer(const Packer&) = delete;
    Packer& operator=(const Packer&) = delete;

    /// Appends what `plain` packs to, as far as it does not stay inside to be packed with what follows.
    void pack(std::string_view plain, bool last, std::string& out) {
        do {
            const std::size_t part =
                std::min<std::size_t>(plain.size(), std::numeric_limits<uInt>::max() / 2);
            packPart(plain.substr(0, part), last && part == plain.size() ? Z_FINISH : Z_NO_FLUSH, out);
            plain.remove_prefix(part);
        } while (!plain.empty());
    }

  private:
    void packPart(std::string_view plain, int flush, std::string& out) {
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
        stream_.avail_in = static_cast<uInt>(plain.size());
        const std::size_t room = plain.size() / 8 + 1024;
        do {
            const std::size_t used = out.size();
            out.resize(used + room);
            stream_.next_out = reinterpret_cast<Bytef*>(out.data() + used);
            stream_.avail_out = static_cast<uInt>(room);
            deflate(&stream_, flush);
            out.resize(used + room - stream_.avail_out);
        } while (stream_.avail_out == 0);
    }

    z_stream stream_{};
};

class GzipSource final : public BodySource {
  public:
    explicit GzipSource(std::shared_ptr<BodySource> inner) : inner_(std::move(inner)) {}

    bool next(std::string& out) override {
        const std::size_t before = out.size();
        bool more = true;
        while (more && out.size() == before) {
            plain_.clear();
            more = inner_->next(plain_);
            packer_.pack(plain_, !more, out);
        }
        return more;
    }

  private:
    const std::shared_ptr<BodySource> inner_;
    Packer packer_;
    std::string plain_;
};

} // namespace

std::string gzip(std::string_view body) {
    std::string out;
    Packer().pack(body, true, out);
    return out;
}

std::shared_ptr<BodySource> gzipped(std::shared_ptr<BodySource> source) {
    return std::make_shared<GzipSource>(std::move(source));
}

} // namespace wheelhouse::apiserver::http
