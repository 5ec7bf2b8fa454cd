#include "ui/models/provision.h"

#include "ui/models/host_model.h"
#include "ui/models/words.h"

#include <QCoreApplication>
#include <algorithm>

namespace wheelhouse::ui {
namespace {

constexpr qint64 gib = qint64{1} << 30;
constexpr qint64 diskOfMachine = 8 * gib; ///< a Machine's diskGiB unless it says so

/// The words of this file.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(Provision)
};

} // namespace

Promised promisedTo(const std::map<QString, MapNode>& nodes) {
    Promised out;
    for (const auto& [name, node] : nodes) {
        if (!node.hasMachine || node.provider != u"vm" || node.look == NodeLook::Stopped) continue;
        out.processors += static_cast<int>((node.cpuMilli + 999) / 1000);
        out.memory += node.memoryBytes;
    }
    return out;
}

qint64 memoryForMachines(const HostFacts& facts) {
    return std::max<qint64>(0, facts.memory - std::max(gib, facts.memory / 8));
}

Provision provisionOf(const HostFacts& facts, const Promised& had,
                      const ClusterActions::NewMachines& wanted) {
    Provision out;
    out.had = had;
    out.processors = facts.processors;
    out.memory = memoryForMachines(facts);
    if (wanted.simulated) return out;
    out.asked = {wanted.count * wanted.cpus, qint64{wanted.count} * wanted.memoryMiB << 20};
    const auto warn = [&out](Tone tone, const QString& text) {
        if (tone == Tone::Bad || out.tone == Tone::Good) out.tone = tone;
        tone == Tone::Bad ? out.warnings.prepend(text) : out.warnings.append(text);
    };
    if (had.memory + out.asked.memory > out.memory)
        warn(Tone::Bad, Words::tr("%1 of memory is more than the %2 this computer can give its machines: it "
                                  "will swap, or end some of them.")
                            .arg(bytesText(had.memory + out.asked.memory), bytesText(out.memory)));
    else if (out.asked.memory > facts.memoryFree)
        warn(Tone::Warning, Words::tr("Only %1 of memory is free now; other programs have the rest.")
                                .arg(bytesText(facts.memoryFree)));
    if (had.processors + out.asked.processors > facts.processors)
        warn(Tone::Warning,
             Words::tr("%1 processors are promised and %2 are there: machines will share them.")
                 .arg(had.processors + out.asked.processors)
                 .arg(facts.processors));
    if (wanted.count * diskOfMachine > facts.diskFree)
        warn(Tone::Warning, Words::tr("Their disks could grow to %1, and %2 are free.")
                                .arg(bytesText(wanted.count * diskOfMachine), bytesText(facts.diskFree)));
    if (const QString problem = machinesProblem(facts); !problem.isEmpty()) warn(Tone::Bad, problem);
    return out;
}

} // namespace wheelhouse::ui
