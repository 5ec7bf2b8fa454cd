#include "engine/api/object_path.h"

#include "custom/json_path.h"
#include "engine/api/by_kind.h"
#include "json/value.h"

#include <cctype>

namespace wheelhouse::api {

struct ObjectPath::Impl {
    custom::JsonPath path;
};

Result<ObjectPath> ObjectPath::parse(std::string_view text) {
    std::string_view inner = text;
    if (inner.starts_with('{') && inner.ends_with('}')) inner = inner.substr(1, inner.size() - 2);
    std::string whole(inner);
    if (!whole.empty() &&
        (std::isalnum(static_cast<unsigned char>(whole.front())) != 0 || whole.front() == '_'))
        whole.insert(0, 1, '.');
    auto path = custom::JsonPath::parse(whole);
    if (!path) return fail(Reason::BadRequest, "'" + std::string(text) + "' is no JSONPath");
    return ObjectPath(std::make_shared<const Impl>(Impl{std::move(*path)}));
}

std::string ObjectPath::of(const Object& object) const {
    const auto whole = JsonValue::parse(jsonAs(object.kind(), object));
    if (!whole) return {};
    std::string out;
    for (const JsonValue* value : impl_->path.find(*whole)) {
        if (value->isNull()) continue;
        if (!out.empty()) out += ',';
        out += value->isString() ? *value->string() : value->text();
    }
    return out;
}

} // namespace wheelhouse::api
