#include "streams/answer_reader.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <cctype>
#include <cstdint>
#include <limits>
#include <optional>

namespace wheelhouse::apiserver {

namespace bhttp = boost::beast::http;
namespace asio = boost::asio;

namespace {

constexpr std::uint32_t mostHead = 256 * 1024;

/// A body that is taken out while it is being read, and for which nothing is set aside beforehand.
struct PieceBody {
    using value_type = std::string;
    class reader {
      public:
        template <bool isRequest, class Fields>
        reader(bhttp::header<isRequest, Fields>&, value_type& body) : body_(body) {}
        void init(const boost::optional<std::uint64_t>&, boost::system::error_code& error) { error = {}; }
        template <class Buffers>
        std::size_t put(const Buffers& buffers, boost::system::error_code& error) {
            error = {};
            const std::size_t size = asio::buffer_size(buffers);
            for (auto it = asio::buffer_sequence_begin(buffers); it != asio::buffer_sequence_end(buffers);
                 ++it) {
                const asio::const_buffer piece(*it);
                body_.append(static_cast<const char*>(piece.data()), piece.size());
            }
            return size;
        }
        void finish(boost::system::error_code& error) { error = {}; }

      private:
        value_type& body_;
    };
};

} // namespace

struct AnswerReader::Impl {
    explicit Impl(bool headOnlyIn) : headOnly(headOnlyIn) { expect(); }
    void expect() {
        parser.emplace();
        parser->eager(true);
        parser->skip(headOnly);
        parser->header_limit(mostHead);
        parser->body_limit(std::numeric_limits<std::uint64_t>::max());
    }
    /// A 1xx that is not the answer itself.
    bool interim() const {
        const auto code = parser->is_header_done() ? parser->get().result_int() : 0;
        return code >= 100 && code < 200 && code != 101;
    }

    const bool headOnly;
    std::optional<bhttp::response_parser<PieceBody>> parser;
    std::string waiting; ///< bytes of a head that is not whole
    bool switched = false;
};

AnswerReader::AnswerReader(bool headOnly) : impl_(std::make_unique<Impl>(headOnly)) {}
AnswerReader::~AnswerReader() = default;

Result<std::string> AnswerReader::feed(std::string_view bytes) {
    auto& parser = impl_->parser;
    if (impl_->switched) return std::string(bytes);
    impl_->waiting += bytes;
    std::string& in = impl_->waiting;
    while (!in.empty() && !parser->is_done()) {
        boost::system::error_code error;
        const std::size_t used = parser->put(asio::buffer(in), error);
        in.erase(0, used);
        if (error && error != bhttp::error::need_more)
            return fail(Reason::BadRequest, "malformed HTTP response: " + error.message());
        if (impl_->interim())
            impl_->expect();
        else if (used == 0)
            break;
    }
    if (headDone() && code() == 101) {
        impl_->switched = true;
        return std::exchange(in, {});
    }
    return std::exchange(parser->get().body(), {});
}

bool AnswerReader::finish() {
    if (!headDone()) return false;
    if (done()) return true;
    boost::system::error_code error;
    impl_->parser->put_eof(error);
    return !error;
}

bool AnswerReader::headDone() const {
    return impl_->parser->is_header_done();
}

bool AnswerReader::done() const {
    return impl_->parser->is_done() && !impl_->switched;
}

int AnswerReader::code() const {
    return static_cast<int>(impl_->parser->get().result_int());
}

Headers AnswerReader::headers() const {
    Headers out;
    for (const auto& field : impl_->parser->get()) {
        std::string name(field.name_string());
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return std::tolower(c); });
        out.emplace_back(std::move(name), std::string(field.value()));
    }
    return out;
}

} // namespace wheelhouse::apiserver
