#include "auth/reader.h"

#include <utility>

namespace wheelhouse::apiserver::auth {

namespace {

class UserReader final : public Reader {
  public:
    UserReader(std::shared_ptr<Auth> auth, User user) : auth_(std::move(auth)), user_(std::move(user)) {}
    bool mayListPods(const std::string& nameSpace) const override {
        Attributes listing;
        listing.verb = "list";
        listing.resourceRequest = true;
        listing.version = "v1";
        listing.resource = "pods";
        listing.nameSpace = nameSpace;
        return auth_->allow(user_, listing).has_value();
    }

  private:
    const std::shared_ptr<Auth> auth_;
    const User user_;
};

} // namespace

std::shared_ptr<const Reader> readerFor(const std::shared_ptr<Auth>& auth, User user) {
    if (inGroup(user, "system:masters")) return nullptr;
    return std::make_shared<UserReader>(auth, std::move(user));
}

} // namespace wheelhouse::apiserver::auth
