#pragma once

#include "engine/base/simulation.h"
#include "meter.h"
#include "mutate.h"

#include <QByteArray>
#include <QtTest>
#include <functional>
#include <string>
#include <vector>

namespace wheelhouse::test {

// What one input may cost.
inline constexpr double mostSeconds = 0.1;
inline constexpr std::size_t mostBytes = std::size_t{64} << 20;

/// Nothing, or what is wrong with what the decoder made of an input.
using Decoder = std::function<std::string(const std::string&)>;

/// A hundred times as many in a long run.
inline int runs(int few) {
    return qEnvironmentVariableIsSet("WHEELHOUSE_LONG") ? few * 100 : few;
}

/// An input so that a person can send it again.
inline std::string shown(const std::string& input) {
    return QByteArray::fromStdString(input.substr(0, 2000)).toPercentEncoding(" {}[]\":,").toStdString();
}

/// The first thing wrong with `decoder`, or nothing.
inline std::string fuzz(const Decoder& decoder, Mutator& inputs, int count) {
    for (int i = 0; i < count; ++i) {
        const std::string input = inputs.next();
        std::string wrong;
        Cost cost = measure([&] { wrong = decoder(input); });
        // On a busy machine a page fault is somebody else's: it must be slow twice.
        if (cost.cpuSeconds > mostSeconds) cost = measure([&] { wrong = decoder(input); });
        if (cost.cpuSeconds > mostSeconds) wrong = std::to_string(cost.cpuSeconds) + " s of CPU";
        if (cost.peakBytes > mostBytes) wrong = std::to_string(cost.peakBytes) + " bytes";
        if (!wrong.empty()) return wrong + " for input " + std::to_string(i) + ": " + shown(input);
    }
    return {};
}

/// Fails the test with the first input of `count` made from `corpus` that `decoder` does not stand.
inline void checkDecoder(const Decoder& decoder, const std::vector<std::string>& corpus, int count) {
    QVERIFY(!corpus.empty());
    SeededRandom random(0xf022);
    Mutator inputs(corpus, random);
    const std::string wrong = fuzz(decoder, inputs, runs(count));
    QVERIFY2(wrong.empty(), wrong.c_str());
    // Otherwise every input was refused at the door and nothing was looked at.
    for (const auto& good : corpus)
        QVERIFY2(decoder(good).empty(), decoder(good).c_str());
}

} // namespace wheelhouse::test
