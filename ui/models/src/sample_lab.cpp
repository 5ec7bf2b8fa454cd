#include "ui/models/sample_lab.h"

#include "ui/models/deploy_template.h"

namespace wheelhouse::ui {
namespace {

const QString zones = QStringLiteral("zone-a,zone-b,zone-c");

} // namespace

ClusterActions::NewMachines simulatedNodes() {
    return {true, 3, 2, 2048, zones};
}

SampleLab sampleLab(const std::vector<QString>& applications) {
    SampleLab out;
    out.machines = {true, 6, 2, 2048, zones};
    out.manifest =
        manifestOf(QStringLiteral("web-database"), freeName(QStringLiteral("shop"), applications), 9, {});
    return out;
}

} // namespace wheelhouse::ui
