"""A file a verb: its options and its help; the playbook is imported when the verb is run."""
