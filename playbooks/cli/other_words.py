"""What people of other tools type first (Ansible, netlab, NSO, Terraform), and what it is here."""

#: A verb, and what it is called here: the first that the group has.
VERBS = {
    "check": ("validate",),
    "check-sync": ("drift",),
    "commit": ("apply",),
    "compare-config": ("plan",),
    "boot": ("up",),
    "connect": ("ssh",),
    "create": ("add",),
    "customer": ("site",),
    "delete": ("remove",),
    "deploy": ("apply",),
    "department": ("agency",),
    "device": ("router",),
    "diff": ("plan",),
    "dry-run": ("plan",),
    "firewall": ("router",),
    "gateway": ("router",),
    "generate": ("render",),
    "get-checks": ("verify",),
    "graph": ("topology",),
    "destroy": ("down",),
    "host": ("router",),
    "import": ("adopt",),
    "interface": ("access",),
    "inventory": ("export",),
    "isup": ("verify",),
    "link": ("circuit",),
    "lint": ("validate",),
    "log": ("history",),
    "neighbor": ("border",),
    "new": ("init",),
    "p": ("router",),
    "pe": ("router",),
    "preview": ("plan",),
    "province": ("region",),
    "push": ("apply",),
    "re-deploy": ("apply",),
    "redeploy": ("apply",),
    "restore": ("rollback",),
    "revert": ("rollback",),
    "service": ("vpn",),
    "simulate": ("prove",),
    "start": ("up",),
    "stop": ("down",),
    "sync-from": ("adopt",),
    "sync-to": ("apply",),
    "test": ("verify",),
    "undo": ("rollback",),
    "vrf": ("vpn",),
}
_IN_ITS_FILE = "Change the entry in its file; plan and apply change the routers."
#: Words that are no verb of egovnet itself, and what to do.
NO_VERBS = {
    "help": "Did you mean '--help'? It stands behind any verb.",
    "version": "Did you mean '--version'?",
    "edit": "Edit the entry in its file; egovnet add writes a new one.",
    "ping": "Did you mean 'verify', which sends packets? From a lab's host: egovnet lab exec "
    "HOST ping ADDRESS",
    "start": "Did you mean 'lab up'?",
    "stop": "Did you mean 'lab down'?",
    "destroy": "Did you mean 'lab down'? Of a network, take entries out of their files, and apply.",
    "drain": "Set the router's state: leaving in hosts.yaml; plan and apply drain it.",
    "circuits": "Did you mean 'circuit list', the register of legacy circuits?",
    **dict.fromkeys(("backup", "save"), "apply saves on the routers, and keeps every text before."),
    **dict.fromkeys(("change", "move", "rename", "set", "update"), _IN_ITS_FILE),
    **dict.fromkeys(
        ("ansible-playbook", "playbook", "run"), "Did you mean 'plan', and then 'apply'?"
    ),
    **dict.fromkeys(
        ("delete", "remove", "rm"),
        "Take the entry out of its file; plan and apply take it off the routers.",
    ),
}
#: An option, and what it is called here.
OPTIONS = {
    **dict.fromkeys(
        ("--device", "--host", "--hosts", "--node", "--router", "--routers", "--target", "-t"),
        "--limit",
    ),
    **dict.fromkeys(("--file", "--out", "--output-file"), "--output"),
    **dict.fromkeys(("--auto-approve", "--confirm", "--force", "-y"), "--yes"),
    **dict.fromkeys(("--dir", "--directory", "--inv", "-i"), "--inventory"),
    **dict.fromkeys(("--format", "-j"), "--json"),
    **dict.fromkeys(("--forks", "--parallel", "--parallelism", "-f"), "--workers"),
    **dict.fromkeys(("--from", "--template", "--topology"), "--like"),
    **dict.fromkeys(("--agency", "--customer", "--tenant"), "--owner"),
    **dict.fromkeys(("--as", "--peer-as", "--remote-as"), "--asn"),
    **dict.fromkeys(("--int", "--interface"), "--port"),
    **dict.fromkeys(("--cost", "--weight"), "--metric"),
    **dict.fromkeys(("--networks", "--subnet", "--subnets"), "--prefixes"),
    "--type": "--kind",
    "--vrf": "--vpn",
    "--all": "--full",
    "--comment": "--ticket",
}
_WHOLE = "A change is whole; --limit and --region choose routers."
_ACCOUNT = "The account is EGOVNET_USERNAME and EGOVNET_PASSWORD, or EGOVNET_SSH_KEY."
#: Options that there are not, and what to do without, where the verb has no such option.
NO_OPTIONS = {
    **dict.fromkeys(("--skip-tags", "--tags"), _WHOLE),
    **dict.fromkeys(("--password", "--user", "--username", "-u", "-k", "-K"), _ACCOUNT),
    **dict.fromkeys(("--asn", "--name"), "It stands in network.yaml: edit it there."),
    **dict.fromkeys(("--extra-vars", "-e"), "What is rendered stands in the inventory alone."),
    "--diff": "Leave it out: plan and apply show differences.",
}
#: Asked of a verb that changes nothing without --yes, or nothing at all.
DRY_RUN = ("--check", "--dry-run", "-C", "-n")
