#include "engine/api/selector.h"

#include "engine/api/alias.h"
#include "engine/api/custom_resource.h"
#include "selector/field_path.h"
#include "selector/trait.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>

namespace wheelhouse::api {
namespace {

struct Supported {
    const google::protobuf::Descriptor* (*kind)();
    std::string_view field;
};

/// The fields beyond metadata.name and metadata.namespace, by kind; of each kind the one that tells most
/// objects apart first. Each is a path of JSON names in the kind's message.
constexpr std::array supportedFields = {
    Supported{core::Pod::descriptor, "spec.nodeName"},
    Supported{core::Pod::descriptor, "spec.restartPolicy"},
    Supported{core::Pod::descriptor, "spec.schedulerName"},
    Supported{core::Pod::descriptor, "spec.serviceAccountName"},
    Supported{core::Pod::descriptor, "spec.hostNetwork"},
    Supported{core::Pod::descriptor, "status.phase"},
    Supported{core::Pod::descriptor, "status.podIP"},
    Supported{core::Pod::descriptor, "status.nominatedNodeName"},
    Supported{core::Node::descriptor, "spec.unschedulable"},
    Supported{core::Event::descriptor, "involvedObject.name"},
    Supported{core::Event::descriptor, "involvedObject.kind"},
    Supported{core::Event::descriptor, "involvedObject.namespace"},
    Supported{core::Event::descriptor, "involvedObject.uid"},
    Supported{core::Event::descriptor, "involvedObject.apiVersion"},
    Supported{core::Event::descriptor, "involvedObject.resourceVersion"},
    Supported{core::Event::descriptor, "involvedObject.fieldPath"},
    Supported{core::Event::descriptor, "reason"},
    Supported{core::Event::descriptor, "reportingComponent"},
    Supported{core::Event::descriptor, "source"},
    Supported{core::Event::descriptor, "type"},
    Supported{core::Secret::descriptor, "type"},
    Supported{core::Namespace::descriptor, "status.phase"},
    Supported{core::Service::descriptor, "spec.clusterIP"},
    Supported{core::Service::descriptor, "spec.type"},
    Supported{apps::ReplicaSet::descriptor, "status.replicas"},
    Supported{core::ReplicationController::descriptor, "status.replicas"},
};

/// The same for kinds whose messages are not known here, by name; and where the value stands.
struct Named {
    std::string_view kind;
    std::string_view field;
    std::string_view path;
};
constexpr std::array namedFields = {
    Named{"k8s.io.api.batch.v1.Job", "status.successful", "status.succeeded"},
    Named{"k8s.io.api.certificates.v1.CertificateSigningRequest", "spec.signerName", "spec.signerName"},
    Named{"k8s.io.api.resource.v1.ResourceSlice", "spec.driver", "spec.driver"},
    Named{"k8s.io.api.resource.v1.ResourceSlice", "spec.nodeName", "spec.nodeName"},
};

const Named* findNamed(std::string_view field, const google::protobuf::Descriptor* kind) {
    const auto found = std::find_if(namedFields.begin(), namedFields.end(), [&](const Named& each) {
        return each.field == field && each.kind == kind->full_name();
    });
    return found == namedFields.end() ? nullptr : found;
}

bool isSupported(std::string_view field, const Kind& kind) {
    if (field == "metadata.name") return true;
    if (field == "metadata.namespace") return kind.namespaced;
    if (findNamed(field, kind.descriptor) != nullptr) return true;
    if (customOf(kind)) {
        const auto& own = customOf(kind)->definition().selectableFields;
        return std::find(own.begin(), own.end(), field) != own.end();
    }
    return std::any_of(supportedFields.begin(), supportedFields.end(), [&](const Supported& supported) {
        return supported.field == field && supported.kind() == kind.descriptor;
    });
}

/// The fields of one kind and where they stand.
struct Readable {
    std::string_view field;
    FieldPath path;
    /// Who reported an event stands in one of two places, by the age of the reporter.
    std::optional<FieldPath> otherwise{};

    std::string valueIn(const Object& object) const {
        std::string value = path.valueIn(object.bytes());
        return value.empty() && otherwise ? otherwise->valueIn(object.bytes()) : value;
    }
};

Readable readable(const google::protobuf::Descriptor* kind, std::string_view field, std::string_view path) {
    if (kind == core::Event::descriptor() && field == "source")
        return {field, {kind, "source.component"}, FieldPath{kind, "reportingComponent"}};
    return {field, {kind, path}};
}

/// In the order of the tables above.
const std::vector<Readable>& fieldsOf(const google::protobuf::Descriptor* kind) {
    static const std::vector<Readable> none;
    static const auto all = [] {
        std::unordered_map<const google::protobuf::Descriptor*, std::vector<Readable>> out;
        for (const Supported& each : supportedFields)
            out[each.kind()].push_back(readable(each.kind(), each.field, each.field));
        for (const Named& each : namedFields) {
            const auto* pool = google::protobuf::DescriptorPool::generated_pool();
            const auto* kind = pool->FindMessageTypeByName(std::string(each.kind));
            if (kind != nullptr) out[kind].push_back(readable(kind, each.field, each.path));
        }
        return out;
    }();
    const auto found = all.find(kind);
    return found == all.end() ? none : found->second;
}

tl::unexpected<Status> refuse(std::string_view text, const std::string& why) {
    return fail(Reason::BadRequest,
                "unable to parse the field selector \"" + std::string(text.substr(0, 200)) + "\": " + why);
}

/// Up to the next `,` that is not escaped; `\\`, `\,` and `\=` stand for the character itself.
std::string_view takeTerm(std::string_view& rest) {
    std::size_t i = 0;
    while (i < rest.size() && rest[i] != ',')
        i += rest[i] == '\\' ? 2 : 1;
    i = std::min(i, rest.size());
    const std::string_view term = rest.substr(0, i);
    rest.remove_prefix(std::min(i + 1, rest.size()));
    return term;
}

bool unescape(std::string_view text, std::string& value) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\') {
            if (++i == text.size() || (text[i] != '\\' && text[i] != ',' && text[i] != '=')) return false;
        } else if (text[i] == '=') {
            return false;
        }
        value.push_back(text[i]);
    }
    return true;
}

} // namespace

