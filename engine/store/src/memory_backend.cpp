#include "engine/store/backend.h"

#include <algorithm>

namespace wheelhouse::store {
namespace {

class MemoryBackend final : public Backend {
  public:
    explicit MemoryBackend(std::shared_ptr<std::vector<Record>> kept)
        : kept_(kept ? std::move(kept) : std::make_shared<std::vector<Record>>()) {}

    Result<Revision> load(const std::function<void(Record&&)>& each) override {
        for (Record record : *kept_)
            each(std::move(record));
        return compacted_;
    }

    void append(std::vector<Record> records, Done done) override {
        kept_->insert(kept_->end(), std::make_move_iterator(records.begin()),
                      std::make_move_iterator(records.end()));
        done({});
    }

    Result<std::string> read(Revision revision) override {
        const auto found =
            std::lower_bound(kept_->begin(), kept_->end(), revision,
                             [](const Record& r, Revision wanted) { return r.revision < wanted; });
        if (found == kept_->end() || found->revision != revision)
            return fail(Reason::InternalError, "the record is not there");
        return found->value;
    }

    void compact(Revision revision, std::vector<Revision> dropped) override {
        compacted_ = revision;
        std::sort(dropped.begin(), dropped.end());
        std::erase_if(*kept_, [&](const Record& record) {
            return std::binary_search(dropped.begin(), dropped.end(), record.revision);
        });
    }

  private:
    const std::shared_ptr<std::vector<Record>> kept_;
    Revision compacted_ = 0;
};

} // namespace

std::unique_ptr<Backend> makeMemoryBackend(std::shared_ptr<std::vector<Record>> kept) {
    return std::make_unique<MemoryBackend>(std::move(kept));
}

} // namespace wheelhouse::store
