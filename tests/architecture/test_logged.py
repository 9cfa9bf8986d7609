import pytest

from tests.architecture.logged import talkative_logging
from tests.architecture.source import PACKAGES, offences, snippet


def test_logging_calls_have_a_constant_text_and_values_that_may_be_written() -> None:
    assert offences(talkative_logging, *PACKAGES) == []


@pytest.mark.parametrize(
    "call",
    [
        "log.info(f'document {document}')",
        "log.info('document ' + text)",
        "log.info('document %s', document)",
        "log.info(document)",
        "log.info()",
        "_LOG.warning('x'.format(text))",
        "self._logger.exception(str(error))",
        "logging.error(error)",
        "logging.getLogger(__name__).error(error)",
        "log.log(20, text)",
        "log.info('x', extra={'account': account})",
        "log.info('x', extra={name: account})",
        "log.info('x', extra={**document})",
        "log.info('x', extra=document)",
        "log.info('x', **document)",
    ],
)
def test_a_logging_call_that_could_bring_content_in_is_found(call: str) -> None:
    assert len(list(talkative_logging(snippet(call)))) == 1


@pytest.mark.parametrize(
    "call",
    [
        "log.info('posting enqueued', extra={'case_number': number, 'attempt': 2})",
        "log.exception('posting failed')",
        "_log.log(20, 'posting enqueued')",
        "log.error('posting failed', exc_info=True)",
        "math.log(x)",
        "report.error(text)",
    ],
)
def test_a_constant_event_with_values_by_name_is_fine(call: str) -> None:
    assert list(talkative_logging(snippet(call))) == []
