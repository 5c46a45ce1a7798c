"""Git's side of the archive: commits read with their trailers, and a change's objects written."""

from collections.abc import Iterator

from dulwich.errors import NotCommitError, NotTreeError
from dulwich.objects import ZERO_SHA, Blob, Commit, ObjectID, Tree
from dulwich.refs import Ref
from dulwich.repo import Repo
from dulwich.trailers import parse_trailers

from egovnet.playbooks.archive.archived_change import ArchivedChange
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


def add(repo: Repo, change: ArchivedChange) -> None:
    """Write the objects of `change`, the newest last, and move the branch to its commit."""
    change = without_secrets(change)
    parent = head(repo)
    commit = Commit()
    commit.tree = _tree(repo, parent, change)
    commit.parents = [parent] if parent else []
    commit.message = message(change).encode("utf-8", "backslashreplace")
    commit.author, commit.committer = identity(change.author), COMMITTER
    commit.author_time, commit.author_timezone = git_time(change.created)
    commit.commit_time, commit.commit_timezone = git_time(change.created)
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
    repo.object_store.add_object(tree)
    return tree.id


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
