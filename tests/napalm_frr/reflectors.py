"""A route reflector's FRR text, of any size."""


def reflector(neighbors: int, first: int = 0) -> str:
    """Sessions with that many provider edges in both VPN families; 10 lines an edge."""
    names = [f"10.255.{n // 250}.{n % 250 + 1}" for n in range(first, first + neighbors)]
    text = "frr version 8.4.4\nfrr defaults traditional\nhostname rr1\n!\nrouter bgp 65000\n"
    text += " bgp router-id 10.254.0.1\n no bgp default ipv4-unicast\n"
    for number, name in enumerate(names, start=first):
        text += f" neighbor {name} remote-as 65000\n neighbor {name} description pe{number}\n"
        text += f" neighbor {name} password s{number}\n neighbor {name} update-source lo\n"
        text += f" neighbor {name} timers 10 30\n neighbor {name} timers connect 5\n"
    for family in ("ipv4", "ipv6"):
        text += f" !\n address-family {family} vpn\n"
        for name in names:
            text += f"  neighbor {name} activate\n  neighbor {name} route-reflector-client\n"
        text += " exit-address-family\n"
    return f"{text}exit\n!\n"
