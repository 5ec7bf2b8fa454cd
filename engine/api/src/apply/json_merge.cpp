#include "apply/json_walk.h"

#include <set>

namespace wheelhouse::api::apply {

namespace {

using Value = std::optional<json::value>;

Result<Value> mergeValues(const Type& type, const json::value* live, const json::value* config);

Result<Value> mergeMap(const Type::Map& map, const json::object* live, const json::object* config) {
    json::object out;
    const auto visit = [&](std::string_view key, const json::value* left,
                           const json::value* right) -> Result<void> {
        auto merged = mergeValues(*memberType(map, key), left, right);
        if (!merged) return fail(Reason::InternalError, "." + std::string(key) + merged.error().message);
        if (*merged) out[key] = std::move(**merged);
        return {};
    };
    if (live != nullptr)
        for (const auto& [key, value] : *live)
            if (auto done = visit(key, &value, config != nullptr ? config->if_contains(key) : nullptr); !done)
                return fail(done.error());
    if (config != nullptr)
        for (const auto& [key, value] : *config)
            if (live == nullptr || !live->contains(key))
                if (auto done = visit(key, nullptr, &value); !done) return fail(done.error());
    if (out.empty()) return Value();
    return Value(std::move(out));
}

/// Entries both lists have stand in the order of the configuration; entries only the live list has keep their
/// place between them as far as that goes.
class ListMerger {
  public:
    ListMerger(const Type::List& list, const json::array* live, const json::array* config)
        : list_(list), live_(live), config_(config) {}

    Result<Value> run() {
        auto live = indexOf(list_, live_, true);
        auto config = indexOf(list_, config_, false);
        if (!config) return fail(Reason::InternalError, ": " + config.error().message);
        if (!live) return fail(Reason::InternalError, ": " + live.error().message);
        left_ = std::move(*live);
        right_ = std::move(*config);
        for (const PathElement& element : right_.order)
            if (left_.entries.contains(element)) shared_.push_back(&element);
        if (auto done = weave(); !done) return fail(done.error());
        if (out_.empty()) return Value();
        return Value(std::move(out_));
    }

  private:
    /// The next entry that both lists have, in the order of the configuration.
    const PathElement* wanted() const { return next_ < shared_.size() ? shared_[next_] : nullptr; }

    Result<void> take(const PathElement& element, const json::value* left, const json::value* right) {
        auto merged = mergeValues(*list_.element, left, right);
        if (!merged) return fail(Reason::InternalError, element.toText() + merged.error().message);
        if (*merged) out_.push_back(std::move(**merged));
        return {};
    }
    Result<void> takeConfigured(const PathElement& element) {
        done_.insert(element);
        const auto live = left_.entries.find(element);
        return take(element, live != left_.entries.end() ? live->second : nullptr,
                    right_.entries.at(element));
    }

    Result<void> weave() {
        std::size_t l = 0;
        std::size_t r = 0;
        while (l < left_.order.size() || r < right_.order.size()) {
            if (l < left_.order.size() && r < right_.order.size()) {
                const PathElement& element = left_.order[l];
                if (element == right_.order[r]) {
                    if (auto done = takeConfigured(element); !done) return done;
                    ++l;
                    ++r;
                    ++next_;
                    continue;
                }
                if (right_.entries.contains(element) && wanted() != nullptr && *wanted() != element) {
                    ++l; // comes later
                    continue;
                }
            }
            if (l < left_.order.size()) {
                const PathElement& element = left_.order[l];
                if (!right_.entries.contains(element)) {
                    if (auto done = take(element, &(*live_)[l], nullptr); !done) return done;
                    ++l;
                    continue;
                }
                if (done_.contains(element)) ++l;
            }
            if (r >= right_.order.size()) continue;
            const PathElement& element = right_.order[r];
            if (auto done = takeConfigured(element); !done) return done;
            if (wanted() != nullptr && *wanted() == element) ++next_;
            ++r;
        }
        return {};
    }

    const Type::List& list_;
    const json::array* live_;
    const json::array* config_;
    ListIndex left_;
    ListIndex right_;
    std::vector<const PathElement*> shared_;
    std::size_t next_ = 0;
    std::set<PathElement> done_;
    json::array out_;
};

Result<Value> mergeValues(const Type& type, const json::value* live, const json::value* config) {
    const auto whole = [&]() -> Result<Value> { return Value(config != nullptr ? *config : *live); };
    const Shape shape = shapeOf(type, config != nullptr ? config : live);
    if (shape == Shape::List) {
        const json::array* left = live != nullptr ? live->if_array() : nullptr;
        const json::array* right = config != nullptr ? config->if_array() : nullptr;
        const bool none = (left == nullptr || left->empty()) && (right == nullptr || right->empty());
        if (type.list->atomic || none) return whole();
        return ListMerger(*type.list, left, right).run();
    }
    if (shape != Shape::Map) return whole();
    const json::object* left = live != nullptr ? live->if_object() : nullptr;
    const json::object* right = config != nullptr ? config->if_object() : nullptr;
    const bool none = (left == nullptr || left->empty()) && (right == nullptr || right->empty());
    if (type.map->atomic || none) return whole();
    return mergeMap(*type.map, left, right);
}

} // namespace

Result<json::value> merge(const Type& type, const json::value& live, const json::value& config) {
    auto merged = mergeValues(type, &live, &config);
    if (!merged) return fail(Reason::InternalError, "failed to merge config: " + merged.error().message);
    return *merged ? std::move(**merged) : json::value(json::object());
}

} // namespace wheelhouse::api::apply
