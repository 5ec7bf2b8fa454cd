#pragma once

#include "bench.h"

#include <functional>

namespace wheelhouse {

/// How many writes controllers have made that changed or tried to change something; events do not count.
inline int writesOf(const Bench& bench) {
    int count = 0;
    for (const auto& call : bench.cluster.calls)
        if (call.resource != "events" && call.verb != "get" && call.verb != "list" && call.verb != "watch")
            ++count;
    return count;
}

/// Plays the same story again and again, each time with a crash one write later, until it is over before the
/// crash: `prepare` sets the stage, `check` looks at the end. With `lost`, the answer to that write is lost
/// as well.
inline void crashAfterEveryStep(const std::vector<std::string>& names,
                                const std::function<void(Bench&)>& prepare,
                                const std::function<void(Bench&)>& check, bool lost = false) {
    for (int step = 1;; ++step) {
        Bench bench(names);
        prepare(bench);
        bench.start();
        const int before = writesOf(bench);
        const bool reached =
            bench.until([&] { return writesOf(bench) - before >= step - (lost ? 1 : 0); }, 2min);
        if (reached && lost) {
            bench.cluster.loseAnswers("", "", 1);
            bench.until([&] { return writesOf(bench) - before >= step; }, 2min);
        }
        bench.restart();
        bench.settle(2min);
        check(bench);
        if (QTest::currentTestFailed() || !reached) return;
        QVERIFY2(step < 200, "the story never ends");
    }
}

} // namespace wheelhouse
