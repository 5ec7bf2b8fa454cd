#include "shell.h"
#include "simulated_session.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::simulated {

namespace {

using Words = std::vector<std::string>;

constexpr std::size_t mostLine = 64 * 1024;

/// A command in a simulated container.
class Command final : public SimulatedSession {
  public:
    Command(Executor& executor, SimulatedPlace place, const agent::ExecTarget& target,
            agent::SessionEvents events)
        : SimulatedSession(executor, std::move(events)), place_(std::move(place)), tty_(target.tty),
          stdIn_(target.stdIn) {
        if (const auto code = run(target.command)) end(*code);
        if (!stdIn_) inputEnded();
    }

  private:
    /// What the input goes to.
    enum class Mode { Nothing, Cat, Tar, Shell };

    void input(std::string bytes) override;
    void inputEnded() override;
    void shellInput(const std::string& bytes);
    void shellLine(const std::string& line);
    void prompt() {
        if (tty_) say(1, place_.pod + ":/# ");
    }
    void print(const std::string& text) { show(1, text); }
    void complain(const std::string& text) { show(tty_ ? 1 : 2, text); }
    void show(int channel, const std::string& text);
    /// The exit code, or nothing when the command goes on and ends by itself.
    std::optional<int> run(const Words& words);
    std::optional<int> runTar(const Words& words);
    int runStty(const Words& words);
    /// What needs no input of its own.
    void runProgram(const Words& words);
    void finished(int code);

    const SimulatedPlace place_;
    const bool tty_;
    const bool stdIn_;
    Mode mode_ = Mode::Nothing;
    bool inShell_ = false;
    std::string pending_; ///< a line being typed, an archive being received
    std::string typed_;   ///< what came while a command of the shell ran
    bool inputOver_ = false;
    std::string folder_;
    int lastCode_ = 0;
    std::unique_ptr<Shell> program_;
};

void Command::show(int channel, const std::string& text) {
    if (!tty_) return say(channel, text);
    std::string out;
    for (const char c : text)
        out += c == '\n' ? std::string("\r\n") : std::string(1, c);
    say(channel, std::move(out));
}

void Command::finished(int code) {
    if (!inShell_) return end(code);
    lastCode_ = code;
    mode_ = Mode::Shell;
    prompt();
    if (!typed_.empty()) shellInput({});
    if (inputOver_ && mode_ == Mode::Shell) inputEnded();
}

std::optional<int> Command::run(const Words& words) {
    const std::string name = words.empty() ? "" : baseName(words[0]);
    if (name == "stty") return runStty(words);
    if (name == "tar") return runTar(words);
    if (name == "cat" && words.size() == 1) {
        mode_ = Mode::Cat;
        return std::nullopt;
    }
    const bool shell = name == "sh" || name == "bash" || name == "ash";
    if (shell && Shell::scriptIn(words) == 0) {
        mode_ = Mode::Shell;
        inShell_ = true;
        if (tty_) print("This container is simulated; help names what it knows.\n");
        prompt();
        return std::nullopt;
    }
    runProgram(words);
    return std::nullopt;
}

void Command::runProgram(const Words& words) {
    mode_ = Mode::Nothing;
    const auto to = [this](int channel) {
        return [this, channel](const std::string& text) { show(tty_ ? 1 : channel, text); };
    };
    program_ = std::make_unique<Shell>(executor(), place_, Shell::Io{to(1), to(2), {}},
                                       [this](int code) { finished(code); });
    program_->run(words.empty() ? Words{"(nothing)"} : words);
}

int Command::runStty(const Words& words) {
    if (!tty_) return complain("stty: standard input: Inappropriate ioctl for device\n"), 1;
    if (words.size() < 2 || words[1] != "size") return complain("stty: only size is known\n"), 1;
    print(fmt::format("{} {}\n", height_, width_));
    return 0;
}

/// `tar cf - PATH` and `tar -xmf - [-C FOLDER]`, which is what `kubectl cp` asks for.
std::optional<int> Command::runTar(const Words& words) {
    Words plain;
    std::string flags;
    folder_ = "/";
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (words[i] == "-C" && i + 1 < words.size())
            folder_ = words[++i];
        else if (words[i].starts_with("--"))
            continue;
        else if (i == 1 || (words[i].size() > 1 && words[i][0] == '-'))
            flags += words[i];
        else
            plain.push_back(words[i]);
    }
    if (flags.find('z') != std::string::npos)
        return complain("tar: this container is simulated and compresses nothing\n"), 2;
    if (flags.find('x') != std::string::npos) {
        mode_ = Mode::Tar;
        return std::nullopt;
    }
    if (flags.find('c') == std::string::npos || plain.size() < 2)
        return complain("tar: only 'tar cf - PATH' and 'tar xf -' are known\n"), 2;
    std::string archive = place_.files->pack(folder_ == "/" ? plain[1] : folder_ + "/" + plain[1]);
    if (archive.empty())
        return complain(fmt::format("tar: {}: Cannot stat: No such file or directory\n", plain[1])), 2;
    say(1, std::move(archive));
    return 0;
}