Result<FieldSelector> FieldSelector::parse(std::string_view text, const Kind& kind) {
    FieldSelector selector;
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::string_view part = takeTerm(rest);
        if (part.empty()) continue;
        const std::size_t sign = part.find_first_of("=!");
        if (sign == std::string_view::npos) return refuse(text, "'=', '==' or '!=' is expected");
        const std::string_view op =
            part.substr(sign, part.substr(sign).starts_with("==") || part[sign] == '!' ? 2 : 1);
        if (op != "=" && op != "==" && op != "!=") return refuse(text, "'=', '==' or '!=' is expected");
        Term term{std::string(part.substr(0, sign)), op == "!=", {}};
        if (!unescape(part.substr(sign + op.size()), term.value)) return refuse(text, "a bad escape");
        const std::string asked = term.field;
        if (isAlias(kind)) term.field = storedField(kind, asked);
        if (!isSupported(term.field, isAlias(kind) ? kind.storage() : kind))
            return fail(Reason::BadRequest, "field label not supported: " + asked);
        selector.terms_.push_back(std::move(term));
    }
    return selector;
}

namespace {

/// The value of a field beyond metadata.
std::string valueOf(const Object& object, std::string_view field) {
    for (const Readable& each : fieldsOf(object.kind().descriptor))
        if (each.field == field) return each.valueIn(object);
    return {};
}

bool isMetadata(std::string_view field) {
    return field.starts_with("metadata.");
}

} // namespace

bool FieldSelector::matches(const Object& object) const {
    const bool custom = object.kind().descriptor == CustomObject::descriptor();
    std::optional<CustomObject> decoded; // only when a field needs it
    return std::all_of(terms_.begin(), terms_.end(), [&](const Term& term) {
        std::string value;
        if (term.field == "metadata.name") {
            value = object.name();
        } else if (term.field == "metadata.namespace") {
            value = object.nameSpace();
        } else if (custom) {
            if (!decoded) decoded = object.as<CustomObject>();
            value = custom::fieldValue(*decoded, term.field);
        } else {
            value = valueOf(object, term.field);
        }
        return (value == term.value) != term.negated;
    });
}

namespace {

/// The first field of a kind has the lower bits, the others share those above.
constexpr unsigned ownBits = 32;
constexpr Traits ownMask = (Traits{1} << ownBits) - 1;
constexpr Traits lookedAt = Traits{1} << 63;

RequiredFields requiredOf(std::string_view field, std::string_view value, bool first) {
    if (first) return {ownMask, traitHash(field, value) & ownMask};
    const Traits shared = traitOf(field, value, 2, ownBits);
    return {shared, shared};
}

} // namespace

Traits fieldTraits(const Object& object) {
    Traits traits = lookedAt;
    bool first = true;
    for (const Readable& each : fieldsOf(object.kind().descriptor))
        traits |= requiredOf(each.field, each.valueIn(object), std::exchange(first, false)).value;
    return traits;
}

Traits requiredNameTraits(const FieldSelector& selector) {
    Traits traits = 0;
    for (const FieldSelector::Term& term : selector.terms())
        if (!term.negated && term.field == "metadata.name") traits |= traitOf(term.field, term.value);
    return traits;
}

RequiredFields requiredFieldTraits(const FieldSelector& selector, const Kind& kind) {
    RequiredFields required;
    const auto& fields = fieldsOf(kind.storage().descriptor);
    if (fields.empty() || customOf(kind)) return required;
    for (const FieldSelector::Term& term : selector.terms()) {
        if (term.negated || isMetadata(term.field)) continue;
        const RequiredFields one = requiredOf(term.field, term.value, term.field == fields.front().field);
        required.mask |= one.mask;
        required.value |= one.value;
    }
    return required;
}

std::string FieldSelector::toString() const {
    std::string text;
    for (const Term& term : terms_) {
        if (!text.empty()) text += ',';
        text += term.field + (term.negated ? "!=" : "=");
        for (const char c : term.value) {
            if (c == '\\' || c == ',' || c == '=') text += '\\';
            text += c;
        }
    }
    return text;
}

} // namespace wheelhouse::api
