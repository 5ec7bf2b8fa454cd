#include "nodeipam_controller.h"

#include "engine/api/decoded.h"

#include <charconv>
#include <fmt/format.h>

namespace wheelhouse::controllers {

namespace {

struct Range {
    std::uint32_t base = 0;
    int prefix = 0;
};

std::optional<Range> parseRange(const std::string& text) {
    Range range;
    const char* at = text.data();
    const char* const end = at + text.size();
    for (int i = 0; i < 4; ++i) {
        unsigned octet = 0;
        const auto parsed = std::from_chars(at, end, octet);
        if (parsed.ec != std::errc() || octet > 255 || parsed.ptr == end) return std::nullopt;
        if (*parsed.ptr != (i < 3 ? '.' : '/')) return std::nullopt;
        range.base = range.base << 8 | octet;
        at = parsed.ptr + 1;
    }
    const auto parsed = std::from_chars(at, end, range.prefix);
    if (parsed.ec != std::errc() || parsed.ptr != end || range.prefix < 1 || range.prefix > 24)
        return std::nullopt;
    range.base &= ~0U << (32 - range.prefix);
    return range;
}

} // namespace

Result<CidrBlocks> CidrBlocks::parse(const std::string& cluster, const std::string& first) {
    const auto whole = parseRange(cluster);
    const auto start = parseRange(first);
    if (!whole)
        return fail(Reason::Invalid,
                    "the cluster's address range is not IPv4 with a prefix up to 24: " + cluster);
    if (!start || start->prefix != 24)
        return fail(Reason::Invalid, "the first node's address range is not an IPv4 /24: " + first);
    CidrBlocks blocks;
    blocks.base_ = whole->base;
    blocks.count_ = 1U << (24 - whole->prefix);
    const std::uint32_t offset = (start->base - whole->base) >> 8;
    if (start->base < whole->base || offset >= blocks.count_)
        return fail(Reason::Invalid, first + " is not inside " + cluster);
    blocks.offset_ = offset;
    return blocks;
}

std::string CidrBlocks::text(std::uint32_t index) const {
    const std::uint32_t address = base_ + ((index + offset_) % count_ << 8);
    return fmt::format("{}.{}.{}.0/24", address >> 24, address >> 16 & 255, address >> 8 & 255);
}

std::optional<std::uint32_t> CidrBlocks::indexOf(const std::string& cidr) const {
    const auto range = parseRange(cidr);
    if (!range || range->prefix != 24 || range->base < base_) return std::nullopt;
    const std::uint32_t block = (range->base - base_) >> 8;
    if (block >= count_) return std::nullopt;
    return (block + count_ - offset_) % count_;
}

NodeIpamController::NodeIpamController(const Deps& deps)
    : QueuedController(deps, "nodeipam"),
      nodes_(
          watch<core::Node>({.onAdd = [this](const ObjectPtr& node) { nodeSeen(node); },
                             .onUpdate = [this](const ObjectPtr&, const ObjectPtr& node) { nodeSeen(node); },
                             .onDelete = [this](const ObjectPtr& node) { nodeGone(node); }})),
      blocks_(CidrBlocks::parse(deps.options.clusterCidr, deps.options.firstNodeCidr)) {}

void NodeIpamController::nodeSeen(const ObjectPtr& node) {
    const std::string cidr = api::decoded<core::Node>(node)->spec().podcidr();
    if (cidr.empty()) return enqueue(node->key());
    const auto index = blocks_ ? blocks_->indexOf(cidr) : std::nullopt;
    if (!index) return;
    const auto [place, isNew] = taken_.emplace(*index, node->uid());
    if (!isNew && place->second != node->uid())
        log::warning(name_, "{} has the pod addresses {} of another node", node->name(), cidr);
    held_.emplace(node->uid(), *index);
}

void NodeIpamController::nodeGone(const ObjectPtr& node) {
    const auto found = held_.find(node->uid());
    if (found == held_.end()) return;
    const auto taken = taken_.find(found->second);
    if (taken != taken_.end() && taken->second == node->uid()) {
        lowestFree_ = std::min(lowestFree_, taken->first);
        taken_.erase(taken);
    }
    held_.erase(found);
}

std::optional<std::uint32_t> NodeIpamController::reserve(const Uid& node) {
    if (const auto found = held_.find(node); found != held_.end()) return found->second;
    while (lowestFree_ < blocks_->size() && taken_.contains(lowestFree_))
        ++lowestFree_;
    if (lowestFree_ == blocks_->size()) return std::nullopt;
    taken_.emplace(lowestFree_, node);
    held_.emplace(node, lowestFree_);
    return lowestFree_;
}

Step NodeIpamController::reconcile(std::string key) {
    const ObjectPtr node = nodes_.get(key);
    if (!node || node->deleting() || !api::decoded<core::Node>(node)->spec().podcidr().empty())
        co_return Result<void>();
    if (!blocks_) co_return fail(blocks_.error());
    const auto index = reserve(node->uid());
    if (!index) {
        events_.record(node, client::EventRecorder::Type::Warning, "CIDRNotAvailable",
                       "All pod address ranges of " + options_.clusterCidr + " are taken");
        co_return fail(Reason::ServiceUnavailable, "no pod addresses left for node " + key);
    }
    const std::string cidr = blocks_->text(*index);
    const std::string patch =
        fmt::format(R"({{"metadata":{{"uid":"{}"}},"spec":{{"podCIDR":"{}","podCIDRs":["{}"]}}}})",
                    node->uid().value(), cidr, cidr);
    auto written = co_await api_.patch(node->kind().name, std::string(), key, api::PatchType::Merge, patch);
    co_return unlessGone(written);
}

} // namespace wheelhouse::controllers
