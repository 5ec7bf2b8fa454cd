#include "http_fixture.h"

#include "engine/base/files.h"

#include <QProcess>
#include <boost/asio/executor_work_guard.hpp>
#include <ctime>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wheelhouse::testing {

namespace {

class Counted final : public apiserver::Running {
  public:
    explicit Counted(std::shared_ptr<std::atomic<int>> cancelled) : cancelled_(std::move(cancelled)) {}
    void cancel() override {
        if (!done_.exchange(true)) ++*cancelled_;
    }

  private:
    std::shared_ptr<std::atomic<int>> cancelled_;
    std::atomic<bool> done_{false};
};

std::string describe(const apiserver::Request& request) {
    return fmt::format(
        R"({{"method":"{}","path":"{}","query":"{}","host":"{}","bytes":{},"user":"{}","groups":"{}"}})",
        request.method, request.path, request.query, request.header("host"), request.body.size(),
        request.user ? request.user->name : "-",
        request.user ? fmt::format("{}", fmt::join(request.user->groups, ",")) : "");
}

} // namespace

std::shared_ptr<apiserver::Running> FakeHandler::handle(apiserver::Request request,
                                                        std::shared_ptr<apiserver::Exchange> exchange) {
    ++handled_;
    auto running = std::make_shared<Counted>(cancelled_);
    if (request.path.find("/hold") != std::string::npos) {
        std::unique_lock lock(mutex_);
        held_.push_back(std::move(exchange));
        arrived_.notify_all();
        return running;
    }
    if (request.path == "/throw") throw std::runtime_error("as asked");
    executor_.post([request = std::move(request), exchange = std::move(exchange)] {
        exchange->respond([request] {
            apiserver::Response response;
            response.headers.emplace_back("content-type", "application/json");
            if (request.path == "/bytes")
                response.body = std::make_shared<const std::string>(std::stoul(request.query), 'x');
            else if (request.path == "/nothing")
                response.code = 304;
            else if (request.path == "/evil")
                response.headers.emplace_back("warning", "299 - \"a\r\nset-cookie: b\"");
            else
                response.body = std::make_shared<const std::string>(describe(request));
            return response;
        });
    });
    return running;
}

std::shared_ptr<apiserver::Exchange> FakeHandler::held() {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, std::chrono::seconds(5), [this] { return !held_.empty(); })) return nullptr;
    auto exchange = held_.front();
    held_.erase(held_.begin());
    return exchange;
}

ServerFixture::ServerFixture(std::function<void(apiserver::HttpOptions&)> change, apiserver::Handler* other) {
    const std::filesystem::path dir = folder.path().toStdString();
    auto opened = controlplane::Pki::openOrCreate(dir / "pki", clock, random);
    pki = std::make_unique<controlplane::Pki>(std::move(opened.value()));
    serverPair = pki->server("apiserver", controlplane::apiServerNames()).value();
    clientPair = pki->issueClient("ada", {"crew", "system:masters"}).value();
    apiserver::HttpOptions options;
    options.certificatePem = serverPair.certificatePem;
    options.keyPem = serverPair.keyPem;
    options.clientCaPem = pki->caPem();
    if (change) change(options);
    server_ =
        std::move(apiserver::HttpServer::start(io, options, other ? *other : handler, clock, random).value());
    for (int i = 0; i < 2; ++i)
        threads_.emplace_back([this] { io.run(); });
}

ServerFixture::~ServerFixture() {
    stop();
    work_.reset();
    io.stop();
    for (auto& thread : threads_)
        thread.join();
}

double ServerFixture::cpuSeconds() {
    double sum = 0;
    for (auto& thread : threads_) {
        clockid_t clock{};
        timespec used{};
        if (::pthread_getcpuclockid(thread.native_handle(), &clock) == 0) ::clock_gettime(clock, &used);
        sum += static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
    }
    return sum;
}

void ServerFixture::stop() {
    server_.reset();
}

RawTls::Options ServerFixture::client(const std::string& alpn) const {
    return {pki->caPem(), clientPair.certificatePem, clientPair.keyPem, alpn};
}

RawTls::Options ServerFixture::anonymous(const std::string& alpn) const {
    return {pki->caPem(), {}, {}, alpn};
}

std::string ServerFixture::file(const std::string& name, const std::string& content) const {
    const auto path = folder.path().toStdString() + "/" + name;
    auto written = writeFileAtomically(path, content, 0600);
    return written ? path : written.error().message;
}

std::string ServerFixture::curl(const std::vector<std::string>& arguments, const std::string& path) const {
    QStringList list{"-sS", "--noproxy", "*", "--max-time", "20"};
    list << "--cacert" << QString::fromStdString(file("ca.crt", pki->caPem()));
    list << "--cert" << QString::fromStdString(file("client.crt", clientPair.certificatePem));
    list << "--key" << QString::fromStdString(file("client.key", clientPair.keyPem));
    for (const auto& argument : arguments)
        list << QString::fromStdString(argument);
    list << QString::fromStdString(fmt::format("https://127.0.0.1:{}{}", server_->port(), path));
    QProcess process;
    process.start("curl", list);
    if (!process.waitForFinished(30'000)) return "curl did not finish";
    return (process.readAllStandardOutput() + process.readAllStandardError()).toStdString();
}

} // namespace wheelhouse::testing
