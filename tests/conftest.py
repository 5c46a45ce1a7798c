"""For every test: Hypothesis's profiles, before the first module that uses them is imported; and
signals as at a terminal."""

import signal

from tests.hypothesis_profiles import register

register()

# A shell starts what runs in the background with INT and QUIT ignored, and so would be our children
for _number, _handler in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGQUIT, signal.SIG_DFL),
    (signal.SIGHUP, signal.SIG_DFL),
    (signal.SIGTERM, signal.SIG_DFL),
):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _handler)
