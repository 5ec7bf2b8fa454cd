#include "machine_folder.h"

#include "engine/base/files.h"

#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace wheelhouse::libvirt {
namespace fs = std::filesystem;
namespace json = boost::json;
namespace {

std::string textOf(const json::object& object, const char* key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t numberOf(const json::object& object, const char* key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

void big32(std::string& out, std::size_t at, std::uint32_t value) {
    for (int i = 3; i >= 0; --i, value >>= 8)
        out[at + static_cast<std::size_t>(i)] = static_cast<char>(value & 255);
}

void big64(std::string& out, std::size_t at, std::uint64_t value) {
    big32(out, at, static_cast<std::uint32_t>(value >> 32));
    big32(out, at + 4, static_cast<std::uint32_t>(value));
}

/// An empty qcow2 version 3 file (QEMU docs/interop/qcow2.txt): header, one refcount table cluster, one
/// refcount block, and the first-level table, each in a cluster of 64 KiB.
std::string emptyQcow2(std::uint64_t bytes) {
    constexpr std::uint32_t clusterBits = 16;
    constexpr std::uint64_t cluster = 1u << clusterBits;
    const std::uint64_t perTable = cluster / 8 * cluster; // what one second-level table maps
    const std::uint64_t tableEntries = (bytes + perTable - 1) / perTable;
    std::string out(4 * cluster, '\0');
    big32(out, 0, 0x514649fb); // "QFI\xfb"
    big32(out, 4, 3);
    big32(out, 20, clusterBits);
    big64(out, 24, bytes);
    big32(out, 36, static_cast<std::uint32_t>(tableEntries));
    big64(out, 40, 3 * cluster); // first-level table
    big64(out, 48, cluster);     // refcount table
    big32(out, 56, 1);           // of one cluster
    big32(out, 96, 4);           // refcounts of 2^4 bits
    big32(out, 100, 104);        // header length
    big64(out, cluster, 2 * cluster);
    for (std::size_t i = 0; i < 4; ++i)
        out[2 * cluster + 2 * i + 1] = 1;
    return out;
}

} // namespace

std::optional<MachineRecord> MachineFolder::read() const {
    const auto text = readFile(path_ / "machine.json");
    if (!text) return std::nullopt;
    boost::system::error_code error;
    const json::value value = json::parse(*text, error);
    if (error || !value.is_object()) return std::nullopt;
    const auto& object = value.get_object();
    MachineRecord record;
    record.name = textOf(object, "name");
    record.uuid = textOf(object, "uuid");
    record.accelerator = textOf(object, "accelerator");
    record.index = static_cast<int>(numberOf(object, "index"));
    record.cable.fabric = static_cast<std::uint16_t>(numberOf(object, "fabricPort"));
    record.cable.machine = static_cast<std::uint16_t>(numberOf(object, "machinePort"));
    if (const auto* volumes = object.if_contains("volumes"); volumes != nullptr && volumes->is_array())
        for (const json::value& handle : volumes->get_array())
            if (handle.is_string()) record.volumes.emplace_back(handle.get_string());
    if (record.name.empty() || record.uuid.empty() || record.index < 1 || record.index > 60'000)
        return std::nullopt;
    return record;
}

Result<void> MachineFolder::write(const MachineRecord& record) const {
    std::error_code error;
    fs::create_directories(path_, error);
    if (error)
        return fail(Reason::InternalError,
                    fmt::format("cannot make the folder {}: {}", path_.string(), error.message()));
    fs::permissions(path_, fs::perms::owner_all, error);
    json::object object;
    object["name"] = record.name;
    object["uuid"] = record.uuid;
    object["index"] = record.index;
    object["fabricPort"] = record.cable.fabric;
    object["machinePort"] = record.cable.machine;
    object["accelerator"] = record.accelerator;
    object["volumes"] = json::array(record.volumes.begin(), record.volumes.end());
    return writeFileAtomically(path_ / "machine.json", json::serialize(object) + "\n", 0600);
}

Result<void> MachineFolder::makeDataDisk(int gibibytes) const {
    std::error_code error;
    if (fs::exists(dataDisk(), error)) return {};
    constexpr std::uint64_t gibibyte = 1u << 30;
    constexpr int most = 4096; // the first-level table is one cluster
    if (gibibytes < 1 || gibibytes > most)
        return fail(Reason::Invalid,
                    fmt::format("a disk of {} GiB: must be between 1 and {}", gibibytes, most));
    return writeFileAtomically(dataDisk(), emptyQcow2(static_cast<std::uint64_t>(gibibytes) * gibibyte),
                               0600);
}

Result<void> MachineFolder::remove() const {
    std::error_code error;
    fs::remove(dataDisk(), error);
    fs::remove_all(path_, error);
    if (error)
        return fail(Reason::InternalError,
                    fmt::format("cannot delete {}: {}", path_.string(), error.message()));
    return {};
}

std::vector<MachineRecord> readMachines(const fs::path& machines) {
    std::vector<MachineRecord> records;
    std::vector<fs::path> broken;
    std::error_code error;
    for (fs::directory_iterator i(machines, error), end; !error && i != end; i.increment(error)) {
        auto record = MachineFolder(i->path()).read();
        if (record && record->name == i->path().filename()) {
            records.push_back(std::move(*record));
        } else {
            broken.push_back(i->path());
        }
    }
    for (const auto& folder : broken)
        fs::remove_all(folder, error);
    return records;
}

} // namespace wheelhouse::libvirt
