#include "name_query.h"

#include "vmnodes/network/name_routes.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <utility>

namespace wheelhouse::agent {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds patience(1500);
constexpr std::size_t mostUdp = 4096;

} // namespace

void NameQuery::start(bool tcp) {
    byTcp_ = tcp;
    next();
}

void NameQuery::next() {
    error_code ignored;
    udp_.close(ignored);
    tcp_.close(ignored);
    if (server_ == servers_.size()) {
        timer_.cancel();
        return std::exchange(done_, nullptr)({});
    }
    const std::string& server = servers_[server_++];
    error_code error;
    const auto place = network::nameServerIn(server);
    if (!place) return next();
    const auto address = asio::ip::make_address(place->address, error);
    if (error) return next();
    timer_.expires_after(patience);
    timer_.async_wait([self = shared_from_this()](error_code stopped) {
        if (!stopped && self->done_) self->next();
    });
    return byTcp_ ? askByTcp(address, place->port) : askByUdp(address, place->port);
}

void NameQuery::askByUdp(const asio::ip::address& server, unsigned short port) {
    error_code error;
    const asio::ip::udp::endpoint to(server, port);
    udp_.open(to.protocol(), error);
    if (!error) udp_.connect(to, error);
    if (!error) udp_.send(asio::buffer(query_), 0, error);
    if (error) return next();
    receive();
}

void NameQuery::receive() {
    answer_.resize(mostUdp);
    udp_.async_receive(asio::buffer(answer_),
                       [self = shared_from_this()](error_code error, std::size_t size) {
                           if (error == asio::error::operation_aborted || !self->done_) return;
                           if (error) return self->next(); // nobody listens there
                           self->answered(size);
                       });
}

void NameQuery::askByTcp(const asio::ip::address& server, unsigned short port) {
    framed_ = {static_cast<char>(query_.size() >> 8 & 0xff), static_cast<char>(query_.size() & 0xff)};
    framed_ += query_;
    const auto step = [self = shared_from_this()](auto then) {
        return [self, then](error_code error, auto...) {
            if (error == asio::error::operation_aborted || !self->done_) return;
            if (error) return self->next();
            then(*self);
        };
    };
    tcp_.async_connect(
        {server, port}, step([step](NameQuery& query) {
            asio::async_write(query.tcp_, asio::buffer(query.framed_), step([step](NameQuery& asked) {
                                  asio::async_read(
                                      asked.tcp_, asio::buffer(asked.length_), step([step](NameQuery& told) {
                                          told.answer_.resize(static_cast<std::size_t>(told.length_[0]) << 8 |
                                                              told.length_[1]);
                                          asio::async_read(told.tcp_, asio::buffer(told.answer_),
                                                           step([](NameQuery& full) {
                                                               full.answered(full.answer_.size());
                                                           }));
                                      }));
                              }));
        }));
}

void NameQuery::answered(std::size_t size) {
    // Another's packet, or one that is late: the right one may come yet.
    const bool ours = size >= 12 && answer_.compare(0, 2, query_, 0, 2) == 0;
    if (!ours) return byTcp_ ? next() : receive();
    answer_.resize(size);
    timer_.cancel();
    error_code ignored;
    udp_.close(ignored);
    tcp_.close(ignored);
    std::exchange(done_, nullptr)(answer_);
}

} // namespace wheelhouse::agent
