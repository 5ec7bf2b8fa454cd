#pragma once

#include "lab_process.h"

#include <QtTest>
#include <functional>

namespace wheelhouse::test {

/// Asks kubectl again and again until it holds; false when it does not within `seconds`, which are generous:
/// a lab under load takes its time.
inline bool until(const std::function<bool()>& holds, int seconds) {
    return QTest::qWaitFor(holds, seconds * 1000);
}

/// Whether each of `words` stands in what the program said; the first one that does not is warned of.
inline bool contains(const Output& output, const QStringList& words = {}) {
    for (const QString& word : words) {
        if (output.out.contains(word) || output.err.contains(word)) continue;
        qWarning().noquote() << "missing" << word << "in\n" << output.out << output.err;
        return false;
    }
    return true;
}

} // namespace wheelhouse::test

/// VERIFY_OK(output) or VERIFY_OK(output, {"word", …}): it succeeded and said all of it.
#define VERIFY_OK(output, ...)                                                                               \
    do {                                                                                                     \
        const wheelhouse::test::Output result = (output);                                                    \
        QVERIFY2(result.code == 0, qPrintable(result.out + result.err));                                     \
        QVERIFY(wheelhouse::test::contains(result __VA_OPT__(, ) __VA_ARGS__));                              \
    } while (false)

/// VERIFY_REFUSED(output, {"word", …}): it failed and said all of it.
#define VERIFY_REFUSED(output, ...)                                                                          \
    do {                                                                                                     \
        const wheelhouse::test::Output result = (output);                                                    \
        QVERIFY2(result.code != 0, qPrintable(result.out + result.err));                                     \
        QVERIFY(wheelhouse::test::contains(result __VA_OPT__(, ) __VA_ARGS__));                              \
    } while (false)
