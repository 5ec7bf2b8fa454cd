#include "simulated_session.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace wheelhouse::simulated {

namespace {

using Words = std::vector<std::string>;

constexpr const char* known =
    "cat date echo env exit false hostname id ls pwd sh sleep stty tar test true uname";
constexpr std::size_t mostLine = 64 * 1024;

/// Splits a line at blanks, minding quotes. Nothing when it needs more of a shell than there is.
std::optional<Words> wordsOf(std::string_view line) {
    Words words;
    std::string word;
    bool open = false;
    char quote = 0;
    for (const char c : line) {
        if (quote != 0) {
            if (c == quote)
                quote = 0;
            else
                word += c;
        } else if (c == '\'' || c == '"') {
            quote = c;
            open = true;
        } else if (c == ' ' || c == '\t') {
            if (open) words.push_back(std::exchange(word, {}));
            open = false;
        } else if (std::string_view("|&;<>$`(){}*").find(c) != std::string_view::npos) {
            return std::nullopt;
        } else {
            word += c;
            open = true;
        }
    }
    if (quote != 0) return std::nullopt;
    if (open) words.push_back(std::move(word));
    return words;
}

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
    std::optional<int> runShell(const Words& words);
    std::optional<int> runTar(const Words& words);
    std::optional<int> runSleep(const Words& words);
    int runCat(const Words& words);
    int runTest(const Words& words) const;
    int runStty(const Words& words);
    int runList(const Words& words);
    void finished(int code);

    const SimulatedPlace place_;
    const bool tty_;
    const bool stdIn_;
    Mode mode_ = Mode::Nothing;
    bool inShell_ = false;
    std::string pending_; ///< a line being typed, an archive being received
    std::string folder_;
    int lastCode_ = 0;
    ScopedTimer sleep_;
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
}

std::optional<int> Command::run(const Words& words) {
    const std::string name = words.empty() ? "" : words[0].substr(words[0].rfind('/') + 1);
    const auto argument = [&](std::size_t i) { return i < words.size() ? words[i] : std::string(); };
    if (name == "true" || name == "help") {
        if (name == "help") print(fmt::format("This container is simulated. It knows: {}\n", known));
        return 0;
    }
    if (name == "false") return 1;
    if (name == "echo") {
        std::string line;
        for (std::size_t i = 1; i < words.size(); ++i)
            line += (i > 1 ? " " : "") + words[i];
        print(line + "\n");
        return 0;
    }
    if (name == "hostname") return print(place_.pod + "\n"), 0;
    if (name == "pwd") return print("/\n"), 0;
    if (name == "id") return print("uid=0(root) gid=0(root)\n"), 0;
    if (name == "uname")
        return print(argument(1) == "-a" ? "Linux " + place_.pod + " simulated\n" : "Linux\n"), 0;
    if (name == "date") {
        const auto now =
            std::chrono::duration_cast<std::chrono::seconds>(executor().clock().wallNow().time_since_epoch());
        return print(fmt::format("{} seconds since 1970\n", now.count())), 0;
    }
    if (name == "env") {
        print(fmt::format("HOSTNAME={}\n", place_.pod));
        for (const auto& [key, value] : place_.env)
            print(fmt::format("{}={}\n", key, value));
        return 0;
    }
    if (name == "exit") {
        int code = lastCode_;
        const std::string text = argument(1);
        std::from_chars(text.data(), text.data() + text.size(), code);
        inShell_ = false;
        return code & 0xff;
    }
    if (name == "test" || name == "[") return runTest(words);
    if (name == "stty") return runStty(words);
    if (name == "ls") return runList(words);
    if (name == "tar") return runTar(words);
    if (name == "sleep") return runSleep(words);
    if (name == "sh" || name == "bash" || name == "ash") return runShell(words);
    if (name == "cat" && words.size() > 1) return runCat(words);
    if (name == "cat") {
        mode_ = Mode::Cat;
        return std::nullopt;
    }
    complain(
        fmt::format("{}: not found: this container is simulated, image {} is not running. It knows: {}\n",
                    words.empty() ? "(nothing)" : words[0], place_.image, known));
    return 127;
}

