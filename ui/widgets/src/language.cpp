#include "ui/widgets/language.h"

#include <QCoreApplication>
#include <QTranslator>

static void initTranslations() {
    Q_INIT_RESOURCE(translations);
}

namespace wheelhouse::ui {

QStringList languages() {
    return {QStringLiteral("de"), QStringLiteral("zh_CN")};
}

void useLanguage(const QLocale& locale) {
    initTranslations();
    static auto* translator = new QTranslator(QCoreApplication::instance());
    QCoreApplication::removeTranslator(translator);
    // English is the language of the sources: who prefers it gets it even where others follow.
    for (const QString& wanted : locale.uiLanguages()) {
        if (QLocale(wanted).language() == QLocale::English) return;
        if (!translator->load(QLocale(wanted), QStringLiteral("wheelhouse"), QStringLiteral("_"),
                              QStringLiteral(":/wheelhouse/translations")))
            continue;
        QCoreApplication::installTranslator(translator);
        return;
    }
}

} // namespace wheelhouse::ui
