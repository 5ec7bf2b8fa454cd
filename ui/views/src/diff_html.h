#pragma once

#include "ui/models/text_diff.h"
#include "ui/widgets/theme.h"

namespace wheelhouse::ui {

/// A comparison as rich text in the theme's colours, every line with its sign. Pure.
QString diffHtml(const Tokens& tokens, const std::vector<DiffLine>& lines);

} // namespace wheelhouse::ui
