#pragma once

#include "engine/base/executor.h"
#include "routine.h"
#include "script.h"
#include "simulated_place.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::simulated {

/// A program of a simulated container: a shell script or one command, of the few words it knows. Runs on the
/// nodes' executor; destroying it ends it.
class Shell {
  public:
    struct Io {
        std::function<void(const std::string&)> out;
        std::function<void(const std::string&)> err;
        std::string in; ///< what a pipe or a file put in front of it
        /// Why not all of what was redirected reached its file; null where nothing is redirected.
        std::shared_ptr<std::string> unwritten{};
    };
    using Words = std::vector<std::string>;

    Shell(Executor& executor, SimulatedPlace place, Io io, std::function<void(int)> ended);

    /// Whether every command of it is known, so that it can be run and not only be kept waiting.
    static bool knows(const Words& command);
    static const char* knownCommands();
    /// Which word of `sh [-ex] -c SCRIPT …` is the script; 0 where none is.
    static std::size_t scriptIn(const Words& command);

    /// Runs `command`; `ended` is called with its exit code, never inside this call.
    void run(const Words& command);
    /// Sends it a signal. True when it has something to say to that and ends by itself.
    bool signal(int number);

  private:
    friend class Commands;
    using Code = Routine<int>;

    Code execute(Words words);
    Code runScript(std::string text, Words parameters, Io& io);
    Code runNode(const ScriptNode& node, Io& io);
    Code runParts(const ScriptNode& node, Io& io);
    Code runPipe(const ScriptNode& node, Io& io);
    Code runLoop(const ScriptNode& node, Io& io);
    Code runFor(const ScriptNode& node, Io& io);
    Code runSimple(const ScriptNode& node, Io& io);
    Code runCommand(Words words, Io& io);
    Code sleep(Words words);
    Code mountTest(Words words, Io& io);
    Code generateLogs(Words words, Io& io);
    /// Where the output of a node goes by its redirections. False where a file cannot be written.
    Routine<bool> redirected(const ScriptNode& node, Io& io);

    Routine<Words> expand(std::string word);
    Routine<std::string> dollar(std::string name);
    Routine<std::string> captured(std::string script);
    std::string variable(const std::string& expression);
    bool leaving() const { return exit_ || breaking_; }

    Executor& executor_;
    SimulatedPlace place_;
    Io io_;
    std::function<void(int)> ended_;
    std::map<std::string, std::string> variables_;
    Words parameters_;
    std::map<int, std::string> traps_; ///< what it does at a signal
    std::string name_ = "sh";          ///< by which it complains
    int status_ = 0;
    int turns_ = 0; ///< commands since it last waited
    bool breaking_ = false;
    std::optional<int> exit_;
    Code main_;
    ScopedTimer begin_;
};

} // namespace wheelhouse::simulated
