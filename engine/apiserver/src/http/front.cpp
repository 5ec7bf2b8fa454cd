#include "http/front.h"

#include "engine/base/log.h"
#include "http/exchange.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <mutex>

namespace wheelhouse::apiserver::http {

namespace {

bool isRead(std::string_view method) {
    return method == "GET" || method == "HEAD";
}

bool hasParameter(std::string_view query, std::string_view name, std::string_view& value) {
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        if (pair.substr(0, equals) != name) continue;
        value = pair.substr(std::min(equals + 1, pair.size()));
        return true;
    }
    return false;
}

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> steps;
    while (!path.empty()) {
        const auto end = std::min(path.find('/'), path.size());
        if (end > 0) steps.push_back(path.substr(0, end));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return steps;
}

void appendJson(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out.append({'\\', c});
        else if (static_cast<unsigned char>(c) < 0x20)
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else
            out += c;
    }
    out += '"';
}

bool equalsIgnoringCase(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

} // namespace

bool isLongRunning(const Request& request) {
    std::string_view value;
    if (hasParameter(request.query, "watch", value) && value != "false" && value != "0" &&
        request.method == "GET")
        return true;
    // /api/VERSION/… or /apis/GROUP/VERSION/…, then perhaps watch, perhaps namespaces/NAME, then
    // RESOURCE/NAME/SUBRESOURCE/….
    auto steps = split(request.path);
    const std::size_t versioned = steps.empty() ? 0 : steps[0] == "api" ? 2 : steps[0] == "apis" ? 3 : 0;
    if (versioned == 0 || steps.size() <= versioned) return false;
    steps.erase(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(versioned));
    if (steps[0] == "watch") return true;
    if (steps[0] == "namespaces" && steps.size() > 3) steps.erase(steps.begin(), steps.begin() + 2);
    static constexpr std::array<std::string_view, 5> streams{"log", "exec", "attach", "portforward", "proxy"};
    return steps.size() > 2 && std::find(streams.begin(), streams.end(), steps[2]) != streams.end();
}

bool acceptsGzip(std::string_view acceptEncoding) {
    while (!acceptEncoding.empty()) {
        const auto end = std::min(acceptEncoding.find(','), acceptEncoding.size());
        auto item = acceptEncoding.substr(0, end);
        acceptEncoding.remove_prefix(std::min(end + 1, acceptEncoding.size()));
        while (item.starts_with(' '))
            item.remove_prefix(1);
        const auto semicolon = std::min(item.find(';'), item.size());
        auto name = item.substr(0, semicolon);
        while (name.ends_with(' '))
            name.remove_suffix(1);
        if (!equalsIgnoringCase(name, "gzip")) continue;
        auto weight = item.substr(semicolon);
        const auto at = weight.find("q=");
        if (at == std::string_view::npos) return true;
        weight.remove_prefix(at + 2);
        return weight.find_first_of("123456789") != std::string_view::npos;
    }
    return false;
}

Response statusResponse(Reason reason, const std::string& message, int retryAfterSeconds, int code) {
    Response response;
    response.code = code != 0 ? code : httpCode(reason);
    std::string body = R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":)";
    appendJson(body, message);
    body += R"(,"reason":)";
    appendJson(body, reasonName(reason));
    if (retryAfterSeconds > 0) {
        body += fmt::format(R"(,"details":{{"retryAfterSeconds":{}}})", retryAfterSeconds);
        response.headers.emplace_back("retry-after", std::to_string(retryAfterSeconds));
    }
    body += fmt::format(R"(,"code":{}}})", response.code);
    response.headers.emplace_back("content-type", "application/json");
    response.body = std::make_shared<const std::string>(std::move(body));
    return response;
}

bool splitTarget(std::string_view target, Request& request) {
    if (!target.starts_with('/')) {
        const auto scheme = target.find("://");
        if (scheme == std::string_view::npos || scheme == 0) return false;
        const auto path = target.find('/', scheme + 3);
        target = path == std::string_view::npos ? "/" : target.substr(path);
    }
    target = target.substr(0, target.find('#'));
    const auto mark = std::min(target.find('?'), target.size());
    request.path = target.substr(0, mark);
    request.query = target.substr(std::min(mark + 1, target.size()));
    return true;
}

void Front::decorate(Headers& headers, const std::string& auditId) const {
    const auto has = [&](std::string_view name) {
        return std::any_of(headers.begin(), headers.end(), [&](const auto& h) { return h.first == name; });
    };
    if (!has("audit-id")) headers.emplace_back("audit-id", auditId);
    if (!has("cache-control")) headers.emplace_back("cache-control", "no-cache, private");
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(clock.wallNow().time_since_epoch()).count();
    std::tm t{};
    gmtime_r(&seconds, &t);
    static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    headers.emplace_back("date",
                         fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", days[t.tm_wday % 7], t.tm_mday,
                                     months[t.tm_mon % 12], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec));
}

std::string Front::auditId(std::string_view given) const {
    const bool sane =
        !given.empty() && given.size() <= 64 && std::all_of(given.begin(), given.end(), [](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
        });
    return sane ? std::string(given) : makeUuid(random_);
}

Result<Slot> Front::admit(const Request& request) const {
    if (isLongRunning(request)) return Slot();
    const bool read = isRead(request.method);
    const auto& counter = read ? reads : writes;
    Slot slot(counter);
    if (counter->fetch_add(1) + 1 > (read ? limits.readsInFlight : limits.writesInFlight))
        return fail(Reason::TooManyRequests, "too many requests at once, please try again");
    return slot;
}

void Front::dispatch(Request request, const std::shared_ptr<HttpExchange>& exchange) {
    auto slot = admit(request);
    if (!slot) {
        exchange->respondNow(statusResponse(Reason::TooManyRequests, slot.error().message, 1));
        return;
    }
    exchange->setSlot(std::move(*slot));
    std::shared_ptr<Running> running;
    try {
        std::shared_lock lock(handlerLock_);
        if (!handler_) {
            lock.unlock();
            exchange->respondNow(statusResponse(Reason::ServiceUnavailable, "the server is stopping", 1));
            return;
        }
        requests.fetch_add(1);
        running = handler_->handle(std::move(request), exchange);
    } catch (const std::exception& error) {
        log::error("http", "a request could not be handled: {}", error.what());
        exchange->respondNow(statusResponse(Reason::InternalError, "the request could not be handled"));
        return;
    }
    exchange->setRunning(std::move(running));
}

void Front::close() {
    {
        std::unique_lock lock(handlerLock_);
        handler_ = nullptr;
    }
    std::unique_lock lock(openLock_);
    open_ = false;
}

} // namespace wheelhouse::apiserver::http
