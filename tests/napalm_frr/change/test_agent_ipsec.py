"""What the router's agent prints of IPsec: by this machine's own `ip`, and no key, ever."""

import os
import re
import subprocess
from ipaddress import ip_network
from pathlib import Path

import napalm_frr.change
from egovnet.templates.frr.state.ipsec_reader import read_ipsec
from egovnet.templates.model.ipsec import IpsecTemplate

_AGENT = Path(napalm_frr.change.__path__[0]) / "router_agent.sh"
KEY = "0x4c6f6e67a5ecb0c0ffee11223344556677889900"
#: As iproute2 6.1 prints them of Linux 7.2 to who does not ask for `nokeys`.
SELECTOR = "\\\tsel src 10.255.0.2/32 dst 10.255.0.3/32 proto gre \\\n"
ESP = "src 10.255.0.{} dst 10.255.0.{}\\\tproto esp spi {} reqid 1 mode transport\\\t{}"
GCM = f"replay-window 0 \\\taead rfc4106(gcm(aes)) {KEY} 128"
ASSOCIATIONS = SELECTOR.join(
    (
        ESP.format(2, 3, "0xc7a5e1f4", f"{GCM}\\\tlastused 2026-12-01 11:00:00"),
        ESP.format(2, 3, "0xc7a5e1f5", f"{GCM}\\\tanti-replay esn context:\\\t seq-hi 0x0"),
        ESP.format(
            3, 2, "0xc1", f"auth-trunc hmac(sha256) {KEY} 128\\\tenc ecb(cipher_null) {KEY}"
        ),
        ESP.format(2, 9, "0x00000000", "replay-window 0 "),
        "",
    )
)


#: An `ip` with one policy, and with associations as a shell command prints them.
_POLICY = "src 10.255.0.2/32 dst 0.0.0.0/0 proto gre dir out action block priority 9 ptype main"
_STATE = f'ip() {{{{ case $3 in policy) echo "{_POLICY}" ;; *) {{}} ;; esac; }}}}'


def _agent(before: str, place: Path) -> str:
    """What `read_ipsec` writes in a network of its own, where the shell text `before` ran."""
    # the kernel here may have IPsec without a module
    text = _function().replace("[ ! -e /proc/modules ]", "true")
    own = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    words = ["unshare", *own, "--net", "sh", "-euc", f"{before}\n{text}\nread_ipsec {place}"]
    subprocess.run(words, check=True, timeout=20)
    return (place / "ipsec").read_text()


def test_policies_are_read_as_ip_prints_them(tmp_path: Path) -> None:
    policy = "ip xfrm policy update src 10.255.0.2/32"
    said = _agent(
        f"""ip link set lo up
        {policy} dst 0.0.0.0/0 proto gre dir out action block priority 4000000000
        {policy} dst 10.255.0.0/20 proto gre dir out priority 9 tmpl proto esp mode transport \
            reqid 1 tmpl proto comp mode transport level use
        {policy} dst 10.0.0.0/8 dir out mark 1 mask 3 if_id 5 flag localok flag icmp
        ip xfrm policy add dst fde9::/16 dir fwd ptype sub tmpl proto ah mode tunnel
        echo 1 >/proc/sys/net/ipv4/conf/all/disable_xfrm""",
        tmp_path,
    )
    state = read_ipsec(said)
    assert (state.unread, state.associations) == ("", ())
    assert {(one.direction, one.interface) for one in state.switches} == {("out", "all")}
    other, marked, esp, block = state.policies  # the newest first
    assert (block.blocks, block.priority, block.protocol) == (True, 4000000000, "gre")
    assert (block.destination, block.conditions) == (ip_network("0.0.0.0/0"), ())
    assert esp.templates == (
        IpsecTemplate("esp", "transport"),
        IpsecTemplate("comp", "transport", required=False),
    )
    assert (marked.conditions, marked.of_interface) == (("mark 0x1/0x3",), True)
    assert (other.direction, other.conditions) == ("fwd", ("ptype sub",))
    assert other.templates == (IpsecTemplate("ah", "tunnel"),)


def test_a_key_is_in_no_line_even_of_an_ip_that_prints_them(tmp_path: Path) -> None:
    (tmp_path / "printed").write_text(ASSOCIATIONS)
    said = _agent(_STATE.format(f"cat {tmp_path}/printed"), tmp_path)
    assert KEY not in said and KEY[2:] not in said
    found = {(str(o.source), str(o.destination), o.cipher) for o in read_ipsec(said).associations}
    assert found == {
        ("10.255.0.2", "10.255.0.3", "rfc4106(gcm(aes))"),
        ("10.255.0.3", "10.255.0.2", "ecb(cipher_null)"),
        ("10.255.0.2", "10.255.0.9", ""),
    }
    assert said.count("rfc4106") == 1  # one for all like it, so that new keys are no news


def test_an_ip_that_refuses_is_told_and_its_words_are_not(tmp_path: Path) -> None:
    said = _agent(_STATE.format(f'echo "Error: {KEY} is wrong"'), tmp_path)
    assert "unread associations" in said and KEY not in said
    assert read_ipsec(said).unread


def test_a_kernel_without_ipsec_is_not_asked(tmp_path: Path) -> None:
    """Of a machine whose modules do not have it, nothing is started and nothing written."""
    text = _function().replace("/sys/module", "/nowhere").replace("/proc/modules", "/dev/null")
    words = ["sh", "-euc", f"ip() {{ exit 9; }}\n{text}\nread_ipsec {tmp_path}"]
    subprocess.run(words, check=True, timeout=20)
    assert list(tmp_path.iterdir()) == []


def _function() -> str:
    found = re.search(r"^read_ipsec\(\) .*?^\}$", _AGENT.read_text(), re.DOTALL | re.MULTILINE)
    assert found
    return found[0]
