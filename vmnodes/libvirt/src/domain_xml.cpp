#include "domain_xml.h"

#include "engine/base/assert.h"

#include <fmt/format.h>

namespace wheelhouse::libvirt {
namespace {

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '\'':
            out += "&apos;";
            break;
        case '"':
            out += "&quot;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

/// The serial number is how the guest tells its disks apart.
std::string disk(std::string_view path, std::string_view driver, std::string_view target,
                 std::string_view serial, bool readOnly) {
    return fmt::format("<disk type='file' device='disk'><driver name='qemu' {}/><source file='{}'/><target "
                       "dev='{}' bus='virtio'/>"
                       "<serial>{}</serial>{}</disk>\n",
                       driver, escaped(path), target, serial, readOnly ? "<readonly/>" : "");
}

} // namespace

Addresses addressesOf(int index) {
    WH_ASSERT(index >= 1 && index <= mostMachines, "two machines would share an address");
    const int host = index + 1; // 10.100.0.1 is left for a gateway
    return {fmt::format("52:54:00:77:{:02x}:{:02x}", host >> 8, host & 255),
            fmt::format("52:54:00:00:{:02x}:{:02x}", host >> 8, host & 255),
            fmt::format("10.100.{}.{}", host >> 8, host & 255)};
}

std::string volumeTarget(int slot) {
    std::string letters;
    for (int rest = slot + 1; rest > 0; rest = (rest - 1) / 26)
        letters.insert(letters.begin(), static_cast<char>('a' + (rest - 1) % 26));
    return "sd" + letters;
}

std::string volumeXml(const VolumeDisk& disk, int slot) {
    // What the guest has flushed is on this computer's disk: a volume outlives more than its machine.
    return fmt::format(
        "<disk type='file' device='disk'><driver name='qemu' type='raw' cache='writeback' "
        "discard='unmap'/><source file='{}'/><target dev='{}' bus='scsi'/><serial>{}</serial><address "
        "type='drive' controller='0' bus='0' target='{}' unit='0'/></disk>\n",
        escaped(disk.file.string()), volumeTarget(slot), escaped(disk.serial), slot);
}

std::string domainXml(const DomainPlan& plan) {
    const auto& spec = plan.spec;
    const bool kvm = plan.accelerator.kvm;
    std::string xml = fmt::format(
        "<domain type='{}'>\n<name>{}</name><uuid>{}</uuid>\n<memory unit='MiB'>{}</memory><vcpu>{}</vcpu>\n",
        kvm ? "kvm" : "qemu", escaped(spec.name), escaped(spec.uuid), spec.memoryMiB, spec.cpus);
    xml += fmt::format("<os><type arch='x86_64' "
                       "machine='q35'>hvm</type><kernel>{}</kernel><initrd>{}</initrd><cmdline>console=ttyS0 "
                       "panic=-1 quiet mitigations=off no_timer_check rcupdate.rcu_expedited=1 "
                       "cgroup_no_v1=all{}{}{}</cmdline></os>\n",
                       escaped(plan.image.kernel.string()), escaped(plan.image.initrd.string()),
                       kvm ? "" : " tsc=reliable", plan.kernelArguments.empty() ? "" : " ",
                       escaped(plan.kernelArguments));
    // A bounded translation cache: without, emulation takes half as much memory again.
    xml += kvm ? "<features><acpi/></features><cpu mode='host-passthrough'/>\n"
               : "<features><acpi/><tcg><tb-cache unit='MiB'>64</tb-cache></tcg></features><cpu "
                 "mode='maximum'/>\n";
    // A guest that ends is off, whatever it meant by it: whether it starts again is decided by the cluster.
    xml += "<clock "
           "offset='utc'/><on_poweroff>destroy</on_poweroff><on_reboot>destroy</on_reboot><on_crash>destroy</"
           "on_crash>\n<devices>\n";
    xml += disk(plan.image.base.string(), "type='raw' cache='writeback'", "vda", "base", true);
    xml += disk(plan.dataDisk.string(), "type='qcow2' cache='unsafe' discard='unmap'", "vdb", "data", false);
    xml += disk(plan.agentDisk.string(), "type='raw' cache='writeback'", "vdc", "agent", true);
    // Unlike PCI, this bus has slots without number and asks no guest whether a disk may go.
    xml += "<controller type='scsi' index='0' model='virtio-scsi'/>\n";
    for (int slot = 0; slot < static_cast<int>(plan.volumes.size()); ++slot)
        xml += volumeXml(plan.volumes[static_cast<std::size_t>(slot)], slot);
    xml += fmt::format("<interface type='user'><mac address='{}'/><model type='virtio'/></interface>\n",
                       plan.addresses.userMac);
    xml += fmt::format("<interface type='udp'><mac address='{}'/><source address='127.0.0.1' "
                       "port='{}'><local address='127.0.0.1' "
                       "port='{}'/></source><model type='virtio'/></interface>\n",
                       plan.addresses.fabricMac, plan.cable.fabric, plan.cable.machine);
    xml += fmt::format("<serial type='file'><source path='{}'/></serial>\n", escaped(plan.console.string()));
    xml += "<controller type='usb' model='none'/><memballoon model='virtio'/><rng model='virtio'><backend "
           "model='random'>/dev/urandom</backend></rng>\n</devices>\n</domain>\n";
    return xml;
}

} // namespace wheelhouse::libvirt
