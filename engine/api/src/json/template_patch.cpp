#include "engine/api/template_patch.h"

#include "engine/api/codec.h"
#include "engine/base/assert.h"
#include "json/value.h"

namespace wheelhouse::api {

namespace {

/// Go writes these as escapes even where JSON does not ask for it. They stand nowhere but inside strings.
std::string escapedForHtml(const std::string& json) {
    std::string out;
    out.reserve(json.size());
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (c == '<') {
            out += "\\u003c";
        } else if (c == '>') {
            out += "\\u003e";
        } else if (c == '&') {
            out += "\\u0026";
        } else if (json.compare(i, 3, "\xe2\x80\xa8") == 0 || json.compare(i, 3, "\xe2\x80\xa9") == 0) {
            out += json[i + 2] == '\xa8' ? "\\u2028" : "\\u2029";
            i += 2;
        } else {
            out += c;
        }
    }
    return out;
}

} // namespace

std::string templatePatch(const core::PodTemplateSpec& podTemplate) {
    auto value = JsonValue::parse(encodeJson(podTemplate));
    WH_ASSERT(value && value->object(), "a message is not encoded as a JSON object");
    value->object()->put("$patch", JsonValue("replace"));
    JsonObject spec;
    spec.put("template", std::move(*value));
    JsonObject patch;
    patch.put("spec", JsonValue(std::move(spec)));
    return escapedForHtml(JsonValue(std::move(patch)).text());
}

Result<core::PodTemplateSpec> templateIn(std::string_view patch) {
    const auto value = JsonValue::parse(patch);
    if (!value) return fail(value.error());
    const JsonValue* spec = value->member("spec");
    const JsonValue* podTemplate = spec ? spec->member("template") : nullptr;
    if (!podTemplate) return fail(Reason::BadRequest, "the revision holds no pod template");
    auto decoded =
        decodeJson(podTemplate->text(), core::PodTemplateSpec::descriptor(), FieldValidation::Ignore);
    if (!decoded) return fail(decoded.error());
    return *static_cast<const core::PodTemplateSpec*>(decoded->message.get());
}

} // namespace wheelhouse::api
