"""A register of legacy circuits for the small backbone of the tests."""

#: Between two routers at ports that nothing uses, and between two sites of one VPN.
GOOD = """\
closed-on: 2026-01-01
approvers: [Li Na, Zhang Wei]
circuits:
  beijing-sichuan:
    description: carrier A
    owner: government
    capacity: 155
    laid-on: 2019-06-01
    reason: until the second circuit is there
    a: {router: bj-pe1, port: eth7}
    b: {router: sc-pe1, port: eth7}
    approved-by: Li Na
    approved-on: 2026-03-02
    valid-from: 2026-04-01
    valid-until: 2099-03-31
  taxation:
    owner: taxation
    capacity: 100
    laid-on: 2019-06-01
    reason: until both sites are in the VPN
    a: {site: tax-sichuan}
    b: {site: tax-guangdong}
    approved-by: Zhang Wei
    approved-on: 2026-03-02
    valid-from: 2026-04-01
    valid-until: 2099-03-31
"""
#: A further line, to a place that the inventory does not have.
TO_A_PLACE = """\
  old-ministry:
    owner: government
    capacity: 34
    laid-on: 2015-06-01
    reason: until the archive has moved
    a: {router: gz-pe1, port: eth9}
    b: {place: archive in the old ministry}
    approved-by: Li Na
    approved-on: 2026-03-02
    valid-from: 2026-04-01
    valid-until: 2099-03-31
"""
