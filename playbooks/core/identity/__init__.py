"""Who a router and an operator are: certificates of this network's own SSH authorities."""
