"""Make the lab's network inside the virtual machine: namespaces, links, routers, hosts.

One Python process forks for each node instead of starting programs: on an emulated processor a
started program costs 10 to 20 ms, and a lab of 33 nodes would start hundreds. Reads
``/lab/lab.json``; writes lines that start with ``egovnet:`` to the console.
"""

import gc
import json
import os
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

sys.path.insert(0, "/usr/lib/egovnet")  # the interpreter is isolated from where its script lies

import cables
import ticks
from interfaces import preload_ifupdown2
from machine import LAB, MACHINES, NETNS, PIDS, POPULATE, Node, in_child, run, say, write_sysctls
from plain_nodes import start_plain_nodes
from router import isolate_router, start_router, start_sshd, write_files

IPV4_CONF = {
    "rp_filter": 0,
    "ignore_routes_with_linkdown": 1,
    "send_redirects": 0,
    "accept_redirects": 0,
}
IPV6_CONF = {
    "accept_dad": 0,
    "keep_addr_on_down": 1,
    "ignore_routes_with_linkdown": 1,
    "accept_ra": 0,
}
PRELOADED = Path("/etc/egovnet-lab.env")


def make_links(lab: dict[str, Any]) -> subprocess.Popen[bytes]:
    """All namespaces, the links between them and the management network, in one `ip` process.

    Returns the process, which reads its orders from a file and is still at work.
    """
    management = lab["management"]
    lines = [f"netns add {node['name']}" for node in lab["nodes"]]
    lines += [
        "link set lo up",
        "link add br-mgmt type bridge forward_delay 0",
        "link set eth0 master br-mgmt up",
        f"address add {management['control']}/{management['prefix_length']} dev br-mgmt",
        "link set br-mgmt up",
    ]
    for number, node in enumerate(lab["nodes"]):
        if node["kind"] == "router":
            lines.append(
                f"link add name m{number} master br-mgmt up"
                f" type veth peer name eth0 netns {node['name']}"
            )
    for a, a_port, b, b_port in lab["links"]:
        lines.append(f"link add name {a_port} netns {a} type veth peer name {b_port} netns {b}")
    if management["other"]:
        lines.append("link set vec1 master br-mgmt up")
        lines += cables.link_orders(lab["cables"])
    orders = Path("/run/links.batch")
    orders.write_text("\n".join(lines) + "\n")
    return subprocess.Popen(["ip", "-batch", str(orders)])


def start_carrier(lab: dict[str, Any]) -> None:
    """Start the process that carries the state of ports to and from the other machine."""
    if os.fork() == 0:
        try:
            own, other = lab["management"]["control"], lab["management"]["other"]
            cables.keep_carrier(lab["cables"], own, other)
        except Exception:  # the host must hear of any fault, whatever it is
            traceback.print_exc()
            say("failed: the state of cables between the machines is carried no more")
        finally:
            os._exit(1)


def write_description(node: Node, lab: dict[str, Any]) -> None:
    """What restart.py must know of a node; its texts are in its own files."""
    ports = ["eth0"] if node["kind"] == "router" else []
    for a, a_port, b, b_port in lab["links"]:
        ports += [a_port] * (a == node["name"]) + [b_port] * (b == node["name"])
    ports += [port for _, name, port in lab["cables"] if name == node["name"]]
    kept = {key: node[key] for key in ("name", "kind", "management", "daemons", "commands")}
    (PIDS / f"{node['name']}.json").write_text(json.dumps(kept | {"ports": ports}))


def install_agent(account: str) -> None:
    """Install the driver's agent, and the account that may run it, as root does on a router: once,
    in the file system that all routers look through.
    """
    run(["sh", str(LAB / "install-agent")])
    if POPULATE.exists():
        # what is preloaded does not go by sudo, which sees to that, nor would the agent have it
        own = Path("/etc/sudoers.d/lab")
        own.write_text(f"Defaults:{account} env_file={PRELOADED}\n")
        own.chmod(0o440)
        PRELOADED.write_text(f"LD_PRELOAD={POPULATE}\n")


def write_namespace_defaults() -> None:
    """What every namespace that is made afterwards begins with."""
    write_sysctls({"net/core/devconf_inherit_init_net": 1})
    for conf in ("all", "default"):
        write_sysctls({f"net/ipv4/conf/{conf}/{key}": v for key, v in IPV4_CONF.items()})
        write_sysctls({f"net/ipv6/conf/{conf}/{key}": v for key, v in IPV6_CONF.items()})


def main() -> None:
    """Boot the lab."""
    say("kernel")
    first_look = ticks.look()
    lab = json.loads((LAB / "lab.json").read_text())
    PIDS.mkdir()
    NETNS.mkdir()
    write_namespace_defaults()
    links = make_links(lab)
    install_agent(lab["account"])
    passwords = "".join(f"{user}:{lab['password']}\n" for user in ("root", lab["account"]))
    run(["chpasswd", "-c", "SHA256", "-s", "1000"], passwords)
    (LAB / "lab.json").unlink()  # holds the password
    if links.wait() != 0:
        say("failed: the links could not be made: see the lines above")
        return
    if lab["management"]["other"]:
        MACHINES.write_text(f"{lab['management']['control']} {lab['management']['other']}")
        cables.plug_in(lab["cables"])
        start_carrier(lab)
    say("links")
    ticks.learn(first_look)
    isolated = [n for n in lab["nodes"] if n["kind"] == "router" or n["daemons"]]
    plain = [n for n in lab["nodes"] if n not in isolated]
    edges = [n for n in isolated if n["kind"] != "router"]
    routers = [n for n in isolated if n["kind"] == "router"]
    routers_up = os.pipe()

    def first_boot(node: Node) -> None:
        managed = node["kind"] == "router"
        os.close(routers_up[0 if managed else 1])
        write_files(node)
        start_router(node, ifupdown2_main if managed else None, routers_up)

    def isolate(node: Node) -> None:
        write_description(node, lab)
        isolate_router(node, first_boot)

    # what is loaded now is not to be written to by every fork's collector
    gc.disable()
    gc.freeze()
    # customer edges wait for the routers; as forks made before ifupdown2 is loaded they are small
    ifupdown2_main = None
    children = {in_child(isolate, node): node["name"] for node in edges}
    ifupdown2_main = preload_ifupdown2()
    gc.freeze()
    children |= {in_child(isolate, node): node["name"] for node in routers}
    for end in routers_up:
        os.close(end)
    start_sshd(lab["management"]["control"], "/lab/keys/control")
    say("control ssh")
    start_plain_nodes(plain)
    while children:
        number, status = os.wait()
        name = children.pop(number, None)
        if name is not None and status != 0:
            say(f"failed: {name}: its setup ended with {status}")
    say("hosts")


if __name__ == "__main__":
    main()
