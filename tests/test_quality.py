"""No page is read worse than before: the floors of tests/quality.json."""

from __future__ import annotations

import pytest

from tests import quality


def test_golden_pages_and_the_replica_stay_above_their_floors() -> None:
    scores = {**quality.golden_score(), **quality.replica_scores(120)}
    assert quality.below(scores, quality.pins()["floors"]) == []


@pytest.mark.skipif(not (quality.CORPUS / "labels").is_dir(), reason="the labelled corpus lies beside the repository")
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")  # score.py
def test_the_corpus_stays_above_its_floors() -> None:
    if quality.corpus_hash(quality.CORPUS) != quality.pins()["corpus"]:
        pytest.skip("another corpus than the pinned one")
    assert quality.below(quality.corpus_scores(quality.CORPUS), quality.pins()["corpus_floors"]) == []
