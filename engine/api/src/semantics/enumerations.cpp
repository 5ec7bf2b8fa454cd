#include "options.pb.h"
#include "semantics/rules.h"

#include <algorithm>

namespace wheelhouse::api::semantics {

namespace {

namespace pb = google::protobuf;

void check(const pb::Message& message, const Path& path, Problems& problems) {
    const pb::Reflection* of = message.GetReflection();
    std::vector<const pb::FieldDescriptor*> set;
    of->ListFields(message, &set);
    for (const pb::FieldDescriptor* field : set) {
        if (field->is_map()) continue;
        const bool inlined = field->options().GetExtension(wh::inlined);
        if (field->message_type() != nullptr) {
            const Path at = inlined ? path : path.child(field->json_name());
            if (!field->is_repeated()) {
                check(of->GetMessage(message, field), at, problems);
                continue;
            }
            for (int i = 0; i < of->FieldSize(message, field); ++i) {
                check(of->GetRepeatedMessage(message, field, i), at.index(static_cast<std::size_t>(i)),
                      problems);
            }
            continue;
        }
        const int choices = field->options().ExtensionSize(wh::enum_values);
        if (choices == 0 || field->is_repeated()) continue;
        const std::string value = of->GetString(message, field);
        if (value.empty()) continue;
        std::vector<std::string> allowed;
        for (int i = 0; i < choices; ++i)
            allowed.push_back(field->options().GetExtension(wh::enum_values, i));
        if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) continue;
        const Path at = path.child(field->json_name());
        if (problems.concerns(at)) continue;
        std::sort(allowed.begin(), allowed.end());
        problems.notSupported(at, value, allowed);
    }
}

} // namespace

void validateEnumerations(const pb::Message& object, Problems& problems) {
    const pb::Reflection* of = object.GetReflection();
    std::vector<const pb::FieldDescriptor*> set;
    of->ListFields(object, &set);
    for (const pb::FieldDescriptor* field : set) {
        if (field->message_type() == nullptr || field->is_repeated()) continue;
        if (field->name() == "status" || field->name() == "metadata") continue;
        check(of->GetMessage(object, field), Path(field->json_name()), problems);
    }
}

} // namespace wheelhouse::api::semantics
