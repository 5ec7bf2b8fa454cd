#pragma once

#include "ui/models/host.h"

#include <utility>

namespace wheelhouse::tests {

/// A computer that is as a test says, and answers when the test lets it.
class FakeHost final : public ui::Host {
  public:
    ui::HostFacts facts = good();
    bool atOnce = true; ///< look() is answered when it is asked
    int looks = 0;
    int builds = 0;
    bool cancelled = false;

    /// One that lacks nothing.
    static ui::HostFacts good() {
        ui::HostFacts facts;
        facts.virtualisation = QStringLiteral("vmx");
        facts.user = QStringLiteral("ada");
        facts.imagePlace = QStringLiteral("~/.cache/wheelhouse/images/3f0c");
        facts.processors = 8;
        facts.memory = qint64{16} << 30;
        facts.memoryFree = qint64{13} << 30;
        facts.diskFree = qint64{120} << 30;
        facts.diskPlace = QStringLiteral("~/.local/share/wheelhouse/lab");
        return facts;
    }

    void look(std::function<void(ui::HostFacts)> looked) override {
        ++looks;
        looked_ = std::move(looked);
        if (atOnce) answer();
    }
    void answer() {
        if (looked_) std::exchange(looked_, nullptr)(facts);
    }
    void buildImage(std::function<void(QString, double)> progress,
                    std::function<void(QString)> done) override {
        ++builds;
        progress_ = std::move(progress);
        done_ = std::move(done);
    }
    void cancelBuild() override { cancelled = true; }
    void progress(const QString& step, double fraction) const { progress_(step, fraction); }
    void finish(const QString& problem) {
        facts.image = problem.isEmpty();
        std::exchange(done_, nullptr)(problem);
    }

  private:
    std::function<void(ui::HostFacts)> looked_;
    std::function<void(QString, double)> progress_;
    std::function<void(QString)> done_;
};

} // namespace wheelhouse::tests
