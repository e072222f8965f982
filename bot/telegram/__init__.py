"""The Telegram front end. `main.run` is its process, `app.build` assembles it; other packages import only `main`."""

import os

# The library is moving its durations to `timedelta`; this variable opts in and silences its warnings.
os.environ.setdefault("PTB_TIMEDELTA", "1")
