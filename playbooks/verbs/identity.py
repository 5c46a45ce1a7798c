"""`identity`: the network's authorities, and certificates of its routers and operators."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

from egovnet.inventory.source.regular_file import read_regular
from egovnet.playbooks.change.approval.policies import policy_of
from egovnet.playbooks.core.identity import certificates, enrolment
from egovnet.playbooks.core.identity.authority import Authority
from egovnet.playbooks.core.identity.certificates import (
    Wanted,
    certify,
    of_another,
    plain_key,
    router_script,
)
from egovnet.playbooks.core.identity.errors import IdentityError
from egovnet.playbooks.core.identity.ike_authority import IkeAuthority
from egovnet.playbooks.core.identity.ike_side import IkeSide, encrypted_pes, ike_files
from egovnet.playbooks.core.identity.register import (
    Holder,
    Issued,
    Register,
    open_register,
    read_register,
)
from egovnet.playbooks.core.identity.scopes import (
    principals_of_place,
    principals_of_scopes,
    scopes_of,
)
from egovnet.playbooks.core.output_file import (
    PUBLIC,
    Holds,
    check_output,
    make_directory,
    write_output,
    write_outputs,
)
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.identity import (
    AuthorityMade,
    CertificateEntry,
    CertificateList,
    CertificatesRevoked,
    CertificatesSigned,
    CodeOpen,
    CodeShown,
    RouterEnrolled,
    ScriptsWritten,
)
from egovnet.playbooks.results.outcome import Exit, Outcome
from egovnet.playbooks.signatures.key_text import public_key
from egovnet.tasks.credentials import find_credentials
from napalm_frr.ssh.known_hosts import known_hosts

#: Bytes of what a person hands over: a request, a public key.
_MOST = 64 * 1024
_WITHOUT_IKE = (
    "{name} has an encrypted VPN and no certificate for IKE: make the authority (egovnet identity "
    "init), install strongswan-pki there, and enrol it again"
)
_ON_EACH = "root runs the new script on each router: egovnet identity script -o DIR"


def _authority(workspace: Workspace) -> Authority:
    return Authority.of(workspace.network.backbone.name)


def _ike_side(workspace: Workspace) -> IkeSide | None:
    """None: the network has no authority for IKE."""
    authority = IkeAuthority.of(workspace.network.backbone.name)
    return IkeSide(authority, workspace.devices) if authority.exists else None


def make_authority(workspace: Workspace, *, unprotected: bool) -> Outcome[AuthorityMade]:
    """Make the network's authorities: two of SSH, and that of IKE where a VPN is encrypted.

    Those that are there stay: a network that is to have its first encrypted VPN gets the third.

    Raises:
        AuthorityError: all are there, or nobody can give them a passphrase.
    """
    network = workspace.network
    authority, ike = _authority(workspace), IkeAuthority.of(network.backbone.name)
    encrypted = any(vpn.is_encrypted for vpn in network.vpns.values())
    if not authority.exists or not encrypted or ike.exists:
        authority.make(network.backbone.name, unprotected=unprotected)
    if encrypted and not ike.exists:
        ike.make(network.backbone.name, unprotected=unprotected)
    with open_register(authority.directory) as register:
        known, revoked = authority.publish(register.now)
        if ike.exists:
            ike.publish(ike.revoked(register.now))
    keys = [authority.public(Holder.ROUTER), authority.public(Holder.OPERATOR)]
    keys += [ike.key] if ike.exists else []
    hosts, users, of_ike = (*(public_key(key).fingerprint for key in keys), "")[:3]
    made = AuthorityMade(str(authority.directory), hosts, users, of_ike, str(known), str(revoked))
    notes = (
        f"let the credentials say known-hosts: {known}; {revoked.name} is read from beside it",
        f"keep a copy of {authority.directory} where the controller is not",
    )
    return Outcome("identity_init", made, notes=notes, acted=True)


def show_code(
    workspace: Workspace, router: str, minutes: int, program: Path | None
) -> Outcome[CodeShown]:
    """A code for one router; with `program`, what is to run there is written to a file.

    Raises:
        UsageError, IdentityError: see `enrolment.begin`.
    """
    if program is not None:
        check_output(program, Holds.ENROLMENT)
    valid = timedelta(minutes=minutes)
    code, begun = enrolment.begin(_authority(workspace), workspace.network, router, valid)
    written: tuple[str, ...] = ()
    if program is not None:
        text = resources.files("napalm_frr").joinpath("enrolment.py").read_text(encoding="utf-8")
        write_output(program, text, Holds.ENROLMENT, mode=PUBLIC & 0o644)
        written = (str(program),)
    shown = CodeShown(router, begun.serial_number, code, begun.until)
    return Outcome("identity_enrol", shown, written=written, acted=True)


def sign_request(
    workspace: Workspace, request: Path, output: Path, days: int
) -> Outcome[RouterEnrolled]:
    """Certify the router that made a request; what it is to do is written to `output`.

    Raises:
        EnrolmentRefused: see `enrolment.finish`.
        UsageError: a file cannot be read, or written.
    """
    check_output(output, Holds.ANSWER, what="the answer ")
    text = _text(request)
    valid = timedelta(days=days)
    network, side = workspace.network, _ike_side(workspace)
    done = enrolment.finish(_authority(workspace), network, text, valid, side)
    write_output(output, done.answer, Holds.ANSWER, what="the answer ")
    host, *of_ike = done.certificates
    revoked = tuple(map(_entry, done.revoked))
    result = RouterEnrolled(_entry(host), _entry(of_ike[0]) if of_ike else None, revoked)
    notes: tuple[str, ...] = (_ON_EACH,) if done.revoked else ()
    if not of_ike and host.name in encrypted_pes(network):
        notes += (_WITHOUT_IKE.format(name=host.name),)
    return Outcome("identity_sign", result, notes=notes, written=(str(output),), acted=True)


def certify_routers(workspace: Workspace, days: int) -> Outcome[CertificatesSigned]:
    """Renew the certificates of chosen routers, and certify those whose host keys are pinned.

    Raises:
        IdentityError: the authority cannot sign.
        CredentialsError: a router has no certificate, and nobody says which keys are pinned.
    """
    authority, ike = _authority(workspace), IkeAuthority.of(workspace.network.backbone.name)
    authority.require()
    signed: list[Issued] = []
    left_out: dict[str, str] = {}
    with open_register(authority.directory) as register:
        for name in workspace.chosen:
            current = register.now.current(Holder.ROUTER, name)
            key = _pinned(workspace, name) if current is None else current.key
            if why := _not_certified(register.now, name, key):
                left_out[name] = why
                continue
            number = "" if current is None else current.serial_number
            own = key or ""
            wanted = Wanted(Holder.ROUTER, name, (name,), own, timedelta(days=days), number)
            signed.append(certify(register, authority, wanted))
            of_ike = register.now.current(Holder.IKE, name)
            if of_ike is not None and ike.exists:
                wanted = replace(wanted, holder=Holder.IKE, key=of_ike.key)
                signed.append(certify(register, ike, wanted))
    result = CertificatesSigned(tuple(map(_entry, signed)), tuple(left_out.items()))
    end = Exit.CHANGES if left_out else Exit.DONE
    return Outcome("identity_certify", result, end, notes=(_ON_EACH,), acted=True)


def _not_certified(register: Register, router: str, key: str | None) -> str:
    """Why a router is not certified as it is; "": it is."""
    if key is None:
        return "it has no certificate, and no pinned key; enrol it"
    if register.key_is_revoked(key):
        return "its key was revoked; enrol it"
    return of_another(register, Holder.ROUTER, router, key)


def _pinned(workspace: Workspace, router: str) -> str | None:
    """The host key of a router that is pinned, where it is of a kind that is certified."""
    credentials = find_credentials(workspace.network.backbone.name)
    entry = workspace.network.routers[router]
    host, port = credentials.addresses.get(router, (entry.hostname, entry.port))
    name = host if port == 22 else f"[{host}]:{port}"
    for key in known_hosts(credentials.known_hosts or "").keys_of(name):
        try:
            return plain_key(f"{key.get_name()} {key.get_base64()}", router)
        except IdentityError:
            continue
    return None


def certify_operator(
    workspace: Workspace, person: str, key: Path, hours: int, scopes: Collection[str]
) -> Outcome[CertificatesSigned]:
    """A certificate for somebody's key, for where their scopes are; written beside the key.

    Without a policy it is for the region and tiers that were chosen.

    Raises:
        UsageError: the policy gives them no such scope, or a file cannot be read or written.
        IdentityError: the key is none or revoked, or the authority cannot sign.
    """
    authority = _authority(workspace)
    authority.require()
    principals = _principals(workspace, person, scopes)
    output = key.with_name(f"{key.name.removesuffix('.pub')}-cert.pub")
    check_output(output, Holds.CERTIFICATE, what="the certificate ")
    wanted = Wanted(Holder.OPERATOR, person, principals, _text(key), timedelta(hours=hours))
    with open_register(authority.directory) as register:
        issued = certify(register, authority, wanted)
    write_output(output, f"{issued.certificate}\n", Holds.CERTIFICATE, mode=PUBLIC & 0o644)
    result = CertificatesSigned((_entry(issued),))
    return Outcome("identity_operator", result, written=(str(output),), acted=True)


def _principals(workspace: Workspace, person: str, scopes: Collection[str]) -> tuple[str, ...]:
    written = policy_of(workspace)
    chosen = workspace.selection
    if written is None:
        if scopes:
            raise UsageError("--scope: the inventory has no policy.yaml; give --region or --tier")
        return principals_of_place([chosen.region] if chosen.region else [], chosen.tiers)
    if chosen.region or chosen.tiers:
        raise UsageError("--region, --tier: policy.yaml says where; narrow it with --scope")
    policy = written.policy
    able = scopes_of(policy, person)
    if not able:
        known = ", ".join(policy.people) or "nobody"
        raise UsageError(
            f"{person}: may plan or apply in no scope of policy.yaml; people has {known}"
        )
    if others := sorted(set(scopes) - able.keys()):
        raise UsageError(f"--scope {others[0]}: {person} has {', '.join(able)}")
    return principals_of_scopes(scope for name, scope in able.items() if name in (scopes or able))


def revoke_certificates(
    workspace: Workspace,
    routers: Collection[str],
    operators: Collection[str],
    serials: Collection[int],
    reason: str,
) -> Outcome[CertificatesRevoked]:
    """Revoke all certificates of routers and operators, with their keys, and others by number.

    Raises:
        UsageError: nothing was named, or there is no certificate of a name or a number.
        NoAuthorityError, AuthorityError: nobody can write the list.
    """
    authority, ike = _authority(workspace), IkeAuthority.of(workspace.network.backbone.name)
    authority.require()
    if not (routers or operators or serials):
        raise UsageError("name what to revoke: --router, --operator or --serial")
    with open_register(authority.directory) as register:
        all_of = register.now.issued
        asked = [(Holder.ROUTER, name) for name in routers]
        asked += [(Holder.OPERATOR, name) for name in operators]
        for holder, name in asked:
            if not any((one.holder, one.name) == (holder, name) for one in all_of):
                raise UsageError(f"no certificate of {holder} {name}; see egovnet identity list")
        for serial in serials:
            if not any(one.serial == serial for one in all_of):
                raise UsageError(f"no certificate {serial}; see egovnet identity list")
        named = [*asked, *((Holder.IKE, name) for name in routers)]
        of_names = {one.serial for one in all_of if (one.holder, one.name) in named}
        some = {one.serial for one in all_of if one.holder is Holder.IKE}
        if some & (of_names | set(serials)):
            _ = ike.signer  # who cannot sign the list learns it before anything is registered
        done = certificates.revoke(register, of_names, reason, keys=True)
        done += certificates.revoke(register, set(serials) - of_names, reason, keys=False)
        known, revoked = authority.publish(register.now)
        written = [known, revoked]
        if some:
            written.append(ike.publish(ike.revoked(register.now)))
    result = CertificatesRevoked(tuple(map(_entry, done)))
    notes = (_ON_EACH, f"hand {revoked} to every controller and worker that has its own")
    files = tuple(map(str, written))
    return Outcome("identity_revoke", result, notes=notes, written=files, acted=True)


def list_certificates(workspace: Workspace, *, whole: bool) -> Outcome[CertificateList]:
    """The register: what holds for each, or all that was ever signed.

    Raises:
        NoAuthorityError, RegisterError: there is none, or it cannot be read.
    """
    authority = _authority(workspace)
    authority.require()
    register = read_register(authority.directory)
    now = datetime.now(UTC)
    last = {(one.holder, one.name): one.serial for one in register.issued}
    shown = (
        _entry(one)
        for one in register.issued
        if whole or last[one.holder, one.name] == one.serial or one.holds(now)
    )
    codes = (
        CodeOpen(one.router, one.serial_number, one.until, one.begun_by, now < one.until)
        for one in register.enrolments
    )
    found = CertificateList(str(authority.directory), tuple(shown), tuple(codes))
    return Outcome("identity_list", found)


def write_scripts(workspace: Workspace, output: Path) -> Outcome[ScriptsWritten]:
    """What root runs on each chosen router, `DIR/ROUTER.sh`: its certificate, and whom it lets in.

    Raises:
        NoAuthorityError, RegisterError, AuthorityError: it cannot be made.
        UsageError: it cannot be written.
    """
    authority = _authority(workspace)
    authority.require()
    register, side = read_register(authority.directory), _ike_side(workspace)
    make_directory(output)
    names, texts = list(workspace.chosen), dict[Path, str | bytes]()
    for name in names:
        files = None if side is None else ike_files(side, register, name)
        text = router_script(authority, workspace.network, register, name, files)
        texts[output / f"{name}.sh"] = text
    write_outputs(texts)
    written = tuple(map(str, texts))
    return Outcome("identity_script", ScriptsWritten(tuple(names)), written=written)


def _text(path: Path) -> str:
    try:
        return read_regular(path, _MOST).decode("utf-8", "replace")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error


def _entry(one: Issued) -> CertificateEntry:
    now = datetime.now(UTC)
    states: Iterable[tuple[bool, str]] = (
        (one.key_revoked, "key revoked"),
        (one.revoked is not None, "revoked"),
        (now >= one.valid_until, "ended"),
        (now < one.valid_from, "not yet"),
    )
    return CertificateEntry(
        serial=one.serial,
        holder=one.holder.value,
        name=one.name,
        principals=one.principals,
        fingerprint=public_key(one.key).fingerprint,
        valid_from=one.valid_from,
        valid_until=one.valid_until,
        state=next((word for holds, word in states if holds), "valid"),
        issued_by=one.issued_by,
        serial_number=one.serial_number,
        reason=one.reason,
    )
