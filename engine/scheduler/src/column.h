#pragma once

#include <memory>
#include <vector>

namespace wheelhouse::scheduler {

/// Figures by slot that decisions keep as they were: whoever writes gets a copy of his own while somebody
/// else holds the old ones.
template <class T>
class Column {
  public:
    Column() : data_(std::make_shared<std::vector<T>>()) {}
    const std::vector<T>& read() const { return *data_; }
    std::vector<T>& write() {
        if (data_.use_count() > 1) data_ = std::make_shared<std::vector<T>>(*data_);
        return *data_;
    }
    /// For writing everything anew.
    std::vector<T>& rewrite(std::size_t size, T value) {
        if (data_.use_count() > 1) data_ = std::make_shared<std::vector<T>>();
        data_->assign(size, value);
        return *data_;
    }
    void set(std::size_t at, T value) {
        if ((*data_)[at] != value) write()[at] = value;
    }
    std::shared_ptr<const std::vector<T>> share() const { return data_; }

  private:
    std::shared_ptr<std::vector<T>> data_;
};

} // namespace wheelhouse::scheduler