std::optional<int> Command::runShell(const Words& words) {
    if (words.size() > 2 && words[1] == "-c") {
        const auto inner = wordsOf(words[2]);
        if (inner) return run(*inner);
        complain("sh: this container is simulated and understands single commands only\n");
        return 2;
    }
    mode_ = Mode::Shell;
    inShell_ = true;
    if (tty_) print("This container is simulated; help names what it knows.\n");
    prompt();
    return std::nullopt;
}

int Command::runCat(const Words& words) {
    int code = 0;
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (words[i] == "/etc/hostname") {
            print(place_.pod + "\n");
        } else if (const std::string* bytes = place_.files->find(words[i])) {
            show(1, *bytes);
        } else {
            complain(fmt::format("cat: {}: No such file or directory\n", words[i]));
            code = 1;
        }
    }
    return code;
}

int Command::runTest(const Words& words) const {
    if (words.size() < 3) return 1;
    if (words[1] == "-d") return place_.files->isFolder(words[2]) ? 0 : 1;
    if (words[1] == "-f") return place_.files->find(words[2]) != nullptr ? 0 : 1;
    if (words[1] == "-e")
        return place_.files->isFolder(words[2]) || place_.files->find(words[2]) != nullptr ? 0 : 1;
    return 2;
}

int Command::runStty(const Words& words) {
    if (!tty_) return complain("stty: standard input: Inappropriate ioctl for device\n"), 1;
    if (words.size() < 2 || words[1] != "size") return complain("stty: only size is known\n"), 1;
    print(fmt::format("{} {}\n", height_, width_));
    return 0;
}

int Command::runList(const Words& words) {
    const std::string folder = words.size() > 1 && !words.back().starts_with('-') ? words.back() : "/";
    if (!place_.files->isFolder(folder)) {
        if (place_.files->find(folder) != nullptr) return print(folder + "\n"), 0;
        return complain(fmt::format("ls: {}: No such file or directory\n", folder)), 1;
    }
    for (const std::string& name : place_.files->list(folder))
        print(name + "\n");
    return 0;
}

std::optional<int> Command::runSleep(const Words& words) {
    double seconds = 0;
    if (words.size() > 1) {
        const std::string& text = words[1];
        if (text == "infinity") seconds = 1e6;
        std::from_chars(text.data(), text.data() + text.size(), seconds);
    }
    mode_ = Mode::Nothing;
    const auto span =
        std::chrono::duration_cast<Duration>(std::chrono::duration<double>(std::clamp(seconds, 0.0, 1e6)));
    sleep_.start(executor(), span, [this] { finished(0); });
    return std::nullopt;
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

void Command::shellInput(const std::string& bytes) {
    for (const char c : bytes) {
        if (ended()) return;
        if (mode_ == Mode::Nothing) continue; // typed while a command runs
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
    const auto words = wordsOf(line);
    if (!words) {
        complain("sh: this container is simulated and understands single commands only\n");
        return finished(2);
    }
    if (words->empty()) return prompt();
    if (const auto code = run(*words)) finished(*code);
}

void Command::inputEnded() {
    switch (mode_) {
    case Mode::Nothing:
        return;
    case Mode::Cat:
        return end(0);
    case Mode::Tar: {
        const std::string wrong = place_.files->unpack(pending_, folder_);
        if (!wrong.empty()) complain("tar: " + wrong + "\n");
        return end(wrong.empty() ? 0 : 2);
    }
    case Mode::Shell:
        if (!pending_.empty()) shellLine(std::exchange(pending_, {}));
        return end(lastCode_);
    }
}

} // namespace

std::unique_ptr<agent::PodSession> simulateCommand(Executor& executor, SimulatedPlace place,
                                                   const agent::ExecTarget& target,
                                                   agent::SessionEvents events) {
    return std::make_unique<Command>(executor, std::move(place), target, std::move(events));
}

} // namespace wheelhouse::simulated
