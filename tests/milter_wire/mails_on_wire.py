"""Messages for the tests on the wire, and what the milter must do with them."""
import wire
from harness import mails

HAM = mails.mail(message_id="<ham@elsewhere.example>")
SPAM = mails.mail(mails.SPAM + b"\r\n", message_id="<spam@elsewhere.example>")
GTUBE = mails.mail(mails.GTUBE + b"\r\n", message_id="<gtube@elsewhere.example>")


def value(outcome, name):
    """Value of a field that was added, without its leading space; None where it was not."""
    found = outcome.added().get(name)
    return None if found is None else found.strip()


def tests_of(outcome):
    """{rule: score} that X-Spam-Status names."""
    status = value(outcome, b"X-Spam-Status")
    return mails.verdict(b"X-Spam-Status: " + status.replace(b"\n", b"\r\n") + b"\r\n\r\n")["tests"]


def check_spam(test, outcome):
    test.assertIn(outcome.final, (wire.CONTINUE, wire.ACCEPT))
    test.assertEqual(value(outcome, b"X-Spam"), b"Yes")
    test.assertEqual(tests_of(outcome).get("TEST_SPAM"), 7)


def check_ham(test, outcome):
    test.assertIn(outcome.final, (wire.CONTINUE, wire.ACCEPT))
    test.assertIsNone(value(outcome, b"X-Spam"))
    test.assertTrue(value(outcome, b"X-Spam-Status").startswith(b"No, score="))