void Command::input(std::string bytes) {
    switch (mode_) {
    case Mode::Nothing:
        if (!inShell_) return;
        if (tty_ && bytes.find('\x03') != std::string::npos) {
            program_.reset();
            say(1, "^C\r\n");
            return finished(130);
        }
        if (typed_.size() < mostLine) typed_ += bytes;
        return;
    case Mode::Cat:
        if (tty_ && bytes.find('\x04') != std::string::npos) return finished(0);
        return tty_ ? show(1, bytes) : say(1, std::move(bytes));
    case Mode::Tar:
        pending_ += bytes;
        if (pending_.size() <= 2 * SimulatedFiles::maxBytes) return;
        complain("tar: No space left on device\n");
        return finished(2);
    case Mode::Shell:
        return shellInput(bytes);
    }
}

void Command::shellInput(const std::string& more) {
    const std::string bytes = std::exchange(typed_, {}) + more;
    for (std::size_t i = 0; i < bytes.size() && !ended(); ++i) {
        if (mode_ != Mode::Shell) { // a command runs, and the rest is for after it
            typed_ = bytes.substr(i);
            return;
        }
        const char c = bytes[i];
        if (c == '\x04' && tty_) return inShell_ = false, end(lastCode_);
        if (c == '\x03' && tty_) {
            say(1, "^C\r\n");
            pending_.clear();
            prompt();
        } else if (c == '\n' || c == '\r') {
            if (tty_) say(1, "\r\n");
            shellLine(std::exchange(pending_, {}));
        } else if (c == '\x7f') {
            if (!pending_.empty()) pending_.pop_back();
            if (tty_) say(1, "\b \b");
        } else if (pending_.size() < mostLine) {
            pending_ += c;
            if (tty_) say(1, std::string(1, c));
        }
    }
}

void Command::shellLine(const std::string& line) {
    const auto first = line.find_first_not_of(" \t");
    if (first == std::string::npos) return prompt();
    const std::string word = line.substr(first, line.find_first_of(" \t", first) - first);
    if (word == "exit") inShell_ = false;
    if (line.substr(first) == "exit") return end(lastCode_);
    // What takes input itself is the session's own; everything else is a script.
    if (word == "stty" || word == "tar" || line.substr(first) == "cat") {
        Words words;
        for (std::size_t at = first; at < line.size();) {
            const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
            words.push_back(line.substr(at, end - at));
            at = std::min(line.find_first_not_of(" \t", end), line.size());
        }
        if (const auto code = run(words)) finished(*code);
        return;
    }
    runProgram({"sh", "-c", line});
}

void Command::inputEnded() {
    switch (mode_) {
    case Mode::Nothing:
        inputOver_ = true;
        return;
    case Mode::Cat:
        return end(0);
    case Mode::Tar: {
        const std::string wrong = place_.files->unpack(pending_, folder_);
        if (!wrong.empty()) complain("tar: " + wrong + "\n");
        return end(wrong.empty() ? 0 : 2);
    }
    case Mode::Shell:
        inputOver_ = true;
        if (!pending_.empty()) shellLine(std::exchange(pending_, {}));
        if (mode_ == Mode::Shell) end(lastCode_);
        return;
    }
}

} // namespace

std::unique_ptr<agent::PodSession> simulateCommand(Executor& executor, SimulatedPlace place,
                                                   const agent::ExecTarget& target,
                                                   agent::SessionEvents events) {
    return std::make_unique<Command>(executor, std::move(place), target, std::move(events));
}

} // namespace wheelhouse::simulated
