#pragma once

#include "shell.h"

#include <map>
#include <string>

namespace wheelhouse::simulated {

/// The commands of a simulated container that answer at once.
class Commands {
  public:
    Commands(Shell& shell, Shell::Io& io) : shell_(shell), io_(io), files_(*shell.place_.files) {}

    static bool knows(const std::string& name);
    /// For people, in one line.
    static const char* names();
    /// The exit code.
    int run(const Shell::Words& words);

  private:
    using Words = Shell::Words;

    int echo(const Words& words);
    int print(const Words& words);
    int cat(const Words& words);
    int headOrTail(const Words& words, bool tail);
    int grep(const Words& words);
    int count(const Words& words);
    int evaluate(const Words& words);
    int column(const Words& words);
    int sequence(const Words& words);
    int list(const Words& words);
    int change(const Words& words);
    int stat(const Words& words);
    int hexdump(const Words& words);
    int identity(const Words& words);
    int mounts(const Words& words);
    int environment(const Words& words);
    int assign(const Words& words);
    int control(const Words& words);
    int readLine(const Words& words);
    int test(Words words);
    bool holds(const Words& words) const;
    /// The text of a file, or of the input where `path` is none. False when it is not there.
    bool text(const std::string& path, std::string& out) const;
    int complain(const std::string& what);

    Shell& shell_;
    Shell::Io& io_;
    SimulatedFiles& files_;
};

/// Sums, products and comparisons of whole numbers and variables, as between $(( and )); 0 for what is none.
long arithmetic(const std::string& expression, const std::map<std::string, std::string>& variables);

/// "-rw-r--r--" as ls and Go print it.
std::string modeText(int mode, bool folder);

} // namespace wheelhouse::simulated
