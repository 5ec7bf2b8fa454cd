#pragma once

#include "engine/machines/machine_provider.h"
#include "vmnodes/fabric/fabric.h"
#include "vmnodes/image/image_builder.h"
#include "vmnodes/libvirt/accelerator.h"

#include <filesystem>
#include <string>
#include <vector>

namespace wheelhouse::libvirt {

/// The addresses that follow from a machine's index (1…60000): the same at every start.
struct Addresses {
    std::string fabricMac; ///< 52:54:00:77:hh:ll
    std::string userMac;   ///< 52:54:00:00:hh:ll
    std::string fabricIp;  ///< 10.100.x.y, the node's InternalIP
};
constexpr int mostMachines = 60'000;
Addresses addressesOf(int index);

/// A volume as a disk of a machine; the guest tells it by its serial number.
struct VolumeDisk {
    std::filesystem::path file;
    std::string serial;
};
constexpr int mostVolumes = 200;
/// The device in a free slot (0…mostVolumes-1), and how its target is called there.
std::string volumeXml(const VolumeDisk& disk, int slot);
std::string volumeTarget(int slot);

/// All that a domain's definition is made of.
struct DomainPlan {
    machines::MachineSpec spec; ///< name, uuid, cpus, memory
    Accelerator accelerator;
    image::ImagePaths image;
    Addresses addresses;
    fabric::Cable cable;
    std::filesystem::path dataDisk;
    std::filesystem::path agentDisk;
    std::filesystem::path console;
    std::string kernelArguments;
    std::vector<VolumeDisk> volumes;
};

/// The domain as libvirt's XML (https://libvirt.org/formatdomain.html). Every text is escaped.
std::string domainXml(const DomainPlan& plan);

} // namespace wheelhouse::libvirt
