#pragma once

#include <QString>
#include <QStringList>
#include <functional>

namespace wheelhouse::ui {

/// The computer a lab's machines run on, as it was when it was looked at. Plain values; sizes in bytes.
struct HostFacts {
    enum class Kvm : std::uint8_t {
        Works,
        NoProcessor,  ///< the processor offers no virtualisation, or hides it
        NoDevice,     ///< it does, and there is no /dev/kvm
        NoPermission, ///< there is, and this user may not use it
        Broken,       ///< a guest was tried and did not do well
    };
    Kvm kvm = Kvm::Works;
    QString kvmReason;      ///< of Broken, for people
    QString virtualisation; ///< "vmx", "svm" or nothing
    QString user;           ///< who runs the program
    bool qemu = true;
    bool driver = true;        ///< libvirt's driver for QEMU
    bool image = true;         ///< the node image is built
    QString imagePlace;        ///< where, or where it would be
    QString imageProblem;      ///< why it cannot be built, where that is known beforehand
    QStringList imagePackages; ///< what has to be installed before it can be built
    int processors = 1;
    qint64 memory = 0;     ///< all there is
    qint64 memoryFree = 0; ///< what could be taken now without swapping
    qint64 diskFree = 0;   ///< where the lab is kept
    QString diskPlace;
    bool operator==(const HostFacts&) const = default;
};

/// The computer under a lab, for a window that runs on it; whoever started the lab implements it. All calls
/// return at once, and all answers come on the thread that called.
class Host {
  public:
    virtual ~Host() = default;
    /// Looks at everything anew; `looked` is called once.
    virtual void look(std::function<void(HostFacts)> looked) = 0;
    /// Builds the node image unless there is one. `progress` says what is going on and how far along it is
    /// from 0 to 1; `done`, called once, what went wrong, or nothing. One build at a time.
    virtual void buildImage(std::function<void(QString step, double fraction)> progress,
                            std::function<void(QString problem)> done) = 0;
    /// Ends a build early; its `done` still comes.
    virtual void cancelBuild() = 0;
};

} // namespace wheelhouse::ui
