#pragma once

#include "cri.grpc.pb.h"
#include "engine/base/executor.h"
#include "engine/base/status.h"
#include "operation_times.h"
#include "vmnodes/agent/runtime.h"

#include <chrono>
#include <condition_variable>
#include <grpcpp/grpcpp.h>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace wheelhouse::agent {

/// CRI calls over a unix socket; answers arrive on the executor, unless this is gone by then. When it goes,
/// calls that are under way are given up and waited for, so that gRPC does not use the executor any more.
class CriClient {
  public:
    using RuntimeStub = ::runtime::v1::RuntimeService::StubInterface::async_interface;
    using ImageStub = ::runtime::v1::ImageService::StubInterface::async_interface;

    CriClient(const std::string& socketPath, Executor& executor);
    ~CriClient();

    template <class Request, class Response>
    void call(void (RuntimeStub::*method)(grpc::ClientContext*, const Request*, Response*,
                                          std::function<void(grpc::Status)>),
              Request request, Duration deadline, Done<Response> done) {
        start<Request, Response>(*runtime_->async(), method, std::move(request), deadline, std::move(done));
    }
    template <class Request, class Response>
    void call(void (ImageStub::*method)(grpc::ClientContext*, const Request*, Response*,
                                        std::function<void(grpc::Status)>),
              Request request, Duration deadline, Done<Response> done) {
        start<Request, Response>(*images_->async(), method, std::move(request), deadline, std::move(done));
    }

    const OperationTimes& times() const { return times_; }

  private:
    /// The calls under way. From any thread.
    class UnderWay {
      public:
        void begin(grpc::ClientContext* call);
        void end(grpc::ClientContext* call);
        void giveUpAndWait();

      private:
        std::mutex mutex_;
        std::condition_variable none_;
        std::set<grpc::ClientContext*> calls_;
    };
    template <class Request, class Response>
    struct Call {
        grpc::ClientContext context;
        Request request;
        Response response;
    };
    template <class Request, class Response, class Stub, class Method>
    void start(Stub& stub, Method method, Request request, Duration deadline, Done<Response> done) {
        auto call = std::make_shared<Call<Request, Response>>();
        const Instant began = executor_.clock().now();
        call->request = std::move(request);
        call->context.set_deadline(std::chrono::system_clock::now() +
                                   std::chrono::duration_cast<std::chrono::system_clock::duration>(deadline));
        call->context.set_wait_for_ready(false);
        underWay_->begin(&call->context);
        (stub.*method)(&call->context, &call->request, &call->response,
                       [this, call, began, executor = &executor_, life = std::weak_ptr(life_),
                        underWay = underWay_, done = std::move(done)](const grpc::Status& status) {
                           executor->post([this, call, began, life, done, status] {
                               if (life.expired()) return;
                               times_.add(Request::descriptor()->name(), executor_.clock().now() - began,
                                          !status.ok());
                               if (status.ok()) return done(std::move(call->response));
                               done(fail(reasonOf(status), status.error_message()));
                           });
                           underWay->end(&call->context);
                       });
    }
    static Reason reasonOf(const grpc::Status& status);

    Executor& executor_;
    OperationTimes times_;
    std::unique_ptr<::runtime::v1::RuntimeService::Stub> runtime_;
    std::unique_ptr<::runtime::v1::ImageService::Stub> images_;
    std::shared_ptr<UnderWay> underWay_ = std::make_shared<UnderWay>();
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace wheelhouse::agent
