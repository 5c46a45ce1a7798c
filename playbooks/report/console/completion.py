"""What `completion` prints: which files, where, and how a shell comes to read them."""

from rich.console import Console

from egovnet.playbooks.results.installed_files import InstalledFiles


def print_result(console: Console, installed: InstalledFiles) -> None:
    """Print them."""
    if not installed.changed:
        found = f"all {len(installed.files)} files are below {installed.prefix}"
        console.print(found, soft_wrap=True)
        return
    said = "wrote" if installed.written else "would write"
    pages = [path for path in installed.changed if path.startswith("share/man/")]
    for path in installed.changed:
        if path not in pages:
            console.print(f"{said} {installed.prefix}/{path}", soft_wrap=True)
    if pages:
        where = f"{installed.prefix}/{pages[0].rpartition('/')[0]}"
        console.print(f"{said} {len(pages)} pages of man in {where}", soft_wrap=True)
    if installed.written:
        console.print("a new shell reads them: bash with bash-completion, fish, and zsh where its")
        console.print("fpath has that directory; man where the prefix's bin is in the PATH")
