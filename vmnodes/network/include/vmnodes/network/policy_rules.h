#pragma once

#include "vmnodes/network/network_objects.h"
#include "vmnodes/network/nft_table.h"
#include "vmnodes/network/service_rules.h"

namespace wheelhouse::network {

/// The table that enforces NetworkPolicies for the pods of one node. A pure function.
///
/// A pod that no policy selects is left alone; one that is selected gets a chain for each direction, which
/// lets through what some rule allows and drops the rest. Who a rule's peers are stands in sets, so pods come
/// and go without a rule being touched. Answers of connections pass unasked; every other packet is judged by
/// the policies as they are now: an allowed connection outlives any change, and one that is not allowed any
/// more ends.
///
/// What the node itself says to its pods is never judged. Its name server (NodePlace::ownAddress) counts as a
/// pod of kube-system labelled k8s-app=kube-dns, as which policies know it elsewhere.
NftTable policyRules(const NetworkObjects& objects, const NodePlace& place);

} // namespace wheelhouse::network
