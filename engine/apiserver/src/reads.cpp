#include "continue_token.h"
#include "core.h"
#include "engine/store/selective.h"
#include "errors.h"
#include "metadata.h"
#include "verbs.h"

#include <charconv>
#include <fmt/format.h>

namespace wheelhouse::apiserver {

using api::ObjectPtr;

bool Selection::matches(const api::Object& object) const {
    if (!nameSpace.empty() && object.nameSpace() != nameSpace) return false;
    return (labels.empty() || labels.matches(object.labels())) && (fields.empty() || fields.matches(object));
}

std::string Selection::singleName() const {
    for (const auto& term : fields.terms())
        if (term.field == "metadata.name" && !term.negated) return term.value;
    return {};
}

Result<Selection> makeSelection(const api::Kind& kind, std::string nameSpace, std::string_view labels,
                                std::string_view fields) {
    Selection selection;
    selection.kind = &kind;
    selection.nameSpace = std::move(nameSpace);
    if (!labels.empty()) {
        auto parsed = api::LabelSelector::parse(labels);
        if (!parsed) return fail(parsed.error());
        selection.labels = std::move(*parsed);
    }
    if (!fields.empty()) {
        auto parsed = api::FieldSelector::parse(fields, kind);
        if (!parsed) return fail(parsed.error());
        selection.fields = std::move(*parsed);
    }
    return selection;
}

Result<Revision> parseResourceVersion(std::string_view text) {
    if (text.empty()) return 0;
    Revision revision = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), revision);
    if (error != std::errc() || end != text.data() + text.size())
        return fail(
            Reason::BadRequest,
            fmt::format("invalid resource version: Invalid value: \"{}\": must be a whole number", text));
    return revision;
}

Revision revisionOf(Core& core, const api::Kind& kind) {
    return api::isComputed(kind) ? core.computed.revision(kind) : core.store.revision();
}

Result<ObjectPtr> getObject(Core& core, const api::Kind& kind, const std::string& nameSpace,
                            const std::string& name, std::string_view resourceVersion,
                            const std::string& subresource, const Reader* reader) {
    auto at = parseResourceVersion(resourceVersion);
    if (!at) return fail(at.error());
    if (const Revision newest = revisionOf(core, kind); *at > newest)
        return fail(tooLargeResourceVersion(*at, newest));
    if (api::isComputed(kind)) return core.computed.get(kind, nameSpace, name, subresource, reader);
    ObjectPtr object = core.store.get({&kind, keyOf(kind, nameSpace, name)});
    if (!object) return fail(notFound(kind, name));
    return object;
}

namespace {

Cause forbiddenOption(std::string field, std::string why) {
    return {"FieldValueForbidden", "Forbidden: " + std::move(why), std::move(field)};
}

struct ListPosition {
    Revision at = 0;
    std::string start;
    bool continued = false;
};

Result<ListPosition> positionOf(Core& core, const ListQuery& query) {
    ListPosition position;
    const std::string& match = query.resourceVersionMatch;
    if (!query.continueToken.empty()) {
        if (!match.empty())
            return fail(invalidOption(
                "ListOptions",
                forbiddenOption("resourceVersionMatch",
                                "resourceVersionMatch is forbidden when continue is provided")));
        if (!query.resourceVersion.empty() && query.resourceVersion != "0")
            return fail(Reason::BadRequest, "specifying resource version is not allowed when using continue");
        auto token = ContinueToken::parse(query.continueToken);
        if (!token) return fail(token.error());
        position.start = std::move(token->start);
        position.at = token->revision < 0 ? 0 : static_cast<Revision>(token->revision);
        position.continued = true;
        return position;
    }
    if (!match.empty()) {
        if (query.resourceVersion.empty())
            return fail(invalidOption(
                "ListOptions",
                forbiddenOption("resourceVersionMatch",
                                "resourceVersionMatch is forbidden unless resourceVersion is provided")));
        if (match != "Exact" && match != "NotOlderThan")
            return fail(invalidOption(
                "ListOptions",
                {"FieldValueNotSupported",
                 fmt::format("Unsupported value: \"{}\": supported values: \"Exact\", \"NotOlderThan\"",
                             match),
                 "resourceVersionMatch"}));
        if (match == "Exact" && query.resourceVersion == "0")
            return fail(invalidOption(
                "ListOptions",
                forbiddenOption("resourceVersionMatch",
                                "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"")));
    }
    auto revision = parseResourceVersion(query.resourceVersion);
    if (!revision) return fail(revision.error());
    if (const Revision newest = revisionOf(core, *query.selection.kind); *revision > newest)
        return fail(tooLargeResourceVersion(*revision, newest));
    // Without a match, a number together with a limit means exactly that state, as Kubernetes has always
    // answered.
    if (match == "Exact" || (match.empty() && query.limit > 0)) position.at = *revision;
    return position;
}

/// The list's state was compacted away. A continued list can still go on, if the client accepts that it then
/// shows objects as they are now.
Status expired(const ListPosition& position) {
    Status status;
    status.reason = Reason::Expired;
    if (!position.continued) {
        status.message = "The resourceVersion for the provided list is too old.";
        return status;
    }
    status.message =
        "The provided continue parameter is too old to display a consistent list result. You can start a "
        "new list without the continue parameter, or use the continue token in this response to retrieve "
        "the remainder of the results. Continuing with the provided token results in an inconsistent "
        "list - objects that were created, modified, or deleted between the time the first chunk was "
        "returned and now may show up in the list.";
    status.continueToken = ContinueToken{-1, position.start}.text();
    return status;
}

} // namespace

Result<ListAnswer> listObjects(Core& core, const ListQuery& query) {
    if (query.limit < 0) return fail(Reason::BadRequest, "limit must not be negative");
    auto position = positionOf(core, query);
    if (!position) return fail(position.error());
    const Selection& selection = query.selection;
    if (api::isComputed(*selection.kind)) {
        if (query.resourceVersionMatch == "Exact" && position->at != revisionOf(core, *selection.kind))
            return fail(expired(*position));
        return core.computed.list(selection, position->start, query.limit);
    }
    const std::string prefix = selection.nameSpace.empty() ? "" : selection.nameSpace + "/";

    ListAnswer answer;
    const std::string name = selection.singleName();
    if (!name.empty() && position->at == 0 && (!selection.kind->namespaced || !selection.nameSpace.empty())) {
        answer.revision = core.store.revision();
        const ObjectPtr object =
            core.store.get({selection.kind, keyOf(*selection.kind, selection.nameSpace, name)});
        if (object && selection.matches(*object)) answer.items.push_back(object);
        return answer;
    }
    std::function<bool(const ObjectPtr&)> filter;
    if (selection.selective())
        filter = store::Selective{api::requiredTraits(selection.labels) |
                                      api::requiredNameTraits(selection.fields),
                                  api::requiredFieldTraits(selection.fields, *selection.kind),
                                  [&](const ObjectPtr& object) { return selection.matches(*object); }};
    auto page = core.store.list(*selection.kind, prefix, position->start, query.limit, position->at, filter);
    if (!page) return fail(page.error().reason == Reason::Expired ? expired(*position) : page.error());
    answer.items = std::move(page->items);
    answer.revision = page->revision;
    if (!page->next.empty()) {
        answer.continueToken = ContinueToken{static_cast<std::int64_t>(page->revision), page->next}.text();
        if (!selection.selective()) answer.remaining = page->remaining;
    }
    return answer;
}

} // namespace wheelhouse::apiserver
