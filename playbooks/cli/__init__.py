"""The command line: `egovnet VERB`. Arguments in, an Outcome out."""
