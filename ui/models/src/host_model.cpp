#include "ui/models/host_model.h"

#include "ui/models/provision.h"
#include "ui/models/words.h"

#include <QCoreApplication>
#include <QPointer>

namespace wheelhouse::ui {
namespace {

constexpr qint64 gib = qint64{1} << 30;
constexpr qint64 mib = qint64{1} << 20;
constexpr qint64 smallMachine = 512 * mib; ///< the least a virtual machine is made with by itself
constexpr qint64 tightDisk = 3 * gib;
constexpr qint64 roomyDisk = 10 * gib;

/// The words of this file.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(HostModel)
};

QString install(const QStringList& packages) {
    return QStringLiteral("sudo apt-get install ") + packages.join(u' ');
}

HostCheck accelerator(const HostFacts& facts) {
    HostCheck check{
        QStringLiteral("accelerator"), Tone::Warning, Words::tr("Hardware acceleration"), {}, {}, {}, {}};
    const QString slower =
        Words::tr("Virtual machines run by software emulation: everything works, but much slower.");
    switch (facts.kvm) {
    case HostFacts::Kvm::Works:
        check.tone = Tone::Good;
        check.finding = Words::tr("KVM works");
        check.meaning = Words::tr("Virtual machines run about as fast as this computer.");
        return check;
    case HostFacts::Kvm::NoProcessor:
        check.finding = Words::tr("the processor offers none");
        check.meaning = slower + u' ' +
                        Words::tr("Switch on VT-x or AMD-V in the firmware; where this is a virtual machine "
                                  "itself, nested virtualisation in its host.");
        return check;
    case HostFacts::Kvm::NoDevice:
        check.finding = Words::tr("/dev/kvm is not there");
        check.meaning = slower + u' ' + Words::tr("The kernel's module has to be loaded:");
        check.command = facts.virtualisation == u"svm" ? QStringLiteral("sudo modprobe kvm_amd")
                                                       : QStringLiteral("sudo modprobe kvm_intel");
        return check;
    case HostFacts::Kvm::NoPermission:
        check.finding = Words::tr("this user may not use /dev/kvm");
        check.meaning = slower + u' ' + Words::tr("Join its group, then log in again:");
        check.command = QStringLiteral("sudo usermod -aG kvm ") + facts.user;
        return check;
    case HostFacts::Kvm::Broken:
        check.finding = facts.kvmReason;
        check.meaning = slower;
        return check;
    }
    return check;
}

HostCheck drivers(const HostFacts& facts) {
    HostCheck check{QStringLiteral("drivers"), Tone::Good, Words::tr("QEMU and libvirt"), {}, {}, {}, {}};
    QStringList packages;
    if (!facts.qemu) packages << QStringLiteral("qemu-system-x86");
    if (!facts.driver) packages << QStringLiteral("libvirt-daemon-driver-qemu");
    if (packages.isEmpty()) {
        check.finding = Words::tr("both are there");
        check.meaning = Words::tr("libvirt runs inside this program: no service to start, no group to join.");
        return check;
    }
    check.tone = Tone::Bad;
    check.finding = packages.size() == 2 ? Words::tr("both are missing")
                    : facts.qemu         ? Words::tr("libvirt's driver for QEMU is missing")
                                         : Words::tr("QEMU is missing");
    check.meaning =
        Words::tr("Without them there are no virtual machines; simulated nodes need neither. To install:");
    check.command = install(packages);
    return check;
}

HostCheck image(const HostFacts& facts) {
    HostCheck check{QStringLiteral("image"), Tone::Good, Words::tr("Node image"), {}, {}, {}, {}};
    if (facts.image) {
        check.finding = Words::tr("is built");
        check.meaning = Words::tr("Every virtual machine starts from it: %1").arg(facts.imagePlace);
        return check;
    }
    if (!facts.imageProblem.isEmpty() || !facts.imagePackages.isEmpty()) {
        check.tone = Tone::Bad;
        check.finding = Words::tr("cannot be built yet");
        check.meaning = facts.imagePackages.isEmpty()
                            ? facts.imageProblem
                            : Words::tr("Virtual machines start from it. Building it needs these packages:");
        if (!facts.imagePackages.isEmpty()) check.command = install(facts.imagePackages);
        return check;
    }
    check.tone = Tone::Warning;
    check.finding = Words::tr("is not built yet");
    check.meaning = Words::tr("Built once, from the packages of this computer's own system; that takes a few "
                              "minutes and the network. The first virtual machine does it by itself.");
    check.fix = Words::tr("Build it now");
    return check;
}

HostCheck memory(const HostFacts& facts) {
    HostCheck check{QStringLiteral("memory"), Tone::Good, Words::tr("Memory and processors"), {}, {}, {}, {}};
    check.finding = Words::tr("%1 of %2 free, %3 processors")
                        .arg(bytesText(facts.memoryFree), bytesText(facts.memory))
                        .arg(facts.processors);
    const qint64 machines = std::min(facts.memoryFree, memoryForMachines(facts)) / smallMachine;
    if (machines < 1) {
        check.tone = Tone::Bad;
        check.meaning = Words::tr(
            "Too little for a virtual machine: close something. Simulated nodes need next to none.");
        return check;
    }
    if (machines < 3) check.tone = Tone::Warning;
    check.meaning = machines == 1
                        ? Words::tr("Enough for one virtual machine of %1.").arg(bytesText(smallMachine))
                        : Words::tr("Enough for about %1 virtual machines of %2.")
                              .arg(machines)
                              .arg(bytesText(smallMachine));
    return check;
}

HostCheck disk(const HostFacts& facts) {
    HostCheck check{QStringLiteral("disk"), Tone::Good, Words::tr("Room on disk"), {}, {}, {}, {}};
    check.finding = Words::tr("%1 free").arg(bytesText(facts.diskFree));
    check.meaning =
        Words::tr("In %1. The disk of a machine takes room only as it is used.").arg(facts.diskPlace);
    if (facts.diskFree >= roomyDisk) return check;
    check.tone = facts.diskFree >= tightDisk ? Tone::Warning : Tone::Bad;
    check.meaning = Words::tr("In %1. When it is full, machines stop and the lab cannot be written to. What "
                              "takes the most:")
                        .arg(facts.diskPlace);
    check.command = QStringLiteral("du -xh ~ | sort -h | tail -20");
    return check;
}

} // namespace

