// How the window looks: what can be chosen of it, and where.
#include "main_window_impl.h"

#include <QActionGroup>
#include <QMenu>

namespace wheelhouse::ui {

void MainWindow::Impl::setMotion(bool reduced) {
    options.reducedMotion = reduced;
    mapPage->setReducedMotion(reduced);
}

void MainWindow::Impl::buildViewMenu() {
    auto* menu = new QMenu(top->viewButton());
    menu->setObjectName(QStringLiteral("view.menu"));
    top->viewButton()->setMenu(menu);
    const auto choice = [this, menu](QActionGroup* group, const QString& name, auto act) {
        QAction* action = menu->addAction(name);
        action->setCheckable(true);
        if (group != nullptr) group->addAction(action);
        QObject::connect(action, &QAction::triggered, &self, act);
        return action;
    };
    auto* light = new QActionGroup(menu);
    std::vector<std::pair<QAction*, Appearance>> lights;
    for (const auto& [name, value] : {std::pair(MainWindow::tr("As the desktop"), Appearance::System),
                                      {MainWindow::tr("Light"), Appearance::Light},
                                      {MainWindow::tr("Dark"), Appearance::Dark}})
        lights.emplace_back(choice(light, name, [this, value = value] { self.setAppearance(value); }), value);
    menu->addSeparator();
    auto* colors = new QActionGroup(menu);
    std::vector<std::pair<QAction*, ColorVision>> visions;
    for (const auto& [name, value] :
         {std::pair(MainWindow::tr("Usual colours"), ColorVision::Usual),
          {MainWindow::tr("Colours for red–green colour blindness"), ColorVision::RedGreen},
          {MainWindow::tr("Colours for blue–yellow colour blindness"), ColorVision::BlueYellow}})
        visions.emplace_back(choice(colors, name,
                                    [this, value = value] {
                                        vision = value;
                                        applyTheme();
                                    }),
                             value);
    menu->addSeparator();
    QAction* large = choice(nullptr, MainWindow::tr("Projector: large type, thick lines"), [this](bool on) {
        projector = on;
        applyTheme();
    });
    QAction* still = choice(nullptr, MainWindow::tr("Nothing moves"), [this](bool on) { setMotion(on); });
    menu->addSeparator();
    menu->addAction(MainWindow::tr("Keys and what they do"), &self, [this] { deeds.at(Deed::Help)(); });
    menu->addAction(MainWindow::tr("This computer and first nodes"), &self, [this] { place(Start); });
    // What was set elsewhere is seen, too.
    QObject::connect(menu, &QMenu::aboutToShow, &self, [this, lights, visions, large, still] {
        for (const auto& [action, value] : lights)
            action->setChecked(value == options.appearance);
        for (const auto& [action, value] : visions)
            action->setChecked(value == vision);
        large->setChecked(projector);
        still->setChecked(options.reducedMotion);
    });
}

} // namespace wheelhouse::ui
