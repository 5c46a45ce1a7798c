"""The files of `prove --report`: the page for people, the object for programs."""

import json

from egovnet.playbooks.report.html.proof_page import proof_page
from egovnet.playbooks.results.network_map import NetworkMap
from egovnet.playbooks.results.proof_result import ProofResult
from egovnet.playbooks.results.provenance import Provenance


def proof_files(
    result: ProofResult, network: NetworkMap | None, title: str, made: Provenance | None = None
) -> dict[str, str]:
    """Name -> text. Without a network the page has no map."""
    return {
        "proof.html": proof_page(result, network, title, made),
        "proof.json": json.dumps(result.to_dict(), indent=2) + "\n",
    }
