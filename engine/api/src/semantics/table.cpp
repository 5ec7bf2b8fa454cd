#include "engine/api/table.h"

#include "engine/api/by_kind.h"
#include "engine/api/custom_resource.h"
#include "engine/api/time.h"
#include "semantics/lab_kinds.h"
#include "semantics/table_printers.h"

#include <fmt/format.h>
#include <unordered_map>

namespace wheelhouse::api {

namespace {

using semantics::ageOf;
using semantics::Cells;
using semantics::Columns;
using semantics::number;
using semantics::Printer;
using semantics::text;
using semantics::typed;
using semantics::wide;

Table::Column name() {
    return semantics::nameColumn();
}
Table::Column age() {
    return semantics::ageColumn();
}

std::vector<Table::Column> templateColumns() {
    return {wide(text("Containers", "Names of the template's containers.")),
            wide(text("Images", "Images of the template's containers.")),
            wide(text("Selector", "Which pods belong to it."))};
}

Columns with(Columns columns, Columns more) {
    columns.insert(columns.end(), more.begin(), more.end());
    return columns;
}

Printer pods() {
    return {{name(), text("Ready", "Ready containers of all containers."),
             text("Status", "What the pod is doing, or what keeps it from running."),
             text("Restarts", "How often its containers were started again, and when last."), age(),
             wide(text("IP", "Address of the pod.")), wide(text("Node", "Node the pod is bound to.")),
             wide(text("Nominated Node", "Node that is being cleared for the pod.")),
             wide(text("Readiness Gates", "Conditions met of those the pod waits for."))},
            typed<core::Pod>(semantics::podCells)};
}

Printer deployments() {
    return {with({name(), text("Ready", "Ready pods of wanted pods."),
                  text("Up-to-date", "Pods of the newest template."),
                  text("Available", "Pods ready for long enough."), age()},
                 templateColumns()),
            typed<apps::Deployment>(semantics::deploymentCells)};
}

Printer replicaSets() {
    return {with({name(), number("Desired", "Wanted pods."), number("Current", "Existing pods."),
                  number("Ready", "Ready pods."), age()},
                 templateColumns()),
            typed<apps::ReplicaSet>(semantics::replicaSetCells)};
}

Printer services() {
    return {{name(), text("Type", "How the service is exposed."),
             text("Cluster-IP", "Its address inside the cluster."),
             text("External-IP", "Its addresses outside the cluster."),
             text("Port(s)", "Port, node port and protocol."), age(),
             wide(text("Selector", "Which pods stand behind it."))},
            typed<core::Service>(semantics::serviceCells)};
}

Printer endpointSlices() {
    return {{name(), text("AddressType", "Kind of the addresses."), text("Ports", "Ports of the endpoints."),
             text("Endpoints", "Addresses of the endpoints."), age()},
            typed<discovery::EndpointSlice>(semantics::endpointSliceCells)};
}

Printer nodes() {
    return {{name(), text("Status", "Whether pods can run there."),
             text("Roles", "Roles from the node's labels."), age(),
             text("Version", "Version of the node's agent."),
             wide(text("Internal-IP", "Address inside the cluster.")),
             wide(text("External-IP", "Address outside the cluster.")),
             wide(text("OS-Image", "Its operating system.")), wide(text("Kernel-Version", "Its kernel.")),
             wide(text("Container-Runtime", "What runs its containers."))},
            typed<core::Node>(semantics::nodeCells)};
}

Printer events() {
    return {{text("Last Seen", "When it last happened."), text("Type", "Normal or Warning."),
             text("Reason", "One word for why."), text("Object", "What it is about."),
             wide(text("Subobject", "Which part of the object.")), wide(text("Source", "Who reported it.")),
             text("Message", "What happened."), wide(text("First Seen", "When it first happened.")),
             wide(number("Count", "How often it happened.")), wide(name())},
            typed<core::Event>(semantics::eventCells)};
}

Printer machines() {
    return {{name(), text("Provider", "Who makes the machine."), text("Phase", "How far it is."),
             text("Zone", "Zone of its node."), text("Accelerator", "What runs its processors."), age(),
             wide(number("CPUs", "Processors of the guest.")), wide(text("Memory", "Memory of the guest.")),
             wide(text("Message", "What went wrong and what to do."))},
            typed<lab::Machine>(semantics::machineCells)};
}

Printer namespaces() {
    return {{name(), text("Status", "Active or Terminating."), age()},
            typed<core::Namespace>([](const core::Namespace& space, WallTime now) -> Cells {
                return {space.metadata().name(), space.status().phase(), ageOf(space, now)};
            })};
}

Printer components() {
    return {{name(), text("Status", "Whether it is well."), text("Message", "How it is, for people."),
             text("Error", "What went wrong.")},
            typed<core::ComponentStatus>([](const core::ComponentStatus& of, WallTime) -> Cells {
                for (const core::ComponentCondition& each : of.conditions())
                    if (each.type() == "Healthy")
                        return {of.metadata().name(), each.status() == "True" ? "Healthy" : "Unhealthy",
                                each.message(), each.error()};
                return {of.metadata().name(), "Unknown", "", ""};
            })};
}

Printer secrets() {
    return {{name(), text("Type", "What the secret is for."), number("Data", "Number of keys."), age()},
            typed<core::Secret>([](const core::Secret& secret, WallTime now) -> Cells {
                return {secret.metadata().name(), secret.type(), std::int64_t(secret.data().size()),
                        ageOf(secret, now)};
            })};
}

Printer configMaps() {
    return {{name(), number("Data", "Number of keys."), age()},
            typed<core::ConfigMap>([](const core::ConfigMap& map, WallTime now) -> Cells {
                return {map.metadata().name(), std::int64_t(map.data().size() + map.binarydata().size()),
                        ageOf(map, now)};
            })};
}

Printer serviceAccounts() {
    return {{name(), number("Secrets", "Number of secrets pods of this account may use."), age()},
            typed<core::ServiceAccount>([](const core::ServiceAccount& account, WallTime now) -> Cells {
                return {account.metadata().name(), std::int64_t{account.secrets_size()}, ageOf(account, now)};
            })};
}

Printer leases() {
    return {{name(), text("Holder", "Who holds the lease."), age()},
            typed<coordination::Lease>([](const coordination::Lease& lease, WallTime now) -> Cells {
                return {lease.metadata().name(), lease.spec().holderidentity(), ageOf(lease, now)};
            })};
}

/// Kinds without columns of their own.
Cells plainCells(const Object& object, WallTime now) {
    const auto message = object.message();
    const auto* field = message->GetDescriptor()->FindFieldByName("metadata");
    std::string created = "<unknown>";
    if (field != nullptr && field->message_type() == meta::ObjectMeta::descriptor()) {
        const auto& metadata =
            static_cast<const meta::ObjectMeta&>(message->GetReflection()->GetMessage(*message, field));
        created = semantics::since(metadata.creationtimestamp(), now);
    }
    return {object.name(), created};
}

std::unordered_map<const google::protobuf::Descriptor*, Printer> allPrinters() {
    std::unordered_map<const google::protobuf::Descriptor*, Printer> all = {
        {core::Pod::descriptor(), pods()},
        {apps::Deployment::descriptor(), deployments()},
        {apps::ReplicaSet::descriptor(), replicaSets()},
        {core::Service::descriptor(), services()},
        {discovery::EndpointSlice::descriptor(), endpointSlices()},
        {core::Node::descriptor(), nodes()},
        {core::Event::descriptor(), events()},
        {lab::Machine::descriptor(), machines()},
        {core::Namespace::descriptor(), namespaces()},
        {core::ComponentStatus::descriptor(), components()},
        {core::Secret::descriptor(), secrets()},
        {core::ConfigMap::descriptor(), configMaps()},
        {core::ServiceAccount::descriptor(), serviceAccounts()},
        {coordination::Lease::descriptor(), leases()},
    };
    for (const auto& more :
         {semantics::accessPrinters(), semantics::networkPrinters(), semantics::storagePrinters(),
          semantics::labPrinters(), semantics::limitPrinters(), semantics::scalingPrinters(),
          semantics::workloadPrinters()})
        all.insert(more.begin(), more.end());
    return all;
}

const Printer& printerOf(const Kind& kind) {
    static const std::unordered_map<const google::protobuf::Descriptor*, Printer> printers = allPrinters();
    static const Printer plain = {{name(), age()}, plainCells};
    const auto known = printers.find(kind.descriptor);
    return known == printers.end() ? plain : known->second;
}

} // namespace

const std::vector<Table::Column>& tableColumns(const Kind& kind) {
    return customOf(kind) ? customOf(kind)->columns() : printerOf(draftKind(kind)).columns;
}

Table::Row tableRow(const Kind& kind, const ObjectPtr& stored, WallTime now) {
    return tableRow(customOf(kind) ? shownAs(kind, stored) : stored, now);
}

Table::Row tableRow(const ObjectPtr& object, WallTime now) {
    if (customOf(object->kind()))
        return {custom::cells(object->kind(), object->as<CustomObject>(), now), object};
    return {printerOf(object->kind()).cells(*object, now), object};
}

std::string humanDuration(Duration age) {
    using namespace std::chrono;
    const auto seconds = duration_cast<std::chrono::seconds>(age).count();
    if (seconds < -1) return "<invalid>";
    if (seconds < 0) return "0s";
    const auto two = [](std::int64_t big, char bigUnit, std::int64_t small, char smallUnit) {
        return small == 0 ? fmt::format("{}{}", big, bigUnit)
                          : fmt::format("{}{}{}{}", big, bigUnit, small, smallUnit);
    };
    const std::int64_t minutes = seconds / 60;
    const std::int64_t hours = minutes / 60;
    if (seconds < 120) return fmt::format("{}s", seconds);
    if (minutes < 10) return two(minutes, 'm', seconds % 60, 's');
    if (minutes < 180) return fmt::format("{}m", minutes);
    if (hours < 8) return two(hours, 'h', minutes % 60, 'm');
    if (hours < 48) return fmt::format("{}h", hours);
    if (hours < 24 * 8) return two(hours / 24, 'd', hours % 24, 'h');
    if (hours < 24 * 365 * 2) return fmt::format("{}d", hours / 24);
    if (hours < 24 * 365 * 8) return two(hours / 24 / 365, 'y', hours / 24 % 365, 'd');
    return fmt::format("{}y", hours / 24 / 365);
}

} // namespace wheelhouse::api
