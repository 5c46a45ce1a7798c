"""What is done to the network: stages in order, journal, reports, command line."""
