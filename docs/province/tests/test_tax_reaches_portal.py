"""What this network is for, as tests: `pytest --egovnet-inventory network`."""


def test_tax_reaches_portal(hosts):
    assert hosts["taxes-north"].reaches("taxes-centre")


def test_tax_reaches_no_government_office(hosts):
    assert hosts["taxes-north"].reaches_none("office-north")


def test_nobody_hears_what_is_not_for_him(matrix):
    assert matrix.leaks == ()
    assert matrix.lost == ()


def test_the_reflector_has_a_session_with_every_router(routers):
    peers = routers["p1"].show_json("show bgp ipv4 vpn summary")["peers"]
    assert {peer["state"] for peer in peers.values()} == {"Established"}
    assert len(peers) == len(routers) - 1
