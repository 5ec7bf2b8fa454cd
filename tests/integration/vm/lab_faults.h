#pragma once

#include "lab_process.h"

#include <QtTest>

namespace wheelhouse::test {

/// Faults of a lab with machines, by kubectl. `lab` must outlive it.
class LabFaults {
  public:
    explicit LabFaults(const LabProcess& lab) : lab_(lab) {}

    /// Makes one, with the members of its spec in YAML's flow style, and waits until it is in force.
    bool begin(const QString& name, const QString& spec) const {
        const QString text =
            QString(
                "{apiVersion: lab.wheelhouse.dev/v1alpha1, kind: Fault, metadata: {name: %1}, spec: {%2}}")
                .arg(name, spec);
        const Output made = lab_.kubectl({"apply", "-f", "-"}, text.toUtf8());
        if (made.code != 0) qWarning().noquote() << made.err;
        return made.code == 0 && awaitPhase(name, "Active");
    }
    bool awaitPhase(const QString& name, const QString& phase) const {
        return QTest::qWaitFor([&] { return of(name, "{.status.phase}") == phase; }, 60'000);
    }
    /// Deletes one; true when everything it did is undone.
    bool end(const QString& name) const {
        return lab_.kubectl({"delete", "fault", name, "--timeout=60s"}, {}, 90).code == 0;
    }
    QString problem(const QString& name) const { return of(name, "{.status.targets[*].problem}"); }

  private:
    QString of(const QString& name, const QString& jsonPath) const {
        return lab_.get({"get", "fault/" + name, "-o", "jsonpath=" + jsonPath});
    }
    const LabProcess& lab_;
};

} // namespace wheelhouse::test
