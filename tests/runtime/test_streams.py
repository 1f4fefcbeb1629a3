import os
import subprocess
import sys

import pytest

CODE = r"""
import sys
from inpaint_zoo.runtime.streams import replace_unknown_letters
replace_unknown_letters()
print("\u2212 \u00dcbung \udce4")
print("\u2212", file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("encoding", "printed"), [("ascii", b"? ?bung ?"), ("cp1252", b"? \xdcbung ?"), ("utf-8", None)]
)
def test_a_letter_that_the_encoding_lacks_is_replaced(encoding: str, printed: bytes | None) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run([sys.executable, "-c", CODE], env=environment, capture_output=True, check=True)
    assert done.stdout.strip() == (printed or "\u2212 \u00dcbung ?".encode())
    assert done.stderr.strip() == ("\u2212".encode() if printed is None else b"\\u2212")
