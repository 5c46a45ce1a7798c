"""Which file of an inventory says which section."""

#: What was allocated; read by whoever numbers.
LOCK_FILE = "plan.lock.yaml"
#: Of an intent that was kept: the day that its registers were read for. No file of a directory.
DAY_FILE = "registers.day"
#: Sections of one file each, which every inventory has; `sites` may have several.
FILES = ("network", "regions", "agencies", "hosts", "groups", "defaults", "circuits", "vpns")
#: Sections whose file an inventory may lack: then they are empty.
OPTIONAL_FILES = ("exchanges", "applications", "levels", "borders", "keys")
#: Files of another form beside a section's, which whoever opens them reads: values of keys, sealed,
#: and who can open them.
KEY_STORE_FILE, KEY_RECIPIENTS_FILE = "keys.age", "keys.recipients"
#: The other kind of store, sealed with SM2, SM3 and SM4; an inventory has one of all kinds.
SM_KEY_STORE_FILE = "keys.sm"
#: Where a server of OpenBao has the values: no secret.
BAO_STORE_FILE = "keys.openbao"
KEY_STORE_FILES = (KEY_STORE_FILE, SM_KEY_STORE_FILE, BAO_STORE_FILE)


def section_of(path: str) -> str | None:
    """The section that a file of an inventory says; None for a file of another kind."""
    folder, _, name = path.rpartition("/")
    stem, _, suffix = name.rpartition(".")
    if suffix != "yaml" or folder not in ("", "sites"):
        return None
    if folder or stem == "sites":
        return "sites"
    return stem if stem in (*FILES, *OPTIONAL_FILES) else None
