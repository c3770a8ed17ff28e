"""What the page's server says in its log."""

import logging

import pytest

from peersim.app.serve import answerable


def logged(error):
    return logging.LogRecord("uvicorn.error", logging.ERROR, __file__, 1, "", None, (type(error), error, None))


def test_a_browser_that_goes_while_it_is_answered_is_not_in_the_log():
    assert not answerable(logged(RuntimeError("No response returned.")))


@pytest.mark.parametrize("error", [RuntimeError("anything else"), ValueError("No response returned.")])
def test_every_other_fault_is(error):
    assert answerable(logged(error))
    assert answerable(logging.LogRecord("uvicorn.error", logging.INFO, __file__, 1, "ready", None, None))
