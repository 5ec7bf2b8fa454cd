#include "semantics/rules.h"

#include <map>
#include <set>

namespace wheelhouse::api::semantics {

namespace {

constexpr std::int64_t maxAnnotationBytes = 256 * 1024;

void validateOwners(const meta::ObjectMeta& metadata, const Path& path, Problems& problems) {
    bool controller = false;
    std::string controllerName;
    for (int i = 0; i < metadata.ownerreferences_size(); ++i) {
        const meta::OwnerReference& owner = metadata.ownerreferences(i);
        const Path at = path.index(static_cast<std::size_t>(i));
        if (owner.apiversion().empty())
            problems.invalid(at.child("apiVersion"), "", "version must not be empty");
        if (owner.kind().empty()) problems.invalid(at.child("kind"), "", "must not be empty");
        if (owner.name().empty()) problems.invalid(at.child("name"), "", "must not be empty");
        if (owner.uid().empty()) problems.invalid(at.child("uid"), "", "must not be empty");
        if (!owner.controller()) continue;
        if (controller) {
            problems.invalid(
                path, owner.name(),
                "Only one reference can have Controller set to true. Found \"true\" in references for " +
                    controllerName + " and " + owner.name());
        }
        controller = true;
        controllerName = owner.name();
    }
}

void validateFinalizers(const meta::ObjectMeta& metadata, const Path& path, Problems& problems) {
    static const std::set<std::string> plain = {"foregroundDeletion", "orphan", "kubernetes"};
    for (const std::string& finalizer : metadata.finalizers()) {
        problems.invalid(path, finalizer, qualifiedName(finalizer));
        if (finalizer.find('/') == std::string::npos && !plain.contains(finalizer)) {
            problems.invalid(path, finalizer,
                             "name is neither a standard finalizer name nor is it fully qualified");
        }
    }
}

bool sameTime(const meta::Time& a, const meta::Time& b) {
    return a.seconds() == b.seconds();
}

} // namespace

std::string toJson(const StringMap& map) {
    std::string out = "{";
    for (const auto& [key, value] : std::map<std::string, std::string>(map.begin(), map.end())) {
        if (out.size() > 1) out += ',';
        out += quoted(key) + ":" + quoted(value);
    }
    return out + "}";
}

void validateLabels(const StringMap& labels, const Path& path, Problems& problems) {
    for (const auto& [key, value] : labels) {
        problems.invalid(path, key, qualifiedName(key));
        problems.invalid(path, value, labelValue(value));
    }
}

void validateAnnotations(const StringMap& annotations, const Path& path, Problems& problems) {
    std::int64_t bytes = 0;
    for (const auto& [key, value] : annotations) {
        std::string folded = key;
        for (char& c : folded)
            c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        problems.invalid(path, key, qualifiedName(folded));
        bytes += static_cast<std::int64_t>(key.size() + value.size());
    }
    if (bytes > maxAnnotationBytes) problems.tooLong(path, maxAnnotationBytes);
}

void validateLabelSelector(const meta::LabelSelector& selector, const Path& path, Problems& problems) {
    validateLabels(selector.matchlabels(), path.child("matchLabels"), problems);
    for (int i = 0; i < selector.matchexpressions_size(); ++i) {
        const meta::LabelSelectorRequirement& term = selector.matchexpressions(i);
        const Path at = path.child("matchExpressions").index(static_cast<std::size_t>(i));
        const std::string& op = term.operator_();
        if (op == "In" || op == "NotIn") {
            if (term.values().empty()) {
                problems.required(at.child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
            }
        } else if (op == "Exists" || op == "DoesNotExist") {
            if (!term.values().empty()) {
                problems.forbidden(at.child("values"),
                                   "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
            }
        } else {
            problems.invalid(at.child("operator"), op, "not a valid selector operator");
        }
        problems.invalid(at.child("key"), term.key(), qualifiedName(term.key()));
        for (int k = 0; k < term.values_size(); ++k) {
            problems.invalid(at.child("values").index(static_cast<std::size_t>(k)), term.values(k),
                             labelValue(term.values(k)));
        }
    }
}

void validateMeta(const meta::ObjectMeta& metadata, bool namespaced, NameRule nameRule, const Path& path,
                  Problems& problems) {
    if (!metadata.generatename().empty()) {
        // The prefix alone may end in '-': what is checked is a name it could become.
        problems.invalid(path.child("generateName"), metadata.generatename(),
                         nameRule(metadata.generatename() + "a"));
    }
    if (metadata.name().empty()) {
        problems.required(path.child("name"), "name or generateName is required");
    } else {
        problems.invalid(path.child("name"), metadata.name(), nameRule(metadata.name()));
    }
    if (namespaced) {
        if (metadata.namespace_().empty()) {
            problems.required(path.child("namespace"));
        } else {
            problems.invalid(path.child("namespace"), metadata.namespace_(), dnsLabel(metadata.namespace_()));
        }
    } else if (!metadata.namespace_().empty()) {
        problems.forbidden(path.child("namespace"), "not allowed on this type");
    }
    problems.nonNegative(path.child("generation"), metadata.generation());
    validateLabels(metadata.labels(), path.child("labels"), problems);
    validateAnnotations(metadata.annotations(), path.child("annotations"), problems);
    validateOwners(metadata, path.child("ownerReferences"), problems);
    validateFinalizers(metadata, path.child("finalizers"), problems);
}

void validateMetaUpdate(const meta::ObjectMeta& now, const meta::ObjectMeta& old, const Path& path,
                        Problems& problems) {
    if (old.deletiontimestamp().seconds() != 0) {
        const std::set<std::string> before(old.finalizers().begin(), old.finalizers().end());
        std::string added;
        for (const std::string& finalizer : now.finalizers()) {
            if (!before.contains(finalizer)) added += (added.empty() ? "" : ",") + quoted(finalizer);
        }
        if (!added.empty()) {
            problems.forbidden(path.child("finalizers"), "no new finalizers can be added if the object is "
                                                         "being deleted, found new finalizers []string{" +
                                                             added + "}");
        }
    }
    if (now.generation() < old.generation()) {
        problems.invalid(path.child("generation"), now.generation(), "must not be decremented");
    }
    if (now.name() != old.name()) problems.invalid(path.child("name"), now.name(), fieldIsImmutable);
    if (now.namespace_() != old.namespace_()) {
        problems.invalid(path.child("namespace"), now.namespace_(), fieldIsImmutable);
    }
    if (now.uid() != old.uid()) problems.invalid(path.child("uid"), now.uid(), fieldIsImmutable);
    if (!sameTime(now.creationtimestamp(), old.creationtimestamp())) {
        problems.invalid(path.child("creationTimestamp"), now.creationtimestamp().seconds(),
                         fieldIsImmutable);
    }
    if (!sameTime(now.deletiontimestamp(), old.deletiontimestamp())) {
        problems.invalid(path.child("deletionTimestamp"), now.deletiontimestamp().seconds(),
                         fieldIsImmutable);
    }
    if (now.deletiongraceperiodseconds() != old.deletiongraceperiodseconds()) {
        problems.invalid(path.child("deletionGracePeriodSeconds"), now.deletiongraceperiodseconds(),
                         fieldIsImmutable);
    }
}

} // namespace wheelhouse::api::semantics
