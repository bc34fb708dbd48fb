"""Find the moves that an article reports. `docs/detection.md` says how, and how well."""

from __future__ import annotations

from include.detect.encoder.pieces import cut
from include.detect.engine import Analysis, analyse
from include.detect.explain import Explanation, explain_analysis
from include.detect.lexicon import load_lexicon
from include.errors import QuarantineRecord
from include.knowledge.languages import pack_path
from include.records import Document, Move

DETECTOR_VERSION = "encoder-11"


def load_shared() -> None:
    """Load what the first article of a process would else wait for and forked processes can share.

    Not the layers of the encoder: what runs them starts a thread, and a process with threads must not fork.
    """
    lexicon = load_lexicon("en")
    lexicon.find_hits("nobody left the sample company")
    cut("sample", 1)


def find_moves(document: Document) -> list[Move]:
    """Moves of one article, in the order of their evidence.

    Every move's evidence is a verbatim span of the title or text. A text in a language without a pack raises
    QuarantineRecord("unsupported-language"); any other text, however broken, gives a list.
    """
    return analyse_document(document).moves


def analyse_document(document: Document) -> Analysis:
    """Like `find_moves`, with everything that was found on the way."""
    if not pack_path(document.lang).is_file():
        raise QuarantineRecord("unsupported-language", f"{document.doc_id}: no language pack for {document.lang!r}")
    return analyse(document, load_lexicon(document.lang), DETECTOR_VERSION)


def explain(document: Document) -> Explanation:
    """What was seen in an article, and which frame fired or why none did."""
    return explain_analysis(analyse_document(document))
