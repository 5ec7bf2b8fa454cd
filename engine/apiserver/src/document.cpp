#include "document.h"

#include "encode.h"
#include "errors.h"
#include "negotiate.h"

#include <fmt/format.h>
#include <openssl/evp.h>

namespace wheelhouse::apiserver {
namespace {

std::string sha512(std::string_view text) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    EVP_Digest(text.data(), text.size(), digest, &length, EVP_sha512(), nullptr);
    std::string out;
    for (unsigned int i = 0; i < length; ++i)
        out += fmt::format("{:02X}", digest[i]);
    return out;
}

} // namespace

Response document(std::string body, std::string contentType, const Request& request, bool cacheable) {
    Response response;
    response.headers.emplace_back("content-type", std::move(contentType));
    if (cacheable) {
        const std::string etag = "\"" + sha512(body) + "\"";
        response.headers.emplace_back("etag", etag);
        response.headers.emplace_back("vary", "Accept");
        response.headers.emplace_back("cache-control", "public");
        if (request.header("if-none-match") == etag) {
            response.code = 304;
            return response;
        }
    } else
        response.headers.emplace_back("cache-control", "no-cache, private");
    response.body = std::make_shared<const std::string>(std::move(body));
    return response;
}

Response refusal(const Status& status) {
    Response response;
    response.code = httpCode(status.reason);
    response.headers.emplace_back("content-type", Format{}.contentType(false));
    response.body = std::make_shared<const std::string>(encodeStatus(status, Format{}));
    return response;
}

} // namespace wheelhouse::apiserver