std::vector<HostCheck> checksOf(const HostFacts& facts) {
    return {accelerator(facts), drivers(facts), image(facts), memory(facts), disk(facts)};
}

QString machinesProblem(const HostFacts& facts) {
    if (!facts.qemu) return Words::tr("Virtual machines need QEMU, which is not installed.");
    if (!facts.driver)
        return Words::tr("Virtual machines need libvirt's driver for QEMU, which is not installed.");
    if (facts.image) return {};
    if (!facts.imagePackages.isEmpty())
        return Words::tr("Virtual machines need the node image, and building it needs: %1.")
            .arg(facts.imagePackages.join(QStringLiteral(", ")));
    return facts.imageProblem;
}

HostModel::HostModel(Host* host, QObject* parent) : QObject(parent), host_(host) {}

void HostModel::look() {
    if (host_ == nullptr) return;
    if (looking_) {
        lookAgain_ = true;
        return;
    }
    looking_ = true;
    Q_EMIT changed();
    host_->look([self = QPointer(this)](const HostFacts& facts) {
        if (!self) return;
        self->looking_ = false;
        self->facts_ = facts;
        self->checks_ = checksOf(facts);
        Q_EMIT self->changed();
        if (self && std::exchange(self->lookAgain_, false)) self->look();
    });
}

void HostModel::mend(const QString& id) {
    if (id == u"image") buildImage();
}

void HostModel::buildImage() {
    if (host_ == nullptr || build_) return;
    build_ = Build{};
    Q_EMIT changed();
    host_->buildImage(
        [self = QPointer(this)](const QString& step, double fraction) {
            if (!self || !self->build_) return;
            self->build_->step = step;
            self->build_->fraction = fraction;
            Q_EMIT self->changed();
        },
        [self = QPointer(this)](const QString& problem) {
            if (!self) return;
            const bool wanted = self->build_ && !self->build_->ending;
            self->build_.reset();
            if (!problem.isEmpty() && wanted) Q_EMIT self->failed(problem);
            if (self) Q_EMIT self->changed();
            if (self) self->look();
        });
}

void HostModel::cancelBuild() {
    if (!build_ || build_->ending) return;
    build_->ending = true;
    Q_EMIT changed();
    host_->cancelBuild();
}

} // namespace wheelhouse::ui
