#include "health.h"

#include <fmt/format.h>

namespace wheelhouse::apiserver {

Response answerHealth(const Core& core, const RequestInfo& info) {
    struct Check {
        std::string_view name;
        bool passed;
        std::string_view why;
    };
    std::vector<Check> checks = {
        {"ping", true, ""},
        {"store", !core.store.readOnly(), "the store is read-only since a write to disk failed"}};
    if (info.name != "livez")
        checks.push_back({"bootstrap", core.ready, "the objects every cluster has are not all there yet"});

    std::string text;
    bool passed = true;
    bool found = info.rest.empty();
    for (const Check& check : checks) {
        if (!info.rest.empty() && check.name != info.rest) continue;
        if (info.query.text("exclude") == check.name) continue;
        found = true;
        passed = passed && check.passed;
        text += check.passed ? fmt::format("[+]{} ok\n", check.name)
                             : fmt::format("[-]{} failed: {}\n", check.name, check.why);
    }
    text += fmt::format("{} check {}\n", info.name, passed ? "passed" : "failed");
    Response response;
    response.code = !found ? 404 : passed ? 200 : 500;
    response.headers = {{"content-type", "text/plain; charset=utf-8"},
                        {"cache-control", "no-cache, private"},
                        {"x-content-type-options", "nosniff"}};
    const bool brief = passed && !info.query.has("verbose");
    response.body = std::make_shared<const std::string>(!found  ? "404 page not found\n"
                                                        : brief ? "ok"
                                                                : text);
    return response;
}

} // namespace wheelhouse::apiserver
