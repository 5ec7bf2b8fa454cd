#include "engine/api/codec.h"
#include "engine/api/groups/storage.h"
#include "engine/api/quantity.h"
#include "semantics/kind_rules.h"

#include <algorithm>
#include <map>
#include <set>

namespace wheelhouse::api::semantics {

namespace {

const Path spec("spec");
constexpr int maxParameters = 512;
constexpr std::int64_t maxParameterBytes = 256 * 1024;
constexpr std::size_t longestDriver = 63;

std::string lowerCase(std::string text) {
    for (char& c : text)
        c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    return text;
}

void validateParameters(const StringMap& parameters, const Path& path, Problems& problems) {
    std::int64_t bytes = 0;
    for (const auto& [key, value] : parameters) {
        if (key.empty()) problems.invalid(path, key, "field can not be empty.");
        bytes += static_cast<std::int64_t>(key.size() + value.size());
    }
    if (static_cast<int>(parameters.size()) > maxParameters) problems.tooLong(path, maxParameters);
    if (bytes > maxParameterBytes) problems.tooLong(path, maxParameterBytes);
}

void validateDriver(const std::string& name, const Path& path, Problems& problems) {
    if (name.empty()) return problems.required(path);
    if (name.size() > longestDriver) problems.tooLong(path, longestDriver);
    problems.invalid(path, name, dnsSubdomain(lowerCase(name)));
}

bool sameParameters(const StringMap& a, const StringMap& b) {
    return std::map<std::string, std::string>(a.begin(), a.end()) ==
           std::map<std::string, std::string>(b.begin(), b.end());
}

// -------------------------------------------------------------------------------------------------------
// classes

void validateTopologies(const storage::StorageClass& of, Problems& problems) {
    for (int i = 0; i < of.allowedtopologies_size(); ++i) {
        const Path path =
            Path("allowedTopologies").index(static_cast<std::size_t>(i)).child("matchLabelExpressions");
        std::set<std::string> keys;
        const auto& terms = of.allowedtopologies(i).matchlabelexpressions();
        for (int k = 0; k < terms.size(); ++k) {
            const Path at = path.index(static_cast<std::size_t>(k));
            const auto& term = terms.Get(k);
            if (term.values().empty()) problems.required(at.child("values"));
            std::set<std::string> values;
            for (int v = 0; v < term.values_size(); ++v)
                if (!values.insert(term.values(v)).second)
                    problems.duplicate(at.child("values").index(static_cast<std::size_t>(v)), term.values(v));
            problems.invalid(at.child("key"), term.key(), qualifiedName(term.key()));
            if (!keys.insert(term.key()).second) problems.duplicate(at.child("key"), term.key());
        }
    }
}

void checkStorageClass(const storage::StorageClass& of, Problems& problems) {
    const Path provisioner("provisioner");
    if (of.provisioner().empty())
        problems.required(provisioner);
    else
        problems.invalid(provisioner, of.provisioner(), qualifiedName(lowerCase(of.provisioner())));
    validateParameters(of.parameters(), Path("parameters"), problems);
    if (of.has_reclaimpolicy() && of.reclaimpolicy() != "Delete" && of.reclaimpolicy() != "Retain")
        problems.notSupported(Path("reclaimPolicy"), of.reclaimpolicy(), {"Delete", "Retain"});
    problems.oneOf(Path("volumeBindingMode"), of.volumebindingmode(), {"Immediate", "WaitForFirstConsumer"});
    validateTopologies(of, problems);
}

void checkStorageClassChange(const storage::StorageClass& now, const storage::StorageClass& old,
                             Problems& problems) {
    if (!sameParameters(now.parameters(), old.parameters()))
        problems.forbidden(Path("parameters"), "updates to parameters are forbidden.");
    if (now.provisioner() != old.provisioner())
        problems.forbidden(Path("provisioner"), "updates to provisioner are forbidden.");
    if (now.reclaimpolicy() != old.reclaimpolicy())
        problems.forbidden(Path("reclaimPolicy"), "updates to reclaimPolicy are forbidden.");
    requireSameValue(now.volumebindingmode(), old.volumebindingmode(), Path("volumeBindingMode"), problems);
}

void defaultStorageClass(storage::StorageClass& of) {
    if (!of.has_reclaimpolicy()) of.set_reclaimpolicy("Delete");
    if (!of.has_volumebindingmode()) of.set_volumebindingmode("Immediate");
}

void checkAttributesClass(const storage::VolumeAttributesClass& of, Problems& problems) {
    validateDriver(of.drivername(), Path("driverName"), problems);
    if (of.parameters().empty())
        problems.required(Path("parameters"), "must contain at least one key/value pair");
    validateParameters(of.parameters(), Path("parameters"), problems);
}

void checkAttributesClassChange(const storage::VolumeAttributesClass& now,
                                const storage::VolumeAttributesClass& old, Problems& problems) {
    if (now.drivername() != old.drivername())
        problems.forbidden(Path("driverName"), "updates to driverName are forbidden.");
    if (!sameParameters(now.parameters(), old.parameters()))
        problems.forbidden(Path("parameters"), "updates to parameters are forbidden.");
}

// -------------------------------------------------------------------------------------------------------
// drivers

void checkDriver(const storage::CSIDriver& object, Problems& problems) {
    const storage::CSIDriverSpec& of = object.spec();
    if (object.metadata().name().size() > longestDriver)
        problems.tooLong(Path("metadata.name"), longestDriver);
    if (!of.has_attachrequired()) problems.required(spec.child("attachedRequired"));
    if (!of.has_podinfoonmount()) problems.required(spec.child("podInfoOnMount"));
    if (!of.has_storagecapacity()) problems.required(spec.child("storageCapacity"));
    if (of.has_fsgrouppolicy())
        problems.oneOf(spec.child("fsGroupPolicy"), of.fsgrouppolicy(),
                       {"File", "None", "ReadWriteOnceWithFSType"});
    for (int i = 0; i < of.volumelifecyclemodes_size(); ++i) {
        const std::string& mode = of.volumelifecyclemodes(i);
        if (mode != "Ephemeral" && mode != "Persistent")
            problems.notSupported(spec.child("volumeLifecycleModes"), mode, {"Ephemeral", "Persistent"});
    }
    std::set<std::string> audiences;
    constexpr std::int64_t shortest = 600;
    constexpr std::int64_t longest = std::int64_t{1} << 32;
    for (int i = 0; i < of.tokenrequests_size(); ++i) {
        const storage::TokenRequest& token = of.tokenrequests(i);
        const Path at = spec.child("tokenRequests").index(static_cast<std::size_t>(i));
        if (!audiences.insert(token.audience()).second)
            problems.duplicate(at.child("audience"), token.audience());
        if (!token.has_expirationseconds()) continue;
        const Path seconds = at.child("expirationSeconds");
        if (token.expirationseconds() < shortest)
            problems.invalid(seconds, token.expirationseconds(),
                             "may not specify a duration less than 10 minutes");
        if (token.expirationseconds() > longest)
            problems.invalid(seconds, token.expirationseconds(),
                             "may not specify a duration larger than 2^32 seconds");
    }
}

void checkDriverChange(const storage::CSIDriver& now, const storage::CSIDriver& old, Problems& problems) {
    const auto& a = now.spec().volumelifecyclemodes();
    const auto& b = old.spec().volumelifecyclemodes();
    if (now.spec().attachrequired() != old.spec().attachrequired())
        problems.invalidJson(spec.child("attachedRequired"), now.spec().attachrequired() ? "true" : "false",
                             fieldIsImmutable);
    if (a.size() != b.size() || !std::equal(a.begin(), a.end(), b.begin()))
        problems.invalidJson(spec.child("volumeLifecycleModes"), encodeJson(now.spec()), fieldIsImmutable);
}

void defaultDriver(storage::CSIDriver& object) {
    storage::CSIDriverSpec& of = *object.mutable_spec();
    if (!of.has_attachrequired()) of.set_attachrequired(true);
    if (!of.has_podinfoonmount()) of.set_podinfoonmount(false);
    if (!of.has_storagecapacity()) of.set_storagecapacity(false);
    if (!of.has_fsgrouppolicy()) of.set_fsgrouppolicy("ReadWriteOnceWithFSType");
    if (of.volumelifecyclemodes().empty()) of.add_volumelifecyclemodes("Persistent");
    if (!of.has_requiresrepublish()) of.set_requiresrepublish(false);
    if (!of.has_selinuxmount()) of.set_selinuxmount(false);
}

void checkCsiNode(const storage::CSINode& object, Problems& problems) {
    constexpr std::size_t longestNodeId = 192;
    std::set<std::string> names;
    for (int i = 0; i < object.spec().drivers_size(); ++i) {
        const storage::CSINodeDriver& driver = object.spec().drivers(i);
        const Path at = spec.child("drivers").index(static_cast<std::size_t>(i));
        validateDriver(driver.name(), at.child("name"), problems);
        if (driver.nodeid().empty()) problems.required(at.child("nodeID"));
        if (driver.nodeid().size() > longestNodeId)
            problems.invalid(at.child("nodeID"), driver.nodeid(), "must be 192 characters or less");
        if (driver.has_allocatable() && driver.allocatable().count() < 0)
            problems.invalid(at.child("allocatable").child("count"), driver.allocatable().count(),
                             "must be greater than or equal to 0");
        if (!names.insert(driver.name()).second) problems.duplicate(at.child("name"), driver.name());
        std::set<std::string> keys;
        for (const std::string& key : driver.topologykeys()) {
            if (!keys.insert(key).second) problems.duplicate(at.child("topologyKeys"), key);
            problems.invalid(at.child("topologyKeys"), key, qualifiedName(key));
        }
    }
}

// -------------------------------------------------------------------------------------------------------
// attachments and capacity

void checkAttachment(const storage::VolumeAttachment& object, Problems& problems) {
    const storage::VolumeAttachmentSpec& of = object.spec();
    validateDriver(of.attacher(), spec.child("attacher"), problems);
    const Path source = spec.child("source");
    const bool named = of.source().has_persistentvolumename();
    const bool inline_ = of.source().has_inlinevolumespec();
    if (!named && !inline_)
        problems.required(source, "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
    if (named && inline_)
        problems.forbidden(source, "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
    if (named && of.source().persistentvolumename().empty())
        problems.required(source.child("persistentVolumeName"),
                          "must specify non empty persistentVolumeName");
    problems.invalid(spec.child("nodeName"), of.nodename(), dnsSubdomain(of.nodename()));
}

void checkAttachmentChange(const storage::VolumeAttachment& now, const storage::VolumeAttachment& old,
                           Problems& problems) {
    if (!sameMessage(now.spec(), old.spec()))
        problems.invalidJson(spec, encodeJson(now.spec()), fieldIsImmutable);
}

void checkCapacity(const storage::CSIStorageCapacity& of, Problems& problems) {
    if (of.has_nodetopology()) validateLabelSelector(of.nodetopology(), Path("nodeTopology"), problems);
    problems.invalid(Path("storageClassName"), of.storageclassname(), dnsSubdomain(of.storageclassname()));
    const auto amount = [&](bool given, const resource::Quantity& quantity, const char* name) {
        const auto parsed = Quantity::parse(quantity.string());
        if (given && parsed && *parsed < Quantity())
            problems.invalid(Path(name), quantity.string(), "must be greater than or equal to 0");
    };
    amount(of.has_capacity(), of.capacity(), "capacity");
    amount(of.has_maximumvolumesize(), of.maximumvolumesize(), "maximumVolumeSize");
}

void checkCapacityChange(const storage::CSIStorageCapacity& now, const storage::CSIStorageCapacity& old,
                         Problems& problems) {
    requireSame(now.nodetopology(), old.nodetopology(), Path("nodeTopology"), problems);
    requireSameValue(now.storageclassname(), old.storageclassname(), Path("storageClassName"), problems);
}

} // namespace

KindRuleList storageRules() {
    static const KindRules all[] = {
        {.type = storage::StorageClass::descriptor(),
         .defaults = on<storage::StorageClass, defaultStorageClass>,
         .check = checks<storage::StorageClass, checkStorageClass>,
         .checkChange = compares<storage::StorageClass, checkStorageClassChange>},
        {.type = storage::VolumeAttributesClass::descriptor(),
         .check = checks<storage::VolumeAttributesClass, checkAttributesClass>,
         .checkChange = compares<storage::VolumeAttributesClass, checkAttributesClassChange>},
        {.type = storage::CSIDriver::descriptor(),
         .defaults = on<storage::CSIDriver, defaultDriver>,
         .check = checks<storage::CSIDriver, checkDriver>,
         .checkChange = compares<storage::CSIDriver, checkDriverChange>},
        {.type = storage::CSINode::descriptor(), .check = checks<storage::CSINode, checkCsiNode>},
        {.type = storage::VolumeAttachment::descriptor(),
         .check = checks<storage::VolumeAttachment, checkAttachment>,
         .checkChange = compares<storage::VolumeAttachment, checkAttachmentChange>},
        {.type = storage::CSIStorageCapacity::descriptor(),
         .check = checks<storage::CSIStorageCapacity, checkCapacity>,
         .checkChange = compares<storage::CSIStorageCapacity, checkCapacityChange>}};
    return all;
}

} // namespace wheelhouse::api::semantics
