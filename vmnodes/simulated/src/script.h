#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::simulated {

/// A shell script taken apart: the part of the POSIX shell that people write into containers. Words are kept
/// as written, with quotes and dollars; they are expanded when they are run.
struct ScriptNode {
    enum class Type { Command, Sequence, And, Or, Not, Pipe, If, While, Until, For };
    struct Redirect {
        enum class How { Write, Append, Read, Join };
        int from = 1;
        How how = How::Write;
        std::string target; ///< a word; of Join the number of the stream joined
    };
    Type type = Type::Command;
    std::vector<std::string> words; ///< Command: all; For: the variable, then what it becomes
    std::vector<Redirect> redirects;
    /// Sequence, And, Or, Not, Pipe: in order; If: condition, body, and again, and at last what else; loops:
    /// condition (not For) and body.
    std::vector<std::shared_ptr<const ScriptNode>> parts;
};
using ScriptPtr = std::shared_ptr<const ScriptNode>;

/// Null where the text is no script, or needs more of a shell than there is.
ScriptPtr parseScript(std::string_view text);

/// The end of the word that begins at `at`: quotes, ${…} and $(…) belong to it. npos where it does not end.
std::size_t wordEnd(std::string_view text, std::size_t at);

/// The end of the expansion that begins with the $ at `at`: $NAME, $1, $?, ${…}, $(…). `at` + 1 where it is a
/// mere dollar.
std::size_t expansionEnd(std::string_view text, std::size_t at);

/// The first words of all commands in it that are plain, for whoever wants to know whether they are known.
void commandNames(const ScriptNode& node, std::vector<std::string>& out);

} // namespace wheelhouse::simulated
