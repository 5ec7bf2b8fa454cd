#include "engine/store/sealed_backend.h"

#include "engine/base/assert.h"
#include "engine/base/freed.h"

#include <algorithm>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <optional>

namespace wheelhouse::store {
namespace {

/// No object begins with a zero byte: it would be a field with the number 0.
constexpr std::string_view mark("\0S1", 3);
constexpr std::size_t nonceBytes = 12;
constexpr std::size_t tagBytes = 16;

using Context = std::unique_ptr<EVP_CIPHER_CTX, FreedBy<EVP_CIPHER_CTX_free>>;

const unsigned char* in(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* out(std::string& text, std::size_t at) {
    return reinterpret_cast<unsigned char*>(text.data() + at);
}

std::string bigEndian(std::uint64_t value) {
    std::string text;
    for (int shift = 56; shift >= 0; shift -= 8)
        text += static_cast<char>(value >> shift);
    return text;
}

std::string seal(const std::string& key, Revision revision, std::string_view plain, Random& random) {
    std::string nonce = bigEndian(random.next()) + bigEndian(random.next());
    nonce.resize(nonceBytes);
    std::string sealed = std::string(mark) + nonce;
    const std::size_t body = sealed.size();
    sealed.resize(body + plain.size() + tagBytes);
    const std::string bound = bigEndian(revision);
    const Context context(EVP_CIPHER_CTX_new());
    int length = 0;
    const bool done =
        context && EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, in(key), in(nonce)) == 1 &&
        EVP_EncryptUpdate(context.get(), nullptr, &length, in(bound), static_cast<int>(bound.size())) == 1 &&
        EVP_EncryptUpdate(context.get(), out(sealed, body), &length, in(plain),
                          static_cast<int>(plain.size())) == 1 &&
        EVP_EncryptFinal_ex(context.get(), out(sealed, body + plain.size()), &length) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tagBytes,
                            out(sealed, body + plain.size())) == 1;
    WH_ASSERT(done, "AES-256-GCM cannot be used");
    return sealed;
}

std::optional<std::string> unseal(const std::string& key, Revision revision, std::string_view sealed) {
    if (sealed.size() < mark.size() + nonceBytes + tagBytes) return std::nullopt;
    const std::string_view nonce = sealed.substr(mark.size(), nonceBytes);
    const std::string_view body = sealed.substr(mark.size() + nonceBytes);
    const std::size_t size = body.size() - tagBytes;
    std::string tag(body.substr(size));
    std::string plain(size, '\0');
    const std::string bound = bigEndian(revision);
    const Context context(EVP_CIPHER_CTX_new());
    int length = 0;
    const bool done =
        context && EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, in(key), in(nonce)) == 1 &&
        EVP_DecryptUpdate(context.get(), nullptr, &length, in(bound), static_cast<int>(bound.size())) == 1 &&
        EVP_DecryptUpdate(context.get(), out(plain, 0), &length, in(body), static_cast<int>(size)) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tagBytes, tag.data()) == 1 &&
        EVP_DecryptFinal_ex(context.get(), out(plain, size), &length) == 1;
    return done ? std::optional(std::move(plain)) : std::nullopt;
}

class SealedBackend final : public Backend {
  public:
    SealedBackend(std::unique_ptr<Backend> inner, Sealing sealing, Random& random)
        : inner_(std::move(inner)), sealing_(std::move(sealing)), random_(random) {}

    Result<Revision> load(const std::function<void(Record&&)>& each) override {
        std::optional<Revision> unreadable;
        auto compacted = inner_->load([&](Record&& record) {
            if (unreadable) return;
            if (auto opened = open(record.revision, std::move(record.value))) {
                record.value = std::move(*opened);
                each(std::move(record));
            } else {
                unreadable = record.revision;
            }
        });
        if (compacted && unreadable) return fail(notOurs(*unreadable));
        return compacted;
    }

    void append(std::vector<Record> records, Done done) override {
        for (Record& record : records)
            if (isSealed(record.key))
                record.value = seal(sealing_.key, record.revision, record.value, random_);
        inner_->append(std::move(records), std::move(done));
    }

    Result<std::string> read(Revision revision) override {
        auto value = inner_->read(revision);
        if (!value) return value;
        auto opened = open(revision, std::move(*value));
        if (!opened) return fail(notOurs(revision));
        return std::move(*opened);
    }

    void compact(Revision revision, std::vector<Revision> dropped) override {
        inner_->compact(revision, std::move(dropped));
    }

  private:
    bool isSealed(const std::string& key) const {
        const auto& all = sealing_.resources;
        return std::find(all.begin(), all.end(), std::string_view(key).substr(0, key.find('\0'))) !=
               all.end();
    }
    std::optional<std::string> open(Revision revision, std::string value) const {
        if (!value.starts_with(mark)) return value;
        return unseal(sealing_.key, revision, value);
    }
    static Status notOurs(Revision revision) {
        return {.reason = Reason::InternalError,
                .message = fmt::format(
                    "the store's record {} cannot be decrypted: it was written with another key, or is "
                    "damaged; put the key back that belongs to this data directory",
                    revision)};
    }

    const std::unique_ptr<Backend> inner_;
    const Sealing sealing_;
    Random& random_;
};

} // namespace

std::unique_ptr<Backend> makeSealedBackend(std::unique_ptr<Backend> inner, Sealing sealing, Random& random) {
    WH_ASSERT(sealing.key.size() == 32, "a key for AES-256 has 32 bytes");
    return std::make_unique<SealedBackend>(std::move(inner), std::move(sealing), random);
}

} // namespace wheelhouse::store
