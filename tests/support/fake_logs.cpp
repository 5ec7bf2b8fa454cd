#include "fake_logs.h"

namespace wheelhouse::tests {

using client::LogOptions;
using client::LogSink;
using client::Subscription;

class FakeLog::Held final : public Subscription {
  public:
    explicit Held(std::shared_ptr<Reader> reader) : reader_(std::move(reader)) {}

  private:
    std::shared_ptr<Reader> reader_;
};

void FakeLog::Reader::say(const std::shared_ptr<Reader>& self, std::string bytes) {
    executor->post([weak = std::weak_ptr(self), bytes = std::move(bytes)] {
        if (const auto live = weak.lock()) live->sink.onData(bytes);
    });
}

void FakeLog::write(const std::string& text) {
    text_ += text;
    for (const auto& weak : readers_)
        if (const auto reader = weak.lock()) reader->say(reader, text);
}

void FakeLog::end(Result<void> result) {
    for (const auto& weak : std::exchange(readers_, {}))
        if (const auto reader = weak.lock())
            reader->executor->post([weak, result] {
                if (const auto live = weak.lock()) live->sink.onEnd(result);
            });
}

std::unique_ptr<Subscription> FakeLog::read(Executor& executor, const LogOptions& options, LogSink sink) {
    asked.push_back(options);
    auto reader = std::make_shared<Reader>();
    reader->sink = std::move(sink);
    reader->executor = &executor;
    std::string shown;
    const std::string since = options.sinceTime.substr(0, 19);
    for (std::size_t begin = 0; begin < text_.size();) {
        const std::size_t end = std::min(text_.find('\n', begin), text_.size() - 1) + 1;
        const std::string line = text_.substr(begin, end - begin);
        if (since.empty() || line.substr(0, 19) >= since) shown += line;
        begin = end;
    }
    if (!shown.empty()) reader->say(reader, std::move(shown));
    readers_.push_back(reader);
    return std::make_unique<Held>(std::move(reader));
}

} // namespace wheelhouse::tests
