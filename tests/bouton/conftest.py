from collections.abc import Iterator

import pytest

import bouton as bp


@pytest.fixture(autouse=True)
def shared_as_before() -> Iterator[None]:
    """What a test shares, such as the time of a step, is not left to the next."""
    with bp.share.restored({}):
        yield
