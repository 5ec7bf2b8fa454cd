#pragma once

#include "ui/models/host.h"
#include "ui/models/live_table_model.h"

#include <QObject>
#include <optional>
#include <vector>

namespace wheelhouse::ui {

/// One line of the list that is gone through before the first machine.
struct HostCheck {
    QString id;      ///< "accelerator", "drivers", "image", "memory", "disk"
    Tone tone;       ///< Good, Warning or Bad
    QString title;   ///< what was looked at
    QString finding; ///< how it is here
    QString meaning; ///< what follows from that
    QString command; ///< what mends it, typed into a shell; empty = nothing to be typed
    QString fix;     ///< what a button says that mends it; empty = no such button
    bool operator==(const HostCheck&) const = default;
};

/// What the facts mean for people. Pure.
std::vector<HostCheck> checksOf(const HostFacts& facts);
/// Why no virtual machine can be made at all, as a sentence; empty = they can. Pure.
QString machinesProblem(const HostFacts& facts);

/// The computer under the lab: what was found out about it, and what is being mended. UI thread only.
class HostModel final : public QObject {
    Q_OBJECT
  public:
    struct Build {
        QString step;
        double fraction = 0; ///< 0…1
        bool ending = false; ///< it was asked to end
    };

    /// `host` may be null: nothing is known of the computer then, ever. It must outlive the model.
    explicit HostModel(Host* host, QObject* parent = nullptr);

    bool isHere() const { return host_ != nullptr; }
    /// Looks again, unless it is looking.
    void look();
    bool looking() const { return looking_; }
    /// Nothing before the first look has ended.
    const std::optional<HostFacts>& facts() const { return facts_; }
    const std::vector<HostCheck>& checks() const { return checks_; }

    /// Presses the button of a check.
    void mend(const QString& id);
    /// While the node image is being built.
    const std::optional<Build>& build() const { return build_; }
    void cancelBuild();

  Q_SIGNALS:
    void changed();
    /// What was begun by mend() did not end well.
    void failed(const QString& problem);

  private:
    void buildImage();
    Host* host_;
    bool looking_ = false;
    bool lookAgain_ = false;
    std::optional<HostFacts> facts_;
    std::vector<HostCheck> checks_;
    std::optional<Build> build_;
};

} // namespace wheelhouse::ui
