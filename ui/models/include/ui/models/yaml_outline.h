#pragma once

#include <QString>
#include <QStringList>
#include <vector>

namespace wheelhouse::ui {

/// One `key: value` of a text that is (or is becoming) YAML. Columns and lines count from 0.
struct YamlKey {
    int document = 0;
    int line = 0;
    int column = 0;
    QString key;
    QString value;       ///< as written, without a comment; empty where there is none on the line
    int valueColumn = 0; ///< where the value begins
    QStringList parents; ///< from the document's root; list items are not steps of their own
};

/// Every key in block style. It never fails: what it does not understand (flow style, texts over several
/// lines) it leaves out. Pure.
std::vector<YamlKey> yamlKeys(const QString& text);

/// Where somebody is writing.
struct YamlPlace {
    QString apiVersion; ///< of the document; empty where it says none
    QString kind;
    QStringList parents;
    QString key; ///< of the line; of a key that is being written, what stands before the cursor
    bool inValue = false;
    QString typed;       ///< what stands before the cursor of the key or value
    QStringList present; ///< keys that stand beside it already
};

YamlPlace yamlPlaceAt(const QString& text, int line, int column);

/// The `apiVersion` and `kind` of each document, by its number.
std::vector<std::pair<QString, QString>> yamlKinds(const std::vector<YamlKey>& keys);

} // namespace wheelhouse::ui
