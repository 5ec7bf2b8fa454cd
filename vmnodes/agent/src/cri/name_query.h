#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::agent {

/// One query to other name servers ("ADDRESS" or "ADDRESS:PORT"), one after the other until one answers. On
/// the stream thread; keeps itself alive.
class NameQuery final : public std::enable_shared_from_this<NameQuery> {
  public:
    /// The answer, or nothing when nobody gave one.
    using Done = std::function<void(const std::string& answer)>;
    NameQuery(boost::asio::io_context& io, std::vector<std::string> servers, std::string query, Done done)
        : udp_(io), tcp_(io), timer_(io), servers_(std::move(servers)), query_(std::move(query)),
          done_(std::move(done)) {}
    /// Once. By TCP where the answer may be longer than a packet.
    void start(bool tcp);

  private:
    void next();
    void askByUdp(const boost::asio::ip::address& server, unsigned short port);
    void askByTcp(const boost::asio::ip::address& server, unsigned short port);
    void receive();
    /// `size` bytes of an answer have come; 0 = nothing that is one.
    void answered(std::size_t size);

    boost::asio::ip::udp::socket udp_;
    boost::asio::ip::tcp::socket tcp_;
    boost::asio::steady_timer timer_;
    std::vector<std::string> servers_;
    std::string query_;
    std::string framed_; ///< the query with its length
    std::string answer_;
    std::array<unsigned char, 2> length_{};
    std::size_t server_ = 0;
    bool byTcp_ = false;
    Done done_;
};

} // namespace wheelhouse::agent
