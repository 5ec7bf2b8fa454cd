#pragma once

#include <QLocale>
#include <QStringList>

namespace wheelhouse::ui {

/// Languages the window speaks besides English, as "de" and "zh_CN".
QStringList languages();

/// Speaks the first language of the locale that there is a translation into; English otherwise. Before the
/// first widget is made, and again whenever another is wanted for widgets made from then on. UI thread only.
void useLanguage(const QLocale& locale);

} // namespace wheelhouse::ui
