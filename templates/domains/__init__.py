"""Domain names of the network: zones of records, their texts and serials, a name server's files."""
