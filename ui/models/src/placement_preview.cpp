#include "ui/models/placement_preview.h"

#include "engine/api/types.h"
#include "ui/models/what_if.h"

#include <QPointer>
#include <QStringList>

namespace wheelhouse::ui {

PlacementHints hintsOf(const api::lab::SchedulingAttempt& attempt) {
    PlacementHints out;
    for (const auto& node : attempt.scored())
        out[QString::fromStdString(node.node())] = {true, node.node() == attempt.node(), {}};
    for (const auto& refused : attempt.refused()) {
        QStringList reasons;
        for (const std::string& reason : refused.reasons())
            reasons << QString::fromStdString(reason);
        for (const std::string& node : refused.nodes())
            out[QString::fromStdString(node)] = {false, false, reasons.join(QStringLiteral(", "))};
    }
    return out;
}

PlacementHints joined(const std::vector<PlacementHints>& all) {
    PlacementHints out;
    for (const PlacementHints& hints : all)
        for (const auto& [node, hint] : hints) {
            const auto [place, fresh] = out.try_emplace(node, hint);
            if (fresh || !place->second.fits) continue;
            if (!hint.fits)
                place->second = hint;
            else
                place->second.best = place->second.best || hint.best;
        }
    return out;
}

PlacementPreview::PlacementPreview(client::Cluster& cluster, QObject* parent)
    : QObject(parent), cluster_(cluster) {}

void PlacementPreview::ask(const std::vector<api::core::PodTemplateSpec>& pods, const QString& nameSpace) {
    std::vector<api::lab::WhatIf> questions;
    for (const auto& pod : pods)
        questions.push_back(whatIfOf(pod, true));
    put(questions, nameSpace);
}

void PlacementPreview::askAbout(const QString& nameSpace, const QString& pod) {
    api::lab::WhatIf question;
    question.mutable_spec()->set_podname(pod.toStdString());
    question.mutable_spec()->set_matrix(true);
    put({question}, nameSpace);
}

void PlacementPreview::put(const std::vector<api::lab::WhatIf>& questions, const QString& nameSpace) {
    clear();
    const std::uint64_t asked = question_;
    missing_ = questions.size();
    const auto& resource = api::kindOf<api::lab::WhatIf>().name;
    for (const auto& question : questions)
        cluster_.create(resource, nameSpace.toStdString(), client::body(question), {},
                        [self = QPointer(this), asked](Result<client::Written> answer) {
                            if (!self || self->question_ != asked) return;
                            --self->missing_;
                            const auto* told =
                                answer ? dynamic_cast<const api::lab::WhatIf*>(answer->answer.get())
                                       : nullptr;
                            if (told != nullptr) self->answers_.push_back(hintsOf(told->status().attempt()));
                            if (self->missing_ > 0) return;
                            self->hints_ = joined(self->answers_);
                            Q_EMIT self->changed();
                        });
}

void PlacementPreview::clear() {
    ++question_;
    answers_.clear();
    missing_ = 0;
    if (hints_.empty()) return;
    hints_.clear();
    Q_EMIT changed();
}

} // namespace wheelhouse::ui
