#pragma once

#include "semantics/rules.h"

#include <google/protobuf/message.h>
#include <span>

namespace wheelhouse::api::semantics {

/// What one kind adds to its schema. The kinds of most groups are found here by message type, so that only
/// the file with their rules includes their messages; the oldest kinds stand in rules.h. Null = nothing.
struct KindRules {
    using Message = google::protobuf::Message;

    const google::protobuf::Descriptor* type = nullptr;
    NameRule name = dnsSubdomain;
    /// metadata.generation counts the changes of what is wanted (`spec`, or everything but metadata when
    /// there is none).
    bool generations = false;
    void (*defaults)(Message& object) = nullptr;
    /// Beyond metadata, which is always checked.
    void (*check)(const Message& object, Problems& problems) = nullptr;
    void (*checkChange)(const Message& now, const Message& old, Problems& problems) = nullptr;
    /// Before a new object is defaulted: what the server alone says.
    void (*create)(Message& object) = nullptr;
    /// Before a changed object is checked; `status` = the write goes to the status subresource.
    void (*update)(Message& now, const Message& old, bool status) = nullptr;
};

// A function on the message's own type as one of the above.
template <class M, void (*F)(M&)>
void on(google::protobuf::Message& object) {
    F(static_cast<M&>(object));
}
template <class M, void (*F)(const M&, Problems&)>
void checks(const google::protobuf::Message& object, Problems& problems) {
    F(static_cast<const M&>(object), problems);
}
template <class M, void (*F)(const M&, const M&, Problems&)>
void compares(const google::protobuf::Message& now, const google::protobuf::Message& old,
              Problems& problems) {
    F(static_cast<const M&>(now), static_cast<const M&>(old), problems);
}
template <class M, void (*F)(M&, const M&, bool)>
void updates(google::protobuf::Message& now, const google::protobuf::Message& old, bool status) {
    F(static_cast<M&>(now), static_cast<const M&>(old), status);
}

using KindRuleList = std::span<const KindRules>;
// One list a file.
KindRuleList accessRules();      ///< rbac
KindRuleList certificateRules(); ///< certificates
KindRuleList classRules();       ///< scheduling, node
KindRuleList deviceRules();      ///< resource.k8s.io
KindRuleList extensionRules();   ///< apiregistration
KindRuleList fairnessRules();    ///< flowcontrol
KindRuleList jobRules();         ///< batch
KindRuleList networkRules();     ///< networking, endpoints
KindRuleList quotaRules();       ///< limit ranges and quotas
KindRuleList scalingRules();     ///< autoscaling, policy
KindRuleList statefulRules();    ///< apps beyond deployments, and the core kinds with pod templates
KindRuleList storageRules();     ///< storage
KindRuleList claimRules();       ///< volumes and claims
KindRuleList webhookRules();     ///< admissionregistration

/// The rules of a kind, or null.
const KindRules* rulesFor(const google::protobuf::Descriptor* type);

// What several families need.
/// "field is immutable" with the new value as JSON, when the messages differ.
void requireSame(const google::protobuf::Message& now, const google::protobuf::Message& old, const Path& path,
                 Problems& problems);
/// The same for texts and numbers.
template <class T>
void requireSameValue(const T& now, const T& old, const Path& path, Problems& problems) {
    if (now != old) problems.invalid(path, now, fieldIsImmutable);
}
/// domain/path, as controllers and finalizers are called.
Complaints domainPrefixedPath(std::string_view text);
Complaints wildcardSubdomain(std::string_view text); ///< *.domain
/// `selector` does not match template `labels`, at the labels of the template below `path`.
void requireMatch(const meta::LabelSelector& selector, const core::PodTemplateSpec& podTemplate,
                  const Path& path, Problems& problems);
/// A number of pods or a percentage of them; at most 100% where asked.
void validateAmount(const IntOrString& value, const Path& path, bool atMostAll, Problems& problems);
bool isZeroAmount(const IntOrString& value);

} // namespace wheelhouse::api::semantics
