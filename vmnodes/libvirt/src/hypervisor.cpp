#include "hypervisor.h"

#include "domain_xml.h"
#include "engine/base/files.h"
#include "engine/base/log.h"
#include "event_loop.h"

#include <cctype>
#include <cstdlib>
#include <fmt/format.h>
#include <functional>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <thread>
#include <unistd.h>

namespace wheelhouse::libvirt {
namespace fs = std::filesystem;
namespace {

// The longest socket below the driver's folder: /lib/qemu/domain-<id>-<20 characters of the
// name>/monitor.sock, of the 107 bytes a socket's path may have.
constexpr std::size_t longestFolder = 50;

struct DomainDeleter {
    void operator()(virDomain* domain) const { virDomainFree(domain); }
};
using DomainPointer = std::unique_ptr<virDomain, DomainDeleter>;

std::string lastError() {
    const virError* error = virGetLastError();
    std::string text =
        error != nullptr && error->message != nullptr ? error->message : "libvirt gave no reason";
    for (char& c : text)
        if (c == '\n') c = ' ';
    return text;
}

/// libvirt's refusal in words that say what to do.
Status explained(const std::string& what) {
    std::string reason = lastError();
    const auto has = [&reason](std::string_view word) { return reason.find(word) != std::string::npos; };
    if (has("no connection driver available"))
        reason += "; install the packages libvirt-daemon and libvirt-daemon-driver-qemu";
    if (has("qemu-system-x86_64") && (has("o such file") || has("find a suitable") || has("not executable")))
        reason += "; install the package qemu-system-x86";
    // libvirt looks its usual user up before it reads that it shall use another.
    if (has("Failed to parse user"))
        reason += "; run as an ordinary user, or install the package libvirt-daemon-system";
    if (has("pid file") || has("pidfile")) reason += "; is another program using this data folder?";
    if (has("no emulator") || has("could not find capabilities") || has("does not support virt type"))
        reason += "; install the package qemu-system-x86";
    return Status{.reason = Reason::ServiceUnavailable, .message = what + ": " + reason};
}

std::string percentEncoded(std::string_view text) {
    std::string out;
    for (const unsigned char c : text) {
        if (std::isalnum(c) != 0 || c == '/' || c == '-' || c == '.' || c == '_') {
            out += static_cast<char>(c);
        } else {
            out += fmt::format("%{:02X}", c);
        }
    }
    return out;
}

void quietError(void*, virErrorPtr error) {
    if (error != nullptr && error->message != nullptr) log::debug("libvirt", "{}", error->message);
}

/// libvirt's own log goes to a file instead of our standard error. It looks at this variable once, when it is
/// first used; programs we start must not inherit it.
bool initialize(const fs::path& log) {
    constexpr const char* variable = "LIBVIRT_LOG_OUTPUTS";
    const bool ours = std::getenv(variable) == nullptr;
    if (ours) setenv(variable, ("2:file:" + log.string()).c_str(), 0);
    const bool ready = virInitialize() == 0;
    if (ours) unsetenv(variable);
    return ready;
}

} // namespace

std::string driverConfig(bool root) {
    // Logs go straight to files, and the disks' owners are left alone: they are ours and nobody else's.
    std::string text =
        "stdio_handler = \"file\"\nsecurity_driver = \"none\"\nnamespaces = []\ndynamic_ownership = 0\n"
        "remember_owner = 0\n";
    // Without its user the driver's probe of QEMU hangs when run by root.
    if (root) text += "user = \"root\"\ngroup = \"root\"\ncgroup_controllers = []\n";
    return text;
}

Result<fs::path> shortPath(const fs::path& folder) {
    if (folder.native().size() <= longestFolder) return folder;
    const char* cache = std::getenv("XDG_CACHE_HOME");
    const char* home = std::getenv("HOME");
    fs::path base = cache != nullptr && *cache == '/' ? fs::path(cache)
                                                      : fs::path(home != nullptr ? home : "/root") / ".cache";
    base /= "wheelhouse/v";
    // The same name for the same folder in every run: running machines remember it.
    const fs::path link =
        base / fmt::format("{:08x}", std::hash<std::string>{}(folder.native()) & 0xffffffff);
    if (link.native().size() > longestFolder)
        return fail(
            Reason::Invalid,
            fmt::format("the path {} is too long for the hypervisor's sockets: choose a data folder with a "
                        "path of at most {} characters",
                        folder.string(), longestFolder - 8));
    std::error_code error;
    fs::create_directories(base, error);
    if (fs::is_symlink(link, error) && fs::read_symlink(link, error) == folder) return link;
    fs::remove(link, error);
    fs::create_directory_symlink(folder, link, error);
    if (error)
        return fail(Reason::Forbidden,
                    fmt::format("cannot make the link {}: {}", link.string(), error.message()));
    return link;
}

struct Hypervisor::Impl {
    virConnectPtr connection = nullptr;
    int callback = -1;
    DomainPointer lookup(const std::string& uuid) const {
        return DomainPointer(virDomainLookupByUUIDString(connection, uuid.c_str()));
    }
};

namespace {

int lifecycle(virConnectPtr, virDomainPtr domain, int event, int, void* opaque) {
    if (event != VIR_DOMAIN_EVENT_STOPPED && event != VIR_DOMAIN_EVENT_CRASHED) return 0;
    char uuid[VIR_UUID_STRING_BUFLEN] = "";
    virDomainGetUUIDString(domain, uuid);
    (*static_cast<Hypervisor::OnStopped*>(opaque))(uuid);
    return 0;
}

} // namespace

Result<std::unique_ptr<Hypervisor>> Hypervisor::open(const fs::path& folder, OnStopped onStopped) {
    std::error_code error;
    fs::create_directories(folder / "etc", error);
    if (error)
        return fail(Reason::Forbidden,
                    fmt::format("cannot make the folder {}: {}", folder.string(), error.message()));
    const auto path = shortPath(folder);
    if (!path) return tl::unexpected(path.error());
    const auto written = writeFileAtomically(folder / "etc/qemu.conf", driverConfig(geteuid() == 0));
    if (!written) return tl::unexpected(written.error());

    virSetErrorFunc(nullptr, quietError);
    runEventLoop(); // before the connection: the driver reconnects by its help
    if (!initialize(folder / "libvirt.log")) return tl::unexpected(explained("cannot start libvirt"));
    auto impl = std::make_unique<Impl>();
    impl->connection = virConnectOpen(("qemu:///embed?root=" + percentEncoded(path->native())).c_str());
    if (impl->connection == nullptr) return tl::unexpected(explained("VM nodes cannot be used"));
    // libvirt frees the callback itself, after its last call.
    impl->callback = virConnectDomainEventRegisterAny(
        impl->connection, nullptr, VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK(lifecycle),
        new OnStopped(std::move(onStopped)), [](void* opaque) { delete static_cast<OnStopped*>(opaque); });
    return std::unique_ptr<Hypervisor>(new Hypervisor(std::move(impl)));
}

Hypervisor::Hypervisor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Hypervisor::~Hypervisor() {
    if (impl_ == nullptr) return;
    if (impl_->connection != nullptr) {
        if (impl_->callback >= 0) virConnectDomainEventDeregisterAny(impl_->connection, impl_->callback);
        virConnectClose(impl_->connection);
    }
}

std::vector<DomainInfo> Hypervisor::running() const {
    std::vector<DomainInfo> found;
    virDomainPtr* domains = nullptr;
    const int count = virConnectListAllDomains(impl_->connection, &domains, VIR_CONNECT_LIST_DOMAINS_ACTIVE);
    for (int i = 0; i < count; ++i) {
        const DomainPointer domain(domains[i]);
        char uuid[VIR_UUID_STRING_BUFLEN] = "";
        virDomainGetUUIDString(domain.get(), uuid);
        found.push_back({virDomainGetName(domain.get()), uuid, false});
    }
    std::free(domains);
    return found;
}

std::optional<DomainInfo> Hypervisor::find(const std::string& uuid) const {
    const DomainPointer domain = impl_->lookup(uuid);
    int state = 0;
    if (domain == nullptr || virDomainIsActive(domain.get()) != 1 ||
        virDomainGetState(domain.get(), &state, nullptr, 0) < 0)
        return std::nullopt;
    return DomainInfo{virDomainGetName(domain.get()), uuid, state == VIR_DOMAIN_PAUSED};
}

bool Hypervisor::awaitReconnect(const std::string& uuid) const {
    const DomainPointer domain = impl_->lookup(uuid);
    if (domain == nullptr) return false;
    // A question for QEMU itself queues behind the reconnect, which holds the domain's job.
    virDomainMemoryStatStruct ignored[1];
    virDomainMemoryStats(domain.get(), ignored, 1, 0);
    return find(uuid).has_value();
}

Result<void> Hypervisor::start(const std::string& xml) const {
    const DomainPointer domain(virDomainCreateXML(impl_->connection, xml.c_str(), 0));
    if (domain == nullptr) return tl::unexpected(explained("the machine cannot be started"));
    return {};
}

Result<void> Hypervisor::destroy(const std::string& uuid) const {
    const DomainPointer domain = impl_->lookup(uuid);
    if (domain == nullptr || virDomainIsActive(domain.get()) != 1) return {};
    if (virDomainDestroy(domain.get()) == 0 || !find(uuid)) return {};
    return tl::unexpected(explained("the machine cannot be stopped"));
}

Result<void> Hypervisor::suspend(const std::string& uuid) const {
    const DomainPointer domain = impl_->lookup(uuid);
    if (domain != nullptr && virDomainSuspend(domain.get()) == 0) return {};
    return tl::unexpected(explained("the machine cannot be frozen"));
}

Result<void> Hypervisor::resume(const std::string& uuid) const {
    const DomainPointer domain = impl_->lookup(uuid);
    if (domain != nullptr && virDomainResume(domain.get()) == 0) return {};
    return tl::unexpected(explained("the machine cannot be thawed"));
}

namespace {

constexpr int unplugLooks = 200;
constexpr auto betweenLooks = std::chrono::milliseconds(50);

/// The running machine's definition; empty when it cannot be had.
std::string definitionOf(virDomain* domain) {
    char* text = virDomainGetXMLDesc(domain, 0);
    std::string xml = text == nullptr ? std::string() : std::string(text);
    std::free(text);
    return xml;
}

/// The device with this serial number, as it stands in a definition; empty when there is none.
std::string diskIn(const std::string& definition, const std::string& serial) {
    constexpr std::string_view end = "</disk>";
    const std::size_t at = definition.find("<serial>" + serial + "</serial>");
    if (at == std::string::npos) return {};
    const std::size_t begin = definition.rfind("<disk ", at);
    const std::size_t last = definition.find(end, at);
    if (begin == std::string::npos || last == std::string::npos) return {};
    return definition.substr(begin, last + end.size() - begin);
}

int freeSlotIn(const std::string& definition) {
    for (int slot = 0; slot < mostVolumes; ++slot)
        if (definition.find("<target dev='" + volumeTarget(slot) + "'") == std::string::npos) return slot;
    return mostVolumes;
}

} // namespace

Result<void> Hypervisor::plugDisk(const std::string& uuid, const fs::path& file,
                                  const std::string& serial) const {
    const DomainPointer domain = impl_->lookup(uuid);
    const std::string definition = domain == nullptr ? std::string() : definitionOf(domain.get());
    if (definition.empty()) return tl::unexpected(explained("the volume cannot be attached"));
    if (!diskIn(definition, serial).empty()) return {};
    const int slot = freeSlotIn(definition);
    if (slot == mostVolumes)
        return fail(Reason::TooManyRequests,
                    fmt::format("a machine can have {} volumes, and this one has them", mostVolumes));
    const std::string xml = volumeXml({file, serial}, slot);
    if (virDomainAttachDeviceFlags(domain.get(), xml.c_str(), VIR_DOMAIN_AFFECT_LIVE) == 0) return {};
    return tl::unexpected(explained("the volume cannot be attached"));
}

Result<void> Hypervisor::unplugDisk(const std::string& uuid, const std::string& serial) const {
    const DomainPointer domain = impl_->lookup(uuid);
    if (domain == nullptr) return tl::unexpected(explained("the volume cannot be detached"));
    for (int look = 0; look < unplugLooks; ++look) {
        const std::string definition = definitionOf(domain.get());
        if (definition.empty()) return tl::unexpected(explained("the volume cannot be detached"));
        const std::string disk = diskIn(definition, serial);
        if (disk.empty()) return {};
        // Answers before the disk is out.
        if (look == 0 && virDomainDetachDeviceFlags(domain.get(), disk.c_str(), VIR_DOMAIN_AFFECT_LIVE) != 0)
            return tl::unexpected(explained("the volume cannot be detached"));
        std::this_thread::sleep_for(betweenLooks);
    }
    return fail(Reason::Timeout, "the machine does not let go of the volume");
}

Result<void> Hypervisor::resizeDisk(const std::string& uuid, const fs::path& file, std::int64_t bytes) const {
    const DomainPointer domain = impl_->lookup(uuid);
    std::error_code error;
    if (const auto now = fs::file_size(file, error); !error && now >= static_cast<std::uint64_t>(bytes))
        return {};
    if (domain != nullptr &&
        virDomainBlockResize(domain.get(), file.c_str(), static_cast<unsigned long long>(bytes),
                             VIR_DOMAIN_BLOCK_RESIZE_BYTES) == 0)
        return {};
    return tl::unexpected(explained("the volume cannot grow"));
}

} // namespace wheelhouse::libvirt
