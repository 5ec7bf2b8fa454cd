#include "plugins.h"

#include <algorithm>

namespace wheelhouse::scheduler {

namespace {

constexpr std::int64_t megabyte = 1024 * 1024;
constexpr std::int64_t least = 23 * megabyte;
constexpr std::int64_t mostEach = 1000 * megabyte;

class ImagePass final : public ScorePass {
  public:
    ImagePass(const PodShape& pod, const ClusterCache& cache) : pod_(pod), cache_(cache) {}
    bool local() const override {
        return scoredAt_ == cache_.images.version() && scores_.size() == cache_.nodes().size();
    }
    void score(std::span<const Slot> slots, std::span<std::int64_t> raw) override {
        if (!local()) rate();
        for (const Slot slot : slots)
            raw[slot] = scores_[slot];
    }

  private:
    void rate() {
        scores_.assign(cache_.nodes().size(), 0);
        scoredAt_ = cache_.images.version();
        const auto nodes = static_cast<double>(cache_.live().size());
        for (const std::string& name : pod_.images) {
            const Images::Image* image = cache_.images.find(name);
            if (image == nullptr) continue;
            // The wider an image is spread the more it draws, or pods would heap up where it came first.
            const double spread = static_cast<double>(image->slots.size()) / nodes;
            const auto part = static_cast<std::int64_t>(static_cast<double>(image->bytes) * spread);
            for (const Slot slot : image->slots)
                scores_[slot] += part;
        }
        const std::int64_t most = mostEach * static_cast<std::int64_t>(pod_.images.size());
        for (std::int64_t& score : scores_)
            score = bestScore * (std::clamp(score, least, most) - least) / (most - least);
    }

    const PodShape& pod_;
    const ClusterCache& cache_;
    std::uint64_t scoredAt_ = 0;
    std::vector<std::int64_t> scores_; ///< by slot
};

class ImageScorer final : public Scorer {
  public:
    std::string_view name() const override { return "ImageLocality"; }
    std::unique_ptr<ScorePass> prepare(const PodShape& pod, ClusterCache& cache) override {
        if (pod.images.empty()) return nullptr;
        return std::make_unique<ImagePass>(pod, cache);
    }
};

} // namespace

std::unique_ptr<Scorer> makeImageLocality() {
    return std::make_unique<ImageScorer>();
}

} // namespace wheelhouse::scheduler
