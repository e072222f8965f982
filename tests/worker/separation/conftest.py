"""Selects the tests of the separation for this processor."""

import flbt_unet

#: `flbt_unet` is built for some processors only; on others OpenVINO replaces it, which is tested too.
collect_ignore = [] if flbt_unet.available() else ["test_unet.py"]
