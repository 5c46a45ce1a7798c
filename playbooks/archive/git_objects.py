"""Git's side of the archive: commits read with their trailers, and a change's objects written."""

import hashlib
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from dulwich.errors import NotCommitError, NotTreeError
from dulwich.objects import ZERO_SHA, Blob, Commit, ObjectID, ShaFile, Tree
from dulwich.refs import Ref
from dulwich.repo import Repo
from dulwich.trailers import parse_trailers

from egovnet.playbooks.archive.archived_change import Anchor, ArchivedChange, SignedCommit
from egovnet.playbooks.archive.commit_message import (
    COMMITTER,
    git_time,
    host_file,
    identity,
    message,
    without_secrets,
)

MAIN = Ref(b"refs/heads/main")
_FILE, _FOLDER = 0o100644, 0o040000
#: What the controller signed of the change of a commit, and its signature.
_SIGNED = (b"statement", b"statement.sig")
#: Bytes -> an armoured SSH signature for Git.
Sign = Callable[[bytes], str]


def head(repo: Repo) -> ObjectID | None:
    """The newest commit; None in a new repository."""
    if MAIN not in repo.refs:
        return None
    return repo.refs[MAIN]


def walk(repo: Repo, until: ObjectID | None) -> Iterator[tuple[ObjectID, dict[str, str]]]:
    """Commits from the newest with their trailers; of `until` only its id, and none behind it."""
    newest = head(repo)
    ahead, seen = [newest] if newest else [], set()
    while ahead:
        sha = ahead.pop()
        if sha in seen:
            continue
        seen.add(sha)
        if sha == until:
            yield sha, {}
            continue
        commit = _commit(repo, sha)
        _, trailers = parse_trailers(commit.message)
        yield sha, {trailer.key: trailer.value for trailer in trailers}
        ahead.extend(commit.parents)


def add(repo: Repo, change: ArchivedChange, sign: Sign | None) -> None:
    """Write the objects of `change`, the newest last, and move the branch to its commit.

    Raises:
        SigningError: the commit cannot be signed.
    """
    change = without_secrets(change)
    parent = head(repo)
    commit = Commit()
    commit.tree = _tree(repo, parent, change)
    commit.parents = [parent] if parent else []
    commit.message = message(change).encode("utf-8", "backslashreplace")
    commit.author, commit.committer = identity(change.author), COMMITTER
    commit.author_time, commit.author_timezone = git_time(change.created)
    commit.commit_time, commit.commit_timezone = git_time(change.created)
    if sign is not None:
        # a commit's own header, in which Git looks for it (gpg.format ssh)
        commit.gpgsig = sign(commit.as_raw_string()).rstrip("\n").encode("ascii")
    repo.object_store.add_object(commit)
    if not repo.refs.set_if_equals(MAIN, parent or ObjectID(ZERO_SHA), commit.id):
        raise OSError("its branch was moved by somebody else just now")


def _tree(repo: Repo, parent: ObjectID | None, change: ArchivedChange) -> ObjectID:
    """The files as they are after `change`; other hosts' are kept."""
    tree = _folder(repo, None if parent is None else _commit(repo, parent).tree)
    for side, texts in ((b"before", change.before), (b"after", change.after)):
        folder = _folder(repo, tree[side][1] if side in tree else None)
        for host in sorted({*change.before, *change.after}):
            name = host_file(host)
            if host in texts:
                blob = Blob.from_string(texts[host].encode("utf-8", "backslashreplace"))
                repo.object_store.add_object(blob)
                folder.add(name, _FILE, blob.id)
            elif name in folder:
                del folder[name]
        if len(folder):
            repo.object_store.add_object(folder)
            tree.add(side, _FOLDER, folder.id)
        elif side in tree:
            del tree[side]  # git has no empty folders
    for name, text in zip(_SIGNED, (change.statement, change.signature), strict=True):
        if text:
            blob = Blob.from_string(text.encode())
            repo.object_store.add_object(blob)
            tree.add(name, _FILE, blob.id)
        elif name in tree:
            del tree[name]
    repo.object_store.add_object(tree)
    return tree.id


def signed_commits(repo: Repo) -> Iterator[SignedCommit]:
    """Every commit of a change from the newest, with what is signed in it."""
    for sha, said in walk(repo, None):
        if not said.get("Change", "").isdecimal():
            continue
        commit = _commit(repo, sha)
        tree = _folder(repo, commit.tree)
        statement, signature = (
            _text(repo, tree[name][1]) if name in tree else "" for name in _SIGNED
        )
        yield SignedCommit(
            change=int(said["Change"]),
            anchor=Anchor(said.get("Journal", ""), said.get("Journal-Name", "")),
            body=commit.raw_without_sig(),
            signature=f"{commit.gpgsig.decode('ascii', 'replace')}\n" if commit.gpgsig else "",
            time=commit.commit_time,
            statement=statement,
            statement_signature=signature,
        )


def damaged(repo: Repo) -> Iterator[ObjectID]:
    """Objects of the branch whose content is not what their name says. Linear in the archive."""
    newest = head(repo)
    ahead, seen = [newest] if newest else [], set()
    while ahead:
        sha = ahead.pop()
        if sha in seen:
            continue
        seen.add(sha)
        found = repo[sha]
        if _digest(repo, sha, found) != sha:
            yield sha
        elif isinstance(found, Commit):
            ahead += [found.tree, *found.parents]
        elif isinstance(found, Tree):
            ahead += [entry.sha for entry in found.items()]


def _digest(repo: Repo, sha: ObjectID, found: ShaFile) -> bytes:
    """Git's name of an object as it is on the disk, its header included; of one in a pack, of what
    is in it."""
    name = sha.decode("ascii")
    file = Path(repo.path) / "objects" / name[:2] / name[2:]
    if not file.exists():
        return type(found).from_raw_string(found.type_num, found.as_raw_string()).id
    content = zlib.decompress(file.read_bytes())
    return hashlib.sha1(content, usedforsecurity=False).hexdigest().encode("ascii")


def _text(repo: Repo, sha: ObjectID) -> str:
    found = repo[sha]
    if not isinstance(found, Blob):
        raise NotCommitError(sha)
    return found.data.decode("utf-8", "replace")


def _commit(repo: Repo, sha: ObjectID) -> Commit:
    found = repo[sha]
    if not isinstance(found, Commit):
        raise NotCommitError(sha)
    return found


def _folder(repo: Repo, sha: ObjectID | None) -> Tree:
    if sha is None:
        return Tree()
    found = repo[sha]
    if not isinstance(found, Tree):
        raise NotTreeError(sha)
    return found
